"""What a map adds to the sentence of its measure, and what it says of councils that began later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.comparison import SPREAD
from dashboard.data.database import Database
from dashboard.data.model import Metric, Row
from dashboard.views.text import comparisons, formats
from dashboard.views.text.formats import SIDES, ColourScheme
from dashboard.views.text.grammar import are, plural

# What is said of one council on a side, and of several.
ONE_AND_MANY = {
    "better": ("got better", "got better"),
    "worse": ("got worse", "got worse"),
    "higher": ("went up", "went up"),
    "lower": ("went down", "went down"),
    "no change": ("did not change", "did not change"),
    "getting better": ("is getting better", "are getting better"),
    "getting worse": ("is getting worse", "are getting worse"),
    "rising": ("is rising", "are rising"),
    "falling": ("is falling", "are falling"),
    "no clear trend": ("shows no clear trend", "show no clear trend"),
}
NOBODY = {
    "verdict": "No council has the counts and the benchmark needed to test significance.",
    "change": "No council has a figure a year before to compare with.",
    "trend": "No council has enough data for a trend.",
}

NOT_YET = "did not exist then"


class Was(NamedTuple):
    """What the area of a council that began later shows of the time before it."""

    like: str | None
    """The one council that was there then, in whose class it is drawn; None where none or several were."""
    words: str
    """Below its name."""


def as_it_was(db: Database, said: Mapping[str, str]) -> dict[str, Was]:
    """What councils of today that are not in `said` (area_id -> words of that period) show: those that were there then.

    Their areas are drawn as they are today: there are no boundaries of before.
    """
    before: dict[str, list[str]] = {}
    for predecessor, successor in db.table["succession"].select("predecessor_id", "successor_id").iter_rows():
        if predecessor in said and successor not in said:
            before.setdefault(successor, []).append(predecessor)
    found = {}
    for area_id in (one for one in db.authorities if one not in said):
        was = sorted(before.get(area_id, []))
        told = "; ".join(f"{_ended(db.names[one])}: {said[one].partition(';')[0]}" for one in was)
        if len(was) == 1:
            found[area_id] = Was(was[0], f"in {_ended(db.names[was[0]])} then: {said[was[0]]}")
        else:
            found[area_id] = Was(None, f"{len(was)} councils then, or parts of them. {told}" if was else NOT_YET)
    return found


def redrawn(db: Database, was: Mapping[str, Was]) -> str:
    """Which councils are drawn on the areas of those that came after them; empty where all are those of today."""
    ended = sorted({_ended(db.names[one.like]) for one in was.values() if one.like})
    several = [db.names[area_id] for area_id, one in was.items() if one.like is None and one.words != NOT_YET]
    said = [f"{formats.listed(ended)} {are(len(ended))} drawn on the areas of today’s councils there."] if ended else []
    said += [f"Where {one} is, there were several councils then." for one in several]
    return " ".join(said)


def _ended(name: str) -> str:
    """ "Dorset" of "Dorset (to 2019)"."""
    return name.partition(" (")[0]


def coloured_sentence(
    rows: Sequence[Row], own: Row | None, metric: Metric, benchmark: Benchmark, scheme: ColourScheme
) -> str:
    """What is to be seen on a map by verdict, change or trend: of the chosen council, or of all, each return once.

    `rows` are those of `queries.councils`, for a trend with `direction.with_direction`. Empty for other schemes,
    and where the council has no figure, which the sentence of the measure says.
    """
    if metric.graded or scheme not in SIDES:
        return ""
    if own is not None:
        # Of a hidden figure there may be a verdict; a change and a trend are of figures.
        hidden = own["value"] is None and not (scheme == "verdict" and own["verdict"])
        return "" if hidden else _own(own, metric, scheme)
    if scheme == "change" and rows and rows[0]["series_break"]:
        return comparisons.no_change(rows[0])
    sides = SIDES[scheme][metric.neutral]
    returns = {row["return_id"]: comparisons.side(row, metric, scheme) for row in rows}
    counts = Counter(side for side in returns.values() if side in sides)
    known = sum(counts.values())
    if not known:
        return NOBODY[scheme]
    if scheme == "verdict":
        return _verdicts(counts, known, sides, benchmark)
    since = "Since a year before" if scheme == "change" else "Over five years"
    said = [f"{counts[side]} {ONE_AND_MANY[side][counts[side] > 1]}" for side in sides if counts[side]]
    return f"{since}, of {plural(known, 'council')} {formats.listed(said)}."


def _verdicts(counts: Counter[str], known: int, sides: tuple[str, str, str], benchmark: Benchmark) -> str:
    first, similar, last = (counts[side] for side in sides)
    group = benchmark.standard("its own")
    sentence = f"{first} of {known} councils {are(first)} significantly {sides[0]} than {group} and {last} {sides[2]}"
    within = "the difference is usual" if benchmark.spread else "the difference is not statistically significant"
    return f"{sentence}; for {similar} {within}." if similar else f"{sentence}."


def _own(row: Row, metric: Metric, scheme: ColourScheme) -> str:
    if scheme == "verdict":
        if row["low"] is None:
            return "No counts are published to judge chance by."
        interval = "from {} to {}".format(*(formats.brief(row[end], metric) for end in ("low", "high")))
        if row["verdict"] is None:
            return f"Its 95% interval is {interval}."
        if row["verdict"] == "similar":
            return f"It is similar: its 95% interval, {interval}, holds the benchmark."
        beyond = "usual differences between councils" if row.get("interval_allows_for") == SPREAD else "chance"
        return f"It is {row['verdict']} beyond {beyond}: its 95% interval is {interval}."
    if scheme == "change":
        if row["change"] is None:
            return comparisons.no_change(row) or "It has no figure a year before to compare with."
        moved = formats.changed(row["change"], metric)
        return f"There is {moved}." if moved.startswith("no ") else f"It is {moved}."
    said = comparisons.trend(row)
    if said.startswith("not known"):
        return f"No trend: {row['no_direction']}." if row["no_direction"] else "No trend is worked out."
    return f"Over five years it {'shows' if said == 'no clear trend' else 'is'} {said}."
