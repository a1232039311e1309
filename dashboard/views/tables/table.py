"""A table declared once: what heads each column, how it is shown, and what of it is written to a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

import polars as pl

from dashboard.views.tables.html import Cell, Html, escape, join, tag, th

CHOSEN, CURRENT = Html(' class="chosen"'), Html(' class="chosen" aria-current="true"')
ROW = '<th scope="row">'
# page.js turns the rows of the table after it, but for those without a figure, which stay last.
TURN = Html('<button type="button" class="turn" data-turns>Reverse the order</button>')
# From so many rows on a table scrolls below its head, and can be turned round.
LONG = 20
# Columns of a file by their names in it: each is a column of the rows, or calculated from some.
Fields = Mapping[str, str | pl.Expr]
# Of rows that are no frame: what each gives.
Written = Callable[[Any], Mapping[str, object]]


@dataclass(frozen=True)
class Column:
    """A column; without `show`, which makes a cell of a row, it is in the file alone."""

    heading: str = ""
    """As text, or as a Cell."""
    show: Callable[[Any], object] | None = None
    file: Fields | Written = field(default_factory=dict)
    wide: bool = False
    """Whether a phone leaves it out: never what the table answers."""


@dataclass(frozen=True)
class Table:
    """Columns in their order, which is that of the file too; the first that is shown names its row."""

    kind: str
    """The class by which the style sheet knows it."""
    columns: Sequence[Column]
    mark: Callable[[Any], Html] = lambda _: Html()
    """Attributes of a row, as CHOSEN."""
    group: Callable[[Any], str] | None = None
    """Where it changes from row to row a heading says so."""
    phone: Sequence[int] = ()
    """What a phone keeps beside the first column, by place from 2; empty for all but those that are `wide`."""
    terse: bool = False
    """Without the ends of cells and rows, which HTML does without: of a long table a tenth."""

    def html(self, rows: pl.DataFrame | Iterable[Any], caption: str) -> Html:
        """The table under its caption, in a region that scrolls by keyboard."""
        shown = [(column.heading, column.show) for column in self.columns if column.show]
        head = "".join(name if isinstance(name, Cell) else th(name, scope="col") for name, _ in shown)
        first, *rest = (show for _, show in shown)
        end_of_name, end, end_of_row = ("", "", "") if self.terse else ("</th>", "</td>", "</tr>")
        body, group, count = [], "", 0
        for row in rows.iter_rows(named=True) if isinstance(rows, pl.DataFrame) else rows:
            count += 1
            before, group = group, self.group(row) if self.group else ""
            if group != before:
                body.append(f'<tr class="theme">{tag("th", group, colspan=len(shown), scope="colgroup")}</tr>')
            name = first(row)
            name = name if isinstance(name, Cell) else ROW + escape(name) + end_of_name
            body.append("<tr" + self.mark(row) + ">" + name)
            for show in rest:
                content = show(row)
                if not isinstance(content, Cell):
                    content = "<td>" + escape(content) + end
                body.append(content)
            body.append(end_of_row)
        of = tag("caption", caption)
        table = Html(f"{of}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody>")
        columns = [column for column in self.columns if column.show]
        # The style sheet knows which to leave out by their places.
        left_out = {place for place, column in enumerate(columns, start=1) if column.wide}
        if self.phone:
            left_out |= set(range(2, len(columns) + 1)).difference(self.phone)
        wide = [f"wide-{place}" for place in sorted(left_out)]
        drawn = tag("table", table, class_=" ".join([self.kind, *wide]))
        scrolled = scrolling(drawn, caption, is_long=count >= LONG)
        return join(TURN, scrolled) if count >= LONG and not self.group else scrolled

    def frame(self, rows: pl.DataFrame | Iterable[Any], about: Iterable[pl.Expr] = ()) -> pl.DataFrame:
        """The rows as a file has them; `about` is what holds of all, as where they are from."""
        files = [column.file for column in self.columns]
        if isinstance(rows, pl.DataFrame):
            fields = {name: of for file in files if isinstance(file, Mapping) for name, of in file.items()}
            return rows.select(**fields).with_columns(*about)
        written = [{name: of for file in files if callable(file) for name, of in file(row).items()} for row in rows]
        return pl.DataFrame(written, infer_schema_length=None).with_columns(*about)


def scrolling(table: Html, caption: str, *, is_long: bool = False) -> Html:
    """What scrolls by keyboard if it is wider than the page, or below its head if it is long."""
    kind = "scroll long" if is_long else "scroll"
    return tag("div", table, class_=kind, tabindex="0", role="region", aria_label=caption)


def wide(of: Column) -> Column:
    """The column, which a phone leaves out."""
    return replace(of, wide=True)


def marks(chosen: str | None) -> Callable[[Any], Html]:
    """Marks the row of the chosen area."""
    return lambda row: CHOSEN if row["area_id"] == chosen else Html()


def same(*names: str) -> Fields:
    """Columns that are called in the file as in the rows."""
    return {name: name for name in names}


def of_cells(kind: str, heads: Sequence[str], mark: Callable[[Any], Html] = lambda _: Html()) -> Table:
    """A table whose rows are cells already, the first of which names its row."""
    return Table(kind, [Column(head, itemgetter(position)) for position, head in enumerate(heads)], mark)


def column(heading: str, show: Callable[[Any], object] | None, *names: str, **fields: str | pl.Expr) -> Column:
    """A column with what of it a file has: `fields`, and after them columns that are called as in the rows."""
    return Column(heading, show, {**fields, **same(*names)})


def written(*names: str, **fields: str | pl.Expr) -> Column:
    """What is in the file alone."""
    return column("", None, *names, **fields)


def plain(heading: str, name: str, to: str = "") -> Column:
    """A column of the rows as it is, on the page and in the file, where it is called `to`."""
    return Column(heading, itemgetter(name), {to or name: name})
