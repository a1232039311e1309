"""Sentences about a council's own, unpublished figures; true of what is in the session at the time, and of no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.local_figures import Checked
from dashboard.data.model import Metric, Row
from dashboard.views.text import comparisons, formats
from dashboard.views.text.grammar import plural

YOURS = "your unpublished figures"
NO_COUNCIL = "Choose a council. Compare your latest local figures with published data. Nobody else can see them."
# Every part of it is held by a test: tests/dashboard/test_own_page.py and tests/browser/test_own.py.
STAY = (
    "They are held in memory for this session only: they are never saved, logged, put in the address or shared. Your "
    "own download holds them. Closing or reloading the page deletes them, a minute later or more; the button deletes "
    "them at once."
)
INDICATIVE = "Full-time equivalents are counted in full, not sampled: their intervals are indicative."
STILL = (
    "Your figure replaces your published one. Other councils, benchmarks and quarters are as published. Published "
    "figures are checked and may be defined differently. Treat this as a guide."
)


def opening(
    name: str,
    rows: Sequence[Row],
    metric: Metric,
    metrics: Mapping[str, Metric],
    benchmark: Benchmark,
    partners: Sequence[str] = (),
) -> str:
    """What stands out, from the rows of `local_rank.rank_figures`: of the chosen measure, if it has one, else of all.

    `partners` are those of the chosen measure's joint return.
    """
    name = formats.place(name)
    if not rows:
        return f"You have not added any figures for {name}. Type, paste or upload some to see where they would rank."
    own = next((row for row in rows if row["metric_id"] == metric.metric_id), None)
    if own is None:
        return f"{_counted(name, rows)} {_moved(rows, metrics)}".strip()
    said = f"{would(name, own, metric)} {since(own, metric, partners)} {compare_with_benchmark(own, metric, benchmark)}"
    return " ".join(said.split())


def would(name: str, own: Row, metric: Metric) -> str:
    """The rank of an own figure: "At 13.1%, Leeds would rank 60th of 149 by social worker vacancy rate, ..."."""
    value, quarter = formats.quantity(own["value"], metric), comparisons.in_quarter(own)
    if own["rank_low"] is None:
        return f"Your figure for the {metric.noun} in {name} is {value}."
    placed = f"{comparisons.rank(own)} by {metric.noun}{f', {quarter}' if quarter else ''}"
    return f"At {value}, {name} would rank {placed}."


def since(own: Row, metric: Metric, partners: Sequence[str] = ()) -> str:
    """How far it is from the published figure, or why there is none; `partners` made it together with the council."""
    shared = f" The published figure is shared with {formats.listed(partners)}; yours replaces it for both."
    jointly = shared if partners else ""
    if own["published"] is None:
        return f"Its own published figure is missing: {formats.why(own, metric)}.{jointly}"
    published = formats.quantity(own["published"], metric)
    word = formats.direction(own["change"], metric)
    if word == "no change":
        return f"That is the same as the published figure ({published}).{jointly}"
    moved = f"{formats.difference(own['change'], metric)} {'more' if own['change'] > 0 else 'less'}"
    better = f", {'an improvement' if word == 'better' else 'a worsening'}" if metric.ranked else ""
    return f"That is {moved} than the published {published}{better}.{jointly}"


def compare_with_benchmark(own: Row, metric: Metric, benchmark: Benchmark) -> str:
    """How far it is from the benchmark, as the Council page says it; empty without one."""
    if metric.counted or own["gap_low"] is None:
        return ""
    mark = comparisons.mark(own, benchmark, metric)
    group = f"{benchmark.standard()} {mark}"
    chance = f" {comparisons.chance(own, metric)}".rstrip()
    if own["gap"] == 0 and not (metric.ranked and benchmark.to_meet):
        return f"It is the same as {group}."
    if own["gap"] is None and own["gap_low"] <= 0 < own["gap_high"]:
        return f"Hidden figures leave open whether it would meet {group}."
    if metric.neutral or own["gap_low"] > 0:
        real = comparisons.shortfall_held(own, metric)
        return f"It is {comparisons.gap(own, metric)} {group}{f': {real}' if real else ''}.{chance}"
    return f"It would {'meet' if benchmark.to_meet else 'be better than'} {group}.{chance}"


def result(checked: Checked, file: str) -> str:
    """What became of what was given, in one sentence; `file` is the name of the file it was in, or empty."""
    taken, wrong = len(checked.figures), len(checked.errors)
    of = f"{file}: " if file else ""
    if not taken:
        return (
            f"{of}nothing was added; {wrong} {'thing is' if wrong == 1 else 'things are'} wrong."
            if file
            else (f"Nothing was added: {wrong} {'thing is' if wrong == 1 else 'things are'} wrong.")
        )
    parts = [f"{of}{_figures(taken)} added"]
    odd = len({finding.metric_id for finding in checked.warnings if finding.metric_id})
    if odd:
        parts.append(f"please check {'it' if taken == 1 else f'{odd} of them'}")
    if wrong:
        parts.append(f"{wrong} wrong and not added")
    if checked.empty:
        parts.append(f"{plural(checked.empty, 'row')} left empty")
    return f"{'; '.join(parts)}."


def orientation(name: str, row: Row | None, metric: Metric) -> str:
    """What to know when typing a figure: what is published, and over what time."""
    said = metric.definition
    if row is not None and row["value"] is not None:
        published = formats.quantity(row["value"], metric)
        said = f"Published for {name} {formats.period(metric, row['period_end'])}: {published}. {said}"
    elif row is not None:
        said = f"Published for {name}: {formats.why(row, metric)}. {said}"
    return f"{said} {whole_year(metric)}".strip()


def whole_year(metric: Metric) -> str:
    """A warning where the published figure counts what happened in a year; else empty."""
    if not metric.period_kind.startswith(("year", "academic", "financial")):
        return ""
    return "It covers a year: give yours for twelve months. A quarter's figure is not comparable."


def _counted(name: str, rows: Sequence[Row]) -> str:
    return f"You have added {len(rows)} unpublished figure{'' if len(rows) == 1 else 's'} for {name}."


def _moved(rows: Sequence[Row], metrics: Mapping[str, Metric]) -> str:
    words = [
        formats.direction(row["change"], metrics[row["metric_id"]])
        for row in rows
        if row["change"] is not None and metrics[row["metric_id"]].ranked
    ]
    if not words:
        return ""
    parts = [
        f"{words.count(word)} {'is' if words.count(word) == 1 else 'are'} {said}"
        for word, said in (("better", "better than published"), ("worse", "worse"), ("no change", "the same"))
        if word in words
    ]
    return f"Of {len(words)} in ranked measures, {formats.listed(parts)}." if len(words) > 1 else ""


def _figures(count: int) -> str:
    return plural(count, "figure")
