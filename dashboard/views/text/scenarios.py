"""What it would take, in words: a target met by a council or by England, and social workers who return."""

from __future__ import annotations

from dashboard.analysis.scenario_results import Council, England, Rank, Returners
from dashboard.analysis.scenarios import VACANCIES
from dashboard.data.model import Metric, Row
from dashboard.views.text import comparisons, formats


def council(one: Council) -> str:
    """What it would take one council to reach a target."""
    metric, name = one.metric, formats.place(one.name)
    target = formats.level_quantity(one.target, metric)
    when = formats.period(metric, one.period.end)
    if one.before is None or one.after is None:
        return f"{name} has no {metric.noun} {when} to start from: {one.why}."
    before = formats.quantity(one.before, metric)
    if one.after == one.before:
        return f"{name} is at {before} {when}: it meets {target} already."
    moved = _moved(one.moved, metric)
    need = f"need to fill {moved.removesuffix(' to fill')}" if metric.metric_id == VACANCIES else f"need {moved}"
    said = f"To get from {before} {when} to {target}, {name} would {need}." if moved else (
        f"{name} is at {before} {when}; what it would take to reach {target} cannot be counted."
    )  # fmt: skip
    return f"{said} {then(one)}".strip()


def then(one: Council) -> str:
    """What would follow for a council that reached its target: its rank, and its cases; empty of nothing."""
    said = ""
    if one.rank_before and one.rank_after and one.rank_before != one.rank_after:
        said = f"It would then rank {_rank(one.rank_after)} instead of {_rank(one.rank_before)}."
    return (said + _cases(one.caseload_before, one.caseload_after, one.metric)).strip()


def england(one: England) -> str:
    """What it would take if every council reached a target."""
    metric = one.metric
    target = formats.level_quantity(one.target, metric)
    when = formats.period(metric, one.period.end)
    if not one.short:
        return f"All {one.compared} councils with a figure meet {target} {when} already."
    side = "above" if metric.lower_is_better else "below"
    subject = f"If the {one.short} councils {side} {target} {when} met it"
    moved = _moved(one.moved, metric, england=True)
    parts = [f"there would be {moved}"] if moved else []
    if one.before is not None and one.after is not None:
        parts.append(
            f"England's {metric.noun} would go from {formats.quantity(one.before, metric)} to "
            f"{formats.quantity(one.after, metric)}"
        )
    level = formats.level_quantity(one.standard, metric)
    meet = (
        f"{one.meet_after} of {one.compared} councils would be at {level} or better, "
        f"today's best-quarter standard; {one.meet_before} are."
    )
    said = f"{subject}, {'. '.join(parts)}. " if parts else f"{subject}: "
    return said + meet[0].upper() + meet[1:] + _cases(one.caseload_before, one.caseload_after, metric)


def returners(one: Returners, rate: Metric, caseload: Metric) -> str:
    """What it would mean for England if so many social workers came back."""
    number = formats.number(one.number, 0)
    when = formats.period(rate, one.period.end)
    if one.before is None or one.after is None:
        return f"There is no vacancy rate of England {when} to start from."
    said = (
        f"If {number} social workers came back and went where posts are vacant, England's {rate.noun} would go from "
        f"{formats.quantity(one.before, rate)} {when} to {formats.quantity(one.after, rate)}"
    )
    if one.caseload_before is not None and one.caseload_after is not None:
        said += (
            f", and each would hold {formats.number(one.caseload_after, caseload.decimals)} cases instead of "
            f"{formats.number(one.caseload_before, caseload.decimals)}"
        )
    level = formats.level_quantity(one.standard, rate)
    said += (
        f". {one.meet_after} of {one.compared} councils would be at {level} or below, "
        f"today's best-quarter standard; {one.meet_before} are."
    )
    if one.unplaced > 0:
        said += f" {formats.number(one.unplaced, 0)} would find no vacant post."
    return said


def returners_here(name: str, row: Row, rate: Metric, caseload: Metric) -> str:
    """The same for one council, from its row of `Returners.rows`."""
    coming = formats.number(row["returners"], 0)
    said = (
        f"Of them {coming} would come to {formats.place(name)}, whose {rate.noun} would go from "
        f"{formats.quantity(row['before'], rate)} to {formats.quantity(row['after'], rate)}"
    )
    if row["caseload_before"] is not None and row["caseload_after"] is not None:
        said += (
            f", and its cases per social worker from {formats.number(row['caseload_before'], caseload.decimals)} to "
            f"{formats.number(row['caseload_after'], caseload.decimals)}"
        )
    return f"{said}."


def _moved(moved: float | None, metric: Metric, *, england: bool = False) -> str:
    if moved is None or metric.shortfall is None:
        return ""
    count = formats.number(moved, 0)
    words = metric.shortfall.replace("posts to fill", "fewer vacant posts") if england else metric.shortfall
    if count == "0":
        return f"less than one {formats.counted('1', words)}"
    return f"{count} {formats.counted(count, words)}"


def _rank(rank: Rank) -> str:
    row = {"rank": rank.rank, "tied": rank.tied, "ranked": rank.ranked}
    return comparisons.rank(row)


def _cases(before: float | None, after: float | None, metric: Metric) -> str:
    if metric.metric_id == "caseload" or before is None or after is None:
        return ""
    return f" Cases per social worker would go from {formats.number(before, 1)} to {formats.number(after, 1)}."
