"""The content of the briefing on England: posts, what the best would give it, regions, watch lists, movers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import polars as pl

from dashboard.analysis import comparison, direction, queries, scenarios, standard
from dashboard.analysis import england as front
from dashboard.analysis import partners as learning
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.direction import Movers, Side
from dashboard.analysis.england import Gain
from dashboard.briefings import sections, strips
from dashboard.briefings.model import (
    Bar,
    Block,
    Briefing,
    Card,
    Cards,
    Cell,
    Point,
    Points,
    Section,
    Strip,
    Table,
    Words,
)  # fmt: skip
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES, Metric, Row
from dashboard.views.text import briefings as said
from dashboard.views.text import comparisons, formats
from dashboard.views.text import direction as directions
from dashboard.views.text import front as sentences
from dashboard.views.text import scenarios as taking
from dashboard.views.text.england import england_sentence

# The measure with which the front page opens.
FIRST = scenarios.VACANCIES
YEARS = 1
MOST_LISTED, MOST_SEVERAL, MOST_MOVED = 8, 8, 5
SIDES: tuple[tuple[Side, str], ...] = (("watch", "Getting worse"), ("peers", "Getting better"))


def briefing(db: Database, benchmark: Benchmark) -> Briefing:
    """The briefing on England: what its front page says of the vacancy rate, and of the nine measures."""
    metric = db.metrics[FIRST]
    period = db.latest(FIRST)
    rows = queries.councils(db, metric, period, benchmark)
    total = comparison.england_if_all_met(rows)
    nine = sections.nine(db)
    return Briefing(
        area_id=ENGLAND,
        name=db.names[ENGLAND],
        kicker=f"{sections.ABOUT} · {len(db.authorities)} councils",
        about=sections.about(benchmark),
        made_on=db.built_at.date(),
        data_version=db.data_version,
        sentence=england_sentence(rows.to_dicts(), queries.england(db, metric, period), metric, benchmark, total),
        pages=(
            (
                _headlines(db),
                _judgements(db),
                _gains(db, nine, benchmark),
                _standard(db, metric),
                _taking(db, metric),
            ),
            (
                _regions(db, metric),
                *_watch(db, metric, benchmark),
                _several(db, nine, benchmark),
                *_movers(db, metric),
                _notes(db, rows, metric, nine, benchmark),
                sections.sources(db, _sources(db, nine)),
            ),
        ),
    )


def _headlines(db: Database) -> Section:
    cards = []
    for one in front.headlines(db):
        metric = one.metric
        figure = "no data" if one.value is None else formats.brief(one.value, metric)
        unit = "" if metric.unit == "%" else f"{metric.unit}, "
        moved = ""
        if one.series_break:
            moved = "not comparable with earlier years, "
        elif one.change is not None:
            word = formats.direction(one.change, metric)
            signed = formats.signed(one.change, metric)
            moved = "no change in a year, " if word == "no change" else f"{signed} in a year, {word}, "
        when = formats.period_label(metric, one.period_end)
        cards.append(Card(metric.title, figure, f"{unit}{moved}{when}"))
    return Section("Posts, staff and cases", (Cards(tuple(cards)),))


def _judgements(db: Database) -> Section:
    history = front.grades(db)
    now = history[0]
    cards = [
        Card(grade, str(now.counts.get(float(position), 0)), f"of {now.councils} councils", f"grade-{position}")
        for position, grade in enumerate(GRADES, start=1)
    ]
    if missing := now.councils - sum(now.counts.values()):
        cards.append(Card("Not judged", str(missing), f"of {now.councils} councils", "grade-none"))
    words = sentences.grades_sentence(history)
    blocks: list[Block] = [Cards(tuple(cards))]
    if words:
        blocks.append(Words(words, small=True))
    return Section(f"Ofsted on the impact of leaders: latest judgements, {now.on:%-d %B %Y}", tuple(blocks))


def _gains(db: Database, nine: list[Metric], benchmark: Benchmark) -> Section:
    body = []
    for one in front.gains(db, benchmark, nine):
        drawn = strips.strip(
            db,
            one.metric,
            benchmark,
            "",
            own=[],
            england=one.value,
            mark=one.mark["benchmark"] if one.mark else None,
        )
        body.append(_gain(one, drawn))
    heads = (
        "Measure", strips.HEAD, "England", benchmark.label, "Meet it", "Do not meet it", "No data",
        "If every council met it",
    )  # fmt: skip
    table = Table(heads, tuple(body), (0.2, 0.2, 0.075, 0.085, 0.07, 0.07, 0.07, 0.23))
    words = (
        f"Each dot is a council, or those that report together; the further right, the better. The upright line is "
        f"England; the shaded end begins at {said.group(benchmark)}. {strips.OTHERS} {said.how_chosen(nine)}"
    )
    return Section(
        "If every council met the standard of the best" if benchmark.best else "If every council met the benchmark",
        (table, Words(words, small=True)),
    )


def _gain(one: Gain, drawn: Strip) -> tuple[Cell | Strip | Bar, ...]:
    metric, total = one.metric, one.total
    level = comparisons.benchmark_figure(one.mark, metric) if one.mark else "each its own"
    what = sentences.gain(one)
    notes = [comparisons.held(metric)] if what else []
    if total.uncounted and what:
        notes.insert(0, f"without {total.uncounted} whose counts are not published")
    when = formats.period_label(metric, one.period_end)
    unit = "" if metric.unit == "%" else f", {metric.unit}"
    return (
        Cell(metric.title, f"{when}{unit}"),
        drawn,
        Cell(formats.brief(one.value, metric), strong=True),
        Cell(level if total.compared else "none"),
        Cell(str(total.meet)),
        Cell(str(total.short), f"{total.unsure} more may" if total.unsure else ""),
        Cell(str(total.without)),
        Cell(what, ", ".join(notes), strong=True) if what else Cell("no counts are published", tone="missing"),
    )


def _standard(db: Database, metric: Metric) -> Section:
    title = "How many councils meet the standard"
    fixed = standard.over_time(db, metric)
    if fixed is None:
        return Section(title, (Words("No council sets a standard in this measure."),), half=True)
    body = []
    for row in fixed.rows.iter_rows(named=True):
        note = "not comparable with earlier years" if row["broken"] else ""
        body.append(
            (
                Cell(formats.period_label(metric, row["period_end"]), note),
                Bar(f"{row['met']} of {row['had']}", (row["share"] or 0.0) / 100),
                Cell(formats.brief(row["england"], metric)),
            )
        )
    table = Table(("Period", "Councils that met it", "England"), tuple(body), (0.35, 0.45, 0.2), dense=True)
    return Section(title, (Words(sentences.standard_sentence(fixed)), table), half=True)


def _taking(db: Database, metric: Metric) -> Section:
    target = standard.best_quarter(db, metric)
    found = [scenarios.england(db, metric, target)] if target else []
    back = scenarios.returners(db)
    words = [taking.england(one) for one in found]
    words.append(taking.returners(back, metric, db.metrics[scenarios.CASELOAD]))
    rests = dict.fromkeys([*(line for one in found for line in one.assumptions), *back.assumptions])
    rests[said.appeal(back.number)] = None
    return Section(
        "What it would take",
        (*(Words(one) for one in words), Points(tuple(Point(line) for line in rests), small=True)),
        half=True,
    )


def _regions(db: Database, metric: Metric) -> Section:
    beside = list(dict.fromkeys([metric, *front.chosen(db, front.HEADLINES[1:])]))
    end = db.latest(metric.metric_id).end
    areas = front.regions(db, beside, metric, end)
    body = []
    for row in areas.iter_rows(named=True):
        england = row["area_id"] == ENGLAND
        cells = [
            Cell(formats.brief(row[one.metric_id], one), strong=england)
            if row[one.metric_id] is not None
            else Cell("none published", tone="missing")
            for one in beside
        ]
        judged = [
            Cell("" if row[grade] is None else f"{row[grade]} of {row['councils']}")
            for grade in ("outstanding", "inadequate")
        ]
        body.append((Cell(row["name"], strong=england), *cells, *judged))
    heads = ("Region", *(one.short_title for one in beside), "Leaders Outstanding", "Leaders Inadequate")
    caption = f"By {metric.noun}, {formats.period_label(metric, end)}, best first; England last"
    table = Table(heads, tuple(body), (0.22, *[0.52 / len(beside)] * len(beside), 0.13, 0.13), caption, dense=True)
    return Section("Regions side by side", (table,))


def _watch(db: Database, metric: Metric, benchmark: Benchmark) -> list[Section]:
    lists = [direction.watch_list(db, metric, benchmark), direction.peers(db, metric, benchmark)]
    sentence = Words(sentences.watch_sentence(metric, lists[0].height, lists[1].height, benchmark))
    written = [Section("Getting worse and getting better", (sentence,))]
    judged = learning.leaders(db)
    for (side, title), rows in zip(SIDES, lists, strict=True):
        body = [
            (
                Cell(row["name"], _leaders(row, judged) if side == "peers" else ""),
                Cell(_compared(row, metric), strong=True),
                Cell(comparisons.gap(row, metric), comparisons.shortfall(row, metric)),
                sections.rank(row),
            )
            for row in rows.head(MOST_LISTED).iter_rows(named=True)
        ]
        more = [Words(f"And {rows.height - MOST_LISTED} more.", small=True)] if rows.height > MOST_LISTED else []
        heads = ("Council, furthest first", "Value", "Gap", "Rank (1 = best)")
        table = Table(heads, tuple(body), (0.28, 0.12, 0.32, 0.28))
        written.append(Section(title, (table, *more) if body else (Words("No council."),), half=True))
    return written


def _compared(row: Row, metric: Metric) -> str:
    """A figure as it adds up with its gap, or its range where it is hidden."""
    if row["value"] is None:
        return formats.figure(row, metric)
    return formats.brief(formats.exact(row), metric, formats.decimals(row, metric))


def _leaders(row: Row, judged: Mapping[str, str]) -> str:
    """How the leaders of a return's councils were judged."""
    return f"leaders {formats.listed(list(dict.fromkeys(judged.get(one, 'not judged') for one in row['area_ids'])))}"


def _several(db: Database, nine: list[Metric], benchmark: Benchmark) -> Section:
    found = direction.watch_counts(db, benchmark, nine)
    blocks: list[Block] = [Words(directions.counts_sentence(found, nine, "watch"))]
    often = found.filter(pl.col("count") > 1)
    if often.height:
        body = [
            (
                Cell(row["name"]),
                Cell(formats.listed([db.metrics[one].short_title.lower() for one in row["measures"]])),
            )
            for row in often.head(MOST_SEVERAL).iter_rows(named=True)
        ]
        blocks.append(Table(("Council", "Measures"), tuple(body), (0.35, 0.65), dense=True))
    if often.height > MOST_SEVERAL:
        blocks.append(Words(f"And {often.height - MOST_SEVERAL} more on two or more.", small=True))
    return Section("On more than one watch list", tuple(blocks))


def _movers(db: Database, metric: Metric) -> list[Section]:
    found = direction.movers(db, metric, YEARS)
    written = [Section("Biggest changes in a year", (Words(directions.movers_sentence(found)),))]
    column: Literal["improvement", "change"] = "improvement" if metric.ranked else "change"
    for best, title in ((True, "Improved most"), (False, "Worsened most")):
        rows = found.furthest(column, best=best, most=MOST_MOVED)
        if rows.height:
            written.append(Section(title, (_moved(db, found, rows),), half=True))
    return written


def _moved(db: Database, found: Movers, rows: pl.DataFrame) -> Table:
    metric = found.metric
    assert found.before is not None
    ends = (found.before.end, found.newest.end)
    shared = dict(db.councils(metric.metric_id, found.before.end).select("area_id", "tied").iter_rows())
    body = [
        (
            Cell(row["name"]),
            Cell(formats.brief(row["value_before"], metric, formats.decimals_moved(row, metric))),
            Cell(formats.brief(row["value"], metric, formats.decimals_moved(row, metric)), strong=True),
            Cell(formats.signed(row["change"], metric, formats.decimals_moved(row, metric))),
            _rank(row["rank_before"], row["ranked_before"], shared.get(row["area_id"])),
            _rank(row["rank"], row["ranked"], row["tied"]),
        )
        for row in rows.iter_rows(named=True)
    ]
    then, now = (formats.period_label(metric, end) for end in ends)
    heads = ("Council", then, now, "Change", "Rank then", "Rank now")
    return Table(heads, tuple(body), (0.25, 0.12, 0.12, 0.11, 0.2, 0.2), dense=True)


def _rank(rank: int | None, ranked: int | None, tied: int | None) -> Cell:
    """A rank as a column of ranks has it: without how many share it (rule `ranks`)."""
    joint = "joint " if (tied or 1) > 1 else ""
    return Cell(f"{joint}{formats.ordinal(rank)} of {ranked}" if rank else "")


def _notes(db: Database, rows: pl.DataFrame, metric: Metric, nine: list[Metric], benchmark: Benchmark) -> Section:
    small = db.area.filter("very_small")["name"].sort().to_list()
    points = [
        Point(said.REGION_PUBLISHED),
        *sections.joint(db, nine),
        *([Point(said.very_small(small))] if small else []),
    ]
    missing: dict[str, list[str]] = {}
    for row in rows.filter(pl.col("value").is_null()).iter_rows(named=True):
        missing.setdefault(formats.why(row, metric), []).append(row["name"])
    if words := said.without(metric, missing):
        points.append(Point(words))
    points += [
        Point(f"{sections.UNROUNDED} {said.WITHOUT_COUNTS}"),
        *sections.indicative(nine),
        *sections.care(nine),
    ]
    points += sections.unseen(db, nine, benchmark)
    return Section("Notes", (Points(tuple(points), small=True),))


def _sources(db: Database, nine: list[Metric]) -> list[str]:
    figures = db.newest.filter(pl.col("metric_id").is_in([*(one.metric_id for one in nine), *front.HEADLINES]))
    return [*figures["source_id"].unique(), *db.table["inspection"]["source_id"].unique()]
