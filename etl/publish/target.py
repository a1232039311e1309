"""The built database, copied whole into another DuckDB: a file, a DuckLake or MotherDuck, by its connection string.

Tables, columns, types and comments are those of the database; of the rules only that a column is never empty. Keys and
checks held when it was built, and a warehouse knows few of them. What readers of the target see changes at one moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.locks import Progress, silent
from etl.model import EtlError
from etl.publish.live_database import STORAGE

# Ours alone in the target: it is replaced as a whole, and what others keep beside it is left alone.
SCHEMA = "child_protection"
# The table by which we know it before we replace it.
OURS = "build"
COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, duckdb_columns.comment
    FROM duckdb_columns() JOIN duckdb_tables() USING (database_name, table_name)
    WHERE database_name = 'monitor' ORDER BY table_name, column_index
"""
COMMENTS = "SELECT table_name, comment FROM duckdb_tables() WHERE database_name = 'monitor' AND comment IS NOT NULL"
TABLES = """
    SELECT table_name FROM duckdb_tables() WHERE database_name = 'target' AND schema_name = ?
    UNION ALL SELECT view_name FROM duckdb_views() WHERE database_name = 'target' AND schema_name = ? AND NOT internal
"""
# What follows these is a key or a password: as `…?motherduck_token=…`, `… password=…`, `…://name:password@host`.
SECRET = re.compile(r"(?i)(\?|(?:password|token|secret|key)\w*\s*=\s*|://[^/\s:@]*:)[^\s@&]+")

# What DuckDB says where an extension is not installed.
EXTENSION = re.compile(r"INSTALL (\w+)")


class TargetError(EtlError):
    """The target cannot be published to; what it held before is as it was."""


@dataclass(frozen=True)
class Published:
    """What the target holds now."""

    data_version: str
    tables: int
    rows: int


@dataclass(frozen=True)
class _Column:
    name: str
    kind: str
    required: bool
    comment: str | None


def publish(database: Path, to: str, progress: Progress = silent, *, files: str | None = None) -> Published:
    """Replace what the target holds of ours by the tables of a database, in one transaction.

    `to` is a connection string of DuckDB's: the path of a file, `ducklake:…` or `md:…`; `files` is where a new DuckLake
    keeps its Parquet files, which must be said where its catalog is a server's. Publishing again what is there already
    changes nothing that can be read. Raises TargetError.
    """
    _other_than(database, to)
    with duckdb.connect(":memory:", config=STORAGE) as connection:
        _source(connection, database)
        _target(connection, to, files)
        progress("look")
        _only_ours(connection)
        with _in_words(to):
            connection.execute("BEGIN")
            tables = _columns(connection)
            connection.execute(f"DROP SCHEMA IF EXISTS target.{SCHEMA} CASCADE")
            connection.execute(f"CREATE SCHEMA target.{SCHEMA}")
            rows = 0
            for name, columns in tables.items():
                progress(f"table {name}")
                rows += _copied(connection, name, columns)
            _comment(connection, tables)
            progress("commit")
            ((version,),) = connection.execute(f"SELECT data_version FROM target.{SCHEMA}.{OURS}").fetchall()
            connection.execute("COMMIT")
    return Published(str(version), len(tables), rows)


def shown(to: str) -> str:
    """A connection string for a message, without keys and passwords."""
    return SECRET.sub(r"\1…", to)


def _other_than(database: Path, to: str) -> None:
    path = Path(to)
    # Its versions would be as wrong: they are what is rolled back to.
    if path.exists() and (path.samefile(database) or path.resolve().parent == (database.parent / "versions").resolve()):
        raise TargetError(f"E_TARGET_SELF: {path.name} is what readers are served from. Name a file of its own.")


def _source(connection: duckdb.DuckDBPyConnection, database: Path) -> None:
    try:
        connection.execute(f"ATTACH {_text(str(database))} AS monitor (READ_ONLY)")
        connection.execute(f"FROM monitor.{OURS}").fetchall()  # else it is the database of something else
    except duckdb.Error as error:
        raise EtlError(f"E_DATABASE: {database.name} cannot be opened: {error} Run `python -m etl build`.") from error


def _target(connection: duckdb.DuckDBPyConnection, to: str, files: str | None) -> None:
    options = []
    if to.startswith("ducklake:"):
        # Else it keeps small tables in its catalog, where who reads the Parquet files does not find them.
        options.append("DATA_INLINING_ROW_LIMIT 0")
        options += [f"DATA_PATH {_text(files)}"] if files else []
    try:
        connection.execute(f"ATTACH {_text(to)} AS target" + (f" ({', '.join(options)})" if options else ""))
    except (duckdb.Error, OSError) as error:
        said = _said(error, to)
        if "lock" in said:
            why = f"E_TARGET_BUSY: {shown(to)} is open elsewhere ({said}) Close it there, and publish again."
        elif needed := EXTENSION.search(str(error)):
            why = (
                f"E_TARGET_EXTENSION: {shown(to)} needs an extension of DuckDB {duckdb.__version__} that is not here. "
                f"Install it where a network is, by `INSTALL {needed[1]}` in DuckDB."
            )
        else:
            why = (
                f"E_TARGET: {shown(to)} cannot be opened: {said} Name a DuckDB file whose folder is there, "
                "`ducklake:…` or `md:…`."
            )
        raise TargetError(why) from error


def _only_ours(connection: duckdb.DuckDBPyConnection) -> None:
    there = {name for (name,) in connection.execute(TABLES, [SCHEMA, SCHEMA]).fetchall()}
    if there and OURS not in there:
        raise TargetError(
            f"E_TARGET_OCCUPIED: the schema {SCHEMA} of the target holds what is not ours "
            f"({', '.join(sorted(there))}). Nothing was changed. Move it, or publish to another database."
        )


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[_Column]]:
    found: dict[str, list[_Column]] = {}
    for table, name, kind, nullable, comment in connection.execute(COLUMNS).fetchall():
        # A list of words is known to few targets; the comment says what is allowed, and the build checks it.
        plain = "VARCHAR" if kind.startswith("ENUM") else kind
        found.setdefault(table, []).append(_Column(name, plain, not nullable, comment))
    return found


def _copied(connection: duckdb.DuckDBPyConnection, table: str, columns: list[_Column]) -> int:
    """Make and fill a table; how many rows it has, which are the same ones there and here."""
    declared = ", ".join(f'"{one.name}" {one.kind}{" NOT NULL" if one.required else ""}' for one in columns)
    cells = ", ".join(f'"{one.name}"::{one.kind} AS "{one.name}"' for one in columns)
    connection.execute(f'CREATE TABLE target.{SCHEMA}."{table}" ({declared})')
    connection.execute(f'INSERT INTO target.{SCHEMA}."{table}" SELECT {cells} FROM monitor."{table}"')
    digest = f"SELECT count(*), bit_xor(hash(whole)) FROM (SELECT {cells} FROM {{}}) AS whole"
    here, there = (
        connection.execute(digest.format(f'{of}."{table}"')).fetchall()[0] for of in ("monitor", f"target.{SCHEMA}")
    )
    if here != there:
        raise TargetError(f"E_TARGET_WRITE: {table} is not the same in the target as here. Nothing was changed.")
    return int(here[0])


def _comment(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, list[_Column]]) -> None:
    for table, words in connection.execute(COMMENTS).fetchall():
        connection.execute(f'COMMENT ON TABLE target.{SCHEMA}."{table}" IS {_text(words)}')
    for table, columns in tables.items():
        for one in columns:
            if one.comment:
                connection.execute(f'COMMENT ON COLUMN target.{SCHEMA}."{table}"."{one.name}" IS {_text(one.comment)}')


@contextmanager
def _in_words(to: str) -> Iterator[None]:
    """The connection closes without a commit, and the target is as it was."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise TargetError(
            f"E_TARGET_WRITE: {shown(to)} could not be written: {_said(error, to)} "
            "It holds what it held before. Make room or give write permission, and publish again."
        ) from error


def _said(error: Exception, to: str) -> str:
    """What DuckDB says, on one line and without what may be a key."""
    first = str(error).replace(to, shown(to)).strip().splitlines()
    words = shown(first[0] if first else type(error).__name__)
    return words if words.endswith((".", "!")) else f"{words}."


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
