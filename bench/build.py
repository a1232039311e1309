"""What a build of the database from the committed releases costs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.server import ROOT

DATABASE = "monitor.duckdb"


@dataclass(frozen=True)
class Build:
    """One build in a process of its own."""

    seconds: float
    cpu: float
    peak_mb: float


def copy(folder: Path) -> Path:
    """A data folder without its database, in which to build."""
    return Path(shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns(f"{DATABASE}*")))


def build(data: Path) -> Build:
    """Build from nothing, as a fresh clone does."""
    (data / DATABASE).unlink(missing_ok=True)
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "etl", "build", "--data", str(data)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError("The build failed; what it said stands above.")
    return Build(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
