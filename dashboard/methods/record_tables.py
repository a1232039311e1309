"""The Methods page's records: reasons and symbols, withheld figures, councils, sources and loads, the dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from dashboard.data.database import Database
from dashboard.data.names import format_date
from dashboard.methods import records
from dashboard.methods.dictionary import Column, Table
from dashboard.methods.search import FILES
from dashboard.methods.tables import entry
from dashboard.views import tables
from dashboard.views.tables.cells import council, link
from dashboard.views.tables.html import Html, bold, join, outside, period, tag
from dashboard.views.tables.table import of_cells
from dashboard.views.text import formats
from dashboard.views.text.grammar import plural

Cells = Sequence[object]


def statuses(db: Database, caption: str) -> Html:
    """Every status with its meaning, its symbols and how many figures have it."""
    body = []
    for one in records.statuses(db):
        symbols = ", ".join(f"{symbol} ({count:,})" for symbol, count in one.symbols)
        words = f"{one.words[0].upper()}{one.words[1:]}"
        body.append(
            (join(bold(words), period(one.status)), one.meaning, symbols, f"{one.councils:,}", f"{one.others:,}")
        )  # fmt: skip
    heads = ("As pages say it", "What it means", "What is printed instead", "Councils", "Regions and England")
    return _table(caption, heads, body, kind="statuses")


def withheld(db: Database, caption: str) -> Html:
    """Published figures that cannot be right."""
    heads = ("Measure", "Area", "Last day", "Printed", "Why it is withheld")
    return _table(caption, heads, records.withheld(db), kind="withheld")


def breaks(db: Database, caption: str) -> Html:
    """Where figures are not compared with earlier ones."""
    return _table(caption, ("Measure", "From", "Why"), records.breaks(db), kind="breaks")


def reorganisations(db: Database, caption: str) -> Html:
    """Which councils followed which."""
    rows = [
        (format_date(one.on), ", ".join(one.before), ", ".join(one.after), ". ".join(one.notes) + ".")
        for one in records.reorganisations(db)
    ]
    return _table(caption, ("First day", "Ended", "Began", "What happened"), rows, kind="ledger")


def joint_returns(db: Database, caption: str) -> Html:
    """Who reports together."""
    rows = [
        (
            " and ".join(one.names),
            f"{one.measures} measures: {'; '.join(one.sources)}",
            f"{format_date(one.first)} to {format_date(one.last)}",
            f"{one.figures:,}",
        )
        for one in records.joint_returns(db)
    ]
    return _table(
        caption, ("Councils", "What they report together", "Periods", "Figures, each once"), rows, kind="joint"
    )


def neighbours(db: Database, caption: str) -> Html:
    """Every council with its ten statistical neighbours."""
    rows = [(council(name), "; ".join(others)) for name, others in records.neighbours(db)]
    return _table(caption, ("Council", "Its statistical neighbours, nearest first"), rows, kind="neighbours")


def sources(db: Database, caption: str) -> Html:
    """Every source, its edition, and what became of its rows."""
    body = []
    for one in records.sources(db):
        source = one.source
        files = f"of {plural(one.files, 'file')}"
        what = f"{one.measures} measures" if one.measures != 1 else "1 measure"
        rows = [f"{one.read:,} read", f"{one.loaded:,} loaded"]
        rows += [f"{one.rejected:,} rejected"] if one.rejected else []
        rows += [f"{one.duplicate:,} repeats"] if one.duplicate else []
        body.append(
            (join(outside(source.title, source.page), period(source.publisher), period(source.note or "")),
             join(source.release, period(tables.released(source.released))),
             formats.next_edition(source.next_release, source.next_due, datetime.now(UTC).date()) or "see publisher",
             join(what, period(f"{one.figures:,} figures")),
             join(", ".join(rows), period(files)),
             source.licence)
        )  # fmt: skip
    heads = ("Source", "Edition", "Next release", "Gives", "Rows", "Licence")
    return _table(caption, heads, body, kind="sources")


def files(db: Database, caption: str) -> Html:
    """Every file that was read, with what anybody can check it by."""
    rows = [
        (
            row["file"],
            db.sources[row["source_id"]].title,
            f"{row['rows_read']:,}",
            f"{row['rows_loaded']:,}",
            f"{row['rows_rejected']:,}",
            f"{row['rows_duplicate']:,}",
            row["sha256"],
        )
        for row in db.table["load_ledger"].sort("source_id", "file").iter_rows(named=True)
    ]
    heads = ("File", "Source", "Read", "Loaded", "Rejected", "Repeats", "SHA-256 of the file")
    return _table(caption, heads, rows, kind="files")


def changed(db: Database, caption: str) -> Html:
    """What the newest editions changed, summed by kind."""
    rows = [
        (
            source.title,
            f"{source.previous_release} to {source.release}",
            records.KINDS_OF_CHANGE.get(kind, kind),
            f"{count:,}",
        )
        for source, kind, count in records.changed(db)
    ]
    return _table(caption, ("Source", "Editions", "What changed", "How often"), rows, kind="changed")


def changes(db: Database, caption: str) -> Html:
    """Single figures that an edition changed; nothing of very many."""
    rows = records.changes(db)
    heads = ("Measure", "Area", "Last day", "What changed", "Before", "Now")
    return _table(caption, heads, rows, kind="changes") if rows else Html()


def warnings(db: Database, caption: str) -> Html:
    """What a release may hold but hardly does, and was loaded all the same."""
    body = [(source, kind, join(*said, by=Html("<br>"))) for source, kind, said in records.warnings(db)]
    return _table(caption, ("Source", "What", "Where"), body, kind="warnings")


def rejects(db: Database, caption: str) -> Html:
    """Rows that were not loaded, by reason."""
    rows = [(source, file, why, f"{count:,}", first) for source, file, why, count, first in records.rejects(db)]
    return _table(caption, ("Source", "File", "Why", "Rows", "First row"), rows, kind="rejects")


def versions(names: Sequence[str], caption: str) -> Html:
    """The data versions that can be asked for, the one in place first."""
    rows = [
        (link(name, {"version": name}) if place else bold(name), "kept" if place else "in place")
        for place, name in enumerate(names)
    ]
    return _table(caption, ("Data version", ""), rows, kind="versions")


def dictionary(tables_: Iterable[Table], files: Sequence[Column], section: str, chosen: str) -> Html:
    """Every table, closed but for the chosen one, which comes first; and the columns of files of figures."""
    parts = [(one.name, one.meaning, _columns(one.columns, one.rows), one.rows) for one in tables_]
    of_files = "The columns of a file of figures, whatever its format; only those asked for are in it."
    every = [(FILES, of_files, _columns(files, None), 0), *parts]
    every.sort(key=lambda one: one[0] != chosen)
    return join(
        *(
            entry(
                name,
                f"{said} {rows:,} row{'s' * (rows != 1)}." if rows else said,
                body,
                section,
                is_open=name == chosen,
            )
            for name, said, body, rows in every
        )
    )


def _columns(columns: Iterable[Column], rows: int | None) -> Html:
    body = []
    for one in columns:
        empty = "" if rows is None else "always" if not one.empty else "never" if one.empty == rows else (
            f"{rows - one.empty:,} of {rows:,}"
        )  # fmt: skip
        cells = (tag("code", one.name), one.type, one.meaning)
        body.append(cells if rows is None else (*cells, empty))
    heads = ("Column", "Type", "What it holds")
    return _table("Columns", heads if rows is None else (*heads, "Filled in"), body, kind="columns")


def _table(caption: str, heads: Sequence[str], rows: Iterable[Cells], *, kind: str) -> Html:
    return of_cells(kind, heads).html(rows, caption)
