"""Only one at a time: locks that end with their holder, and how a long step tells where it is."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from etl.model import EtlError

Progress = Callable[[str], None]


class BusyError(EtlError):
    """Another process holds the lock: the message says which, and since when."""


def silent(_step: str) -> None:
    """Progress that is not reported."""


@contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Hold the lock of this name, or raise BusyError. It ends with its holder, however that ends."""
    while True:
        file = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with file:
                raise BusyError(_who(file, what)) from None
        # The holder before removes the file: then this lock is one on nothing, and the next name is to be tried.
        with suppress(FileNotFoundError):
            if os.path.samestat(path.stat(), os.fstat(file.fileno())):
                break
        file.close()
    with file:
        try:
            file.truncate(0)
            file.write(f"process {os.getpid()}, since {datetime.now(UTC):%H:%M:%S} UTC")
            file.flush()
            yield
        finally:
            path.unlink(missing_ok=True)


def _who(file: TextIO, what: str) -> str:
    # The holder may be about to write its name.
    time.sleep(0.05)
    file.seek(0)
    holder = file.read()
    return (
        f"E_BUSY: another {what} is running here ({holder or 'it has just started'}). "
        "Nothing was changed. Wait until it has ended."
    )
