"""What drills of several replicas share: who asks all the time, what is ready, and new figures in place."""

from __future__ import annotations

import http.client
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from tests.hosting.helpers import OURS
from tests.hosting.running import Running

# Two are asked for by name in the drills, and no more places than a drill can fill.
SETTINGS = {"MONITOR_HOSTS": f"localhost 127.0.0.1 {OURS}", "MONITOR_SESSIONS": "4", "MONITOR_RETRY_SECONDS": "7"}
# The signal that ended it, once it had finished.
STOPPED = (0, -signal.SIGTERM)
# One of them is not there: that one replica has no such file, and the other does not answer, is no reason to say 503.
ADDRESSES = {
    "/": 200, "/council?la=Leeds": 200, "/api/v1/areas?limit=1": 200, "/_stcore/health": 200, "/media/nothing.csv": 404,
}  # fmt: skip


@contextmanager
def asked_all_the_time(proxy: Running) -> Iterator[list[tuple[str, int]]]:
    """Ask for pages and figures again and again meanwhile; all that was answered otherwise than it should be.

    An answer that was cut off, since its replica was killed while it wrote, is asked for again: no proxy can do that.
    """
    bad: list[tuple[str, int]] = []
    done = threading.Event()
    answers = 0

    def ask() -> None:
        nonlocal answers
        while not done.is_set():
            for number, (address, status) in enumerate(ADDRESSES.items()):
                # Readers of either replica.
                cookie = f"route={answers % 16:x}{number:x}5"
                try:
                    got = proxy.ask(address, cookie=cookie)
                except http.client.IncompleteRead:
                    got = proxy.ask(address, cookie=cookie)
                answers += 1
                if got.status != status:
                    bad.append((address, got.status))
                done.wait(0.03)  # one address may ask for figures twenty times a second

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield bad
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert answers > 20


def until(holds: Callable[[], bool], seconds: float) -> float:
    """Wait until something holds; the seconds it took."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < seconds, "It did not come to hold."
        time.sleep(0.05)
    return time.monotonic() - start


def ready(server: Running) -> tuple[int, str]:
    """What /readyz says: its status, and the data version that readers are shown."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/readyz")
    answer = connection.getresponse()
    status, body = answer.status, answer.read().decode("utf-8")
    connection.close()
    return status, body


def shows(server: Running, version: str) -> bool:
    """Whether a replica is ready with this version."""
    status, said = ready(server)
    return status == 200 and version in said


def version(path: Path) -> str:
    with duckdb.connect(str(path), read_only=True) as connection:
        ((found,),) = connection.execute("SELECT data_version FROM build").fetchall()
    return str(found)


def publish(to: Path, name: str, folder: Path) -> None:
    """Put the same figures in place under another version, as a build does: at once."""
    draft = folder / "draft.duckdb"
    shutil.copyfile(to, draft)
    with duckdb.connect(str(draft)) as connection:
        connection.execute("UPDATE build SET data_version = ?", [name])
    draft.replace(to)
