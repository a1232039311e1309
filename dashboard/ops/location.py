"""Where the database lies: a file of this machine, or an address whose copies are taken into a folder here."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

DATABASE, FOLDER = "MONITOR_DATABASE", "MONITOR_DATABASE_FOLDER"
# What the copy is called, whatever the address calls it.
NAME = "monitor.duckdb"
DEFAULT_PATH = Path(__file__).resolve().parents[2] / "data" / "monitor.duckdb"
SHA256 = ".sha256"
# Without encryption only what does not leave this machine, for drills.
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
# When a file was written, which one it is, and how long.
Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Address:
    """Of a database that lies elsewhere."""

    url: str

    @property
    def sha256(self) -> str:
        """The address of its SHA-256, which is published beside it; a query, as of a signed address, is kept."""
        parts = urlsplit(self.url)
        return parts._replace(path=parts.path + SHA256).geturl()

    @property
    def shown(self) -> str:
        """As it may be logged: a query may hold a key."""
        return self.url.partition("?")[0]


def place(text: str) -> Path | Address:
    """Reads where a database lies: a path (`~` is the home folder) or an address; raises ValueError for any other."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", text):
        return Path(text).expanduser().absolute()
    parts = urlsplit(text)
    if not text.isascii() or re.search(r"[\s\x00-\x1f\x7f<>\"#\\]", text) or not _reached(parts):
        raise ValueError(text)
    return Address(text)


def local(environment: Mapping[str, str], otherwise: Path) -> Path:
    """The file that this server opens: the one that is named, the copy of one at an address, or `otherwise`."""
    text = environment.get(DATABASE, "").strip()
    if not text:
        return otherwise
    found = place(text)
    if isinstance(found, Path):
        return found
    folder = environment.get(FOLDER, "").strip()
    return (Path(folder).expanduser().absolute() if folder else _private()) / NAME


def seen(path: Path) -> Stamp | None:
    """Which file it is that lies there, as of now; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _reached(parts: SplitResult) -> bool:
    """Whether we would ask there: https, nobody's name and password, and the path of something."""
    here = parts.scheme == "http" and parts.hostname in THIS_MACHINE
    try:
        port = parts.port
    except ValueError:
        return False
    named = bool(parts.hostname) and "@" not in parts.netloc and port != 0
    return (parts.scheme == "https" or here) and named and not parts.path.endswith("/") and len(parts.path) > 1


@cache
def _private() -> Path:
    """A folder that goes with this process, and that nobody else reads."""
    folder = Path(tempfile.mkdtemp(prefix="child-protection-monitor-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
