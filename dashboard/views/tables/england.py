"""The front page's cards and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from dashboard.analysis import england
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.england import Gain, Grades, Headline
from dashboard.analysis.standard import Standard
from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES, Metric, Row
from dashboard.data.names import format_date
from dashboard.views.charts.map_geometry import BOXES
from dashboard.views.charts.palette import PALE, Classification
from dashboard.views.tables import cells, measure, released
from dashboard.views.tables.cells import council as council_link
from dashboard.views.tables.cells import link, without
from dashboard.views.tables.html import Html, bold, image_address, items, join, note, outside, period, span, tag
from dashboard.views.tables.table import CHOSEN, CURRENT, Column, Table, column, marks, plain, wide
from dashboard.views.text import comparisons, formats, front
from dashboard.views.text import news as latest
from dashboard.views.text.citing import columns_of

# Of the small map: how wide a council is, in units of the tiles.
DOT = 96
LEVEL = ("benchmark", "benchmark_low", "benchmark_high")


def jumps(parts: Mapping[str, str]) -> Html:
    """Links to the parts of the page, by their places."""
    links = (tag("a", words, href=f"#{place}", data_jump=True) for place, words in parts.items())
    return tag("nav", *links, class_="jumps", aria_label="On this page")


def place(name: str) -> Html:
    """Where a link of `jumps` leads to."""
    return tag("div", id=name, tabindex="-1")


def turns() -> Html:
    """Where to go from here, each one click."""
    pages = {"See it on the map": "/map", "Open a council": "/council", "Who is best": "/best"}
    return items((link(words, {}, page=page) for words, page in pages.items()), class_="turns")


def council(name: str, sentence: str) -> Html:
    """The sentence about the chosen council, with a link to its page."""
    return tag("p", sentence, " ", link(f"Open {name}", {"la": name}, page="/council"), ".", class_="sentence")


def headlines(found: Sequence[Headline], chosen: str) -> Html:
    """England's headline figures as cards, each a link to councils ranked by it; of a count, by the next that ranks."""
    cards = []
    for at, one in enumerate(found):
        ranked = next((other.metric for other in found[at:] if other.metric.ranked), one.metric)
        cards.append(_card(one, ranked, is_chosen=one.metric.metric_id == chosen))
    return tag("ul", *cards, class_="figures")


def small_map(shapes: pl.DataFrame, found: Classification, metric: Metric, when: str) -> Html:
    """All councils as dots in the colours of the map, which it leads to; `shapes` are the table map_shape."""
    of: dict[str, list[str]] = {}
    for area_id, x, y in shapes.filter(pl.col("view") == "tiles").select("area_id", "x", "y").iter_rows():
        entry = found.classes[found.of[area_id]] if area_id in found.of else None
        of.setdefault(entry.fill if entry and entry.pattern == "plain" else PALE, []).append(f"M{x:.0f} {y:.0f}h0")
    _, _, width, height = BOXES["tiles"]
    dots = "".join(f"<path d='{''.join(each)}' stroke='{fill}'/>" for fill, each in of.items())
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>"
        f"<g stroke-width='{DOT}' stroke-linecap='round'>{dots}</g></svg>"
    )
    alt = f"Map of councils by {metric.noun}, {when}: open it"
    image = tag("img", class_="small-map", src=image_address(svg), alt=alt)
    ends = "Dark blue: best quarter. Orange: worst quarter. " if metric.ranked and not metric.graded else ""
    return join(link(image, {}, page="/map"), note(ends, link("Open the map", {}, page="/map"), "."))


def newest_reports(reports: pl.DataFrame) -> Html:
    """The newest inspection reports, each with how leaders were judged."""
    return items((_report(row) for row in reports.iter_rows(named=True)), class_="reports")


def _card(one: Headline, ranked: Metric, *, is_chosen: bool) -> Html:
    metric = one.metric
    # Posts are counted whole where they are read at a glance.
    value = (
        "no data"
        if one.value is None
        else (formats.number(one.value, 0) if metric.counted else formats.brief(one.value, metric))
    )
    return tag(
        "li",
        link(metric.title, {"metric": ranked.title}),
        tag("b", value, span("unit", "" if metric.unit == "%" else f" {metric.unit}"), class_="big"),
        span("moved", cells.change(one.change, metric, one.series_break, whole=metric.counted)),
        cells.spark(one.history),
        period(formats.period_label(metric, one.period_end)),
        class_="figure",
        aria_current="true" if is_chosen else None,
    )


def ends(db: Database, metric: Metric, leaders: Mapping[str, str], chosen: str | None, *, behind: bool) -> Table:
    """The councils worst in one measure, with what each would have to gain; or the best. How each is led."""

    def led(row: Row) -> Html:
        judged = leaders.get(row["area_id"])
        return cells.grade(judged if judged in GRADES else None, "", "leaders")

    return Table(
        "ends",
        (
            Column("Council", lambda row: join(council_link(row["name"]), cells.joint_note(row, db.names))),
            Column("Value", lambda row: bold(formats.brief(row["value"], metric))),
            *([Column("From the standard", lambda row: cells.gap(row, metric))] if behind else []),
            wide(Column("Change in a year", lambda row: cells.change(row["change"], metric, row["series_break"]))),
            Column("Leaders", led),
        ),
        mark=marks(chosen),
    )


def grades(history: Sequence[Grades]) -> Html:
    """Councils by their latest judgement of leaders, as one bar in words and numbers, and how that has changed."""
    now = history[0]
    counts = [(f"grade-{at}", now.counts.get(float(at), 0), grade) for at, grade in enumerate(GRADES, start=1)]
    counts.append(("grade-none", now.councils - sum(now.counts.values()), "not judged"))
    parts = (
        tag("li", bold(count), " ", words, class_=css, style=f"flex-grow:{count}")
        for css, count, words in counts
        if count
    )
    title = f"Ofsted on the impact of leaders: {now.councils} councils by latest judgement, {format_date(now.on)}"
    # How many were Outstanding or Good, oldest first: what the small picture shows and the words say.
    well = cells.spark([sum(one.counts.get(grade, 0) for grade in (1.0, 2.0)) for one in reversed(history)])
    said = front.grades_sentence(history)
    bar = tag("ul", *parts, class_="share")
    return join(tag("h2", title, class_="small"), bar, note(said, " ", well if said else ""))


def standard(one: Standard) -> Table:
    """How many met the standard in each period."""
    metric = one.metric
    return Table(
        "standard",
        (
            column(
                "Period",
                lambda row: join(formats.period_label(metric, row["period_end"]), cells.broken(row)),
                "period",
                "period_end",
                metric=pl.lit(metric.title),
                standard=pl.lit(one.target),
                unit=pl.lit(metric.unit),
            ),
            plain("Met it", "met"),
            plain("Had a figure", "had", "had_a_figure"),
            Column("Share", cells.share),
            column(
                "England",
                lambda row: formats.brief(row["england"], metric),
                england="england",
                not_comparable_with_earlier="broken",
            ),
        ),
    )


def gains(db: Database, benchmark: Benchmark, chosen: str) -> Table:
    """What England would gain if every council met the benchmark, a line a measure."""
    return Table(
        "gains",
        (
            Column(
                "Measure",
                lambda one: measure(one.metric, one.period_end, unit=False),
                lambda one: {"metric": one.metric.title, "period": formats.period_label(one.metric, one.period_end)},
            ),
            Column(
                "England",
                lambda one: (
                    _with_range(join(formats.brief(one.value, one.metric)), one.england, one.metric)
                    if one.england
                    else ""
                ),
                lambda one: {
                    "england": one.value,
                    "england_low": one.england and one.england["value_low"],
                    "england_high": one.england and one.england["value_high"],
                    "unit": one.metric.unit,
                },
            ),
            Column(
                benchmark.title,
                _level,
                lambda one: {
                    "benchmark_rule": benchmark.title,
                    **{name: one.mark[name] if one.mark else None for name in LEVEL},
                },
            ),
            Column("Meet it", lambda one: one.total.meet, lambda one: {"reach_it": one.total.meet}),
            Column("Do not meet it", lambda one: one.total.short, lambda one: {"fall_short": one.total.short}),
            Column(
                "Not known",
                lambda one: one.total.unsure or "",
                lambda one: {"hidden_figures_leave_open": one.total.unsure},
            ),
            Column("No data", lambda one: one.total.without, lambda one: {"no_figure": one.total.without}),
            Column(
                "If every council met it",
                _gained,
                lambda one: {
                    "if_all_met": one.total.shortfall,
                    "if_all_met_low": one.total.shortfall_low,
                    "if_all_met_high": one.total.shortfall_high,
                    "if_all_met_counts": one.metric.shortfall,
                    "held_fixed": one.metric.shortfall_holding,
                    "short_without_counts": one.total.uncounted,
                    **columns_of(db, one.metric),
                },
            ),
        ),
        mark=lambda one: CURRENT if one.metric.metric_id == chosen else Html(),
        phone=(4, 8),
    )


def _with_range(shown: Html, row: Row, metric: Metric) -> Html:
    """A figure as it is shown, with its range where some of it is unknown."""
    return join(shown, period(formats.span(row, metric))) if formats.unknown(row, metric) else shown


def _level(one: Gain) -> str:
    if not one.total.compared:
        return "none"
    return comparisons.benchmark_figure(one.mark, one.metric) if one.mark else "each its own"


def _gained(one: Gain) -> Html:
    what = front.gain(one)
    if not what:
        return without("no counts are published")
    uncounted, holding = one.total.uncounted, one.metric.shortfall_holding
    return join(
        what,
        period(f"without {uncounted} whose counts are not published") if uncounted else "",
        period(f"if {holding} does not change") if holding else "",
    )


def regions(rows: pl.DataFrame, metrics: Sequence[Metric], first: Metric, when: str) -> Html:
    """Regions side by side, best first by the chosen measure, England last."""
    largest = rows[first.metric_id].abs().max()

    def figure(metric: Metric) -> Column:
        def show(row: Row) -> Html:
            value = row[metric.metric_id]
            shown = formats.brief(value, metric) or without("none published")
            if metric.metric_id != first.metric_id or value is None:
                return join(shown)
            # The measure the table is in order of has a bar beside it, from zero to the largest of its column.
            width = 0 if not isinstance(largest, float) or not largest else round(abs(value) / largest * 100)
            bar = tag("span", bold(shown), class_="bar", style=f"--share:{width}%")
            return _with_range(bar, row["range"], metric)

        return Column(metric.short_title, show)

    def leaders(grade: str) -> Column:
        def show(row: Row) -> str:
            return "" if row[grade] is None else f"{row[grade]} of {row['councils']}"

        return Column(f"Leaders {grade.capitalize()}", show)

    table = Table(
        "regions",
        (
            Column("Region", lambda row: row["name"]),
            *map(figure, metrics),
            leaders("outstanding"),
            leaders("inadequate"),
        ),
        mark=lambda row: CHOSEN if row["area_id"] == ENGLAND else Html(),
        phone=(2, len(metrics) + 2),
    )
    return table.html(rows, f"Regions by {first.noun}, {when}, best first")


@cached
def since(db: Database, today: date) -> Html:
    """What is new since the reader was last here, and what is due next; page.js shows it from the second visit on.

    Which of these items were there before is known to the reader's browser alone.
    """
    listed = (
        tag("li", tag("a", one.title, data_choose=True, href=one.page), data_key=one.key)
        for one in latest.items(db, ENGLAND)
    )
    due = latest.due_lines(db, today)
    return tag(
        "section",
        tag("h2", "Since you were last here", tag("span", class_="when"), class_="sub"),
        tag("p", "Nothing new.", class_="nothing"),
        tag("ul", *listed),
        *(note(f"{heading}. {'; '.join(lines)}.") for heading, lines in due.items()),
        class_="since",
        data_version=db.data_version,
    )


@cached
def news(db: Database, today: date) -> Html:
    """What the newest editions changed."""
    blocks = [
        tag(
            "section",
            tag("h3", f"{one.source.title}, {one.source.release}"),
            note(
                f"Released {released(one.source.released)}. Compared with "
                f"{one.source.previous_release or 'no earlier edition'}."
            ),
            items(front.news_lines(db, one)),
        )
        for one in england.news(db)
    ]
    for heading, lines in latest.due_lines(db, today).items():
        blocks.append(tag("section", tag("h3", heading), items(lines)))
    return tag("div", *blocks, class_="news")


def _report(row: Row) -> Html:
    day = format_date(row["published"])
    report = outside(day, row["url"]) if row["url"] else day
    grade = f"leaders {row['leaders']}" if row["leaders"] else "leaders not judged"
    return join(report, ": ", council_link(row["name"]), f", {grade}")
