"""The content of the briefing on a council: the figures and sentences of its page, on two sides of paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from dashboard.analysis import direction, queries, recommendations, scenarios, standard
from dashboard.analysis import group as groups
from dashboard.analysis import partners as learning
from dashboard.analysis.benchmarks import DEFAULT, Benchmark
from dashboard.analysis.group import Members
from dashboard.analysis.partners import Partner
from dashboard.briefings import sections, strips
from dashboard.briefings.model import Briefing, Cards, Cell, Point, Points, Section, Strip, Table, Words
from dashboard.data.database import Database
from dashboard.data.model import Metric, Row
from dashboard.views.tables.cells import short_verdict
from dashboard.views.tables.council import like
from dashboard.views.text import briefings as said
from dashboard.views.text import comparisons, formats
from dashboard.views.text import direction as directions
from dashboard.views.text import group as grouped
from dashboard.views.text import recommendations as asking
from dashboard.views.text import scenarios as taking
from dashboard.views.text.council import TOO_SMALL, council_sentence, opening
from dashboard.views.text.notices import notices
from dashboard.views.text.questions import Question, questions

MOST_PARTNERS = 3
SIDES: tuple[direction.Side, ...] = ("watch", "peers")
# Of a partner's evidence so much is set out, that of the nine measures first; the rest is counted.
MOST_EVIDENCE = 4
# The first measure of every page, of which the gap is said in a sentence too.
FIRST = scenarios.VACANCIES
FEW = "small numbers"


def briefing(db: Database, area_id: str, benchmark: Benchmark) -> Briefing:
    """The briefing on a council of today, compared with a benchmark."""
    name = db.names[area_id]
    # Compared with some councils, it is ranked among them.
    group = groups.members(db, benchmark, area_id)
    profile = groups.ranked_among(db, queries.profile(db, area_id, benchmark), group)
    rows = {row["metric_id"]: row for row in profile.iter_rows(named=True)}
    inspections = queries.inspections(db, area_id)
    partners = learning.learning_partners(db, area_id, benchmark, most=MOST_PARTNERS)
    near = learning.neighbours_that_reach(db, area_id, benchmark, db.metrics[FIRST]) if FIRST in rows else None
    nine = [metric for metric in sections.nine(db) if metric.metric_id in rows]
    joint = jointly(db, area_id, rows)
    strongest, worst = groups.extremes(profile, group)
    best, among = _better(strongest, group), grouped.among(group)
    return Briefing(
        area_id=area_id,
        name=name,
        kicker=f"{sections.ABOUT} · {db.names[db.regions[area_id]]} · {queries.authority_type(db, area_id)}",
        about=sections.about(benchmark),
        made_on=db.built_at.date(),
        data_version=db.data_version,
        sentence=opening(name, inspections, profile.to_dicts(), db.metrics, first(worst), among),
        pages=(
            (
                _judgements(db, area_id),
                _asked(db, area_id, inspections),
                _measures(db, area_id, rows, nine, benchmark, joint),
                _extremes(db, best, f"Strongest measures {among}".strip(), joint),
                _extremes(db, worst, f"Weakest measures {among}".strip(), joint),
            ),
            (
                _gaps(db, area_id, rows, nine, benchmark, joint, among),
                _direction(db, area_id, profile, nine, benchmark),
                _partners(db, name, near, partners, nine, benchmark),
                _questions(db, area_id, profile, nine, benchmark, [*(near or ()), *partners], joint, worst),
                _notes(db, area_id, profile, rows, nine, benchmark, (best, worst)),
                sections.sources(
                    db,
                    [
                        *(row["source_id"] for one, row in rows.items() if db.metrics[one].ranked),
                        *(one.source_id for one in inspections),
                        *recommendations.asked(db, area_id).rows["source_id"],
                        *_judged(db, [*(near or ()), *partners]),
                        sections.NEIGHBOURS,
                    ],
                ),
            ),
        ),
    )


def jointly(db: Database, area_id: str, rows: Mapping[str, Row]) -> dict[str, str]:
    """Which figures of a council others report too, in words, by measure."""
    return {
        metric_id: words
        for metric_id, row in rows.items()
        if (words := formats.joint(queries.partners(db, row["return_id"], area_id)))
    }


def first(rows: pl.DataFrame) -> Row | None:
    """The first row; None of none."""
    return rows.row(0, named=True) if rows.height else None


def _judgements(db: Database, area_id: str) -> Section:
    inspections = queries.inspections(db, area_id)
    words = [sections.inspected(inspections[0] if inspections else None), sections.leadership_history(inspections)]
    return Section(
        "Ofsted’s latest judgements",
        (Cards(sections.cards(db, area_id)), Words(" ".join(filter(None, words)), small=True)),
    )


def _asked(db: Database, area_id: str, inspections: Sequence[queries.Inspection]) -> Section:
    """What the newest report that is read asked the council to improve, or that none is read."""
    found = recommendations.asked(db, area_id)
    last = inspections[0].published if inspections else None
    sentence = Words(asking.council_sentence(db.names[area_id], found, recommendations.read(db), last))
    points = tuple(
        Point(f"{row['words']} ({row['national_framework']})" if row["national_framework"] else row["words"])
        for row in found.rows.iter_rows(named=True)
    )
    if not points:
        return Section("What Ofsted asked for", (sentence,))
    parts = (Words(asking.IN_BRACKETS, small=True),) if found.rows["national_framework"].count() else ()
    return Section("What Ofsted asked for", (sentence, Points(points), *parts))


def _measures(
    db: Database, area_id: str, rows: Mapping[str, Row], nine: Sequence[Metric], benchmark: Benchmark,
    joint: Mapping[str, str],
) -> Section:  # fmt: skip
    name, drawn = db.names[area_id], strips_of(db, area_id, rows, nine, benchmark)
    body = []
    for metric in nine:
        row = rows[metric.metric_id]
        body.append(
            (
                sections.measure(metric, row, *_said(row, metric, joint)),
                drawn[metric.metric_id],
                sections.value(row, metric),
                sections.change(row, metric),
                Cell(comparisons.companion(row, "england", metric)),
                sections.neighbours(row, metric),
                Cell(comparisons.benchmark_beside(row, metric)),
                sections.rank(row),
            )
        )
    heads = (
        "Measure", strips.HEAD, "Value", "Change in a year", "England", "Neighbours’ median", benchmark.label,
        "Rank (1 = best)",
    )  # fmt: skip
    table = Table(
        heads, tuple(body), (0.2, 0.22, 0.095, 0.08, 0.07, 0.1, 0.085, 0.15),
    )  # fmt: skip
    words = f"{how_to_read(name, drawn.values(), benchmark)} {said.how_chosen(nine)}"
    return Section("The measures that matter most", (table, Words(words, small=True)))


def strips_of(
    db: Database, area_id: str, rows: Mapping[str, Row], metrics: Sequence[Metric], benchmark: Benchmark
) -> dict[str, Strip]:
    """All councils in each measure, the council marked among them; `rows` are those of its profile by measure."""
    return {
        metric.metric_id: strips.strip(
            db, metric, benchmark, db.names[area_id], own=[area_id], england=row["england"],
            neighbours=row["neighbours"], mark=row["benchmark"],
        )
        for metric in metrics
        if (row := rows[metric.metric_id])
    }  # fmt: skip


def how_to_read(name: str, drawn: Iterable[Strip], benchmark: Benchmark) -> str:
    """What the marks of a council's strips are."""
    beyond = any(not 0 <= place <= 1 for strip in drawn for place in strip.own)
    return strips.how_to_read(name, benchmark, beyond=beyond)


def _judged(db: Database, partners: Sequence[Partner]) -> list[str]:
    """Where the judgements of leaders of its learning partners are from."""
    found = [queries.inspections(db, one.area_id) for one in partners]
    return [next(one.source_id for one in each if "leaders" in one.grades) for each in found if each]


def _better(rows: pl.DataFrame, group: Members | None) -> pl.DataFrame:
    """Of the measures in which it ranks best, those in the better half: few have a figure of very small councils."""
    return groups.better_half(rows) if group else rows.filter(pl.col("quarter_high") <= 2)


def _said(row: Row, metric: Metric, joint: Mapping[str, str]) -> tuple[str, ...]:
    """What else is said of a figure below its measure: that few are behind it, and who reports it too."""
    return (FEW if sections.few(row) else "", joint.get(metric.metric_id, ""))


def _extremes(db: Database, rows: pl.DataFrame, title: str, joint: Mapping[str, str]) -> Section:
    if rows.is_empty():
        return Section(title, (Words("No measure with a figure is among these."),), half=True)
    body = []
    for row in rows.iter_rows(named=True):
        metric = db.metrics[row["metric_id"]]
        body.append(
            (
                sections.measure(metric, row, *_said(row, metric, joint)),
                sections.value(row, metric),
                sections.rank(row),
                sections.trend(row, why=False),
            )
        )
    heads = ("Measure", "Value", "Rank (1 = best)", "Over five years")
    return Section(title, (Table(heads, tuple(body), (0.4, 0.14, 0.27, 0.19)),), half=True)


def _gaps(
    db: Database, area_id: str, rows: Mapping[str, Row], nine: Sequence[Metric], benchmark: Benchmark,
    joint: Mapping[str, str], among: str,
) -> Section:  # fmt: skip
    name = db.names[area_id]
    body = []
    for metric in nine:
        row = rows[metric.metric_id]
        if row["value"] is None and row["value_low"] is None:
            distance = Cell("no data", formats.why(row, metric), "missing")
        elif row["not_ranked"]:
            distance = Cell("not compared", row["not_ranked"], "missing")
        elif row["benchmark_low"] is None:
            distance = Cell("nothing to compare with", tone="missing")
        elif comparisons.gap(row, metric) == "meets it":
            distance = Cell("meets it", tone="better")
        else:
            distance = Cell(comparisons.gap(row, metric) or "")
        real = comparisons.shortfall(row, metric)
        shared = ", joint return" if metric.metric_id in joint else ""
        falls_short = row["gap_low"] is not None and row["gap_low"] > 0
        body.append(
            (
                Cell(metric.short_title, f"{formats.period_label(metric, row['period_end'])}{shared}"),
                distance,
                Cell(real, comparisons.held(metric))
                if real
                else Cell("no counts are published" if falls_short else ""),
                Cell(short_verdict(row) or ("not certain" if row["gap"] is not None else "")),
                sections.trend(row),
            )
        )
    heads = ("Measure", f"Distance from: {benchmark.title}", "To get there",
        "Beyond usual differences?" if benchmark.spread else "Significant?", "Over five years",
    )  # fmt: skip
    found: list[str] = []
    resting: tuple[str, ...] = (scenarios.ILLUSTRATIVE,)
    if FIRST in rows:
        row = rows[FIRST]
        metric = db.metrics[FIRST]
        found.append(
            council_sentence(name, row, metric, benchmark, queries.partners(db, row["return_id"], area_id), among)
        )
        target = standard.best_quarter(db, metric)
        # Of three posts such a sum says nothing.
        if target and row["value"] is not None and row["value"] > target and not row["very_small"]:
            taken = scenarios.council(db, area_id, metric, target)
            # What it takes is said already where the benchmark is the very one.
            found.append(taking.then(taken) if benchmark.id == DEFAULT else taking.council(taken))
            resting = taken.assumptions
    table = Table(
        heads, tuple(body), (0.2, 0.19, 0.26, 0.16, 0.19),
    )  # fmt: skip
    lines = (Words(" ".join(found)),) if found else ()
    rests = Words(" ".join(resting), small=True)
    return Section("The gap in posts, children and cases", (*lines, rests, table))


def _direction(
    db: Database, area_id: str, profile: pl.DataFrame, nine: Sequence[Metric], benchmark: Benchmark
) -> Section:
    name = db.names[area_id]
    if profile["very_small"].any():
        return Section("Direction", (Words(f"{formats.place(name)} {TOO_SMALL}"),))
    points = [Point(said.directions(name, profile.to_dicts(), db.metrics))]
    ids = [metric.metric_id for metric in nine]
    known = profile.filter(
        pl.col("metric_id").is_in(ids)
        & pl.col("direction").is_not_null()
        & pl.col("no_direction").is_null()
        & pl.col("not_ranked").is_null()
    ).height
    if not known:
        return Section("Direction", (Points((*points, Point(said.no_list(len(nine))))),))
    for side in SIDES:
        found = direction.watch_counts(db, benchmark, nine, side).filter(pl.col("area_id") == area_id)
        metrics = [db.metrics[one] for one in (found["measures"][0] if found.height else [])]
        points.append(Point(said.listed_for(metrics, len(nine), known, benchmark, side)))
    return Section("Direction", (Points(tuple(points)),))


def _partners(
    db: Database, name: str, near: Sequence[Partner] | None, found: Sequence[Partner], nine: Sequence[Metric],
    benchmark: Benchmark,
) -> Section:  # fmt: skip
    title = "Councils to learn from"
    said_near = directions.neighbours_sentence(name, near, db.metrics[FIRST], benchmark) if near is not None else ""
    sentence = Words(f"{said_near} {directions.partners_sentence(name, found, benchmark)}".strip())
    if not found:
        return Section(title, (sentence,))
    first = {metric.metric_id for metric in nine}
    body = []
    for one in found:
        evidence = sorted(one.evidence, key=lambda each: each.metric.metric_id not in first)
        shown = [
            f"{each.metric.short_title}: {formats.figure(each.there, each.metric)} there, "
            f"{formats.figure(each.here, each.metric)} here"
            for each in evidence[:MOST_EVIDENCE]
        ]
        more = f"; and {len(evidence) - MOST_EVIDENCE} more" if len(evidence) > MOST_EVIDENCE else ""
        measures = f"{len(evidence)} measure{'' if len(evidence) == 1 else 's'}"
        inspected = f"inspected {one.leaders_on:%B %Y}" if one.leaders and one.leaders_on else ""
        protection = f"help and protection {one.protection}" if one.protection else ""
        leaders = Cell(
            one.leaders or "not judged",
            "; ".join(filter(None, (inspected, protection))),
            sections.grade_tone(one.leaders),
        )
        body.append((Cell(one.name, like(one, name)), Cell(measures, "; ".join(shown) + more), leaders))
    heads = ("Council", "Reaches the benchmark on", "Impact of leaders")
    table = Table(heads, tuple(body), (0.22, 0.58, 0.2))
    return Section(title, (sentence, table))


def _questions(
    db: Database, area_id: str, profile: pl.DataFrame, nine: Sequence[Metric], benchmark: Benchmark,
    partners: Sequence[Partner], joint: Mapping[str, str], weakest: pl.DataFrame,
) -> Section:  # fmt: skip
    found = questions_to(db, area_id, profile, nine, benchmark, partners, joint, weakest)
    title = "What to ask the council"
    if not found:
        return Section(title, (Words("No figure here falls significantly short."),))
    return Section(title, (Points(tuple(Point(one.words, one.because) for one in found), numbered=True),))


def questions_to(
    db: Database, area_id: str, profile: pl.DataFrame, nine: Sequence[Metric], benchmark: Benchmark,
    partners: Sequence[Partner], joint: Mapping[str, str], weakest: pl.DataFrame,
) -> list[Question]:  # fmt: skip
    """What to ask a council, each question from a figure or report, as in its briefing."""
    inspections = queries.inspections(db, area_id)
    asked = next((one for one in partners if one.well_judged), None)
    return questions(
        profile.to_dicts(),
        nine,
        weakest["metric_id"].to_list(),
        queries.history(db, area_id),
        db.metrics,
        benchmark,
        (queries.judgements(db, area_id), inspections[0] if inspections else None),
        (asked, like(asked, db.names[area_id])) if asked else None,
        joint,
    )


def _notes(
    db: Database, area_id: str, profile: pl.DataFrame, rows: Mapping[str, Row], nine: Sequence[Metric],
    benchmark: Benchmark, extremes: Sequence[pl.DataFrame],
) -> Section:  # fmt: skip
    points = [Point(words) for words in notices(db, area_id)]
    every = profile.to_dicts()
    shown = {metric.metric_id for metric in nine}.union(*(one["metric_id"] for one in extremes))
    small = [db.metrics[one] for one, row in rows.items() if one in shown and sections.few(row)]
    if words := said.few(small):
        points.append(Point(words))
    if words := said.unknown(every, db.metrics):
        points.append(Point(words))
    if why := said.missing(every, db.metrics):
        points.append(Point(f"No figure in the newest period. {why}."))
    if opposite := said.conflicts([rows[metric.metric_id] for metric in nine], db.metrics):
        points.append(Point(f"The neighbours’ median and mean would give opposite verdicts on {opposite}."))
    near = [formats.place(db.names[one]) for one in queries.neighbours(db, area_id)]
    if near:
        points.append(Point(f"Statistical neighbours, nearest first: {formats.listed(near)}."))
    points += [
        Point(f"{sections.UNROUNDED} {said.WITHOUT_COUNTS}"),
        *sections.indicative(nine),
        *sections.care(nine),
    ]
    points += sections.unseen(db, nine, benchmark)
    return Section("Notes", (Points(tuple(points), small=True),))
