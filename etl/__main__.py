"""The ETL's commands: `python -m etl --help` lists them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import duckdb
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from etl import areas as area_files
from etl import releases
from etl.build import builder as building
from etl.build import commitments as promising
from etl.build import leadership_register as registering
from etl.build import operator_files
from etl.check import changes as changing
from etl.check import database as checking
from etl.check import overview, reconcile_lait
from etl.check.validation import Allowed
from etl.extract.release_loading import load_release
from etl.fetch import published_files as fetching
from etl.fetch.http import Web
from etl.locks import BusyError
from etl.model import EtlError, Loaded, Source
from etl.publish import live_database as publishing
from etl.publish import target as targets
from etl.sources import all_sources

app = typer.Typer(
    help="Official figures -> data/monitor.duckdb.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# Into a pipe or a file tables are printed whole; on a terminal they are fitted to it.
out = Console(width=None if sys.stdout.isatty() else 240)
err = Console(stderr=True, soft_wrap=True, highlight=False)

DataFolder = Annotated[Path, typer.Option("--data", help="The folder of schema, releases and database.")]
RegisterFile = Annotated[
    Path | None,
    typer.Option(
        "--register", envvar="MONITOR_REGISTER", help=f"The leadership register; else data/{operator_files.REGISTER}."
    ),
]
CommitmentsFile = Annotated[
    Path | None,
    typer.Option(
        "--commitments",
        envvar="MONITOR_COMMITMENTS",
        help=f"Reforms and targets; else data/{operator_files.COMMITMENTS}.",
    ),
]
AcceptEmpty = Annotated[bool, typer.Option(help="Build it though what was kept by hand is gone.")]
BAD_INPUT, BUSY = 2, 3
BUILT = "%-d %B %Y at %H:%M UTC"


@app.command()
def fetch(
    names: Annotated[list[str] | None, typer.Argument(help="Sources to fetch; all when none is named.")] = None,
    to: Annotated[Path, typer.Option("--to", help="The folder of published files.")] = Path("published"),
) -> None:
    """Download the published files of our editions where they have an address, and say how to get the others.

    Ends with status 2 unless the folder then has every file that `extract` reads.
    """
    with _progress() as tell:
        fetched = fetching.fetch(_chosen(names), to, Web(), tell)
    for one in fetched:
        (out if one.here else err).print(f"{one.path}: {one.words}", markup=False, soft_wrap=True)
    if not all(one.here for one in fetched):
        raise typer.Exit(BAD_INPUT)


@app.command()
def extract(
    names: Annotated[list[str] | None, typer.Argument(help="Sources to extract; all when none is named.")] = None,
    from_: Annotated[
        Path, typer.Option("--from", help="The folder of published files, one folder a publisher's release.")
    ] = Path("published"),
    allow_older: Annotated[bool, typer.Option(help="Load an edition older than the one in place.")] = False,
    accept_revision: Annotated[bool, typer.Option(help="Load it though much is revised.")] = False,
    accept_missing: Annotated[bool, typer.Option(help="Load it though rows that were there are gone.")] = False,
    accept_unproved: Annotated[
        bool, typer.Option(help="Load it though figures contradict what is printed beside them.")
    ] = False,
    data: DataFolder = building.DATA,
) -> None:
    """Read published files and write the cells we use to data/releases, as text, with where each one stood.

    Each is loaded once and compared with the edition in place: what cannot be right is refused. Of a folder of reports
    those that are right are loaded, the others are named, and the command ends with status 2.
    """
    refused: list[str] = []
    chosen = _chosen(names)
    sources = {source.id: source for source in all_sources()}
    ready: dict[str, Loaded] = {}
    allowed = Allowed(older=allow_older, revision=accept_revision, missing=accept_missing, unproved=accept_unproved)
    with publishing.alone(data), _progress() as tell:
        for source in chosen:
            loaded = load_release(source, from_, data, sources, allowed, tell, ready)
            path = loaded.path
            out.print(f"{source.id}: {path.name}, {path.stat().st_size / 1000:.0f} kB")
            for words in loaded.warnings:
                out.print(f"  warning: {words}", style="yellow", markup=False, soft_wrap=True)
            for words in loaded.revisions:
                out.print(f"  revised: {words}", markup=False, soft_wrap=True)
            for words in loaded.refused:
                err.print(f"  refused: {words}", style="red", markup=False)
            refused += loaded.refused
    if refused:
        raise typer.Exit(BAD_INPUT)


@app.command()
def columns(
    source: Annotated[str, typer.Argument(help="A source, as in `etl/sources`.")],
    data: DataFolder = building.DATA,
) -> None:
    """List the columns of a source's loaded release, what a new measure of it can be read from.

    Each with how many of its cells are filled, and the first of them.
    """
    (chosen,) = _chosen([source])
    found = releases.read(data / "releases", chosen).columns()
    for (file, sheet), rows in found.group_by("file", "sheet", maintain_order=True):
        table = rows.select("column", "filled", "example")
        _table(f"{file}, {sheet}" if sheet else str(file), table.columns, table.iter_rows(), ("column", "example"))


@app.command()
def build(
    register: RegisterFile = None,
    commitments: CommitmentsFile = None,
    accept_empty: AcceptEmpty = False,
    data: DataFolder = building.DATA,
) -> None:
    """Build data/monitor.duckdb from data/releases. A failed build leaves the last good database untouched."""
    _build(data, operator_files.choose_paths(data, register, commitments), accept_empty)
    with _open_database(data) as connection:
        _query("England, newest period", connection, overview.HEADLINES)


@app.command()
def register(
    action: Annotated[Literal["check", "load"], typer.Argument(help="check them, or check and build with them.")],
    register: RegisterFile = None,
    commitments: CommitmentsFile = None,
    accept_empty: AcceptEmpty = False,
    data: DataFolder = building.DATA,
) -> None:
    """Check the files kept by hand, the leadership register and the commitments, or build the database with them.

    All that is wrong with either is said at once, with line and remedy, and nothing is changed.
    """
    operator_paths = operator_files.choose_paths(data, register, commitments)
    if action == "load":
        _build(data, operator_paths, accept_empty)
        return
    metrics = [metric for source in all_sources() for metric in source.metrics]
    posts = registering.check(
        operator_files.read_file(operator_paths.register),
        area_files.read(data),
        datetime.now(UTC).date(),
        operator_paths.register.name,
    )
    promised = promising.check(
        operator_files.read_file(operator_paths.commitments), metrics, operator_paths.commitments.name
    )
    _print_warnings((*posts.warnings, *promised.warnings))
    operator_files.refuse_errors(posts, promised)
    for path, checked in ((operator_paths.register, posts), (operator_paths.commitments, promised)):
        rows = checked.table.height
        out.print(f"{path.name}: {rows} row{'' if rows == 1 else 's'}, nothing wrong", markup=False)


@app.command()
def check(
    prove: Annotated[bool, typer.Option("--prove", help="List what proves the figures of each measure.")] = False,
    data: DataFolder = building.DATA,
) -> None:
    """Say of every check whether it holds, with the rows that contradict it and the remedy."""
    bad = False
    with _open_database(data) as connection:
        if prove:
            _query("What proves the figures of each measure", connection, overview.PROOFS)
            return
        for one in checking.CHECKS:
            rows = checking.offending(connection, one)
            bad = bad or bool(rows)
            out.print(f"[{'red]not so' if rows else 'green]holds'}[/]  {one.says}")
            for row in rows[: checking.SHOWN]:
                out.print(f"          {', '.join(str(cell) for cell in row)}")
            if rows:
                out.print(f"          {len(rows)} rows. {one.remedy}")
    if bad:
        raise typer.Exit(BAD_INPUT)


@app.command()
def status(data: DataFolder = building.DATA) -> None:
    """Sources, release dates, periods, counts of observed and of each missing status, data version."""
    with _open_database(data) as connection:
        version, built_at = connection.execute("SELECT data_version, built_at FROM build").fetchall()[0]
        out.print(f"data version {version}, built {built_at:{BUILT}}\n")
        for title, query in overview.STATUS.items():
            _query(title, connection, query)


@app.command()
def versions(data: DataFolder = building.DATA) -> None:
    """The versions that can be put in place again, newest first."""
    found = publishing.versions(data)
    if not found:
        raise EtlError("E_VERSION: there is no version yet. Run `python -m etl build`.")
    for version in found:
        out.print(f"{version.name}, built {version.built_at:{BUILT}}" + (", in place" if version.live else ""))


@app.command()
def publish(
    to: Annotated[str, typer.Option("--to", help="A connection string of DuckDB's: a file, ducklake:… or md:….")],
    files: Annotated[
        str | None,
        typer.Option("--files", help="Where a new DuckLake keeps its Parquet files, if not beside its catalog."),
    ] = None,
    data: DataFolder = building.DATA,
) -> None:
    """Copy every table of the database into another DuckDB, in place of those of last time and in one transaction."""
    with _progress() as tell:
        done = targets.publish(data / building.DATABASE, to, tell, files=files)
    out.print(
        f"{targets.shown(to)}: data version {done.data_version}, {done.tables} tables and {done.rows:,} rows in the "
        f"schema {targets.SCHEMA}",
        markup=False, soft_wrap=True,
    )  # fmt: skip


@app.command()
def rollback(
    version: Annotated[str | None, typer.Argument(help="A version as `versions` names it.")] = None,
    data: DataFolder = building.DATA,
) -> None:
    """Put the version before the one in place, or a named one, in place again. Readers see it at their next click."""
    with publishing.alone(data):
        chosen = publishing.rollback(data, version)
    out.print(f"data version {chosen} is in place")


@app.command()
def diff(
    old: Annotated[str | None, typer.Argument(help="A kept version or a database file; else the one before.")] = None,
    new: Annotated[str | None, typer.Argument(help="A kept version or a database file; else the live one.")] = None,
    data: DataFolder = building.DATA,
) -> None:
    """Say what one database changed against another: new periods, revised values, authorities, inspections."""
    archived = publishing.versions(data)
    before = next((version.name for version in archived if not version.live), None)
    if old is None and before is None:
        raise EtlError("E_VERSION: there is no earlier version to compare with. Name a database file.")
    files = [
        publishing.file_of(data, old or before or ""),
        publishing.file_of(data, new) if new else data / building.DATABASE,
    ]
    tables = [changing.read(file) for file in files]
    for line in changing.summary(changing.between(*tables), tables[1]["metric"], tables[1]["area"]):
        out.print(line, markup=False, soft_wrap=True)


@app.command()
def agree(data: DataFolder = building.DATA) -> None:
    """Compare the Local Authority Interactive Tool with the tables it is made of; status 2 if they disagree."""
    areas = area_files.read(data)
    compared = reconcile_lait.compare_figures(data, areas, all_sources())
    for line in reconcile_lait.summarise(compared, reconcile_lait.count_joint_returns(data, areas)):
        out.print(line, markup=False, soft_wrap=True)
    unexplained = reconcile_lait.describe_disagreements(compared, areas)
    for line in unexplained:
        err.print(line, style="red", markup=False)
    if unexplained:
        raise typer.Exit(BAD_INPUT)


@app.command()
def geography(
    boundaries: Annotated[
        Path | None, typer.Argument(help="GeoJSON of today's authorities, longitude and latitude.", show_default=False)
    ] = None,
    tiles: Annotated[Path | None, typer.Argument(help="HexJSON of the same authorities.", show_default=False)] = None,
    data: DataFolder = building.DATA,
) -> None:
    """Simplify published boundaries and a tile layout into data/geography, and draw the map's shapes.

    Without files: draw the shapes again from the boundaries and tiles that are there.
    """
    from etl.build.geography import draw_again, simplify
    from etl.build.map_files import GeographyError

    folder = data / "geography"
    try:
        if boundaries and tiles:
            simplify(boundaries, tiles, folder)
        elif boundaries:
            raise typer.BadParameter("give the boundaries and the tiles, or neither")
        else:
            draw_again(folder)
    except GeographyError as error:
        raise EtlError(f"E_GEOGRAPHY: {error}.") from error


def _build(data: Path, operator_paths: operator_files.OperatorPaths, accept_empty: bool) -> None:
    with _progress() as tell:
        built = building.build(data, tell, operator_paths=operator_paths, accept_empty=accept_empty)
    _print_warnings(built.warnings)
    out.print(f"{built.path.name}: {built.observations} observations, data version {built.data_version}")


def _print_warnings(warnings: Iterable[operator_files.Finding]) -> None:
    for warning in warnings:
        out.print(f"warning: {warning}", style="yellow", markup=False, soft_wrap=True)


def _query(title: str, connection: duckdb.DuckDBPyConnection, query: str) -> None:
    found = connection.sql(query)
    words = [
        column for column, kind in zip(found.columns, found.types, strict=True) if str(kind) in ("VARCHAR", "DATE")
    ]
    _table(title, found.columns, found.fetchall(), words)


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], words: Collection[str]) -> None:
    """Print a table; columns of `words` begin at the left, those of numbers end at the right."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(Text(column), justify="left" if column in words else "right")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    out.print(table)
    out.print()


def _open_database(data: Path) -> duckdb.DuckDBPyConnection:
    path = data / building.DATABASE
    try:
        connection = duckdb.connect(str(path), read_only=True)
        connection.execute("FROM build").fetchall()  # else it is the database of something else
        return connection
    except duckdb.Error as error:
        raise EtlError(f"E_DATABASE: {path.name} cannot be opened: {error} Run `python -m etl build`.") from error


def _chosen(names: list[str] | None) -> list[Source]:
    known = {source.id: source for source in all_sources()}
    for name in names or ():
        if name not in known:
            raise EtlError(f"E_SOURCE: there is no source {name!r}; the sources are {', '.join(known)}.")
    return [source for source in known.values() if not names or source.id in names]


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A line that says what is being done, and how long it has taken."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda words: progress.update(task, description=words)


def main() -> None:
    """Run a command; what is wrong outside the code is said in words, with exit status 2, or 3 if another is at it."""
    try:
        app()
    except EtlError as error:
        err.print(str(error), style="red", markup=False)
        raise SystemExit(BUSY if isinstance(error, BusyError) else BAD_INPUT) from None


if __name__ == "__main__":
    main()
