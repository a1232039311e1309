"""Rules of figures: which period, what is missing, derived, proved and rounded, and which way is better."""

from __future__ import annotations

from datetime import date

import polars as pl

from dashboard.analysis import queries
from dashboard.data.database import Database
from dashboard.data.model import Metric, Period
from dashboard.data.names import format_date
from dashboard.methods.example import (
    BEST,
    DIGITS,
    Example,
    Rule,
    exact,
    first,
    heading,
    lines,
    middle,
    names,
    ranked_share,
    returns,
    type_7,
    worked,
)
from dashboard.views.text import comparisons, formats
from dashboard.views.text.grammar import plural

POLARITIES = {
    "lower_is_better": "lower is better",
    "higher_is_better": "higher is better",
    "neutral": "neither is better",
}
# Rates that the program calculates itself (rule `rates`).
PER_10_000 = "per 10,000 children"


def of_periods(db: Database) -> Example | None:
    """One label that means several days."""
    newest = [(metric, db.latest(metric_id)) for metric_id, metric in db.metrics.items() if not metric.dated]
    labels: dict[str, dict[tuple[str, date], tuple[Metric, Period]]] = {}
    for metric, period in newest:
        labels.setdefault(period.label, {}).setdefault((metric.period_kind, period.end), (metric, period))
    label, found = max(labels.items(), key=lambda one: (len({end for _, end in one[1]}), one[0]), default=("", {}))
    ends = {end for _, end in found}
    if len(ends) < 2:
        return None
    rows = tuple(
        (metric.title, formats.period(metric, period.end), format_date(period.end))
        for metric, period in sorted(found.values(), key=lambda one: one[1].end)
    )
    return Example(
        f"What publishers call “{label}”",
        lines(
            f"Of the newest figures, {len(found)} kinds of period are called “{label}”, and end on {len(ends)} days."
        ),
        f"They are never put side by side as “{label}”: each says its own day or year.",
        ("Measure", "What it means", "Last day"),
        rows,
    )


def of_missing(db: Database) -> Example | None:
    """What the middle would be if suppressed figures were taken for nothing."""
    held = [
        (int(rows.select(pl.coalesce("value", "value_low")).to_series().is_null().sum()), -place, metric, rows)
        for place, metric in enumerate(db.metrics.values())
        if ranked_share(metric) and metric.lower_is_better
        for rows in [db.councils(metric.metric_id, db.latest(metric.metric_id).end)]
        if rows["enough"].all() and rows["value_low"].null_count() == rows.height
    ]
    most, _, metric, rows = max(held, key=lambda one: one[:2], default=(0, 0, None, None))
    if not most or metric is None or rows is None:
        return None
    end = db.latest(metric.metric_id).end
    cut = db.table["quarter_cut"].filter((pl.col("metric_id") == metric.metric_id) & (pl.col("period_end") == end))
    if cut.is_empty() or cut["middle_low"][0] is None:
        return None
    reasons = rows.filter(pl.col("value").is_null()).group_by("status", "symbol").len().sort("len", descending=True)
    counted = [f"{count} {formats.reason(status, symbol, metric)}" for status, symbol, count in reasons.iter_rows()]
    setting = rows.filter(pl.col("value").is_not_null() & pl.col("sets_cut")).unique("return_id")["value"].to_list()
    low, high = cut["middle_low"][0], cut["middle_high"][0]
    middle_cut = {"benchmark": low if low == high else None, "benchmark_low": low, "benchmark_high": high}
    wrong, _, _ = type_7(sorted([*setting, *[0.0] * most]), 0.5)
    return Example(
        heading(metric, end),
        lines(
            f"Of {rows.height} councils {rows.height - most} have a figure and {most} have none: {'; '.join(counted)}.",
            f"Of the {cut['returns'][0]} returns that set cuts, half are at or below "
            f"{comparisons.benchmark_quantity(middle_cut, metric)}.",
            f"If the missing were taken for 0, that would be {formats.quantity(wrong, metric)}.",
        ),
        f"The {most} are shown last, each with its reason, and are in no rank, cut, sum or middle value.",
        metric_id=metric.metric_id,
        period_end=end,
    )


def of_unknown(db: Database) -> Example | None:
    """The council of which least is known, and where its figure may lie."""
    metric = first(db, lambda one: one.ranked and one.unknown is not None)
    if metric is None:
        return None
    share = pl.col("unknown") / pl.col("denominator")
    rows = db.councils(metric.metric_id, db.latest(metric.metric_id).end).filter(
        pl.col("value").is_not_null() & pl.col("numerator").is_not_null() & (pl.col("unknown") > 0)
    )
    if rows.is_empty():
        return None
    row = rows.sort(share, "name", descending=[True, False]).row(0, named=True)
    count, unknown, of = row["numerator"], row["unknown"], row["denominator"]
    ends = formats.between(row["value_low"], row["value_high"], metric)
    many = rows.filter(pl.col("not_ranked").is_not_null() & ~pl.col("very_small")).height
    return Example(
        heading(metric, row["period_end"], row["name"]),
        lines(
            f"Known to be so: {exact(count)}. Unknown: {exact(unknown)}. Of {exact(of)}.",
            f"If none of the unknown are: {exact(count)} ÷ {exact(of)} × 100 = {worked(count / of * 100)}.",
            f"If all are: {exact(count + unknown)} ÷ {exact(of)} × 100 = {worked((count + unknown) / of * 100)}.",
            f"Unknown: {exact(unknown)} ÷ {exact(of)} × 100 = {worked(unknown / of * 100)}%.",
        ),
        f"The figure lies between {ends}; {plural(many, 'council')} of {rows.height} with a number of unknown "
        f"{'is' if many == 1 else 'are'} not ranked.",
        metric_id=metric.metric_id,
        area_id=row["area_id"],
        period_end=row["period_end"],
    )


def of_rates(db: Database) -> Example | None:
    """A rate from its count and the children."""
    metric = first(db, lambda one: one.derived and one.unit == PER_10_000)
    row = middle(db, metric, BEST) if metric else None
    if metric is None or row is None or not row["denominator"]:
        return None
    count, children = row["numerator"], row["denominator"]
    return Example(
        heading(metric, row["period_end"], row["name"]),
        lines(
            f"Counted: {exact(count)}.",
            f"Children aged 0 to 17 in the middle of the year before: {exact(children)}.",
            f"{exact(count)} ÷ {exact(children)} × 10,000 = {worked(count / children * 10_000)}.",
        ),
        f"The rate is {formats.quantity(row['value'], metric)}.",
        metric_id=metric.metric_id,
        area_id=row["area_id"],
        period_end=row["period_end"],
    )


def of_rounding(db: Database) -> Example | None:
    """A cut that lies between two figures that can be shown."""
    exact_cuts = pl.col("best_low") == pl.col("best_high")
    newest = db.table["quarter_cut"].filter(exact_cuts).rename({"best_low": "cut"})
    for metric in db.metrics.values():
        period = db.latest(metric.metric_id)
        cut = newest.filter((pl.col("metric_id") == metric.metric_id) & (pl.col("period_end") == period.end))
        if cut.is_empty() or exact(value := cut["cut"][0]) == exact(float(f"{value:.{metric.decimals}f}")):
            continue
        rows = returns(db, metric, period.end).filter(pl.col("sets_cut")).sort("rank", "name").to_dicts()
        best = [row for row in rows if row["quarter"] == 1][-1:]
        second = [row for row in rows if row["quarter"] == 2][:1]
        return Example(
            heading(metric, period.end),
            lines(
                f"The cut of the best quarter is {exact(value)}, and is shown as "
                f"{formats.level_quantity(value, metric)}: it lies between two figures, and has more decimals than "
                "they.",
                f"Shown as {formats.quantity(value, metric)}, it would not add up with a figure and its gap.",
            ),
            "Who is in the best quarter is judged by the unrounded cut.",
            ("Council", "Value", "Quarter"),
            tuple(
                (names(db, row), exact(row["value"]), comparisons.QUARTERS[row["quarter"]]) for row in (*best, *second)
            ),
            metric_id=metric.metric_id,
            period_end=period.end,
        )
    return None


def of_polarity(db: Database) -> Example | None:
    """How many measures have a better side, and a neutral one as it is said."""
    declared = db.table["metric"]
    kinds = dict(declared.group_by("polarity").len().iter_rows())
    rows = tuple(
        (words[0].upper() + words[1:], str(kinds.get(polarity, 0)), _first_title(db, polarity))
        for polarity, words in POLARITIES.items()
    )
    metric = first(db, lambda one: one.neutral and one.unit == PER_10_000) or first(db, lambda one: one.neutral)
    row = middle(db, metric, BEST) if metric else None
    steps = [f"Of {declared.height} measures {kinds.get('neutral', 0)} are neither better nor worse."]
    if metric and row:
        held = queries.england(db, metric, Period(row["period_end"], row["period"]))
        known = held is not None and held["value"] is not None
        whole = f", in England {formats.quantity(held['value'], metric)}" if held and known else ""
        steps.append(
            f"In {formats.place(row['name'])} the {metric.noun} was {formats.quantity(row['value'], metric)}{whole}: "
            "it has no rank, no quarter and no best-quarter standard."
        )
    return Example(
        "Measures by their better side",
        tuple(steps),
        "A neutral measure is said to be higher or lower, never better or worse.",
        ("Better side", "Measures", "The first of them"),
        rows,
        metric_id=metric.metric_id if metric else None,
    )


def _first_title(db: Database, polarity: str) -> str:
    found = db.table["metric"].filter(pl.col("polarity") == polarity).sort("position")
    return str(found["title"][0]) if found.height else ""


def of_proofs(db: Database) -> Example | None:
    """What proves how many measures and figures, and which measures nothing proves."""
    if "proof" not in db.table or db.table["proof"].is_empty():
        return None
    found = (
        db.table["proof"]
        .group_by("says")
        .agg(pl.len().alias("measures"), pl.col("proved").sum(), pl.col("unproved").sum())
        .sort("proved", "says", descending=[True, False])
    )
    without = db.table["metric"].join(db.table["proof"], on="metric_id", how="anti").sort("position")["title"].to_list()
    proved, accepted = (int(found[name].sum()) for name in ("proved", "unproved"))
    return Example(
        "All measures, all years",
        lines(*(f"No proof: {title}." for title in without)),
        f"{exact(proved)} checks hold, {accepted} do not; {plural(len(without), 'measure')} of "
        f"{db.table['metric'].height} {'has' if len(without) == 1 else 'have'} no proof.",
        heads=("What holds", "Measures", "Figures"),
        rows=tuple(
            (f"{says[0].upper()}{says[1:]}", str(measures), exact(proved))
            for says, measures, proved, _ in found.iter_rows()
        ),
    )


RULES = (
    Rule(
        "periods",
        "One period at a time",
        "Councils are compared only within one period, known by its last day.",
        "A year in a table may mean a day in September, a year to March or a school year. Each figure is kept by "
        "the last day it is for. Councils are compared only with figures for the same day or year, and measures of "
        "different periods say so beside each other.",
        of_periods,
        "year date time label",
    ),
    Rule(
        "missing",
        "Missing figures",
        "What is missing has a reason; it is never zero, ranked, averaged or filled in.",
        "A figure that is suppressed, withheld or not published keeps the publisher's symbol and what it means. It "
        "is not zero and not the average: it comes last, with its reason, and nothing is worked out from it. A "
        "zero that is published is a figure like any other, and so is none of a hidden total: zeros are printed, so "
        "that the total is more than none, and the share is 0%.",
        of_missing,
        "suppressed blank null imputed estimate",
    ),
    Rule(
        "unknown",
        "Unknown is not bad",
        "Where nothing is known of some, a figure is a range from none of them to all; over a fifth it is not ranked.",
        "Some tables count people the council knows nothing about, as care leavers it lost touch with. The printed "
        "percentage counts them as not. Here the figure is a range from none of them to all, and its share unknown "
        "is given beside it. Ranks, cuts, verdicts, gaps and sums are worked out for both ends. Counts of councils are "
        "exact, so that both ends are made of them. So are figures with nothing unknown, since the printed percentage "
        "is rounded; beside a gap they have as many decimals as add up. "
        "Counts of England and the regions are rounded to 10: there the lower end is the printed percentage.\n"
        "Where more than a fifth are unknown the council is not ranked: it is in no list of best or worst, and has no "
        "change, trend, gap or verdict. In a typical year England knows 94 of 100 care leavers, and at most 6 of 150 "
        "councils know less than four in five. The middle half of councils lie within 6 to 12 points: a range of more "
        "than 20 says nothing of where a council stands.\n"
        "A number of unknown that is itself hidden is not worked out from the others: then they may be all but one "
        "of those who are left. England’s row does not bear out that it is 1 to 5. "
        "Where that could be more than a fifth, the council is not ranked either. "
        "Of the years before 2021 the number is not published.",
        of_unknown,
        "care leavers no information not known missing data recording",
    ),
    Rule(
        "rates",
        "Rates worked out here",
        "Where only a count is published: count ÷ children aged 0 to 17 in the middle of the year before × 10,000.",
        "Rates that the Department for Education no longer prints for councils are worked out from its counts and "
        "the population estimates of the Office for National Statistics. For a year to March, or a day in it, those "
        "are the children in the middle of the year before, as the Department itself did. Spending per child is "
        "worked out in the same way. Each such measure says “worked out here”, and from what.",
        of_rates,
        "derived population per 10,000",
    ),
    Rule(
        "proofs",
        "What proves a figure",
        "A published figure must agree with what is printed beside it, or it is not loaded.",
        "Publishers make slips: a number mistyped, two rows exchanged, last year's file under this year's name. "
        "Whenever a release is loaded, each figure is compared with what is printed beside it. A rate must follow from "
        "its counts, a total from its parts, and England and each region from their councils, all within the rounding "
        "of what is printed. Where councils are hidden or missing there is room for what they may have counted.\n"
        "Rows, columns or years in each other's place have sums that hold: those are told by the year before. Grades "
        "must be those on the first page of the inspection's report. A monitoring visit must follow an overall "
        "judgement of Inadequate.\n"
        "What contradicts a proof is refused, with the row and what it should be. Where the publisher confirms it, it "
        "is loaded and listed among the warnings. A measure without a proof says so: a wrong figure of it shows only "
        "beside those of other years.",
        of_proofs,
        "check error slip wrong trust quality sum region council validation",
    ),
    Rule(
        "rounding",
        "Rounding",
        "Figures are rounded to be shown, half away from zero, and for nothing else.",
        "Each measure has its own number of decimals. Ranks, cuts, gaps and changes are worked out from the figures as "
        f"they are, to {DIGITS} significant digits, and rounded last. A figure, its benchmark and the gap between them "
        "are shown with as many decimals as they need to add up.\n"
        "Counts that the publisher rounds to 5, as of placements before 2018, are not used: there are the percentages. "
        "Counts of conferences from another edition are used where they make the printed percentage to within 0.05.",
        of_rounding,
        "decimals digits precision",
    ),
    Rule(
        "better-side",
        "Which way is better",
        "Lower, higher or neither: declared for each measure with its reason. No overall score.",
        "Each measure says which way is better and why. Where neither is, as of rates of plans or of spending, it "
        "is neutral: it is never ranked, and is drawn in purple instead of blue and orange. Bare "
        "counts are neutral too, since they follow a council's size.\n"
        "Measures are not added up or averaged into one score, and there is no league table of councils.",
        of_polarity,
        "polarity neutral score league table",
    ),
)
