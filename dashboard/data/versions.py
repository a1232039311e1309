"""The newest good version of the database, and the versions archived beside it, while the file may be replaced."""

from __future__ import annotations

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path

from dashboard.data import contents
from dashboard.data.contents import Contents
from dashboard.data.database import Database
from dashboard.data.model import DatabaseError
from dashboard.ops.location import DEFAULT_PATH, Stamp, local_path, stamp_of

log = logging.getLogger(__name__)
# Where `etl/publish/live_database.py` archives the last versions, each named for its data version.
VERSIONS, SUFFIX = "versions", ".duckdb"
# Beside the one in place, some 50 MB each.
ARCHIVED_IN_MEMORY = 2


class Store:
    """The newest good version of a database file that may be replaced at any time, and its archived versions."""

    def __init__(self, path: Path, read: Callable[[Path], Contents] = contents.read) -> None:
        self.path, self.read = path, read
        self.damaged = False
        """Whether the file that lies there now could not be read."""
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._database: Database | None = None
        self._archived_lock = threading.Lock()
        # By name; and of those that could not be read the stamp of the file.
        self._archived: OrderedDict[str, Database] = OrderedDict()
        self._unreadable: dict[str, Stamp | None] = {}

    def current(self, *, wait: bool = False) -> Database:
        """The database as of now; the last good one while the file is missing or damaged.

        Costs one `stat` when nothing changed. While one reads a new file the others are shown the last one, unless
        they `wait`. Raises DatabaseError when there never was a good one.
        """
        if self._database is not None and stamp_of(self.path) == self._stamp:
            return self._database
        if self._lock.acquire(blocking=wait or self._database is None):
            try:
                stamp = stamp_of(self.path)
                if self._database is None or stamp != self._stamp:
                    self._load(stamp)
            finally:
                self._lock.release()
        return self._database or self._none()

    def identity(self) -> tuple[str, datetime]:
        """The data version of the file that lies there now, and when it was built; opens the file each time.

        Raises OSError or UnreadableError. DuckDB is asked only where the file could not be read whole.
        """
        with self.path.open("rb") as file:
            file.read(1)
        if self._database is not None and not self.damaged and stamp_of(self.path) == self._stamp:
            return self._database.data_version, self._database.built_at
        return contents.read_identity(self.path)

    def put(self, draft: Path, database: Database) -> None:
        """Put a file in place that was read whole as `database`; no reader waits for it.

        Raises OSError, and then nothing has changed.
        """
        with self._lock:
            draft.replace(self.path)
            self._database, self._stamp, self.damaged = database, stamp_of(self.path), False

    def at(self, version: str) -> Database:
        """The database of a data version: the one in place, or one of those archived in `versions` beside it.

        An archived one is read once; the last ARCHIVED_IN_MEMORY asked for stay. Raises DatabaseError, which lists the
        versions, for any other version, and for one that is damaged or lacks tables of the one in place.
        """
        live = self.current()
        if version == live.data_version:
            return live
        # A name from an address never becomes a path: it is looked up among the names that are there.
        path = self._files().get(version)
        if path is None:
            raise DatabaseError(f"That data version is not kept. {self._list_versions()}")
        with self._archived_lock:
            if version in self._archived:
                self._archived.move_to_end(version)
            else:
                self._archived[version] = self._read(path, live)
                while len(self._archived) > ARCHIVED_IN_MEMORY:
                    self._archived.popitem(last=False)
            return self._archived[version]

    def versions(self) -> list[str]:
        """The data versions that can be asked for: the one in place, then the archived ones, the latest built first."""
        live = self.current().data_version
        files = self._files()
        good = [name for name, path in files.items() if name != live and not self._failed(name, path)]
        return [live, *good]

    def _files(self) -> dict[str, Path]:
        """The archived files by data version, which is their name; the latest built first."""
        stamped = []
        # A file may be removed while we look.
        with suppress(OSError), os.scandir(self.path.parent / VERSIONS) as entries:
            for entry in entries:
                with suppress(OSError):
                    stamped.append((entry.stat().st_mtime_ns, Path(entry.path)))
        files = [path for _, path in sorted(stamped, reverse=True) if path.suffix == SUFFIX]
        return {path.stem: path for path in files}

    def _read(self, path: Path, live: Database) -> Database:
        name = path.stem
        if not self._failed(name, path):
            stamp = stamp_of(path)
            try:
                database = Database(path, self.read)
                if database.data_version == name and live.columns() <= database.columns():
                    return database
                why = "has not the tables of the one in place"
            except Exception as error:  # noqa: BLE001 - damage, or an earlier build: readers see the newest
                why = contents.kind_of(error)
            log.error("the kept version %s cannot be read (%s)", path.name, why)
            self._unreadable[name] = stamp
        why = "its file is damaged, or its tables are not those of today"
        raise DatabaseError(f"That data version is kept but cannot be read: {why}. {self._list_versions()}")

    def _failed(self, name: str, path: Path) -> bool:
        """Whether this same file could not be read before."""
        return name in self._unreadable and self._unreadable[name] == stamp_of(path)

    def _list_versions(self) -> str:
        live, *archived = self.versions()
        return f"Kept: {', '.join([f'{live} (in place now)', *archived])}."

    def _load(self, stamp: Stamp | None) -> None:
        try:
            self._database = Database(self.path, self.read)
            self.damaged = False
        except Exception as error:  # noqa: BLE001 - damage, or another schema: readers keep what they have
            # Where there is none yet it is tried at every request, and logged once.
            if not self.damaged or stamp != self._stamp:
                stays = "the last good version stays" if self._database else "there is no good version yet"
                # Before the first one has come this is no error.
                say = log.error if self._database or stamp else log.warning
                say("%s cannot be read (%s); %s", self.path.name, contents.kind_of(error), stays)
            self.damaged = True
        # A file that failed is not tried again until it changes.
        self._stamp = stamp

    def _none(self) -> Database:
        raise DatabaseError("There is no readable database yet. Run `python -m etl build`.")


@cache
def store() -> Store:
    """The store of the database this server reads: MONITOR_DATABASE or the copy of it, or data/monitor.duckdb."""
    return Store(local_path(os.environ, DEFAULT_PATH), contents.read_apart)
