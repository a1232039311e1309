"""Replicas behind Debian's nginx, with deploy/nginx.conf itself, run by an ordinary user."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.hosting.running import ROOT, Running, free_port, running

DEPLOY = ROOT / "deploy"
NAMES = ("a", "b")
# Who runs nginx where the tests are run by root: nobody.
NOBODY = 65534
# What a reader waits at most for a replica that was told to stop, or that comes again (fail_timeout of nginx.conf).
LEFT_OUT_SECONDS = 5


def rendered(conf: str, folder: Path, port: int, replicas: dict[str, int]) -> str:
    """The configuration with this machine's ports and paths; each that is replaced must be there."""
    changes = {
        "listen 8080 default_server": f"listen 127.0.0.1:{port} default_server",
        "/dev/stdout": f"{folder}/nginx.log",
        "/usr/share/nginx/monitor": f"{folder}",
        "/etc/nginx/https*.conf": f"{folder}/https*.conf",
        **{f"replica-{name}:8501": f"127.0.0.1:{there}" for name, there in replicas.items()},
    }
    for ours in changes:
        assert ours in conf, ours
    # All at once: what takes the place of one is not looked at for another.
    return re.sub("|".join(map(re.escape, changes)), lambda found: changes[found[0]], conf)


@dataclass
class Replicas:
    """Servers over one database file, by their names, and what stands before them."""

    database: Path
    folder: Path
    settings: dict[str, str]
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in NAMES})
    servers: dict[str, Running] = field(default_factory=dict)
    _open: dict[str, ExitStack] = field(default_factory=dict)

    proxy: Running = field(init=False)
    _way: ExitStack = field(default_factory=ExitStack)

    def open_the_way(self, port: int = 0) -> None:
        """Start nginx."""
        self.proxy = self._way.enter_context(nginx(self.folder, self.ports, port))

    def cut_the_way(self) -> None:
        """Stop nginx and start it anew: every line to a reader is cut, and no replica notices more than that."""
        self._way.close()
        self.open_the_way(self.proxy.port)

    def start(self, *names: str, warm: bool = False) -> None:
        """Start replicas and wait until they are ready; `warm` runs every page first, as where readers come."""
        with ThreadPoolExecutor() as at_once:
            list(at_once.map(partial(self._start, warm=warm), names))
        for name in names:
            self.servers[name].wait_for("ready")

    def _start(self, name: str, *, warm: bool) -> None:
        opened = ExitStack()
        log = self.folder / f"{name}-{time.monotonic_ns()}.log"
        self.servers[name] = opened.enter_context(
            running(
                self.database, log, STREAMLIT_SERVER_PORT=str(self.ports[name]), MONITOR_METRICS_PORT=str(free_port()),
                MONITOR_WARM="yes" if warm else "no", **self.settings,
            )
        )  # fmt: skip
        self._open[name] = opened

    def kill(self, *names: str) -> None:
        """As a machine that loses its power: nothing is said, nothing is finished."""
        for name in names:
            self.servers[name].process.send_signal(signal.SIGKILL)
        for name in names:
            self.servers[name].process.wait(10)
            self._open.pop(name).close()

    def stop(self) -> None:
        """Stop them all."""
        self._way.close()
        for opened in self._open.values():
            opened.close()
        self._open.clear()

    def whole(self) -> None:
        """Start those that are gone, and wait until nginx sends readers to all of them."""
        gone = [name for name in NAMES if name not in self._open or self.servers[name].process.poll() is not None]
        for name in gone:
            if name in self._open:
                self._open.pop(name).close()
        self.start(*gone)
        if gone:
            end = time.monotonic() + 3 * LEFT_OUT_SECONDS
            while {self._asked_for(f"route={first}a5") for first in "0123456789abcdef"} != {*self._addresses()}:
                assert time.monotonic() < end, "nginx leaves a replica out that is there."
                time.sleep(0.2)

    def of(self, cookie: str) -> str:
        """The replica that a reader with this cookie is sent to now."""
        # Where one did not answer, another was asked after it.
        return self._addresses()[re.split(", | : ", self._asked_for(cookie))[-1]]

    def _addresses(self) -> dict[str, str]:
        return {f"127.0.0.1:{port}": name for name, port in self.ports.items()}

    def _asked_for(self, cookie: str) -> str:
        """Who was asked for a reader with this cookie, one after the other, as the log has it."""
        before = self._heads()
        assert self.proxy.ask("/_stcore/health", "HEAD", cookie=cookie).status == 200
        end = time.monotonic() + 5
        while len(found := self._heads()) == len(before):  # a line is written once its answer is sent
            assert time.monotonic() < end
            time.sleep(0.005)
        return found[-1]

    def _heads(self) -> list[str]:
        """Who was asked in the way that nobody else asks."""
        return [line["replica"] for line in self.proxy.lines() if line["method"] == "HEAD"]

    def cookie_of(self, name: str) -> str:
        """A cookie whose readers are sent to this replica."""
        return next(found for number in range(256) if self.of(found := f"route={number:03x}") == name)


@contextmanager
def behind_nginx(database: Path, **settings: str) -> Iterator[Replicas]:
    """Two replicas over a database, ready, and nginx before them."""
    folder = Path(tempfile.mkdtemp(prefix="monitor-drill-"))
    found = Replicas(database, folder, settings)
    try:
        found.open_the_way()
        found.start(*NAMES, warm=True)
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder)


@contextmanager
def nginx(folder: Path, replicas: dict[str, int], port: int = 0) -> Iterator[Running]:
    """nginx before these ports, in a folder that it may write to, with its log."""
    port = port or free_port()
    conf = folder / "nginx.conf"
    conf.write_text(rendered((DEPLOY / "nginx.conf").read_text("utf-8"), folder, port, replicas), "utf-8")
    shutil.copy(DEPLOY / "503.html", folder)
    log = folder / "nginx.log"
    log.touch()
    root = os.geteuid() == 0
    if root:
        for one in (folder, log):
            os.chown(one, NOBODY, NOBODY)
        folder.chmod(0o755)
    command = ["nginx", "-c", str(conf), "-p", str(folder), "-e", "stderr", "-g", "daemon off;"]
    with (folder / "nginx.errors").open("wb") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, cwd="/",
            user=NOBODY if root else None, group=NOBODY if root else None, extra_groups=[] if root else None,
        )  # fmt: skip
        try:
            found = Running(process, port, log, {})
            _wait(found, folder / "nginx.errors")
            yield found
        finally:
            process.terminate()
            process.wait(10)


def headers(running: Running, path: str, method: str = "GET", **sent: str) -> tuple[int, list[tuple[str, str]]]:
    """The status, and every header as often as it came."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in sent.items()})
        answer = connection.getresponse()
        answer.read()
        return answer.status, [(name.lower(), value) for name, value in answer.getheaders()]
    finally:
        connection.close()


def _wait(started: Running, errors: Path) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end and started.process.poll() is None:
        try:
            if started.ask("/.nothing").status == 404:
                return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"nginx did not start:\n{errors.read_text('utf-8')}")
