"""Tables of the Best councils page: who they are, how long they have been, what they share, who is best on several."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

import polars as pl

from dashboard.analysis.best import MISSING, NOT_COUNTED, NOT_THERE, OTHER_RETURN, UNSURE, Best
from dashboard.analysis.local_rank import RANKS
from dashboard.data.database import Database
from dashboard.data.model import Metric, Period, Row, Source
from dashboard.data.names import format_date
from dashboard.views.tables import STRAND_NAMES, cells
from dashboard.views.tables.cells import council, link, quarter, without
from dashboard.views.tables.html import Html, bold, items, join, period, small, span, tag, td, th
from dashboard.views.tables.html import note as in_small_print
from dashboard.views.tables.table import CHOSEN, Column, Fields, Table, column, marks
from dashboard.views.text import best as sentences
from dashboard.views.text import comparisons, formats
from dashboard.views.text.citing import cite

# More rows than these are in the file alone.
MOST = 60
REASONS = {NOT_THERE: "no figure of its own", OTHER_RETURN: "another return"}


def councils(found: Best, leaders: Mapping[str, Row], chosen: str | None) -> Table:
    """The contributing councils, best first."""
    metric = found.metric
    return Table(
        "best",
        (
            column(
                "Council",
                _named,
                council="name",
                la_number=pl.col("area_ids").list.join("+"),
            ),
            column(
                "Value",
                lambda row: bold(formats.figure(row, metric)),
                "value",
                "value_low",
                "value_high",
                unit=pl.lit(metric.unit),
            ),
            column("Rank (1 = best)", lambda row: comparisons.rank(row).partition(" (")[0], *RANKS),
            column(
                f"From {comparisons.benchmark_figure(found.mark, metric) if found.mark else ''}",
                lambda row: _gap(row, found),
                "benchmark",
                "benchmark_low",
                "benchmark_high",
                "gap",
                "gap_low",
                "gap_high",
            ),
            column("Change in a year", lambda row: cells.change(row["change"], metric, row["series_break"]), "change"),
            column("Over five years", _direction, over_five_years="direction", why_it_cannot_be_said="no_direction"),
            column(
                "In England’s best quarter",
                _since,
                in_best_quarter_since="since",
                periods_in_best_quarter="years",
                not_longer_as=pl.col("ended").replace_strict(sentences.ENDED, default=None, return_dtype=pl.String),
            ),
            column(
                "Leaders, latest judgement",
                lambda row: _leaders(row, leaders),
                leaders_judged=_of_each(leaders, "grade"),
                inspected_from=_of_each(leaders, "started"),
                report_published=_of_each(leaders, "published"),
            ),
        ),
        mark=_own(chosen),
        phone=(2, 3, 8),
    )


def _of_each(leaders: Mapping[str, Row], what: str) -> pl.Expr:
    known = {area_id: str(row[what]) for area_id, row in leaders.items() if row[what]}
    each = pl.element().replace_strict(known, default="none", return_dtype=pl.String)
    return pl.col("area_ids").list.eval(each).list.join("; ")


def about(db: Database, found: Best, others: Sequence[Source] = ()) -> list[pl.Expr]:
    """What a file is of: measure, period and rule; and where it is from: the measure's source, and others."""
    return [
        pl.lit(found.metric.title).alias("measure"),
        pl.lit(formats.period_label(found.metric, found.period.end)).alias("period"),
        pl.lit(sentences.title(db, found)).alias("best_by"),
        pl.lit(sentences.level(found)).alias("level"),
        *cite(db, [db.sources[found.metric.source_id], *others]),
    ]


def left_out(found: Best) -> str:
    """How many rows the file alone holds; empty of none."""
    more = max(found.rows.height - MOST, 0)
    return f"The file holds {more} more." if more else ""


def legend() -> Html:
    """What the numbers and colours of the years mean."""
    entries = [(f"q{quarter}", f"{quarter} {words}") for quarter, words in comparisons.QUARTERS.items()]
    entries += [("", "( ) not ranked"), ("none", "? hidden figures leave it open"), ("none", "– no data")]
    return tag("ul", *(tag("li", words, class_=css) for css, words in entries), class_="heat-legend")


def years(history: pl.DataFrame, found: Best, chosen: str | None, caption: str, *, values: bool) -> Html:
    """The quarter of each council in every period, oldest first, by how long it has been in the best one.

    With `values` the figures too. A year whose method is not that of the year before begins after a dark line.
    """
    at: dict[str, list[Row]] = {}
    for one in history.sort("period_end", maintain_order=True).iter_rows(named=True):
        at.setdefault(one["return_id"], []).append(one)

    def show(position: int, row: Row) -> Html:
        return _cell(at[row["return_id"]][position], found.metric, values=values)

    table = Table(
        "stay values" if values else "stay",
        (
            Column("Council", itemgetter("name")),
            *(
                Column(_year(one, found), partial(show, position))
                for position, one in enumerate(next(iter(at.values())))
            ),
        ),
        mark=_own(chosen),
    )
    return table.html(_longest_first(found).head(MOST), caption)


def years_file(db: Database, found: Best, history: pl.DataFrame) -> pl.DataFrame:
    """`best.history`: the figure and quarter of each in every period, by how long it has been in the best quarter."""
    own = pl.col("state").is_in(list(REASONS))
    order = _longest_first(found).select("return_id").with_row_index("place")
    counts_as = pl.when(pl.col("status") == "observed").then(pl.col("state")).otherwise("status")
    fields: Fields = {
        "council": "name",
        "la_number": "return_id",
        "figures_of": "period",
        "value": pl.when(~own).then("value"),
        "value_low": pl.when(~own).then("value_low"),
        "value_high": pl.when(~own).then("value_high"),
        "unit": pl.lit(found.metric.unit),
        "quarter": pl.when(~own).then("quarter"),
        "quarter_low": pl.when(~own).then("quarter_low"),
        "quarter_high": pl.when(~own).then("quarter_high"),
        "counts_as": pl.coalesce(
            pl.col("state").replace_strict(REASONS, default=None, return_dtype=pl.String), counts_as
        ),
        "symbol": "symbol",
        "method_changed_then": "broken",
    }
    rows = order.join(history, on="return_id", maintain_order="left_right").sort("place", "period_end")
    return rows.select(**fields).with_columns(*about(db, found))


def _longest_first(found: Best) -> pl.DataFrame:
    return found.rows.sort("years", descending=True, maintain_order=True)


def shared_characteristics(rows: pl.DataFrame) -> Table:
    """How many of the best, and of all, are in each group of `shared_characteristics.compare_groups`."""
    most = max([*(rows["best"] / rows["best_of"]), *(rows["all"] / rows["all_of"])], default=1.0)
    words = {"more": "more often", "less": "less often"}
    side = pl.col("side").replace_strict(words, default="chance could explain it", return_dtype=pl.String)

    def said(row: Row) -> object:
        return bold(words[row["side"]]) if row["side"] in words else "no"

    return Table(
        "common",
        (
            column(
                "Group",
                lambda row: join(row["group"], period(row["note"]) if row["note"] else ""),
                by="dimension",
                group="group",
                bounds="note",
            ),
            column("Of these", _share("best", most), of_the_best="best", best="best_of"),
            Column("Of all", _share("all", most), {"of_all": "all", "all": "all_of"}),
            column("Significant?", said, beyond_chance=side, comparisons=pl.lit(rows.height)),
        ),
        group=itemgetter("dimension"),
    )


def several(db: Database, metrics: Sequence[Metric], chosen: str | None) -> Table:
    """The councils of `best.several` with the measures they are best on, and those they are in the worst quarter on."""
    titles = {metric.metric_id: metric.title for metric in metrics}
    measures = "; ".join(
        f"{metric.title}, {formats.period_label(metric, db.latest(metric.metric_id).end)}" for metric in metrics
    )

    def listed(column: str) -> pl.Expr:
        return pl.col(column).list.eval(pl.element().replace_strict(titles, return_dtype=pl.String)).list.join("; ")

    def worst(row: Row) -> Html:
        chips = [_chip(db.metrics[one], 4) for one in row["worst"]]
        none = formats.listed([db.metrics[one].short_title for one in row["without"]])
        note = period(f"no data: {none}") if none else ""
        return join(join(*chips, by=" ") if chips else "none", note)

    return Table(
        "several",
        (
            column("Council", _named, council="name", la_number=pl.col("area_ids").list.join("+")),
            column("Measures", lambda row: join(bold(row["count"]), f" of {len(metrics)}"), "count"),
            column(
                "Best quarter",
                lambda row: join(
                    *(_chip(db.metrics[one], 1, joint=one in row["joint"]) for one in row["best"]), by=" "
                ),
                best_quarter_on=listed("best"),
                of_these_joint=listed("joint"),
            ),
            column(
                "Worst quarter",
                worst,
                worst_quarter_on=listed("worst"),
                no_figure_that_counts_on=listed("without"),
                measures=pl.lit(measures),
            ),
        ),
        mark=_own(chosen),
        phone=(2, 3),
    )


def outstanding(db: Database, metric: Metric, at: Period, chosen: str | None) -> Table:
    """The councils of `best.outstanding` with their region and, of the newest, when they were inspected."""
    dates: dict[str, tuple[Callable[[Row], object], Fields]] = {
        "Inspected from": (
            lambda row: format_date(row["started"]) if row["started"] else without("not printed"),
            {"inspected_from": "started"},
        ),
        "Report published": (
            lambda row: format_date(row["published"]) if row["published"] else "",
            {"report_published": "published"},
        ),
    }
    dated = at == db.latest(metric.metric_id)
    return Table(
        "councils",
        (
            column("Council", lambda row: council(row["name"]), "la_number", "gss_code", council="name"),
            column(
                "Region",
                lambda row: db.names[row["region_id"]],
                region=pl.col("region_id").replace_strict(db.names, default=None, return_dtype=pl.String),
                judgement=pl.lit(metric.title),
                at=pl.lit(at.end),
                grade="symbol",
            ),
            *(Column(heading, show if dated else None, file) for heading, (show, file) in dates.items()),
        ),
        mark=marks(chosen),
    )


def elsewhere(metric: Metric, measures: Sequence[Metric]) -> Html:
    """Where to go from a measure that has no best: the map or the inspections, and measures that have one."""
    links = [link("See all councils on the map", {}, page="/map")]
    if metric.graded:
        strand = STRAND_NAMES[metric.metric_id.removeprefix("judgement_")]
        links = [link("All judgements, on Inspections", {"judgement": strand}, page="/inspections")]
    links += [link(f"Who is best: {one.short_title}", {"metric": one.title}) for one in measures]
    return items(links, class_="turns")


def note(*lines: str) -> Html:
    """Small print, the lines that say something."""
    return in_small_print(join(*filter(None, lines), by=Html("<br>")))


def caveat(strong: str, text: str) -> Html:
    """Small print whose first words weigh more."""
    return in_small_print(tag("strong", strong), " ", text)


def _own(chosen: str | None) -> Callable[[Any], Html]:
    return lambda row: CHOSEN if chosen in row["area_ids"] else Html()


def _named(row: Row) -> Html:
    # A list of names, each a link: "A, B and C".
    *names, last = (council(name) for name in row["names"])
    links = join(join(*names, by=", "), " and ", last) if names else last
    return join(links, period("joint return") if names else "")


def _gap(row: Row, found: Best) -> str:
    if row["gap"] is None:
        return comparisons.gap(row, found.metric)
    metric = found.metric
    apart = formats.signed(row["gap"] if metric.lower_is_better else -row["gap"], metric, formats.decimals(row, metric))
    if found.by_value:
        # They all reach it: that is why they are here.
        return apart
    meets = row["gap"] <= 0
    return join(apart, span(f"word {'better' if meets else 'same'}", "meets it" if meets else "short of it"))


def _direction(row: Row) -> Html:
    words = comparisons.trend(row)
    if words.startswith("cannot"):
        return without(words)
    css = {"getting better": "better", "getting worse": "worse"}.get(words, "same")
    return span(f"word {css}", words)


def _since(row: Row) -> Html:
    first, note = sentences.since(row)
    return join(first, period(note)) if first else cells.quarter_of(row)


def _leaders(row: Row, leaders: Mapping[str, Row]) -> Html:
    """The latest judgement of each council of a return, with the day of inspection; alike ones once."""
    said = [_judged(leaders.get(area_id)) for area_id in row["area_ids"]]
    if len(said) == 1:
        return said[0]
    return join(*(join(period(name), one) for name, one in zip(row["names"], said, strict=True)))


def _judged(one: Row | None) -> Html:
    if one is None:
        return without("not judged")
    when = f"{'inspected' if one['started'] else 'report'} {one['started'] or one['published']:%B %Y}"
    return join(cells.grade(one["grade"], "", ""), period(when))


def _year(row: Row, found: Best) -> Html:
    css = ["broken"] if row["broken"] else []
    css += ["now"] if row["period_end"] == found.period.end else []
    return th(row["period"], scope="col", class_=" ".join(css) or None)


def _cell(row: Row, metric: Metric, *, values: bool) -> Html:
    state, broken = row["state"], " broken" if row["broken"] else ""
    if state in REASONS or (state == MISSING and row["value"] is None):
        why = REASONS.get(state) or formats.reason(row["status"] or "no_row", row["symbol"], metric)
        return td(why if values else "–", class_=f"none{broken}", title=why)
    if state in (MISSING, UNSURE):
        # It has a figure, or its range, but hidden figures leave its quarter open.
        why = f"{formats.figure(row, metric)}: {comparisons.quarter(row) or 'too many figures are hidden'}"
        return td(why if values else "?", class_=f"none{broken}", title=why)
    value = formats.figure(row, metric)
    mark = "( )" if state == NOT_COUNTED else state
    css = broken if state == NOT_COUNTED else f"q{state}{broken}"
    return td(value, small(mark), class_=css or None) if values else td(mark, class_=css or None, title=value)


def _share(kind: str, most: float) -> Callable[[Row], Html]:
    def show(row: Row) -> Html:
        count, known = row[kind], row[f"{kind}_of"]
        share = count / known if known else 0.0
        width = round(share / most * 100) if most else 0
        shown = bold(f"{formats.number(share * 100, 0)}%")
        return tag("span", shown, f" {count} of {known}", class_=f"bar {kind}", style=f"--share:{width}%")

    return show


def _chip(metric: Metric, of: int, *, joint: bool = False) -> Html:
    return quarter(of, metric.short_title + (" (joint return)" if joint else ""))
