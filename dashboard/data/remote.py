"""A database at an https address: checked again and again, and taken when it is new, whole and no older.

Each check asks for its SHA-256, a line beside it, and for the database itself only where it differs from the copy here.
Whatever comes instead, a server that hangs, a page, a file cut short, the last good copy stays in place. All this
happens in a thread of its own, and no reader waits for it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import random
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedRandom, BytesIO
from pathlib import Path
from typing import Any

from dashboard.data.contents import kind_of
from dashboard.data.database import Database
from dashboard.data.download import Bounds, RefusedError, disk_error, get
from dashboard.data.model import DatabaseError
from dashboard.data.versions import SUFFIX, VERSIONS, Store
from dashboard.ops.location import Address, Stamp, stamp_of
from dashboard.ops.logs import log_error
from dashboard.ops.metrics import counter

# As `sha256sum` writes it: the digest, and the name of the file.
LINE = re.compile(r"\\?([0-9A-Fa-f]{64})(?:[ \t]+\*?[^\r\n]*)?(?:\r?\n)?")
LONGEST_LINE = 1000
LINE_SECONDS = 60
# The mark of a DuckDB file, and where it stands.
MAGIC, MAGIC_AT = b"DUCK", 8
# As many as a build archives.
MOST_ARCHIVED = 3
VERSION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
LEFT_BEHIND_SECONDS = 3600
# A refused database is tried again after this time: the fault may have been ours, such as too little memory.
AGAIN_SECONDS = 900
REFUSED = counter(
    "monitor_address_refused", "Looks at the address of the database that brought nothing good, by why.", "reason"
)

log = logging.getLogger("dashboard.event")


@dataclass(frozen=True)
class State:
    """The result of the last check."""

    good: bool
    """Whether readers are shown what is published there."""
    since: datetime
    """When it became so, or failed in this way."""
    why: str = ""
    code: str = ""


@dataclass(frozen=True)
class _Refused:
    """A database that was refused, so that it need not be downloaded again."""

    sha256: str
    """The one that was published beside it."""
    whole: bool
    """Whether it was the file of this SHA-256."""
    tag: str
    error: RefusedError
    refused_at: float
    """When, of the clock `monotonic`."""

    def still(self, sha256: str) -> bool:
        """Whether this is still what is published, and was tried recently."""
        return sha256 == self.sha256 and time.monotonic() - self.refused_at < AGAIN_SECONDS


class Remote:
    """Keeps the file of a store the same as that at an address."""

    def __init__(
        self,
        address: Address,
        store: Callable[[], Store],
        *,
        seconds: float,
        older: bool = False,
        keep: bool = False,
        bounds: Bounds | None = None,
    ) -> None:
        """Check every so many `seconds`.

        `older` also takes a database that was built before the one in place; `keep` archives the last ones.
        """
        self._address, self._store, self._seconds = address, store, seconds
        self._older, self._keep, self._bounds = older, keep, bounds or Bounds()
        self._line_tag, self._published = "", ""
        self._refused: _Refused | None = None
        self._copy: tuple[Stamp | None, str] = None, ""
        self._stop = threading.Event()
        self.looked_at: datetime | None = None
        """When the last check ended."""
        self.state: State | None = None

    def start(self) -> None:
        """Check from now on, first at once, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="address", daemon=True).start()

    def stop(self) -> None:
        """Stop checking; a check that has begun is not waited for."""
        self._stop.set()

    def look(self) -> State:
        """Check once, and take what is new; never raises."""
        try:
            self._take(time.monotonic() + self._bounds.whole)
            state = self._new_state("", "")
        except RefusedError as refused:
            REFUSED.labels(reason=refused.code).inc()
            state = self._new_state(refused.code, str(refused))
        except Exception as error:  # noqa: BLE001 - our fault, and the next check may go better
            log_error(error, "address")
            state = self._new_state(
                "E_ADDRESS_UNEXPECTED", f"E_ADDRESS_UNEXPECTED: {type(error).__name__}, see the log."
            )
        self._log_change(state)
        self.looked_at, self.state = datetime.now(UTC), state
        return state

    def status(self) -> dict[str, Any]:
        """For /readyz: whether readers are shown what is published there, since when, and when it was checked."""
        state, looked_at = self.state, self.looked_at
        if state is None or looked_at is None:
            return {"good": None, "asked": None}
        status = {"good": state.good, "asked": _second(looked_at), "since": _second(state.since)}
        return status if state.good else {**status, "why": state.why}

    def is_good(self) -> bool | None:
        """For the metrics; None before the first check ended."""
        return self.state.good if self.state else None

    def seconds_since_look(self) -> float | None:
        """Seconds since a check ended, for the metrics: far more than the interval means that one hangs."""
        return round((datetime.now(UTC) - self.looked_at).total_seconds(), 1) if self.looked_at else None

    def _run(self) -> None:
        self._remove_leftovers()
        while not self._stop.is_set():
            self.look()
            # So that servers do not all ask at the same moment.
            self._stop.wait(self._seconds * random.uniform(0.9, 1.1))  # noqa: S311 - no secret

    def _new_state(self, code: str, why: str) -> State:
        before = self.state
        same = before is not None and before.code == code
        return State(not code, before.since if before and same else datetime.now(UTC), why, code)

    def _log_change(self, state: State) -> None:
        """Log the state where it has changed since the check before."""
        if self.state is not None and self.state.code == state.code:
            return
        fields: dict[str, Any] = {"at": self._address.shown, "good": state.good}
        if state.good:
            log.info("address", extra={"said": {**fields, "sha256": self._published}})
        else:
            log.warning("address", extra={"said": {**fields, "reason": state.code, "why": state.why}})

    def _take(self, end: float) -> None:
        """Take what is published, or raise RefusedError and leave the copy as it is."""
        wanted = self._published_sha256(end)
        store = self._store()
        if wanted == self._copy_sha256(store.path) and not store.damaged:
            self._refused = None
            return
        known = self._refused if self._refused and self._refused.still(wanted) else None
        if known and known.whole:
            raise known.error
        with _draft(store.path) as (draft, into):
            answer = get(self._address.url, into, self._bounds, end, known.tag if known else "")
            if known and answer.unchanged:
                raise known.error
            _to_disk(into)
            whole = False
            try:
                _check(into, wanted)
                whole = True
                database = self._read(draft, store)
            except RefusedError as error:
                self._refused = _Refused(wanted, whole, answer.tag, error, time.monotonic())
                raise
            self._put(draft, database, store, wanted)

    def _published_sha256(self, end: float) -> str:
        """The SHA-256 that is published."""
        into = BytesIO()
        bounds = Bounds(min(self._bounds.whole, LINE_SECONDS), self._bounds.patience, LONGEST_LINE)
        by = min(end, time.monotonic() + bounds.whole)
        try:
            answer = get(self._address.sha256, into, bounds, by, self._line_tag)
        except RefusedError as error:
            if error.code in ("E_ADDRESS_STATUS", "E_ADDRESS_SIZE"):
                raise RefusedError(error.code, f"of the SHA-256 beside it: {error.why}") from error
            raise
        if not answer.unchanged:
            match = LINE.fullmatch(into.getvalue().decode("utf-8", "replace"))
            if match is None:
                why = "what lies beside it is no SHA-256. Make it by `sha256sum monitor.duckdb`."
                raise RefusedError("E_ADDRESS_SHA256", why)
            self._line_tag, self._published = answer.tag, match[1].lower()
        return self._published

    def _copy_sha256(self, path: Path) -> str:
        """The SHA-256 of the copy here; empty where there is none. Calculated once for each file."""
        stamp = stamp_of(path)
        if stamp != self._copy[0]:
            digest = ""
            with suppress(OSError), path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            self._copy = stamp, digest
        return self._copy[1]

    def _read(self, draft: Path, store: Store) -> Database:
        """The database of a file, read whole like every file that is served."""
        try:
            database = Database(draft, store.read)
        except Exception as error:
            why = f"it cannot be read whole as a database of ours ({kind_of(error)})."
            raise RefusedError("E_ADDRESS_DATABASE", why) from error
        try:
            live = store.current()
        except DatabaseError:
            return database
        if database.built_at < live.built_at and not self._older:
            why = (
                f"it holds {database.data_version}, which was built before {live.data_version}. Where that is meant, "
                "start once with MONITOR_DATABASE_OLDER=yes."
            )
            raise RefusedError("E_ADDRESS_OLDER", why)
        if gone := sorted({table for table, _ in live.columns() - database.columns()}):
            why = f"it lacks tables or columns of the one in place ({', '.join(gone)})."
            raise RefusedError("E_ADDRESS_TABLES", f"{why} Where that is meant, start with an empty folder.")
        return database

    def _put(self, draft: Path, database: Database, store: Store, sha256: str) -> None:
        try:
            if self._keep:
                # Not every disk can link a file; frozen links then tell which versions there are.
                with suppress(OSError):
                    _archive(draft, database.data_version)
            store.put(draft, database)
        except OSError as error:
            raise disk_error(error) from error
        self._refused = None
        self._copy = stamp_of(store.path), sha256

    def _remove_leftovers(self) -> None:
        """Remove the drafts of processes that died while they wrote."""
        folder = self._store().path.parent
        with suppress(OSError):
            for draft in folder.glob(f"{self._store().path.name}.draft-*"):
                if time.time() - draft.stat().st_mtime > LEFT_BEHIND_SECONDS:
                    draft.unlink()


@contextmanager
def _draft(live: Path) -> Iterator[tuple[Path, BufferedRandom]]:
    """A file to write beside the one that is served; removed at the end unless it took its place."""
    try:
        live.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{live.name}.draft-", dir=live.parent)
    except OSError as error:
        raise disk_error(error) from error
    draft = Path(name)
    try:
        into = open(handle, "w+b")  # noqa: SIM115, PTH123 - a handle, closed below, whatever a full disk says to that
        yield draft, into
    finally:
        with suppress(OSError):
            into.close()
        draft.unlink(missing_ok=True)


def _to_disk(into: BufferedRandom) -> None:
    try:
        into.flush()
        os.fsync(into.fileno())
    except OSError as error:
        raise disk_error(error) from error


def _check(into: BufferedRandom, wanted: str) -> None:
    """Raise RefusedError unless it is a DuckDB file with this SHA-256."""
    into.seek(MAGIC_AT)
    if into.read(len(MAGIC)) != MAGIC:
        raise RefusedError("E_ADDRESS_KIND", "what came is no DuckDB file; it may be a page that says why.")
    into.seek(0)
    if hashlib.file_digest(into, "sha256").hexdigest() != wanted:
        raise RefusedError("E_ADDRESS_SHA256", "what came has not the SHA-256 that is published beside it.")


def _second(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _archive(draft: Path, version: str) -> None:
    """Archive a version for frozen links, as a second name of the same file, and remove all but the last few."""
    if not VERSION_NAME.fullmatch(version):
        return
    folder = draft.parent / VERSIONS
    folder.mkdir(exist_ok=True)
    name = folder / f"{version}{SUFFIX}"
    name.unlink(missing_ok=True)
    os.link(draft, name)
    archived = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime_ns)
    for old in archived[:-MOST_ARCHIVED]:
        old.unlink()
