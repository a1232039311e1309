"""What to ask a council: open questions, each from one figure or report, in a tone that holds nobody at fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.partners import Partner
from dashboard.analysis.queries import Inspection, Judgement
from dashboard.data.model import Metric, Row
from dashboard.data.names import format_date
from dashboard.views.text import briefings, comparisons, formats
from dashboard.views.text.direction import judged
from dashboard.views.text.grammar import plural

# An hour's meeting holds no more.
# A figure that has a range, and is not printed.
HIDDEN = "a small count that is hidden"
MOST = 6
OF_NINE, OF_OTHERS = 3, 2
TO_IMPROVE = ("Requires improvement to be good", "Inadequate")
# Why a council has nothing to tell: it does not apply to it, or it must not, since it is of so few children.
NOT_ASKED = ("not_applicable", "suppressed", "low_nonzero")

# What only the council can answer, of the measures of a briefing; of others `_OTHER` is asked.
ASKED = {
    "vacancy_rate": "What lies behind the vacant posts, and what would help to fill them?",
    "agency_rate": "For which work are agency social workers engaged, and what would let permanent staff take it on?",
    "turnover_rate": "What do social workers say when they leave, and what would help them to stay?",
    "caseload": "How are cases shared among social workers, and what would bring down the number each holds?",
    "repeat_plan_rate": "Why do children go back onto a plan, and how soon?",
    "long_plan_rate": "What keeps children on plans for two years or more, and how are those plans reviewed?",
    "rereferral_rate": "Why are children referred again within 12 months, and what help had they been given before?",
    "conferences_in_15_days": "What holds up the conferences that are late, and what would bring them forward?",
    "reviews_in_time": "Which reviews are held late, and for what reasons?",
}
_OTHER = "What lies behind the {noun}, and what would improve it?"
_WORSE = "What has changed over these five years that could explain the course of the {noun}?"
_MISSING = "Does the council hold {figures} of its own for {nouns}?"
_REPORT = "Which of Ofsted’s recommendations have been completed?"
_PARTNER = "What can this council learn from {partner}? Are they already in touch?"


@dataclass(frozen=True)
class Question:
    """A question, and what it comes from."""

    words: str
    because: str
    metric_id: str | None = None


def questions(
    rows: Sequence[Row],
    nine: Sequence[Metric],
    weakest: Sequence[str],
    history: Mapping[str, Sequence[tuple[date, float | None]]],
    metrics: Mapping[str, Metric],
    benchmark: Benchmark,
    judged: tuple[Sequence[Judgement], Inspection | None],
    partner: tuple[Partner, str] | None,
    joint: Mapping[str, str],
) -> list[Question]:
    """Up to MOST questions: from gaps in the nine measures, the weakest others, trends, gaps in the data, reports.

    `rows` are those of `direction.with_direction` of a profile, `weakest` its weakest measures, `history` that of
    `queries.history`, `judged` the latest judgements with the inspection they are from, `partner` the first peer to
    contact and how like it is, `joint` the words for figures that others report too, by metric_id. A gap that is not
    significant raises no question. None are made up where nothing falls short.
    """
    by_metric = {row["metric_id"]: row for row in rows}
    short = [row for metric in nine if (row := by_metric.get(metric.metric_id)) is not None and _falls_short(row)]
    short.sort(key=lambda row: -(row["rank"] or 0) / (row["ranked"] or 1))
    found = [_gap(row, metrics[row["metric_id"]], benchmark, joint) for row in short[:OF_NINE]]
    asked = {one.metric_id for one in found} | {metric.metric_id for metric in nine}
    others = [by_metric[one] for one in weakest if one not in asked and _falls_short(by_metric[one])]
    found += [_gap(row, metrics[row["metric_id"]], benchmark, joint) for row in others[:OF_OTHERS]]
    asked = {one.metric_id for one in found}
    worse = [row for row in rows if row["direction"] == "getting worse" and row["metric_id"] not in asked]
    found += [_worsening(metrics[row["metric_id"]], history) for row in worse if metrics[row["metric_id"]].ranked][:1]
    report = _report(*judged)
    unknown = [by_metric[metric.metric_id] for metric in nine if _missing(by_metric.get(metric.metric_id))]
    last = [
        *([report] if report else []),
        *([_partner(*partner)] if partner else []),
        *([_no_figure(unknown, metrics)] if unknown else []),
    ]
    return [*found[: max(MOST - len(last), 0)], *last][:MOST]


def _falls_short(row: Row) -> bool:
    short = row["value"] is not None and row["gap_low"] is not None and row["gap_low"] > 0
    return short and row["verdict"] != briefings.SIMILAR


def _missing(row: Row | None) -> bool:
    # What is hidden because it is small is no gap in what a council knows.
    return row is not None and row["value"] is None and row["value_low"] is None and row["status"] not in NOT_ASKED


def _gap(row: Row, metric: Metric, benchmark: Benchmark, joint: Mapping[str, str]) -> Question:
    words = ASKED.get(metric.metric_id) or _OTHER.format(noun=metric.noun)
    mark = comparisons.mark(row, benchmark, metric)
    note = f" ({joint[metric.metric_id]})" if metric.metric_id in joint else ""
    because = (
        f"{metric.title}: {comparisons.compared(row, metric)} {formats.period(metric, row['period_end'])}{note}, "
        f"{comparisons.gap(row, metric)} {briefings.group(benchmark)} {mark}."
    )
    return Question(words, because, metric.metric_id)


def _worsening(metric: Metric, history: Mapping[str, Sequence[tuple[date, float | None]]]) -> Question:
    # The trend is of the five latest periods, of which each has a figure, exact or in a range (rule `trends`).
    (first, before), (last, now) = (history[metric.metric_id][-5], history[metric.metric_id][-1])
    then, since = (HIDDEN if value is None else formats.quantity(value, metric) for value in (before, now))
    because = (
        f"{metric.title}: {then} {formats.period(metric, first)}, {since} {formats.period(metric, last)}; "
        "getting worse over five years."
    )
    return Question(_WORSE.format(noun=metric.noun), because, metric.metric_id)


def _no_figure(rows: Sequence[Row], metrics: Mapping[str, Metric]) -> Question:
    """One question for all that are missing for the same reason as the first."""
    first = rows[0]
    alike = [row for row in rows if (row["status"], row["symbol"]) == (first["status"], first["symbol"])]
    metric, *others = (metrics[row["metric_id"]] for row in alike)
    why = formats.why(first, metric)
    because = f"{metric.title} {formats.period(metric, first['period_end'])}: {why}."
    if others:
        titles = formats.listed([f"{one.title[0].lower()}{one.title[1:]}" for one in others])
        because += f" The same is so of {titles}."
    nouns = formats.listed([f"the {metrics[row['metric_id']].noun}" for row in alike])
    figures = "figures" if others else "a figure"
    return Question(_MISSING.format(figures=figures, nouns=nouns), because, metric.metric_id)


def _report(judgements: Sequence[Judgement], latest: Inspection | None) -> Question | None:
    strands: dict[str, list[str]] = {}
    for one in judgements:
        if one.grade in TO_IMPROVE and not one.metric.metric_id.endswith("overall"):
            strands.setdefault(one.grade, []).append(one.metric.title.removeprefix("Ofsted judgement: "))
    if not strands or latest is None:
        return None
    said = "; ".join(f"{formats.listed(names)} {grade}" for grade, names in strands.items())
    return Question(_REPORT, f"Report of {format_date(latest.published)}: {said}.")


def _partner(one: Partner, like: str) -> Question:
    on = one.evidence[0].metric.noun if len(one.evidence) == 1 else plural(len(one.evidence), "measure")
    because = f"{one.name} is a similar council ({like}; {judged(one)}). It meets the benchmark on {on}."
    return Question(_PARTNER.format(partner=formats.place(one.name)), because)
