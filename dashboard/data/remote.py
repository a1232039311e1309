"""A database that lies at an https address: looked at again and again, taken when it is new, whole and no older.

What is asked for is its SHA-256, a line beside it; the database itself only where that is another one than that of the
copy here. Whatever comes instead of it, a server that hangs, a page, a file cut short, the last good copy stays where
it is. All this happens in a thread of its own, and no reader waits for it.
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

from dashboard.data.database import Database
from dashboard.data.download import Bounds, RefusedError, get, unwritten
from dashboard.data.model import DatabaseError
from dashboard.data.versions import SUFFIX, VERSIONS, Store
from dashboard.ops.location import Address, Stamp, seen
from dashboard.ops.logs import log_error
from dashboard.ops.metrics import counter

# As `sha256sum` writes it: the digest, and the name of the file it was made of.
LINE = re.compile(r"\\?([0-9A-Fa-f]{64})(?:[ \t]+\*?[^\r\n]*)?(?:\r?\n)?")
LONGEST_LINE = 1000
LINE_SECONDS = 60
# Where a DuckDB file says that it is one.
MAGIC, MAGIC_AT = b"DUCK", 8
# As many as a build keeps.
KEPT = 3
VERSION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
LEFT_BEHIND_SECONDS = 3600
# After so long what was refused is tried again: the fault may have been ours, as too little memory.
AGAIN_SECONDS = 900
REFUSED = counter(
    "monitor_address_refused", "Looks at the address of the database that brought nothing good, by why.", "reason"
)

log = logging.getLogger("dashboard.event")


@dataclass(frozen=True)
class State:
    """What the last look found."""

    good: bool
    """Whether readers are shown what is published there."""
    since: datetime
    """When it became so, or failed in this way."""
    why: str = ""
    code: str = ""


@dataclass(frozen=True)
class _Refused:
    """A database that came and was not taken, so that it need not come again."""

    sha256: str
    """Which was published beside it."""
    whole: bool
    """Whether it was the file of this SHA-256."""
    tag: str
    error: RefusedError
    at: float
    """When, of the clock `monotonic`."""

    def still(self, sha256: str) -> bool:
        """Whether this is what is published, and was tried not long ago."""
        return sha256 == self.sha256 and time.monotonic() - self.at < AGAIN_SECONDS


class Remote:
    """Keeps the file of a store as it is at an address."""

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
        """It is looked every so many `seconds`.

        `older` also takes what was built before the one in place, and `keep` keeps the last ones beside the copy.
        """
        self._address, self._store, self._seconds = address, store, seconds
        self._older, self._keep, self._bounds = older, keep, bounds or Bounds()
        self._line_tag, self._published = "", ""
        self._refused: _Refused | None = None
        self._here: tuple[Stamp | None, str] = None, ""
        self._stop = threading.Event()
        self.asked: datetime | None = None
        """When the last look ended."""
        self.state: State | None = None

    def start(self) -> None:
        """Look from now on, first at once, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="address", daemon=True).start()

    def stop(self) -> None:
        """Look no more; a look that has begun is not waited for."""
        self._stop.set()

    def look(self) -> State:
        """Look once, and take what is new; never raises."""
        try:
            self._take(time.monotonic() + self._bounds.whole)
            found = self._now("", "")
        except RefusedError as refused:
            REFUSED.labels(reason=refused.code).inc()
            found = self._now(refused.code, str(refused))
        except Exception as error:  # noqa: BLE001 - it is our fault, and the next look may go better
            log_error(error, "address")
            found = self._now("E_ADDRESS_UNEXPECTED", f"E_ADDRESS_UNEXPECTED: {type(error).__name__}, see the log.")
        self._say(found)
        self.asked, self.state = datetime.now(UTC), found
        return found

    def status(self) -> dict[str, Any]:
        """For /readyz: whether readers are shown what is published there, when it was asked, since when it is so."""
        state, asked = self.state, self.asked
        if state is None or asked is None:
            return {"good": None, "asked": None}
        found = {"good": state.good, "asked": _second(asked), "since": _second(state.since)}
        return found if state.good else {**found, "why": state.why}

    def is_good(self) -> bool | None:
        """For the metrics; None before the first look ended."""
        return self.state.good if self.state else None

    def unasked(self) -> float | None:
        """Seconds since a look ended, for the metrics: far more than are set means that one hangs."""
        return round((datetime.now(UTC) - self.asked).total_seconds(), 1) if self.asked else None

    def _run(self) -> None:
        self._sweep()
        while not self._stop.is_set():
            self.look()
            # Not all servers at the same moment.
            self._stop.wait(self._seconds * random.uniform(0.9, 1.1))  # noqa: S311 - no secret

    def _now(self, code: str, why: str) -> State:
        before = self.state
        same = before is not None and before.code == code
        return State(not code, before.since if before and same else datetime.now(UTC), why, code)

    def _say(self, found: State) -> None:
        """Into the log, where it is not as it was at the look before."""
        if self.state is not None and self.state.code == found.code:
            return
        said: dict[str, Any] = {"at": self._address.shown, "good": found.good}
        if found.good:
            log.info("address", extra={"said": {**said, "sha256": self._published}})
        else:
            log.warning("address", extra={"said": {**said, "reason": found.code, "why": found.why}})

    def _take(self, end: float) -> None:
        """Have here what is published, or raise RefusedError and leave what is here."""
        wanted = self._wanted(end)
        store = self._store()
        if wanted == self._sha256_here(store.path) and not store.damaged:
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
                database = self._opened(draft, store)
            except RefusedError as error:
                self._refused = _Refused(wanted, whole, answer.tag, error, time.monotonic())
                raise
            self._put(draft, database, store, wanted)

    def _wanted(self, end: float) -> str:
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
            found = LINE.fullmatch(into.getvalue().decode("utf-8", "replace"))
            if found is None:
                why = "what lies beside it is no SHA-256. Make it by `sha256sum monitor.duckdb`."
                raise RefusedError("E_ADDRESS_SHA256", why)
            self._line_tag, self._published = answer.tag, found[1].lower()
        return self._published

    def _sha256_here(self, path: Path) -> str:
        """That of the copy here; empty where there is none. It is worked out once a file."""
        stamp = seen(path)
        if stamp != self._here[0]:
            found = ""
            with suppress(OSError), path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            self._here = stamp, found
        return self._here[1]

    def _opened(self, draft: Path, store: Store) -> Database:
        """The database of a file, which is read whole, as every file that is served."""
        try:
            database = Database(draft)
        except Exception as error:
            why = f"it cannot be read whole as a database of ours ({type(error).__name__})."
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
                # Not every disk gives a file two names; readers of frozen links are then told what is kept.
                with suppress(OSError):
                    _archive(draft, database.data_version)
            store.put(draft, database)
        except OSError as error:
            raise unwritten(error) from error
        self._refused = None
        self._here = seen(store.path), sha256

    def _sweep(self) -> None:
        """Remove what somebody who died while it was written left behind."""
        folder = self._store().path.parent
        with suppress(OSError):
            for one in folder.glob(f"{self._store().path.name}.draft-*"):
                if time.time() - one.stat().st_mtime > LEFT_BEHIND_SECONDS:
                    one.unlink()


@contextmanager
def _draft(live: Path) -> Iterator[tuple[Path, BufferedRandom]]:
    """A file to write beside the one that is served, which is gone at the end unless it took its place."""
    try:
        live.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{live.name}.draft-", dir=live.parent)
    except OSError as error:
        raise unwritten(error) from error
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
        raise unwritten(error) from error


def _check(into: BufferedRandom, wanted: str) -> None:
    """Raise RefusedError unless it is a DuckDB file, and that of this SHA-256."""
    into.seek(MAGIC_AT)
    if into.read(len(MAGIC)) != MAGIC:
        raise RefusedError("E_ADDRESS_KIND", "what came is no DuckDB file; it may be a page that says why.")
    into.seek(0)
    if hashlib.file_digest(into, "sha256").hexdigest() != wanted:
        raise RefusedError("E_ADDRESS_SHA256", "what came has not the SHA-256 that is published beside it.")


def _second(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _archive(draft: Path, version: str) -> None:
    """Keep a version by its name, for frozen links: the same file by a second name, and the last few of them."""
    if not VERSION_NAME.fullmatch(version):
        return
    folder = draft.parent / VERSIONS
    folder.mkdir(exist_ok=True)
    name = folder / f"{version}{SUFFIX}"
    name.unlink(missing_ok=True)
    os.link(draft, name)
    found = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime_ns)
    for old in found[:-KEPT]:
        old.unlink()
