"""What only a briefing says: direction over all measures, watch lists of one council, a region beside England."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.direction import Side
from dashboard.data.database import Database
from dashboard.data.model import REASONS, Metric, Row
from dashboard.data.names import UNSAID, format_date
from dashboard.views.text import comparisons, formats
from dashboard.views.text.direction import NO_DIRECTION
from dashboard.views.text.grammar import plural
from dashboard.views.text.news import day

# On paper nobody can click for the rest: more names than this are counted, not listed.
MANY = 8
# On the page of briefings the table names the rest.
MOST_NAMED = 4
SIMILAR = "similar"
WITHOUT_COUNTS = (
    "Where no counts are published, the worst and the best quarter are used instead of significance in watch lists and "
    "among councils to learn from."
)
# Of the best and the last council of a region.
ENDS = "Best and worst are those with enough behind their figure to set a benchmark."
# Where nothing is printed instead of a figure.
NO_SYMBOL = "none"
REGION_PUBLISHED = "Figures of the region and of England are the published ones, never sums or averages of councils."
ABOUT = (
    "Each briefing uses the same data as the website. "
    "The PDF works with screen readers and the Word file can be edited."
)


def opening(regions: int, councils: int, db: Database) -> str:
    """What there is to take along."""
    newest = max(day(source.released) for source in db.sources.values() if source.released)
    return (
        f"Two-page briefings on England, {regions} regions and {councils} councils. "
        f"Newest publication: {format_date(newest)}."
    )


def shown(names: Sequence[str]) -> str:
    """Which are listed; changes when others are."""
    if len(names) <= MOST_NAMED:
        return f"Listed: {formats.listed(list(names))}."
    return f"Listed: {formats.listed([*names[:MOST_NAMED], f'{len(names) - MOST_NAMED} more'])}."


def ready(count: int) -> str:
    """That a pack has been made."""
    return f"The pack of {plural(count, 'briefing')} is ready to be downloaded."


def group(benchmark: Benchmark) -> str:
    """What is compared with, in a sentence: "the best-quarter standard"."""
    return benchmark.standard()


def how_chosen(metrics: Sequence[Metric]) -> str:
    """Which measures a briefing sets side by side, and why they."""
    themes = Counter(metric.theme.lower() for metric in metrics)
    parts = formats.listed([f"{count} of {theme}" for theme, count in themes.items()])
    return (
        f"The {len(metrics)} measures of the front page, in its order: {parts}. All have a better and a worse side; "
        "none counts for more than another, and they make no score."
    )


def directions(name: str, rows: Sequence[Row], metrics: Mapping[str, Metric]) -> str:
    """Which way a council goes over all ranked measures, from `direction.with_direction` of its profile."""
    name = formats.place(name)
    ranked = [
        row for row in rows if metrics[row["metric_id"]].ranked and row["value"] is not None and not row["not_ranked"]
    ]
    said = [row for row in ranked if row["direction"] not in (None, UNSAID)]
    if not said:
        reasons = Counter(NO_DIRECTION[row["no_direction"]] for row in ranked if row["no_direction"])
        why = f": {formats.listed([words for words, _ in reasons.most_common(2)])}" if reasons else ""
        return f"No measure has enough data to say whether {name} has improved over five years{why}."
    parts = []
    for side in ("getting better", "getting worse"):
        titles = [metrics[row["metric_id"]].short_title.lower() for row in said if row["direction"] == side]
        parts.append(f"{'improved' if side == 'getting better' else 'worsened'} on {_counted(titles)}")
    still = len(said) - sum(row["direction"] != "no clear trend" for row in said)
    clear = f" There is no clear trend on {still}." if still else ""
    measures = f"{len(said)} ranked measure{'' if len(said) == 1 else 's'}"
    sentence = f"Over five years, of {measures}, {name} has {' and '.join(parts)}.{clear}"
    missing = len(ranked) - len(said)
    return sentence + (f" A further {missing} cannot be assessed." if missing else "")


def no_list(of: int) -> str:
    """That a council is on no list, since it has no trend."""
    return f"It is on no list: too few years of data for a trend on the {of} measures."


def listed_for(metrics: Sequence[Metric], of: int, known: int, benchmark: Benchmark, side: Side) -> str:
    """On how many watch lists a council is, or lists of peers; `known` have a direction."""
    titles = _listed([metric.short_title.lower() for metric in metrics])
    among = f"the {of} measures" if known == of else f"the {known} measures with a direction, of {of}"
    on = f"{titles} (of {among})" if metrics else f"none of {among}"
    if side == "watch":
        return (
            f"On the watch list, {comparisons.significantly('worse')} than {benchmark.group} and getting worse: {on}."
        )
    return f"Significantly better and still improving: {on}."


def unknown(rows: Sequence[Row], metrics: Mapping[str, Metric]) -> str:
    """Which measures of a profile are not ranked because too much is unknown; empty where there is none."""
    found = [
        f"{metric.short_title.lower()} ({formats.unknown(row, metric)})"
        for row in rows
        if formats.too_many_unknown(row) and (metric := metrics[row["metric_id"]])
    ]
    return f"Not ranked, because more than a fifth are unknown, or may be: {formats.listed(found)}." if found else ""


def missing(rows: Sequence[Row], metrics: Mapping[str, Metric]) -> str:
    """Which ranked measures have no figure, by the reason; empty where all have one."""
    found: dict[str, list[str]] = {}
    for row in rows:
        metric = metrics[row["metric_id"]]
        if metric.ranked and row["value"] is None:
            why = formats.why(row, metric)
            found.setdefault(why, []).append(f"{metric.title[0].lower()}{metric.title[1:]}")
    return ". ".join(f"{why[0].upper()}{why[1:]}: {_listed(titles)}" for why, titles in found.items())


def few(metrics: Sequence[Metric]) -> str:
    """Behind which figures there are so few that chance moves them far; empty of none."""
    if not metrics:
        return ""
    titles = _listed([metric.short_title.lower() for metric in metrics])
    return f"Small numbers, which one child or one worker moves by many points and which set no benchmark: {titles}."


def unseen(titles: Sequence[str]) -> str:
    """That the best quarter is only that of the councils with a figure."""
    return (
        f"Many councils have no published figure for {_listed(list(titles))}, so the best quarter covers only those "
        "that do."
    )


def together(groups: Sequence[Sequence[str]]) -> str:
    """Who reports the workforce together: a return counts once, wherever councils are counted."""
    named = "; ".join(formats.listed(list(names)) for names in groups)
    return f"Joint returns of the workforce, each counted as one council: {named}."


def very_small(names: Sequence[str]) -> str:
    """What becomes of those that are very small where all councils are looked at."""
    return (
        f"{formats.listed(list(names))} are very small: they are shown, but not ranked or compared, and not named as "
        "worst or as having moved most."
    )


def without(metric: Metric, names: Mapping[str, Sequence[str]]) -> str:
    """Which councils have no figure of a measure, by the reason; empty where all have one."""
    found = [f"{_listed(list(councils))} ({why})" for why, councils in names.items()]
    return f"No {metric.noun}: {'; '.join(found)}." if found else ""


def appeal(number: float) -> str:
    """Why so many are thought to come back."""
    return f"{formats.number(number, 0)} was the target of the 2009 return-to-social-work campaign."


def conflicts(rows: Sequence[Row], metrics: Mapping[str, Metric]) -> str:
    """Where the neighbours' median and mean would give opposite verdicts (rule `benchmarks`); empty where nowhere."""
    found = []
    for row in rows:
        metric = metrics[row["metric_id"]]
        words = comparisons.neighbours_mean(row, metric)
        if "conflict" in words:
            found.append(f"{metric.short_title.lower()} (median {formats.level(row['neighbours'], metric)}, {words})")
    return "; ".join(found)


@dataclass(frozen=True)
class Beside:
    """One measure of a region beside England, and how many of its councils reach the benchmark."""

    metric: Metric
    region: float | None
    england: float | None
    met: int
    compared: int


def region(name: str, found: Sequence[Beside], councils: int, outstanding: int, inadequate: int) -> str:
    """How a region compares with England over the measures of a briefing, and how its leaders were judged."""
    sides: dict[str, list[str]] = {"better": [], "worse": [], "no change": []}
    for one in found:
        if one.region is not None and one.england is not None:
            word = formats.direction(one.region - one.england, one.metric)
            sides[word].append(one.metric.short_title.lower())
    known = sum(map(len, sides.values()))
    if not known:
        opening = f"No figures are published for {name} as a whole on these measures."
    else:
        alike = f"; {_counted(sides['no change'])} the same" if sides["no change"] else ""
        opening = (
            f"{name} is better than England on {_counted(sides['better'])} of {known} measures and worse on "
            f"{_counted(sides['worse'])}{alike}."
        )
    return (
        f"{opening} Ofsted's latest judgement of leaders was Outstanding in {outstanding} and Inadequate in "
        f"{inadequate} of its {councils} councils."
    )


def region_lists(name: str, councils: int, of: int, side: Side) -> str:
    """How many councils of a region are on a watch list of these measures, or among the peers."""
    going = f"{comparisons.significantly('worse')} than the benchmark and getting worse"
    if side == "peers":
        going = f"{comparisons.significantly('better')} than the benchmark and getting better"
    if not councils:
        return f"No council of {name} is {going} on any of the {of} measures."
    return f"{councils} council{' is' if councils == 1 else 's are'} {going} on at least one of the {of} measures."


def symbols(rows: Iterable[Row | None]) -> str:
    """What the symbols mean that these rows have instead of a figure; empty where all have one."""
    found: dict[str, str] = {}
    for row in rows:
        if row is not None and row["value"] is None and row["value_low"] is None:
            found.setdefault(row["symbol"] or NO_SYMBOL, REASONS[row["status"]])
    return f" No figure: {'; '.join(f'{one} {why}' for one, why in sorted(found.items()))}." if found else ""


def _counted(titles: Sequence[str]) -> str:
    if not titles:
        return "none"
    shown = [*titles[:MANY], f"{len(titles) - MANY} more"] if len(titles) > MANY + 1 else titles
    return f"{len(titles)} ({_listed(shown)})"


def _listed(names: Sequence[str]) -> str:
    """Names one after the other; parted by semicolons where one of them holds a comma."""
    return "; ".join(names) if any("," in name for name in names) else formats.listed(names)
