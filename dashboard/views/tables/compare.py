"""Tables of the Compare page: the compared in order, over time and measure by measure; all councils in two measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import urlencode

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, REASONS, Metric, Row
from dashboard.views.tables import cells, comparison, measure, rank_columns
from dashboard.views.tables.cells import without
from dashboard.views.tables.html import Html, join, small, tag, td, th
from dashboard.views.tables.html import note as in_small_print
from dashboard.views.tables.table import CHOSEN, CURRENT, Column, Table, marks
from dashboard.views.text import comparisons, formats
from dashboard.views.text.compare import why

# In a cell: which quarter of all councils, where colour alone would say it.
MARKS = {1: "best", 2: "2nd", 3: "3rd", 4: "worst"}


def ranks(db: Database, rows: pl.DataFrame, metric: Metric, benchmark: Benchmark, caption: str, chosen: str) -> Html:
    """The rows of `compare.side_by_side` in their order; `chosen` is the number of the marked council or empty."""

    def name(row: Row) -> Html:
        return join(cells.council(row["name"]), cells.joint_note(row, db.names), cells.not_ranked(row))

    table = Table(
        "councils",
        (
            Column("Council", name),
            Column("Value", lambda row: cells.compared(row, metric)),
            Column("Change in a year", lambda row: cells.moved(row, metric)),
            *comparison(metric, benchmark),
            *([Column("Here", _here)] if metric.ranked else []),
            *rank_columns(metric, "In England, best first"),
        ),
        mark=marks(chosen),
    )
    return table.html(rows, caption)


def history(rows: pl.DataFrame, metric: Metric, names: Mapping[str, str], caption: str, chosen: str) -> Html:
    """The rows of `compare.history`, newest first; a column for each of `names` (number -> name), England last.

    Grades are in their colours. Where a council has no row it did not exist then.
    """
    columns = {**names, ENGLAND: "England"} if not metric.graded else dict(names)
    by_period = [
        (part["period_end"][0], {row["area_id"]: row for row in part.iter_rows(named=True)})
        for part in rows.partition_by("period_end", maintain_order=True)
    ]

    def show(area_id: str, part: tuple[object, Mapping[str, Row]]) -> Html:
        return _history(part[1].get(area_id), metric, is_chosen=area_id == chosen)

    table = Table(
        "heat courses",
        (
            Column(
                f"{metric.period_kind[0].upper()}{metric.period_kind[1:]}",
                lambda part: formats.period_label(metric, part[0]),
            ),
            *(Column(name, partial(show, area_id)) for area_id, name in columns.items()),
        ),
    )
    return table.html(reversed(by_period), caption)


def heat(
    db: Database,
    rows: pl.DataFrame,
    benchmark: Benchmark,
    area_ids: Sequence[str],
    *,
    chosen: str | None,
    measure: str,
    caption: str,
) -> Html:
    """The rows of `compare.by_measure`: measures by councils, each cell the value with its quarter of all councils.

    Its name chooses a measure, for which page.js takes a click anywhere in its row. `measure` is the chosen one's id.
    """
    by_measure = [
        (db.metrics[part["metric_id"][0]], {row["area_id"]: row for row in part.iter_rows(named=True)})
        for part in rows.partition_by("metric_id", maintain_order=True)
    ]

    def level(pair: tuple[Metric, Mapping[str, Row]]) -> str:
        common = benchmark.shared(pair[1].values())
        return comparisons.benchmark_figure(common, pair[0]) if common else ""

    def show(area_id: str, pair: tuple[Metric, Mapping[str, Row]]) -> Html:
        return _cell(pair[1].get(area_id), pair[0])

    # Where each council has its own, or no measure here has one, there is no column for it.
    has_level = not benchmark.own and rows["benchmark_low"].is_not_null().any()
    table = Table(
        "heat rows",
        (
            Column("Measure", lambda pair: _measure(*pair)),
            *([Column(benchmark.label, level)] if has_level else []),
            *(
                Column(_council(db.names[area_id], is_chosen=area_id == chosen), partial(show, area_id))
                for area_id in area_ids
            ),
        ),
        mark=lambda pair: CURRENT if pair[0].metric_id == measure else Html(),
    )
    return table.html(by_measure, caption)


def legend() -> Html:
    """What the colours and marks of the heat table mean."""
    entries = [(f"q{quarter}", f"{MARKS[quarter]}: {words}") for quarter, words in comparisons.QUARTERS.items()]
    entries += [("", "no colour: neither high nor low is better"), ("none", "hatched: no data, with the reason")]
    return tag("ul", *(tag("li", words, class_=css) for css, words in entries), class_="heat-legend")


def pairs(rows: pl.DataFrame, upright: Metric, across: Metric, names: Mapping[str, str], caption: str) -> Html:
    """All councils of `compare.pairs` with both figures and the judgement of leaders; `names` are the compared."""
    table = Table(
        "councils",
        (
            Column("Council", lambda row: cells.council(row["name"])),
            Column(upright.title, lambda row: _of_pair(row, "y", upright)),
            Column(across.title, lambda row: _of_pair(row, "x", across)),
            Column("Latest judgement of leaders", lambda row: row["grade"] or "no judgement"),
        ),
        mark=lambda row: CHOSEN if row["area_id"] in names else Html(),
    )
    return table.html(rows, caption)


def note(text: str) -> Html:
    """Words beside a picture or a list."""
    return in_small_print(text)


def to_data(names: Sequence[str]) -> Html:
    """A link to all figures of the compared, of every measure and year."""
    query = urlencode([("areas", name) for name in names])
    words = "All figures of these councils, every measure and year"
    return in_small_print(tag("a", words, data_choose=True, href=f"/data?{query}"))


def _measure(metric: Metric, found: Mapping[str, Row]) -> Html:
    return measure(metric, next(iter(found.values()))["period_end"], unit=not metric.graded)


def _here(row: Row) -> str:
    if row["rank_here_low"] is None:
        return ""
    if row["rank_here"] is None:
        low, high = (formats.ordinal(row[f"rank_here_{end}"]) for end in ("low", "high"))
        return f"{low} to {high} of {row['ranked_here']}"
    rank = f"{formats.ordinal(row['rank_here'])} of {row['ranked_here']}"
    return f"joint {rank}" if row["tied_here"] > 1 else rank


def _history(row: Row | None, metric: Metric, *, is_chosen: bool) -> Html:
    mark = " chosen" if is_chosen else ""
    if row is not None and row["value"] is None and row["value_low"] is not None:
        return td(formats.figure(row, metric), class_=mark.strip() or None, title=why(row, metric))
    if row is None or row["value"] is None:
        reason = why(row, metric) if row else "no figure of its own"
        return td(without(reason), class_=f"none{mark}")
    grade = f"grade-{round(row['value'])}" if metric.graded else ""
    return td(_short(row["value"], metric), class_=f"{grade}{mark}")


def _council(name: str, *, is_chosen: bool) -> Html:
    mark = "◆ " if is_chosen else ""
    return th(mark, cells.council(name), scope="col", class_="chosen" if is_chosen else None)


def _cell(row: Row | None, metric: Metric) -> Html:
    if row is None or (row["value"] is None and row["value_low"] is None):
        return td(why(row, metric) if row else REASONS["no_row"], class_="none")
    if metric.graded:
        return td(_short(row["value"], metric), class_=f"grade-{round(row['value'])}")
    value, joint = formats.figure(row, metric), small("joint return") if "+" in row["return_id"] else ""
    if row["quarter"] is None or not metric.ranked:
        return td(value, joint, title=comparisons.rank(row) or None)
    mark = small(MARKS[row["quarter"]])
    return td(value, mark, joint, class_=f"q{row['quarter']}", title=comparisons.rank(row))


def _short(value: float, metric: Metric) -> str:
    return formats.brief(value, metric).removesuffix(" to be good")


def _of_pair(row: Row, axis: str, metric: Metric) -> Html:
    return cells.value({"status": row[f"{axis}_status"], "symbol": row[f"{axis}_symbol"], "value": row[axis]}, metric)
