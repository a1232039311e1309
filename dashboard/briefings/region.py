"""The content of the briefing on a region: its published figures beside England, and its councils side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from dashboard.analysis import comparison, direction, queries, returns
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.direction import Side
from dashboard.analysis.extremes import Extreme, find_extreme
from dashboard.briefings import sections, strips
from dashboard.briefings.model import Briefing, Cell, Point, Points, Section, Table, Words
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, LEADERS, STRANDS, Metric, Row
from dashboard.views.tables import STRAND_NAMES
from dashboard.views.text import briefings as said
from dashboard.views.text import comparisons, formats
from dashboard.views.text.briefings import Beside
from dashboard.views.text.notices import notices

# Of more councils than this the tables fill a side of paper.
FEW = 20
COUNTED: dict[Side, str] = {"watch": "Getting worse", "peers": "Getting better"}


def councils_in(db: Database, region_id: str) -> dict[str, str]:
    """The councils of today in a region, by name; those of London are those of its two parts."""
    within = {region_id, *(one for one, above in db.regions.items() if above == region_id)}
    return {area_id: name for area_id, name in db.authorities.items() if db.regions[area_id] in within}


def briefing(db: Database, region_id: str, benchmark: Benchmark) -> Briefing:
    """The briefing on a region, whose councils are compared with a benchmark."""
    name = db.names[region_id]
    nine = sections.nine(db)
    own = councils_in(db, region_id)
    held = comparison.newest(db, benchmark).filter(pl.col("metric_id").is_in([metric.metric_id for metric in nine]))
    of = {str(key[0]): rows for key, rows in held.partition_by("metric_id", as_dict=True).items()}
    nine = [metric for metric in nine if metric.metric_id in of]
    beside = [_beside(db, metric, region_id, of[metric.metric_id], own) for metric in nine]
    judged = db.newest.filter(pl.col("area_id").is_in(list(own)) & (pl.col("metric_id") == LEADERS))
    grades = judged["symbol"].to_list()
    first = (_measures(db, region_id, of, own, beside, benchmark), *_lists(db, name, own, nine, benchmark))
    beside_each_other = (_side_by_side(own, nine, of, benchmark), _judgements(db, own))
    last = (_notes(db, own, nine, benchmark), sections.sources(db, _sources(db, own, held)))
    return Briefing(
        area_id=region_id,
        name=name,
        kicker=f"{sections.ABOUT} · Region · {len(own)} councils",
        about=sections.about(benchmark),
        made_on=db.built_at.date(),
        data_version=db.data_version,
        sentence=said.region(name, beside, len(own), grades.count("Outstanding"), grades.count("Inadequate")),
        pages=((first, (*beside_each_other, *last)) if len(own) <= FEW else ((*first, *last), beside_each_other)),
    )


def _beside(db: Database, metric: Metric, region_id: str, rows: pl.DataFrame, own: Mapping[str, str]) -> Beside:
    published = db.newest.filter(pl.col("metric_id") == metric.metric_id)
    figures = dict(
        published.filter(pl.col("area_id").is_in([region_id, ENGLAND])).select("area_id", "value").iter_rows()
    )
    total = comparison.england_if_all_met(rows.filter(pl.col("area_id").is_in(list(own))))
    return Beside(metric, figures.get(region_id), figures.get(ENGLAND), total.meet, total.compared)


def _measures(
    db: Database, region_id: str, of: Mapping[str, pl.DataFrame], own: Mapping[str, str], beside: Sequence[Beside],
    benchmark: Benchmark,
) -> Section:  # fmt: skip
    name = db.names[region_id]
    body = []
    for one in beside:
        metric, rows = one.metric, of[one.metric.metric_id]
        shared = benchmark.shared(rows.iter_rows(named=True))
        mark = shared["benchmark"] if shared else None
        drawn = strips.strip(db, metric, benchmark, name, own=list(own), england=one.england, mark=mark)
        first, last = _ends(db, rows.filter(pl.col("area_id").is_in(list(own))), metric)
        body.append(
            (
                sections.measure(metric, rows.row(0, named=True)),
                drawn,
                Cell(formats.brief(one.region, metric), strong=True)
                if one.region is not None
                else Cell("none published", tone="missing"),
                Cell(formats.brief(one.england, metric)),
                Cell("each its own" if shared is None else comparisons.benchmark_figure(shared, metric)),
                Cell(f"{one.met} of {one.compared}" if one.compared else ""),
                first,
                last,
            )
        )
    heads = (
        "Measure", strips.HEAD, name, "England", benchmark.label, "Meet it", "Best council", "Worst",
    )  # fmt: skip
    table = Table(heads, tuple(body), (0.2, 0.22, 0.08, 0.075, 0.085, 0.08, 0.13, 0.13))
    reading = strips.how_to_read(name, benchmark, several=True, neighbours=False)
    words = f"{reading} {said.ENDS} {said.how_chosen([one.metric for one in beside])}"
    return Section("The measures that matter most", (table, Words(words, small=True)))


def _ends(db: Database, rows: pl.DataFrame, metric: Metric) -> tuple[Cell, Cell]:
    """The best and the last of a region's councils, the very small left out, each with its value; empty if not sure."""
    listed = returns.once(db, rows.sort("name")).to_dicts()
    first, last = (
        _end(find_extreme(listed, lowest=lowest), metric)
        for lowest in (metric.lower_is_better, not metric.lower_is_better)
    )
    return first, last


def _end(found: Extreme | None, metric: Metric) -> Cell:
    if found is None:
        return Cell("not certain", tone="missing")
    names = [formats.place(row["name"]) for row in found.rows]
    words = f"{len(names)} councils" if len(names) > 2 else formats.listed(names)
    return Cell(
        formats.brief(found.rows[0]["value"], metric), words if found.certain else f"{words}, of those published"
    )


def _lists(
    db: Database, name: str, own: Mapping[str, str], nine: Sequence[Metric], benchmark: Benchmark
) -> list[Section]:
    written = []
    for side, title in COUNTED.items():
        found = direction.watch_counts(db, benchmark, nine, side).filter(pl.col("area_id").is_in(list(own)))
        sentence = Words(said.region_lists(name, found.height, len(nine), side))
        body = [
            (
                Cell(row["name"]),
                Cell(formats.listed([db.metrics[one].short_title.lower() for one in row["measures"]])),
            )
            for row in found.iter_rows(named=True)
        ]
        table = [Table(("Council", "Measures"), tuple(body), (0.4, 0.6), dense=True)] if body else []
        written.append(Section(title, (sentence, *table), half=True))
    return written


def _side_by_side(
    own: Mapping[str, str], nine: Sequence[Metric], of: Mapping[str, pl.DataFrame], benchmark: Benchmark
) -> Section:
    figures: dict[str, dict[str, Row]] = {
        metric.metric_id: {
            row["area_id"]: row
            for row in of[metric.metric_id].filter(pl.col("area_id").is_in(list(own))).iter_rows(named=True)
        }
        for metric in nine
    }
    body = []
    for area_id, name in own.items():
        cells = [_figure(figures[metric.metric_id].get(area_id), metric) for metric in nine]
        body.append((Cell(formats.place(name)), *cells))
    heads = ("Council", *(metric.short_title for metric in nine))
    symbols = said.symbols(figures[metric.metric_id].get(area_id) for metric in nine for area_id in own)
    words = (
        "By name: measures are not added up to an order of councils. The small number is the quarter of all councils "
        f"in England, 1 the best and 4 the worst; in bold: at least as good as {said.group(benchmark)}.{symbols}"
    )
    width = 0.77 / max(len(nine), 1)
    table = Table(heads, tuple(body), (0.23, *[width] * len(nine)), dense=True)
    return Section("Its councils side by side", (table, Words(words, small=True)))


def _figure(row: Row | None, metric: Metric) -> Cell:
    if row is not None and row["value"] is None and row["value_low"] is not None:
        return Cell(formats.figure(row, metric), comparisons.quarter(row), tone="missing")
    if row is None or row["value"] is None:
        return Cell((row["symbol"] if row else None) or said.NO_SYMBOL, tone="missing")
    quarter = row["quarter"]
    met = row["gap_high"] is not None and row["gap_high"] <= 0
    return Cell(formats.brief(row["value"], metric), str(quarter or ""), f"q{quarter}" if quarter else "", strong=met)


def _judgements(db: Database, own: Mapping[str, str]) -> Section:
    body = []
    for area_id, name in own.items():
        found = queries.inspections(db, area_id)
        latest = found[0] if found else None
        grades = {one.metric.metric_id.removeprefix("judgement_"): one for one in queries.judgements(db, area_id)}
        cells = []
        for strand in STRANDS:
            one = grades.get(strand)
            words = "not judged" if one is None else one.grade or formats.reason(one.status, None, one.metric)
            cells.append(Cell(words, tone="" if one and one.grade else "missing"))
        on = f"{latest.on:%B %Y}" if latest else "not since 2013"
        body.append((Cell(formats.place(name)), Cell(on), *cells))
    heads = ("Council", "Inspected", *(STRAND_NAMES[strand] for strand in STRANDS))
    table = Table(heads, tuple(body), (0.19, 0.13, 0.136, 0.136, 0.136, 0.136, 0.136), dense=True)
    return Section("Ofsted’s latest judgements", (table,))


def _notes(db: Database, own: Mapping[str, str], nine: Sequence[Metric], benchmark: Benchmark) -> Section:
    points = [Point(words) for area_id in own for words in notices(db, area_id)]
    points += [
        Point(f"{sections.UNROUNDED} {said.WITHOUT_COUNTS}"),
        *sections.indicative(nine),
        *sections.care(nine),
    ]
    points += sections.unseen(db, nine, benchmark)
    points.insert(0, Point(said.REGION_PUBLISHED))
    return Section("Notes", (Points(tuple(points), small=True),))


def _sources(db: Database, own: Mapping[str, str], held: pl.DataFrame) -> list[str]:
    inspections = db.table["inspection"].filter(pl.col("area_id").is_in(list(own)))
    return [*held["source_id"].unique(), *inspections["source_id"].unique()]
