"""Where the database lies: a file of this machine, or an address, which is copied into a folder here."""

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
# The name of the copy, whatever the address calls it.
NAME = "monitor.duckdb"
DEFAULT_PATH = Path(__file__).resolve().parents[2] / "data" / "monitor.duckdb"
SHA256 = ".sha256"
# Only these may be asked without encryption, for drills.
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
# When a file was written, its inode and its size.
Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Address:
    """The address of a database that lies elsewhere."""

    url: str

    @property
    def sha256(self) -> str:
        """The address of its SHA-256, which is published beside it; a query, as of a signed address, stays."""
        parts = urlsplit(self.url)
        return parts._replace(path=parts.path + SHA256).geturl()

    @property
    def shown(self) -> str:
        """As it may be logged: a query may hold a key."""
        return self.url.partition("?")[0]


def parse_location(text: str) -> Path | Address:
    """Reads where a database lies: a path (`~` is the home folder) or an address; raises ValueError for any other."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", text):
        return Path(text).expanduser().absolute()
    parts = urlsplit(text)
    if not text.isascii() or re.search(r"[\s\x00-\x1f\x7f<>\"#\\]", text) or not _is_acceptable(parts):
        raise ValueError(text)
    return Address(text)


def local_path(environment: Mapping[str, str], otherwise: Path) -> Path:
    """The file that this server opens: the one that is named, the copy of one at an address, or `otherwise`."""
    text = environment.get(DATABASE, "").strip()
    if not text:
        return otherwise
    location = parse_location(text)
    if isinstance(location, Path):
        return location
    folder = environment.get(FOLDER, "").strip()
    return (Path(folder).expanduser().absolute() if folder else _private_folder()) / NAME


def stamp_of(path: Path) -> Stamp | None:
    """What tells the file that lies there now from others; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def _is_acceptable(parts: SplitResult) -> bool:
    """Whether it is an address we would ask: https, no name and password, and the path of a file."""
    here = parts.scheme == "http" and parts.hostname in THIS_MACHINE
    try:
        port = parts.port
    except ValueError:
        return False
    named = bool(parts.hostname) and "@" not in parts.netloc and port != 0
    return (parts.scheme == "https" or here) and named and not parts.path.endswith("/") and len(parts.path) > 1


@cache
def _private_folder() -> Path:
    """A folder that is removed with this process, and that nobody else can read."""
    folder = Path(tempfile.mkdtemp(prefix="child-protection-monitor-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
