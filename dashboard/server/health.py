"""Whether the process lives (/livez), and whether it should be sent readers (/readyz opens the file each time)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from dashboard.data.contents import UnreadableError
from dashboard.data.database import Database
from dashboard.data.model import DatabaseError
from dashboard.data.versions import Store

# However often it is asked, the file is opened once in this time.
FRESH_SECONDS = 0.5
DAY = 86_400
NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Verdict:
    """Whether this server is ready, and why not."""

    ready: bool
    body: dict[str, Any]


class Health:
    """What is known of the health of this process."""

    def __init__(
        self,
        store: Callable[[], Store],
        data_age_days: float | None,
        address: Callable[[], dict[str, Any]] | None = None,
    ) -> None:
        """`address` tells the state of the database's address, where it has one."""
        self._store, self._most_days, self._address = store, data_age_days, address
        self._lock = threading.Lock()
        self._last: tuple[float, Verdict] | None = None
        self.warm = threading.Event()
        """Set once the server has made ready what the first reader would wait for."""

    async def livez(self, _request: Request) -> Response:
        """200 for as long as the process answers; nothing of the data, or a bad release would restart every server."""
        return PlainTextResponse("alive\n", headers=NO_STORE)

    async def readyz(self, _request: Request) -> Response:
        """200 with the data version, or 503 with why not. Readers keep the last good page all the same."""
        verdict = await run_in_threadpool(self.verdict)
        return JSONResponse(verdict.body, 200 if verdict.ready else 503, headers=NO_STORE)

    def verdict(self) -> Verdict:
        """Opens the file again and compares it with what readers are shown."""
        with self._lock:
            now = time.monotonic()
            if self._last is None or now - self._last[0] > FRESH_SECONDS:
                self._last = time.monotonic(), self._check()
            return self._last[1]

    def _check(self) -> Verdict:
        store = self._store()
        try:
            served: str | None = store.current(wait=True).data_version
        except DatabaseError:
            served = None
        body: dict[str, Any] = {"ready": False, "data_version": served}
        if self._address is not None:
            # Told, but no reason not to be ready: what is here is served.
            body["address"] = self._address()
        try:
            in_file, built_at = store.identity()
        except (UnreadableError, OSError) as error:
            return Verdict(False, {**body, "why": _unreadable(store.path, error, served)})
        body |= {"built": built_at.isoformat(), "age_days": round(age_seconds(built_at) / DAY, 2)}
        if in_file != served or store.damaged:
            why = f"The file holds {in_file} and cannot be read whole; readers are shown {served or 'nothing'}."
            return Verdict(False, {**body, "in_file": in_file, "why": why})
        if self._most_days is not None and age_seconds(built_at) > self._most_days * DAY:
            why = f"The data are {body['age_days']:g} days old; {self._most_days:g} are allowed."
            return Verdict(False, {**body, "why": why})
        if not self.warm.is_set():
            return Verdict(False, {**body, "why": "Starting: pages are being run for the first time."})
        return Verdict(True, {**body, "ready": True})

    def data_version(self) -> dict[str, str] | None:
        """The data version that is served, for the metrics."""
        served = self._served()
        return {"version": served.data_version} if served else None

    def data_age(self) -> float | None:
        """Seconds since what is served was built, for the metrics."""
        served = self._served()
        return round(age_seconds(served.built_at)) if served else None

    def _served(self) -> Database | None:
        try:
            return self._store().current()
        except DatabaseError:
            return None


def age_seconds(built_at: datetime) -> float:
    """Seconds since a build; the database writes UTC."""
    return (datetime.now(UTC) - built_at.replace(tzinfo=built_at.tzinfo or UTC)).total_seconds()


def _unreadable(path: Path, error: Exception, served: str | None) -> str:
    what = "is not there" if isinstance(error, FileNotFoundError) else "is damaged, or is no database"
    return f"{path.name} {what}; readers are shown {served or 'nothing'}."
