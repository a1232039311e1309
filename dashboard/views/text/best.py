"""Sentences about the best councils: who they are, how long they have been, what they share, who is best on several."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboard.analysis.benchmarks import BEST_QUARTER, Benchmark
from dashboard.analysis.benchmarks.rules import BestQuarter
from dashboard.analysis.best import (
    FIRST,
    LEFT,
    LONG,
    METHOD,
    MISSING,
    NOT_COUNTED,
    NOT_THERE,
    OTHER_RETURN,
    UNPUBLISHED,
    UNSURE,
    WORST_QUARTER,
    Best,
)
from dashboard.analysis.shared_characteristics import FEWEST, JUDGED, REGION, SIZE, TYPE
from dashboard.data.database import Database
from dashboard.data.model import Metric, Period, Row
from dashboard.views.text import comparisons, formats
from dashboard.views.text.grammar import are, have, plural, were
from dashboard.views.text.inspections import region, what

# More names than this are counted, not listed.
FEW = 4
TYPES = {
    "County council": "county councils",
    "London borough": "London boroughs",
    "Metropolitan borough": "metropolitan boroughs",
    "Unitary authority": "unitary authorities",
}
# Why a stay in the best quarter does not begin earlier.
ENDED = {
    FIRST: "every year",
    METHOD: "the method changed then",
    UNPUBLISHED: "nothing published the year before",
    MISSING: "no figure the year before",
    NOT_COUNTED: "not ranked the year before",
    OTHER_RETURN: "another return the year before",
    NOT_THERE: "no figures of its own before",
    UNSURE: "hidden figures leave the year before open",
}
NO_CAUSE = "Correlation does not show cause."


def opening(db: Database, found: Best) -> str:
    """Who the best are, how many, at what value and since when; and whether the chosen council is one of them."""
    metric, rows = found.metric, found.rows.to_dicts()
    by = f"By the {metric.noun} {formats.period(metric, found.period.end)},"
    if found.level_low is None:
        none = comparisons.benchmark_value(found.mark, found.benchmark, metric)
        return f"{by} no council can be called best. {none}"
    if not rows:
        none = f"{by} none of {found.among.height} councils meets your target of {level(found)}."
        return f"{none} {_own(db, found)}".strip()
    who = f"{by} {_who(db, found)}"
    return " ".join(filter(None, (who, _own(db, found), _first(found), _stayed(found, rows))))


def title(db: Database, found: Best) -> str:
    """What the list holds: "Best quarter in Yorkshire and The Humber", "Best neighbours of Leeds"."""
    rule, council = found.benchmark, formats.place(found.own["name"]) if found.own else ""
    return rule.list_title.format(label=rule.label, among=_among(db, found), council=council, detail=rule.detail)


def instead(db: Database, found: Best, asked: Benchmark, name: str) -> str:
    """Why another rule than the reader's says who is best; empty where it is the reader's."""
    shown = title(db, found)
    this = f"this is the {shown[0].lower()}{shown[1:]}."
    if found.instead == "no council":
        return f"“{asked.label}” needs a council: choose one above. Until then {this}"
    if found.instead == "published":
        return f"“{asked.label}” is a published figure with no councils behind it: {this}"
    if found.instead == "did not exist":
        return f"{name} did not exist {formats.period(found.metric, found.period.end)}: {this}"
    return f"{asked.no_value()} Until then {this}" if found.instead else ""


def level(found: Best) -> str:
    """What the rule comes to: "at or below 7.8%", "median 9.6%", or a target as it was typed; empty without one."""
    if found.mark is None or found.level_low is None:
        return ""
    if found.benchmark.asks == "number":
        return found.benchmark.detail
    value = comparisons.benchmark_quantity(found.mark, found.metric)
    if found.benchmark.to_meet:
        side = f"at or {'below' if found.metric.lower_is_better else 'above'}"
        return f"{side} {value}" if found.level is not None else f"{side} what lies {value}"
    return f"median {value}"


def since(row: Row) -> tuple[str, str]:
    """Since when a council has been in the best quarter in England; for how long, and why it is not said of earlier."""
    if not row["years"]:
        return "", ""
    periods = f"{plural(row['years'], 'period')}"
    return f"since {row['since']}", "; ".join(filter(None, (periods, ENDED.get(row["ended"]))))


def how_long(found: Best) -> str:
    """How many have been in the best quarter in England for long, and who for the longest."""
    rows = [row for row in found.rows.iter_rows(named=True) if row["years"]]
    said = []
    if len(rows) < found.rows.height:
        there = f"{len(rows)} {are(len(rows))}" if rows else "none is"
        said.append(f"Of these {found.rows.height}, {there} in the best quarter in England.")
    most = max((row["years"] for row in rows), default=0)
    longest = [row for row in rows if row["years"] == most]
    if most > 1:
        names = [formats.place(row["name"]) for row in longest]
        who = formats.listed(names) if len(names) <= FEW + 2 else f"{len(names)} councils"
        whole = all(row["ended"] == FIRST for row in longest)
        first = ", as far back as there are figures" if whole else ""
        said.append(
            f"Longest in the best quarter in England without a break: {who}, since {longest[0]['since']}{first}."
        )
        stayed = sum(row["years"] >= LONG for row in rows)
        if stayed > len(longest):
            said.append(f"{stayed} have been there for five years or more.")
    elif rows:
        said.append("None has been there for longer than one period, as far as is known.")
    if came := _new(rows):
        said.append(f"{came} {were(came)} not there the year before.")
    return " ".join(said)


def breaks(db: Database, metric: Metric) -> list[str]:
    """Why years are parted by a dark line, a sentence each."""
    rows = db.table["series_break"].filter(pl.col("metric_id") == metric.metric_id).sort("period_end")
    return [
        f"{end.year} starts a new series: {reason}" for end, reason in rows.select("period_end", "reason").iter_rows()
    ]


def shared_characteristics(rows: Sequence[Row], found: Best) -> str:
    """Which groups of `shared_characteristics.compare_groups` are among them more or less often than by chance."""
    if not rows:
        if found.among.is_empty():
            return "They are a few that were chosen beforehand: what they have in common says nothing of the best."
        if found.rows.height < FEWEST:
            return f"{plural(found.rows.height, 'council')} are too few to look for what they have in common."
        return "All that could be among them are: there is nothing to tell them from."
    more, less = ([_group(row) for row in rows if row["side"] == side] for side in ("more", "less"))
    if not more and not less:
        return f"No group stands out among the {len(rows)} compared."
    return " ".join(
        f"{often}-represented among the best: {'; '.join(groups)}."
        for often, groups in (("Over", more), ("Under", less))
        if groups
    )


def on_common(rows: Sequence[Row]) -> str:
    """What the comparison of groups rests on, and what it cannot show."""
    few = sum(row["best"] < 5 for row in rows)
    return (
        f"Groups overlap and many are small: {few} of {len(rows)} hold fewer than five of the best councils. With "
        f"{len(rows)} comparisons, about {formats.number(len(rows) * 0.05, 0)} would stand out by chance."
    )


def several(rows: pl.DataFrame, metrics: Sequence[Metric], by_lot: float) -> str:
    """Who is in the best quarter on most of several measures, of `best.several`; and that it is no ranking."""
    need = len(metrics) // 2 + 1
    on = f"in the best quarter in England on {need} or more of {len(metrics)} measures"
    if rows.is_empty():
        return f"No council is {on}."
    counts = rows["count"].to_list()
    first = [formats.place(name) for name, count in zip(rows["name"], counts, strict=True) if count == max(counts)]
    who = formats.listed(first) if len(first) <= FEW else str(len(first))
    return (
        f"{rows.height} {'council is' if rows.height == 1 else 'councils are'} {on}: {who} on {max(counts)}. By chance "
        f"about {formats.number(by_lot, 0)} would be. This is not a ranking: some measures go together."
    )


def of_which(metrics: Sequence[Metric]) -> str:
    """Which measures several are."""
    return f"The measures are: {formats.listed([metric.title[0].lower() + metric.title[1:] for metric in metrics])}."


def no_best(metric: Metric, benchmark: Benchmark) -> str:
    """Why there is no best by a measure that is not ranked; of grades see `highest_grade`."""
    why = (
        comparisons.benchmark_value(None, benchmark, metric)
        if metric.counted
        else "Neither a high nor a low figure is better here."
    )
    return f"No council is best by the {metric.noun}. {why} See all on the map, or who is best by a measure below."


def highest_grade(rows: pl.DataFrame, everybody: pl.DataFrame, metric: Metric, period: Period, own: str) -> str:
    """How many hold the highest grade, of `best.outstanding`; `own` is the chosen council's name, or empty."""
    when = formats.period(metric, period.end)
    among = f"of {everybody['value'].count()} councils with a judgement of {what(metric)}"
    hold = "holds" if rows.height == 1 else "hold"
    mine = f" {formats.place(own)} is {'' if own in rows['name'] else 'not '}one of them." if own else ""
    return (
        f"Grades are not ranked, so no council is best: {when} {rows.height} {among} {hold} the highest, "
        f"Outstanding.{mine} Inspections shows all judgements."
    )


def _who(db: Database, found: Best) -> str:
    count = found.rows.height
    if found.benchmark.best_are == BEST_QUARTER:
        if found.level is None:
            return (
                f"{plural(count, 'council')} of {found.among.height} {are(count)} in the best quarter "
                f"{_among(db, found)} whatever the hidden figures are."
            )
        if not comparisons.is_quarter(count, found.among.height):
            # Ties at the cut, or few councils, make them more than a quarter.
            return f"{count} of {found.among.height} councils {_among(db, found)} are {level(found)}."
    return found.benchmark.best_are.format(
        among=_among(db, found),
        count=count,
        councils=plural(count, "council"),
        have=have(count),
        meet="meets" if count == 1 else "meet",
        each="each " if count > 1 else "",
        all=found.among.height,
        level=level(found),
        value="" if found.mark is None else comparisons.benchmark_quantity(found.mark, found.metric),
    )


def _among(db: Database, found: Best) -> str:
    """Where the rule chooses from: "in England", "in the North East", "of the ten statistical neighbours of Leeds"."""
    own = found.own
    if own is None or not found.benchmark.own:
        return "in England"
    return found.benchmark.among.format(
        region=region(db.names[own["region_id"]]),
        type=TYPES.get(own["authority_type"], "councils of its type"),
        council=formats.place(own["name"]),
    )


def _first(found: Best) -> str:
    """Who is best, where that is certain or at least so of the published figures; empty where it is not."""
    if found.first is None:
        return ""
    names = [formats.place(row["name"]) for row in found.first.rows]
    value = formats.quantity(found.first.rows[0]["value"], found.metric)
    if len(names) == 1 or not found.first.certain:
        return comparisons.extreme(found.first, "best", value)
    return f"{formats.listed(names) if len(names) <= FEW else f'{len(names)} of them'} share the best figure, {value}."


def _stayed(found: Best, rows: Sequence[Row]) -> str:
    there = [row for row in rows if row["years"]]
    if not isinstance(found.benchmark.rule, BestQuarter):
        worst = sum(row["quarter"] == WORST_QUARTER for row in rows)
        many = "All" if len(there) == len(rows) > 1 else len(there) or "None"
        best = f"{many} of these councils {are(len(there) or 1)} in the best quarter in England"
        return f"{best}, {worst} in the worst." if worst else f"{best}."
    stayed = sum(row["years"] >= LONG for row in there)
    came = _new(there)
    # The sentence stands alone where the page has no room for it at the top.
    if stayed:
        joined = f", and {came} {were(came)} not in it the year before" if came else ""
        return f"{stayed} {have(stayed)} been in the best quarter for five years or more{joined}."
    return f"{came} {were(came)} not in the best quarter the year before." if came else ""


def _new(rows: Sequence[Row]) -> int:
    """How many were not in the best quarter in the period before."""
    return sum(row["ended"] == LEFT and row["years"] == 1 for row in rows)


def _own(db: Database, found: Best) -> str:
    own = found.own
    if own is None:
        return ""
    name = formats.place(own["name"])
    others = [db.names[one] for one in own["return_id"].split("+") if one != own["area_id"]]
    name += f" ({formats.joint(others)})" if others else ""
    if own["value"] is None:
        return f"{name} has no figure: {formats.why(own, found.metric)}."
    at = f"{name}, at {formats.quantity(own['value'], found.metric)},"
    if own["return_id"] in found.rows["return_id"].to_list():
        return f"{at} is one of them."
    if not own["sets_cut"]:
        return f"{at} is not ranked: {own['not_ranked']}."
    gap = comparisons.gap(own, found.metric)
    if gap.startswith("above or below"):
        return f"{at} may be one of them: hidden figures leave it open."
    held = "meets" if gap == "meets it" else f"is {gap}"
    if not found.by_value:
        held += " their median"
    elif gap == "meets it":
        held += " it too"
    return f"{at} {held}." if found.benchmark.of_others else f"{at} is not one of them: it {held}."


def _group(row: Row) -> str:
    name = {
        TYPE: TYPES.get(row["group"], row["group"]),
        JUDGED: f"councils with {formats.in_words(row['group'])} leaders",
        SIZE: f"{row['group'][0].lower()}{row['group'][1:]}",
    }.get(row["dimension"], row["group"])
    return f"{name} ({row['best']} of {row['all']}{' councils' if row['dimension'] == REGION else ''})"
