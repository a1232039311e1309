"""A server that is started to be measured, and what it has cost so far. Linux only, for the sake of exact CPU time."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running Streamlit server."""

    pid: int
    address: str
    """Host and port."""

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def cpu(self) -> float:
        """Seconds of CPU that all its threads have used, those that have ended among them."""
        # The CPU clock of another process (clock_getcpuclockid(3)). /proc/PID/stat holds the same in ticks of 10 ms.
        return time.clock_gettime((~self.pid << 3) | 2)

    def memory(self) -> float:
        """Megabytes of memory it holds now (resident)."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def serve(
    script: str, *options: str, core: int | None = None, home: Path = ROOT, **environment: str
) -> Iterator[Server]:
    """A Streamlit server of a script of this repository, on a free port.

    It has the product's settings (those of the folder `home`) and these `options` besides, and may use one `core`.
    """
    address = f"127.0.0.1:{_free_port()}"
    host, port = address.split(":")
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / script)]
    command += ["--server.address", host, "--server.port", port, *options]
    with tempfile.TemporaryFile() as said:
        cores = os.sched_getaffinity(0)
        # All its threads inherit it, so it is set before there are any.
        os.sched_setaffinity(0, cores if core is None else {core})
        try:
            process = subprocess.Popen(
                command, cwd=home, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, stdout=said,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        finally:
            os.sched_setaffinity(0, cores)
        try:
            server = Server(process.pid, address)
            _wait(server, process)
            yield server
        except BaseException:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace")[-4000:])
            raise
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("The server did not start; what it said stands above.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
