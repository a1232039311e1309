"""What a database file holds: read by this process, or by one of its own, which leaves none of its memory behind.

Reading takes several times the memory of what is read, and DuckDB, pyarrow and the allocators keep most of it for the
next time, which in a server never comes. `python -m dashboard.data.contents FILE` writes the contents to its output.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

import polars as pl

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120
# Tables of more rows are unpacked whenever somebody asks for them: pages do not, as their figures are in `figure`.
MANY = 10_000
# The comments of the schema on tables (column "") and columns: the data dictionary.
COMMENTS = """
    SELECT table_name, '', comment FROM duckdb_tables() WHERE database_name = 'monitor' AND comment IS NOT NULL
    UNION ALL
    SELECT table_name, column_name, comment FROM duckdb_columns()
    WHERE database_name = 'monitor' AND comment IS NOT NULL
"""
# Without views: the whole database, as the API gives it, has a view of all figures.
TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'monitor' ORDER BY ALL"


class UnreadableError(Exception):
    """A file that cannot be read as a database of ours; its text is the kind of the error."""


@dataclass(frozen=True)
class Contents:
    """All that a file holds."""

    table: Mapping[str, pl.DataFrame]
    figure: pl.DataFrame
    """Every observation with its area, rank and change (see `Database`), s, direction and no_direction (of `trend`).

    `read_apart` gives its texts as Enum, a byte each where a text takes 16: `spelt` makes texts of them.
    """
    comments: dict[tuple[str, str], str]


class Tables(Mapping[str, pl.DataFrame]):
    """Tables by name. Those of many rows stay packed, a tenth as large, and are unpacked when they are asked for."""

    def __init__(self, packed: Mapping[str, bytes], rows: Mapping[str, int]) -> None:
        self._packed = {name: part for name, part in packed.items() if rows[name] > MANY}
        self._frames = {name: _unpack(part) for name, part in packed.items() if rows[name] <= MANY}
        self._names = list(packed)

    def __getitem__(self, name: str) -> pl.DataFrame:
        return _unpack(self._packed[name]) if name in self._packed else self._frames[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def read(path: Path) -> Contents:
    """Read every table of a file; raises duckdb.Error, OSError or what Polars raises over tables that are not ours."""
    # DuckDB is some 40 MB of a process; a server has another process read (`read_apart`).
    from dashboard.data.duckdb_connection import open_read_only

    with open_read_only(path) as connection:
        names = [row[0] for row in connection.execute(TABLES).fetchall()]
        table = {name: _plain(connection.sql(f'FROM "{name}"').pl()) for name in names}
        comments = connection.execute(COMMENTS).fetchall()
    return Contents(table, _figure(table), {(name, column): words for name, column, words in comments})


def read_apart(path: Path) -> Contents:
    """`read` by a process of its own; raises OSError where there is no file, and UnreadableError for all else."""
    path.stat()
    asked = subprocess.run(
        [sys.executable, "-m", __name__, str(path)], capture_output=True, check=False, timeout=SECONDS,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    line, _, rest = asked.stdout.partition(b"\n")
    if asked.returncode:
        raise UnreadableError(line.decode() or f"status {asked.returncode}")
    head, parts, start = json.loads(line), dict[str, bytes](), 0
    for name, length in head["lengths"]:
        parts[name] = rest[start : start + length]
        start += length
    figure = _read(parts.pop(""))
    comments = {(table, column): words for table, column, words in head["comments"]}
    return Contents(Tables(parts, head["rows"]), figure, comments)


def read_identity(path: Path) -> tuple[str, datetime]:
    """The data version that a file holds, and when it was built (UTC), though the rest of it may be damaged.

    Raises UnreadableError or OSError.
    """
    import duckdb

    from dashboard.data import duckdb_connection

    try:
        return duckdb_connection.read_identity(path)
    except duckdb.Error as error:
        raise UnreadableError(type(error).__name__) from error


def kind_of(error: Exception) -> str:
    """What went wrong with a file, in a word for the log; never what the error says, which may hold data."""
    return str(error) if isinstance(error, UnreadableError) else type(error).__name__


def _figure(table: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    keys = ["metric_id", "area_id", "period_end"]
    areas = table["area"].select("area_id", "name", "kind", "region_id", "authority_type", "very_small")
    return (
        table["observation"]
        .join(areas, on="area_id")
        .join(table["standing"], on=keys, how="left")
        .join(table["change"], on=keys, how="left")
        .join(table["series_break"].rename({"reason": "series_break"}), on=["metric_id", "period_end"], how="left")
        .join(
            table["quarter_cut"].select("metric_id", "period_end", "figures", "hidden", "enough"),
            on=["metric_id", "period_end"],
            how="left",
        )
        .join(table["trend"].rename({"reason": "no_direction"}), on=keys, how="left")
        # Of neutral measures and grades only those that are left out of groups and axes have a standing.
        .with_columns(
            pl.coalesce("sets_cut", ~pl.col("very_small")).alias("sets_cut"), pl.col("enough").fill_null(True)
        )
        .sort("metric_id", "period_end", "area_id")
    )


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """ENUM columns arrive as categories; text joins and compares without surprises."""
    return frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))


def _pack(frame: pl.DataFrame) -> bytes:
    """Words that come again are written once, so that in memory too they stand once (`_unpack`)."""
    words = {name: frame[name].drop_nulls().unique() for name, kind in frame.schema.items() if kind == pl.String}
    again = [pl.col(name).cast(pl.Enum(found)) for name, found in words.items() if 10 * len(found) < frame.height]
    into = BytesIO()
    frame.with_columns(again).write_ipc_stream(into, compression="zstd")
    return into.getvalue()


def _read(part: bytes) -> pl.DataFrame:
    return pl.read_ipc_stream(BytesIO(part))


def _unpack(part: bytes) -> pl.DataFrame:
    return spelt(_read(part))


class Spelling:
    """What makes texts of the Enums of a frame, and of parts of it: joins, comparisons and files are those of text.

    Made once for many parts, since that takes longer than to spell one.
    """

    def __init__(self, schema: Mapping[str, pl.DataType]) -> None:
        # A cast would write each word again in each row.
        self._columns = {
            name: pl.lit(kind.categories).gather(pl.col(name).to_physical()).alias(name)
            for name, kind in schema.items()
            if isinstance(kind, pl.Enum)
        }

    def __call__(self, part: pl.DataFrame) -> pl.DataFrame:
        return part.with_columns(self._columns[name] for name in part.columns if name in self._columns)


def spelt(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with texts in the place of Enum."""
    return Spelling(frame.schema)(frame)


def _write(path: Path) -> None:
    """Write the contents of a file to the output: a line that says what follows, then the tables, packed."""
    try:
        found = read(path)
    except Exception as error:  # noqa: BLE001 - whatever it is, who asked is told its kind
        sys.stdout.write(type(error).__name__)
        sys.exit(1)
    parts = {name: _pack(frame) for name, frame in {"": found.figure, **found.table}.items()}
    head = {
        "lengths": [(name, len(part)) for name, part in parts.items()],
        "rows": {name: frame.height for name, frame in found.table.items()},
        "comments": [(*place, words) for place, words in found.comments.items()],
    }
    sys.stdout.buffer.writelines([json.dumps(head).encode(), b"\n", *parts.values()])


if __name__ == "__main__":
    _write(Path(sys.argv[1]))
