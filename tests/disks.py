"""A disk of its own that is soon full, for drills: only root may mount one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def disk(where: Path, megabytes: int) -> Iterator[Path]:
    """Such a disk, mounted in a new folder; the test is skipped where that cannot be."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("Only root may mount a small disk to fill up.")
    where.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(where)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip(f"No disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield where
    finally:
        subprocess.run(["umount", str(where)], check=True)


def free(where: Path) -> int:
    """Bytes that are still free."""
    found = os.statvfs(where)
    return found.f_bavail * found.f_frsize


def fill(where: Path, room: int) -> Path:
    """Leave so many bytes free; the file to remove afterwards."""
    filler = where / "filler"
    filler.write_bytes(bytes(max(0, free(where) - room)))
    return filler
