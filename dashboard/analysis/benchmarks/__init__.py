"""Benchmarks: what a council is compared with (rule `benchmarks`). Each is one entry of BENCHMARKS.

A benchmark is a rule that yields, for every council of one or more metrics and periods, a value and how many councils
(returns) contribute to it; and the words for it. Where it cannot be had, because too few have a figure or because a
neutral measure has no best, the value is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import polars as pl

from dashboard.analysis.benchmarks.rules import (
    KEYS,
    BestQuarter,
    BestQuarterOf,
    Group,
    Neighbours,
    Outstanding,
    Published,
    Rule,
    Target,
    setting,
)
from dashboard.data.database import Database
from dashboard.data.model import COUNTS, Metric

# What `values` adds to rows of councils.
BENCHMARK = ("benchmark", "benchmark_low", "benchmark_high", "held_low", "held_high", "council_count", "reached")


@dataclass(frozen=True)
class Benchmark:
    """A rule of comparison and its words."""

    id: str
    label: str
    """In the menu and the URL: stable, and as short as it can be."""
    words: str
    """In a sentence after "of", "than" or "in": "the best quarter of councils in {its} region", to be filled in."""
    level: str
    """What the value is, in one sentence for the reader: {value}, {side} (below or above), {council_count},
    {councils} (the count in words: "1 council"), {share} ("A quarter of", or "59 of" where that is not so) and {all}
    (empty, or then the count) are filled in."""
    rule: Rule
    none: str = "There is no figure for {group} in this period."
    """Why there is no value, where the measure could have one; {group} and {its} are filled in."""
    counted: str = ""
    """How its number of councils follows its value: "{councils}"; empty where `group` says it, or there is none."""
    best: bool = False
    """Whether it needs a better and a worse side: not to be had for neutral measures."""
    own: bool = False
    """Whether each council has its own (its region, its neighbours)."""
    among: str = "in England"
    """The councils it chooses the best from: {region}, {type} and {council} of a council are filled in."""
    best_are: str = "{councils} {have} a median of {value}."
    """Who the best are by it: {among}, {count}, {councils} (in words), {have}, {meet}, {each}, {all} (those it
    chooses from), {level} ("at or below 7.8%") and {value} are filled in."""
    list_title: str = "{label}"
    """Over the list of the best: {label}, {among}, {council} and {detail} are filled in."""
    of_others: bool = False
    """Whether it looks at a few chosen before, which never include the council itself."""
    instead: str | None = None
    """The benchmark that says who is best where no councils contribute to this one."""
    to_meet: bool = False
    """Whether it is a mark to meet, and not a figure to be better than: "it meets your target"."""
    asks: Literal["councils", "number"] | None = None
    """What the reader is asked for."""
    detail: str = ""
    """What the reader answered, for exports."""
    spread: bool = False
    """Whether a verdict allows for the usual differences between councils, beside chance (rule `overdispersion`).

    Councils scatter around an average, most of them for other reasons than chance: what is unusual is to be further
    from it than they usually are. A mark to meet is no average, and how many miss it is the question.
    """

    @property
    def of_councils(self) -> bool:
        """Whether it is made of councils' figures, and not published or typed."""
        return self.counted != "" or self.best or isinstance(self.rule, Group)

    @property
    def group(self) -> str:
        """The benchmark of one council in a sentence: "the best quarter of councils in its region"."""
        return self.group_of("its")

    def group_of(self, its: str = "its own") -> str:
        """`group` of many councils, each of which has its own ("their own", "any council's")."""
        return self.words.format(its=its)

    def standard(self, its: str = "its") -> str:
        """What is met or not, in a sentence: "the best-quarter standard", "the standard of the best three of ..."."""
        if isinstance(self.rule, BestQuarter):
            return "the best-quarter standard"
        if isinstance(self.rule, BestQuarterOf):
            return f"the best-quarter standard of {its} {'region' if self.rule.column == 'region_id' else 'type'}"
        return f"the standard of {self.group_of(its)}" if self.best else self.group_of(its)

    def no_value(self, its: str = "its") -> str:
        """Why there is no value, where the measure could have one."""
        return self.none.format(group=self.group_of(its), its=its)

    @property
    def title(self) -> str:
        """The label with what the reader answered: "My group: Leeds and York"."""
        return f"{self.label}: {self.detail}" if self.detail else self.label

    def values(self, db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        """metric_id, period_end, area_id, benchmark, its _low and _high, council_count of `councils` that have one.

        `benchmark` is null where hidden figures leave it open. `figures` are all figures (columns of
        Database.figure) of the same metrics and periods.
        """
        exact = pl.col("benchmark_low") == pl.col("benchmark_high")
        return self.rule.values(db, figures, councils).with_columns(
            pl.when(exact).then("benchmark_low").alias("benchmark")
        )

    def shared(self, rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        """A row of `queries.councils` that holds what all are compared with; None where each council has its own.

        A council of a picked group is compared with the others of it, so its row will not do.
        """
        if self.own:
            return None
        picked = set(self.rule.area_ids) if isinstance(self.rule, Group) else set[str]()
        return next((row for row in rows if picked.isdisjoint(row["return_id"].split("+"))), None)


def values(db: Database, benchmark: Benchmark, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    """The rows of `councils` with BENCHMARK added; null where there is none.

    benchmark is null where hidden figures leave it open: then benchmark_low and benchmark_high are the least and the
    most that it can be. held_low and held_high are what a council's own lowest and highest are compared with. `reached`
    is how many of the councils behind a best quarter are certain to reach it; null of other benchmarks.
    """
    found = benchmark.values(db, figures, councils)
    held = {"held_low": "benchmark_high", "held_high": "benchmark_low"}
    found = found.with_columns(
        pl.col("council_count").cast(pl.Int64),
        *(
            (pl.coalesce(own, other) if own in found.columns else pl.col(other)).alias(own)
            for own, other in held.items()
        ),
        *(() if "reached" in found.columns else (pl.lit(None, pl.Int64).alias("reached"),)),
    ).select(*KEYS, "area_id", *BENCHMARK)
    joined = councils.join(found, on=[*KEYS, "area_id"], how="left", validate="m:1", maintain_order="left")
    measures = db.measures.select("metric_id", "polarity", "unit")
    none = pl.col("unit").is_in(["grade", *COUNTS])
    if benchmark.best:
        none = none | (pl.col("polarity") == "neutral")
    return (
        joined.join(measures, on="metric_id", maintain_order="left")
        # Where there is no value, nobody is behind it.
        .with_columns(pl.when(~none & pl.col("benchmark_low").is_not_null()).then(pl.col(BENCHMARK)))
        .drop("polarity", "unit")
    )


def contributing(
    db: Database, benchmark: Benchmark, metric: Metric, period_end: date, area_id: str | None
) -> list[str]:
    """The councils that contribute to a benchmark, by name, best first (of a neutral measure from low to high).

    Of one that each council has of its own, those of `area_id`. Empty for a region, England or a target, and where
    there is no benchmark. Of a joint return all councils are named, where council_count counts it once.
    """
    if metric.graded or metric.counted or (benchmark.best and metric.neutral):
        return []
    councils = db.councils(metric.metric_id, period_end)
    found = benchmark.rule.contributing(db, setting(councils), councils.filter(pl.col("area_id") == pl.lit(area_id)))
    lower_first = metric.neutral or metric.lower_is_better
    return found.sort("value", "name", descending=[not lower_first, False])["name"].to_list()


def with_group(db: Database, area_ids: Iterable[str]) -> Benchmark:
    """ "My group" of these councils, each once."""
    picked = tuple(dict.fromkeys(area_ids))
    if not picked:
        return BENCHMARKS["group"]
    return replace(
        BENCHMARKS["group"],
        rule=Group(picked),
        none="No other council of your group has a figure in this period that sets a benchmark.",
        detail=", ".join(db.names[area_id] for area_id in picked),
    )


def with_target(number: float | None, metric: Metric) -> Benchmark:
    """ "A target" for one measure, in its unit; others have none."""
    if number is None:
        return BENCHMARKS["target"]
    return replace(
        BENCHMARKS["target"],
        rule=Target(number, metric.metric_id),
        none=f"Your target is for another measure: {metric.title}.",
        detail=f"{number:g}{'' if metric.unit == '%' else ' '}{metric.unit}",
    )


def with_limits(benchmark: Benchmark, spread: bool | None) -> Benchmark:
    """A benchmark with the limits that a reader chose for its verdicts; as fits it if None."""
    return benchmark if spread is None else replace(benchmark, spread=spread)


BEST_QUARTER = "the best quarter {among} is {count} of {all} councils, {each}{level}."
NEIGHBOURS_OF = "of the ten statistical neighbours of {council}"
BENCHMARKS = {
    benchmark.id: benchmark
    for benchmark in (
        Benchmark(
            "best_quarter",
            "Best quarter in England",
            "the best quarter of councils in England",
            "{share} {all}councils are at or {side} {value}.",
            BestQuarter(),
            best_are=BEST_QUARTER,
            best=True,
            to_meet=True,
        ),
        Benchmark(
            "best_quarter_region",
            "Best quarter in its region",
            "the best quarter of councils in {its} region",
            "{share} the {council_count} councils with a figure in its region are at or {side} {value}.",
            BestQuarterOf("region_id"),
            among="in {region}",
            best_are=BEST_QUARTER,
            list_title="Best quarter {among}",
            none="Fewer than five councils in {its} region have a figure in this period: too few for a best quarter.",
            counted="{councils}",
            best=True,
            to_meet=True,
            own=True,
        ),
        Benchmark(
            "best_quarter_type",
            "Best quarter of its type",
            "the best quarter of councils of {its} type",
            "{share} the {council_count} councils of its type with a figure are at or {side} {value}.",
            BestQuarterOf("authority_type"),
            among="of {type}",
            best_are=BEST_QUARTER,
            list_title="Best quarter {among}",
            none="Fewer than five councils of {its} type have a figure in this period: too few for a best quarter.",
            counted="{councils}",
            best=True,
            to_meet=True,
            own=True,
        ),
        Benchmark(
            "outstanding_leaders",
            "Outstanding leadership",
            "the median of councils whose leaders Ofsted judged Outstanding",
            "The median of the {councils} whose leaders Ofsted judged Outstanding is {value}.",
            Outstanding("judgement_leaders"),
            none="Fewer than five councils whose leaders Ofsted judged Outstanding have a figure in this period.",
            best_are="the {count} councils whose leaders Ofsted judged Outstanding {have} a median of {value}.",
            counted="{councils}",
        ),
        Benchmark(
            "outstanding_protection",
            "Outstanding help and protection",
            "the median of councils whose help and protection Ofsted judged Outstanding",
            "The median of the {councils} whose help and protection Ofsted judged Outstanding is {value}.",
            Outstanding("judgement_protection"),
            none="Fewer than five councils whose help and protection Ofsted judged Outstanding have a figure in this "
            "period.",
            best_are="the {count} councils whose help and protection Ofsted judged Outstanding {have} a median of "
            "{value}.",
            counted="{councils}",
        ),
        Benchmark(
            "best_neighbours",
            "Best neighbours",
            "the best three of {its} ten statistical neighbours",
            "The best three of its ten statistical neighbours are at or {side} {value}.",
            Neighbours(best=True),
            among=NEIGHBOURS_OF,
            best_are="the best three {among} are {level}.",
            list_title="Best statistical neighbours of {council}",
            of_others=True,
            none="Fewer than five of {its} ten statistical neighbours have a figure in this period.",
            best=True,
            to_meet=True,
            own=True,
        ),
        Benchmark(
            "neighbours",
            "Statistical neighbours",
            "the median of {its} statistical neighbours",
            "The median of its statistical neighbours is {value} ({council_count} of 10 have a figure).",
            Neighbours(),
            spread=True,
            among=NEIGHBOURS_OF,
            best_are="{count} {among} {have} a figure; their median is {value}.",
            list_title="Statistical neighbours of {council}",
            of_others=True,
            none="Fewer than five of {its} ten statistical neighbours have a figure in this period.",
            counted="{council_count} of 10",
            own=True,
        ),
        Benchmark(
            "region",
            "Region",
            "{its} region",
            "Its region is at {value}.",
            Published(regional=True),
            spread=True,
            own=True,
            instead="best_quarter_region",
        ),
        Benchmark(
            "england",
            "England",
            "England",
            "England is at {value}.",
            Published(regional=False),
            spread=True,
            instead="best_quarter",
        ),
        Benchmark(
            "group",
            "My group",
            "the median of your group",
            "The median of your group is {value} ({councils} with a figure).",
            Group(),
            spread=True,
            best_are="{councils} of your group {have} a median of {value}.",
            of_others=True,
            none="Choose the councils of your group to compare with them.",
            counted="{councils}",
            asks="councils",
        ),
        Benchmark(
            "target",
            "A target",
            "your target",
            "Your target is {value}.",
            Target(),
            best_are="{count} of {all} councils {meet} your target of {level}.",
            list_title="Councils that reach {detail}",
            none="Type a target to compare with.",
            to_meet=True,
            asks="number",
        ),
    )
}
DEFAULT = "best_quarter"
