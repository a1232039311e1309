"""What a map adds to the sentence of its measure when it is coloured by verdict, change or trend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.comparison import SPREAD
from dashboard.data.model import Metric, Row
from dashboard.views.text import formats
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
    "verdict": "No council has the counts and the benchmark that a verdict beyond chance is made from.",
    "change": "No council has a figure a year before to compare with.",
    "trend": "Of no council can a trend be said.",
}


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
        return formats.no_change(rows[0])
    sides = SIDES[scheme][metric.neutral]
    returns = {row["return_id"]: formats.side(row, metric, scheme) for row in rows}
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
    group = f"what {benchmark.group_of()} reach" if benchmark.best else benchmark.group_of()
    beyond = formats.beyond(benchmark)
    sentence = (
        f"{beyond[0].upper()}{beyond[1:]}, {first} of {known} councils {are(first)} {sides[0]} than {group} and {last} "
        f"{sides[2]}"
    )
    within = "the difference is usual" if benchmark.spread else "chance could explain the difference"
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
            return formats.no_change(row) or "It has no figure a year before to compare with."
        moved = formats.changed(row["change"], metric)
        return f"There is {moved}." if moved.startswith("no ") else f"It is {moved}."
    said = formats.trend(row)
    if said.startswith("cannot"):
        return f"Its trend {said}."
    return f"Over five years it {'shows' if said == 'no clear trend' else 'is'} {said}."
