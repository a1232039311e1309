"""How a new database replaces the last one: by one process, whole or not at all, and so that it can be rolled back.

At every moment `data/monitor.duckdb` is one whole database, the last or the new. The last three versions lie in
`data/versions`, as copies: damage to the file that is served does not reach them.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from etl.locks import Progress, locked, silent
from etl.model import EtlError

DATABASE = "monitor.duckdb"
VERSIONS = "versions"
LOCK = "build.lock"
MOST_ARCHIVED = 3
# DuckDB 1.4 of September 2025 and all later ones read this; 2.0 writes a format of its own unless told otherwise. A
# check with `if(…)` in it stops the older ones: `CASE` does not.
STORAGE: dict[str, str | bool | int | float | list[str]] = {"storage_compatibility_version": "v1.4.0"}


@dataclass(frozen=True)
class Version:
    """A database that is or was in place."""

    name: str
    built_at: datetime
    live: bool


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Be the only process that changes the database, and remove the drafts of those that died. Raises BusyError."""
    with ExitStack() as held:
        with _errors_in_words():
            held.enter_context(locked(data / LOCK, "build"))
            for draft in [*data.glob(f"{DATABASE}.draft*"), *(data / VERSIONS).glob("*.draft")]:
                draft.unlink()
        yield


def publish(
    data: Path,
    schema: str,
    tables: Mapping[str, pl.DataFrame],
    check: Callable[[duckdb.DuckDBPyConnection], None],
    progress: Progress = silent,
) -> Path:
    """Put a database of these tables in place if `check` accepts it. Call it only while `alone`.

    Until the swap an error leaves everything as it was; what is left to do after it the next build does as well.
    """
    live, draft = data / DATABASE, data / f"{DATABASE}.draft"
    archived = _archive_path(data, str(tables["build"]["data_version"][0]))
    copy = archived.with_suffix(".draft")
    with _errors_in_words(), _remove_at_end(draft, copy):
        progress("database")
        _write(draft, schema, tables, progress)
        progress("checks")
        with duckdb.connect(str(draft), read_only=True) as connection:
            check(connection)
        progress("to disk")
        _to_disk(draft)
        progress("keep the last")
        _archive_live(data)
        # Copied before the swap, so that a disk that is full says so while nothing has changed.
        progress("keep the new")
        _copied(draft, copy)
        progress("swap")
        _swap(draft, live)
        progress("swapped")
        copy.replace(archived)
        _make_newest(data, archived)
    progress("kept")
    # What cannot be removed now is removed after the next build.
    with suppress(OSError):
        for old in _archived(data)[:-MOST_ARCHIVED]:
            old.unlink()
    progress("done")
    return live


def versions(data: Path) -> list[Version]:
    """The live version and the archived ones, newest first; what cannot be read is left out."""
    live = _version(data / DATABASE, live=True)
    archived = [_version(path, live=False) for path in reversed(_archived(data))]
    known = [live if live and version.name == live.name else version for version in archived if version]
    # A build that was killed right after its swap has not archived its version yet.
    return known if live is None or live in known else [live, *known]


def file_of(data: Path, name: str) -> Path:
    """The database of this name: the live version, an archived one, or a file; EtlError where there is none."""
    for path in (_archive_path(data, name), Path(name)):
        if path.is_file():
            return path
    live = _version(data / DATABASE, live=True)
    if live and live.name == name:
        return data / DATABASE
    names = ", ".join(version.name for version in versions(data)) or "none"
    raise EtlError(f"E_VERSION: there is no version or file {name!r}. Kept: {names}. Name one of these, or a file.")


def rollback(data: Path, name: str | None = None, progress: Progress = silent) -> str:
    """Put an archived version in place again, by default the one before the live one; its name.

    Where the live file cannot be read, that is the newest archived one. Call it only while `alone`.
    """
    names = [path.stem for path in _archived(data)]
    live = _version(data / DATABASE, live=True)
    earlier = names[: names.index(live.name)] if live and live.name in names else names
    chosen = name if name is not None else next(reversed(earlier), None)
    if chosen not in names:
        raise EtlError(
            f"E_VERSION: {f'there is no version {name!r}' if name else 'there is no earlier version'}. "
            f"Kept: {', '.join(names) or 'none'}. Name one of these, or run `python -m etl build`."
        )
    draft = data / f"{DATABASE}.draft"
    with _errors_in_words(), _remove_at_end(draft):
        progress("copy")
        _copied(_archive_path(data, chosen), draft)
        progress("read whole")
        _read_whole(draft, chosen)
        if live and live.name not in names:
            _archive_live(data)
        progress("swap")
        _swap(draft, data / DATABASE)
        progress("swapped")
    return chosen


def _write(path: Path, schema: str, tables: Mapping[str, pl.DataFrame], progress: Progress) -> None:
    try:
        with duckdb.connect(str(path), config=STORAGE) as connection:
            connection.execute("BEGIN")
            connection.execute(schema)
            for name, frame in tables.items():
                progress(f"table {name}")
                connection.register("incoming", frame)
                # Table names are ours, never a reader's.
                connection.execute(f'INSERT INTO "{name}" BY NAME FROM incoming')
                connection.unregister("incoming")
            progress("commit")
            connection.execute("COMMIT")
            progress("checkpoint")
            connection.execute("CHECKPOINT")
    except duckdb.ConstraintException as error:
        raise EtlError(
            f"E_CONSTRAINT: the schema refuses a row: {error} "
            "Trace it to its release by `python -m etl status`, and report it to the publisher."
        ) from error
    # A disk that fills up is fatal to DuckDB while rows are written, and an error of the transaction at its end.
    except (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException) as error:
        raise OSError(str(error)) from error
    if Path(f"{path}.wal").exists():
        raise OSError("a part of it stayed in its log")


def _swap(draft: Path, live: Path) -> None:
    # Left by somebody who opened the live file to write and died: DuckDB would apply it to the new file.
    Path(f"{live}.wal").unlink(missing_ok=True)
    draft.replace(live)
    _to_disk(live.parent)


def _archive_live(data: Path) -> None:
    """Archive the live version as the newest; a file that cannot be read is not archived."""
    live = _version(data / DATABASE, live=True)
    if live is None:
        return
    archived = _archive_path(data, live.name)
    copy = archived.with_suffix(".draft")
    if not archived.exists():
        with _remove_at_end(copy):
            _copied(data / DATABASE, copy)
            copy.replace(archived)
    _make_newest(data, archived)


def _archived(data: Path) -> list[Path]:
    """The archived versions in the order in which they were last in place at a build: after a rollback and a new build,
    the version that was rolled back comes before the one that took its place."""
    return sorted((data / VERSIONS).glob("*.duckdb"), key=lambda path: path.stat().st_mtime_ns)


def _archive_path(data: Path, version: str) -> Path:
    return data / VERSIONS / f"{version}.duckdb"


def _make_newest(data: Path, archived: Path) -> None:
    # Not by the clock alone: it may have been put back, and ticks are coarser than builds of a test.
    last = max(path.stat().st_mtime_ns for path in _archived(data))
    moment = max(time.time_ns(), last + 1)
    os.utime(archived, ns=(moment, moment))


def _copied(from_: Path, to: Path) -> None:
    to.parent.mkdir(exist_ok=True)
    shutil.copyfile(from_, to)
    _to_disk(to)


def _to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, would survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _version(path: Path, *, live: bool) -> Version | None:
    try:
        path.stat()  # DuckDB would create a database that is not there
        with duckdb.connect(str(path), read_only=True) as connection:
            name, built_at = connection.execute("SELECT data_version, built_at FROM build").fetchall()[0]
    except (duckdb.Error, OSError):
        return None
    return Version(name, built_at, live)


def _read_whole(path: Path, version: str) -> None:
    """Raise EtlError unless every row of every table can be read: DuckDB compares checksums as it reads."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            for (table,) in connection.execute("SHOW TABLES").fetchall():
                connection.execute(f'SELECT bit_xor(hash(whole)) FROM "{table}" AS whole').fetchall()
    except duckdb.Error as error:
        raise EtlError(
            f"E_VERSION: the kept version {version} is damaged ({error}). "
            "Name another one, or run `python -m etl build`; the live database is untouched."
        ) from error


@contextmanager
def _remove_at_end(*drafts: Path) -> Iterator[None]:
    """Remove the drafts, whatever happens."""
    try:
        yield
    finally:
        for draft in drafts:
            for leftover in (draft, Path(f"{draft}.wal")):
                leftover.unlink(missing_ok=True)


@contextmanager
def _errors_in_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EtlError(
            f"E_WRITE: {DATABASE} could not be written: {error.strerror or error}. "
            "Make room or give write permission, and build again; the last good database is untouched."
        ) from error
