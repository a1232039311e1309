"""Sentences about leaders: how they were judged and how that changed, beside the workforce, and who leads how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from dashboard.analysis.leadership import ENOUGH, HIGH, LOW
from dashboard.data.model import GRADES, Metric, Row
from dashboard.data.names import format_date
from dashboard.views.text import formats
from dashboard.views.text.grammar import are, have, plural, were
from dashboard.views.text.inspections import NO_CAUSE as NO_CAUSE
from dashboard.views.text.inspections import rated

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def judged(rows: Sequence[Row], metric: Metric, newest: date) -> str:
    """How many leaders have each grade, and how many councils went up or down, from `leadership.history`."""
    counts = {grade: sum(row["grade"] == grade for row in rows) for grade in GRADES}
    return f"{rated(counts, len(rows), metric, newest)} {moved(rows)}".strip()


def moved(rows: Sequence[Row]) -> str:
    """How many went up, down or stayed at their last inspection; empty where nobody was judged twice."""
    again = [row["moved"] for row in rows if row["moved"] is not None]
    if not again:
        return ""
    up, down = sum(one > 0 for one in again), sum(one < 0 for one in again)
    once = sum(row["grade"] is not None and row["moved"] is None for row in rows)
    only = f" {once} {have(once)} been judged only once." if once else ""
    same = len(again) - up - down
    counts = ((up, "improved"), (down, "declined"), (same, f"{were(same)} unchanged"))
    (first, did), *others = [one for one in counts if one[0]]
    said = formats.listed([f"{plural(first, 'council')} {did}", *(f"{count} {words}" for count, words in others)])
    return f"At the latest inspection {said}.{only}"


def own(row: Row) -> str:
    """How the leaders of one council were judged last, and before, from its row of `leadership.history`."""
    name = formats.place(row["name"])
    if row["grade"] is None:
        return f"{name} has no judgement of its leaders on record since 2013."
    when = f"when inspected from {format_date(row['started'])}" if row["started"] else (
        f"by the report of {format_date(row['published'])}"
    )  # fmt: skip
    months = f"{plural(row['months'], 'month')} ago"
    opening = f"{name} was judged {row['grade']} for impact of leaders {when}, {months}"
    if row["before"] is None:
        return f"{opening}: its first judgement on record."
    before = f"{row['before']} by the report of {row['before_published']:%B %Y}"
    if row["moved"] == 0:
        return f"{opening}, the same as before ({row['before_published']:%B %Y})."
    return f"{opening}, {step(row['moved'])}: it was {before}."


def step(moved: int) -> str:
    """ "up one grade", "down two grades", "the same"."""
    if moved == 0:
        return "the same"
    grades = abs(moved)
    return f"{'up' if moved > 0 else 'down'} {NUMBERS[grades]} grade{'' if grades == 1 else 's'}"


def beside(rows: Sequence[Row], metrics: Sequence[Metric]) -> str:
    """How often grade and workforce disagree, from `leadership.beside`."""
    high = [row for row in rows if row["grade"] in GRADES[:2]]
    low = [row for row in rows if row["grade"] in GRADES[2:]]
    if not (high or low) or len(metrics) < ENOUGH:
        return "There are no judgements of leaders and figures of the workforce to hold side by side."
    worst, best = (sum(row["side"] == side for row in rows) for side in (HIGH, LOW))
    enough = f"{NUMBERS[ENOUGH]} or more"
    return (
        f"Of {plural(len(high), 'council')} with Good or Outstanding leaders, {worst or 'none'} {are(worst or 1)} in "
        f"the worst quarter on {enough} of {NUMBERS[len(metrics)]} workforce measures. Of {len(low)} judged lower, "
        f"{best or 'none'} {are(best or 1)} in the best quarter on {enough}. {NO_CAUSE}"
    )


def own_beside(row: Row, metrics: Sequence[Metric]) -> str:
    """Grade and quarters of one council, from its row of `leadership.beside`."""
    name = formats.place(row["name"])
    grade = f"judged {row['grade']} for impact of leaders" if row["grade"] else "not judged"
    counted = [one for one in metrics if row[f"{one.metric_id}_quarter"]]
    if not counted:
        return f"{name}, {grade}, has no workforce figure that counts in quarters."
    of = f"of {NUMBERS[len(counted)]} workforce measures"
    return f"{name}, {grade}, is in the worst quarter on {NUMBERS[row['worst']]} {of} and in the best on {_on(row)}."


def periods(metrics: Sequence[Metric], ends: Mapping[str, date]) -> str:
    """Which periods the figures are of: "vacancies at 30 September 2025; ..."."""
    said: dict[str, list[str]] = {}
    for metric in metrics:
        said.setdefault(formats.period(metric, ends[metric.metric_id]), []).append(metric.short_title)
    return "; ".join(f"{formats.listed(found)} {when}" for when, found in said.items())


def directors(rows: Sequence[Row]) -> str:
    """How often directors changed in the newest year and the one before it, from `leadership.directors`."""
    if not rows:
        return "No count of changes of directors is loaded."
    now = rows[-1]
    count = formats.number(now["changes"], 0)
    opening = (
        f"In England directors of children's services changed {count} times in the year to "
        f"{format_date(now['period_end'])}"
    )
    before = [row for row in rows[:-1] if row["changes"] is not None]
    if before:
        last = before[-1]
        when = "the year before" if last is rows[-2] else f"the year to {format_date(last['period_end'])}"
        opening += f", after {formats.number(last['changes'], 0)} in {when}"
    return f"{opening}. No public record shows which councils."


def _on(row: Row) -> str:
    return NUMBERS[row["best"]]
