"""The whole database as one file that older DuckDBs read: every table with its comments, and a view of all figures.

It is made of the tables in memory, so it is of the data version that is served, whatever has happened to the file.
Keys and checks are left out: they held when it was built, and are nine tenths of its size.
"""

from __future__ import annotations

import base64
import hashlib
import os
import struct
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from dashboard.api import answers
from dashboard.api.answers import Answer
from dashboard.data.database import Database

MEDIA_TYPE = "application/vnd.duckdb"
NAME = "monitor.duckdb"
# DuckDB 1.4 of September 2025 and all later ones read this; ours writes the format of 2.0 unless told otherwise.
STORAGE = "v1.4.0"
# Many of our tables are small, and each takes whole blocks; the usual 256 kB would make the file a third larger.
BLOCK_SIZE = 65_536
VIEW = Path(__file__).parent / "figures.sql"
WRITER = Path(__file__).parent / "write_whole.py"
SECONDS = 120
# Of DuckDB's own allocator: see write_whole.py.
ZEROS = {"DUCKDB_JE_MALLOC_CONF": "zero:true"}
# The file begins with three headers of one page each, and a page with its checksum.
PAGE, HEADERS = 4096, 3
NAMED = slice(124, 140)


@dataclass(frozen=True)
class Whole:
    """The file, and what tells it from others."""

    answer: Answer
    sha256: str

    @property
    def digest(self) -> str:
        """As RFC 9530 says it."""
        return f"sha-256=:{base64.b64encode(bytes.fromhex(self.sha256)).decode()}:"

    @property
    def line(self) -> bytes:
        """As `sha256sum -c` reads it."""
        return f"{self.sha256}  {NAME}\n".encode()


_MADE: WeakKeyDictionary[Database, Whole] = WeakKeyDictionary()
_MAKING = threading.Lock()


def made(db: Database) -> Whole | None:
    """The file of a data version, where it has been made."""
    return _MADE.get(db)


def make(db: Database) -> Whole:
    """The file of a data version; made by the first request, while the others wait."""
    with _MAKING:
        if db not in _MADE:
            content = written(db)
            _MADE[db] = Whole(answers.document(content, binary=True), hashlib.sha256(content).hexdigest())
        return _MADE[db]


def written(db: Database) -> bytes:
    """The file: equal tables give equal bytes. Raises CalledProcessError or OSError where it cannot be written."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        for name, frame in db.table.items():
            frame.write_parquet(path.with_name(f"{name}.parquet"), compression="lz4")
        subprocess.run(
            [sys.executable, "-I", str(WRITER), folder], input=_sql(db, path), text=True, check=True, timeout=SECONDS,
            env={**os.environ, **ZEROS}, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        content = bytearray(path.read_bytes())
    _name(content, hashlib.sha256(db.data_version.encode()).digest()[:16])
    return bytes(content)


def _sql(db: Database, path: Path) -> str:
    statements = [
        f"ATTACH '{_quoted(str(path))}' AS whole (STORAGE_VERSION '{STORAGE}', BLOCK_SIZE {BLOCK_SIZE})",
        "USE whole",
    ]
    for name in sorted(db.table):
        rows = _quoted(str(path.with_name(f"{name}.parquet")))
        statements.append(f"CREATE TABLE \"{name}\" AS FROM read_parquet('{rows}') ORDER BY ALL")
    for (table, column), words in sorted(db.comments.items()):
        named = f'COLUMN "{table}"."{column}"' if column else f'TABLE "{table}"'
        statements.append(f"COMMENT ON {named} IS '{_quoted(words)}'")
    return ";\n".join([*statements, VIEW.read_text("utf-8"), "CHECKPOINT whole", "USE memory", "DETACH whole"])


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _name(content: bytearray, name: bytes) -> None:
    """Give the database a name by its content, where DuckDB drew a random one: sixteen bytes of the first header.

    A buffer that DuckDB uses twice leaves it in another header too. A page whose checksum is not as we know them is
    left alone: such a file is as good, but another one each time.
    """
    drawn = content[NAMED]
    for start in range(0, PAGE * HEADERS, PAGE):
        page = content[start : start + PAGE]
        if any(drawn) and page[NAMED] == drawn and _checksum(page) == page[:8]:
            page[NAMED] = name
            content[start : start + PAGE] = _checksum(page) + page[8:]


def _checksum(page: bytearray) -> bytes:
    """As DuckDB's storage writes it: over all but the first eight bytes, where it stands."""
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", page[8:]):
        checksum ^= word * 0xBF58476D1CE4E5B9 % 2**64
    return struct.pack("<Q", checksum)
