"""How each benchmark is calculated (rules `benchmarks`, `quarters`, `very-small` and `joint-returns`).

A rule gives every council of one or more metrics and periods a value with council_count, how many returns contribute;
and names the councils that contribute to the value of one council. Where figures are hidden in a range the value is one
too: benchmark_low and benchmark_high, alike where it is exact. Where there is no value there is no row, or a null:
nothing is ever filled in. Councils that are not ranked set no benchmark, a joint return counts once, and where too many
figures are hidden there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import polars as pl

from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, SIGNIFICANT

KEYS = ("metric_id", "period_end")
ENDS = ("value_low", "value_high")
# A value on the cut belongs to the better quarter; who may not reach it does not.
REACHED = (
    pl.when("lower")
    .then(pl.col("value_high") <= pl.col("benchmark_low"))
    .otherwise(pl.col("value_low") >= pl.col("benchmark_high"))
)
# With fewer, the middle one or the best quarter of them says little.
FEWEST_NEIGHBOURS = FEWEST_RETURNS = 5
BEST_NEIGHBOURS = 3


class Rule(Protocol):
    """What a benchmark is made by."""

    def values(self, db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        """metric_id, period_end, area_id, benchmark_low, benchmark_high, council_count of `councils`.

        `figures` are all figures of the same metrics and periods (columns of Database.figure). A rule whose value a
        council's own figure goes into adds held_low and held_high: what it is with that held at its lowest and all
        others at their highest, and the reverse.
        """

    def contributing(self, db: Database, rows: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
        """The rows of the councils that contribute to the value of one council.

        `rows` are the figures of one metric and period that may set a benchmark (`setting`), `own` the row of that
        council, or none: then a rule that gives each council its own names nobody.
        """


@dataclass(frozen=True)
class BestQuarter:
    """What the best quarter of all councils reach, as the build worked it out."""

    def values(self, db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        cut = db.table["quarter_cut"].select(
            *KEYS,
            pl.col("best_low").alias("benchmark_low"),
            pl.col("best_high").alias("benchmark_high"),
            pl.col("returns").alias("council_count"),
        )
        members = setting(figures).unique([*KEYS, "return_id"], maintain_order=True)
        found = councils.select(*KEYS, "area_id", "return_id").join(_with_reached(db, cut, members, KEYS), on=KEYS)
        return _with_held(found, members, KEYS, _lower_is_better(db)).drop("return_id")

    def contributing(self, _db: Database, rows: pl.DataFrame, _own: pl.DataFrame) -> pl.DataFrame:
        return rows.filter(pl.col("quarter") == 1)


@dataclass(frozen=True)
class BestQuarterOf:
    """What the best quarter of the councils reach that are alike in one column, as those of a region."""

    column: str

    def values(self, db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        group = (*KEYS, self.column)
        members = setting(figures).unique([*group, "return_id"], maintain_order=True)
        cuts = _summary(members, group, _lower_is_better(db)).filter(pl.col("council_count") >= FEWEST_RETURNS)
        reached = _with_reached(db, cuts, members, group)
        found = councils.select(*KEYS, "area_id", "return_id", self.column).join(reached, on=group)
        return _with_held(found, members, group, _lower_is_better(db)).drop("return_id", self.column)

    def contributing(self, db: Database, rows: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
        cut = self.values(db, rows, own).drop("area_id").join(_lower_is_better(db), on="metric_id")
        alike = rows.join(own.select(*KEYS, self.column), on=[*KEYS, self.column], how="semi")
        return alike.join(cut, on=KEYS).filter(REACHED).select(rows.columns)


@dataclass(frozen=True)
class Outstanding:
    """The median of the councils whose latest judgement of one strand is Outstanding."""

    judgement: str
    """The metric of that strand."""

    def values(self, db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        members = self._judged(db, setting(figures)).unique([*KEYS, "return_id"], maintain_order=True)
        medians = _summary(members, KEYS).filter(pl.col("council_count") >= FEWEST_RETURNS)
        found = councils.select(*KEYS, "area_id", "return_id").join(medians, on=KEYS)
        return _with_held(found, members, KEYS).drop("return_id")

    def contributing(self, db: Database, rows: pl.DataFrame, _own: pl.DataFrame) -> pl.DataFrame:
        found = self._judged(db, rows)
        return found if found["return_id"].n_unique() >= FEWEST_RETURNS else rows.clear()

    def _judged(self, db: Database, rows: pl.DataFrame) -> pl.DataFrame:
        judged = db.newest.filter((pl.col("metric_id") == self.judgement) & (pl.col("symbol") == "Outstanding"))
        return rows.filter(pl.col("area_id").is_in(judged["area_id"].to_list()))


@dataclass(frozen=True)
class Neighbours:
    """The median of a council's statistical neighbours, or what the best three of them reach."""

    best: bool = False

    def values(self, db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        found = _neighbouring(db, setting(figures), councils)
        if self.best:
            # What the best three reach is the third best value.
            group = (*KEYS, "area_id_of")
            at = BEST_NEIGHBOURS - 1
            lower = pl.col("lower").first()
            made = found.group_by(group).agg(
                *(
                    pl.when(lower)
                    .then(pl.col(end).sort().get(at, null_on_oob=True))
                    .otherwise(pl.col(end).sort(descending=True).get(at, null_on_oob=True))
                    .alias(f"benchmark_{end.removeprefix('value_')}")
                    for end in ENDS
                ),
                pl.len().alias("council_count"),
            )
        else:
            made = _summary(found, (*KEYS, "area_id_of"))
        enough = made.filter(pl.col("council_count") >= FEWEST_NEIGHBOURS).rename({"area_id_of": "area_id"})
        return enough.with_columns(pl.lit(BEST_NEIGHBOURS).alias("council_count")) if self.best else enough

    def contributing(self, db: Database, rows: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
        found = _neighbouring(db, rows, own)
        if found.height < FEWEST_NEIGHBOURS:
            return rows.clear()
        named = found.sort("badness", "closeness_rank").head(BEST_NEIGHBOURS) if self.best else found
        return rows.filter(pl.col("area_id").is_in(named["neighbour_id"].to_list()))


@dataclass(frozen=True)
class Published:
    """The figure published for England, or for the region of each council, or its range; no average of councils."""

    regional: bool

    def values(self, _db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        place = "region_id" if self.regional else "england"
        rows = figures.filter(pl.col("kind") == "region" if self.regional else pl.col("area_id") == ENGLAND)
        found = rows.select(
            *KEYS,
            pl.col("area_id").alias(place),
            *(pl.coalesce(end, "value").alias(f"benchmark_{end.removeprefix('value_')}") for end in ENDS),
            # No council contributes to it, so there is no count.
            pl.lit(None, pl.Int64).alias("council_count"),
        )
        of = councils.with_columns(pl.lit(ENGLAND).alias("england")).select(*KEYS, "area_id", place)
        return of.join(found, on=[*KEYS, place]).drop(place)

    def contributing(self, _db: Database, rows: pl.DataFrame, _own: pl.DataFrame) -> pl.DataFrame:
        return rows.clear()


@dataclass(frozen=True)
class Group:
    """The median of the councils a reader picks; one of them is compared with the others."""

    area_ids: tuple[str, ...] = ()

    def values(self, _db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        picked = setting(figures).filter(pl.col("area_id").is_in(self.area_ids))
        pairs = (
            councils.select(*KEYS, "area_id", pl.col("return_id").alias("own_return"))
            .join(picked.select(*KEYS, "return_id", *ENDS), on=KEYS)
            .filter(pl.col("return_id") != pl.col("own_return"))
        )
        return _summary(pairs, (*KEYS, "area_id"))

    def contributing(self, _db: Database, rows: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
        own_returns = own["return_id"].to_list()
        return rows.filter(pl.col("area_id").is_in(self.area_ids) & ~pl.col("return_id").is_in(own_returns))


@dataclass(frozen=True)
class Target:
    """A number a reader types for one measure, in its unit."""

    number: float | None = None
    metric_id: str | None = None

    def values(self, _db: Database, _figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        of = _keys(councils).filter(pl.col("metric_id") == pl.lit(self.metric_id))
        # No council contributes to it, so there is no count.
        return of.with_columns(
            pl.lit(self.number, pl.Float64).alias("benchmark_low"),
            pl.lit(self.number, pl.Float64).alias("benchmark_high"),
            pl.lit(None, pl.Int64).alias("council_count"),
        )

    def contributing(self, _db: Database, rows: pl.DataFrame, _own: pl.DataFrame) -> pl.DataFrame:
        return rows.clear()


def neighbours_mean(db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    """metric_id, period_end, area_id, neighbours_mean: the mean of the same neighbours as the median is made of.

    DfE's interactive tool compares with the mean; rule `benchmarks` says to show it beside the median.
    """
    # A mean of ranges is a range, which the tool does not know: it is of the figures that are printed.
    found = _neighbouring(db, setting(figures).filter(pl.col("value").is_not_null()), councils)
    return (
        found.group_by(*KEYS, "area_id_of")
        .agg(
            pl.col("value").mean().round_sig_figs(SIGNIFICANT).alias("neighbours_mean"), pl.len().alias("council_count")
        )
        .filter(pl.col("council_count") >= FEWEST_NEIGHBOURS)
        .select(*KEYS, pl.col("area_id_of").alias("area_id"), "neighbours_mean")
    )


def ends() -> tuple[pl.Expr, pl.Expr]:
    """The least and the most that a figure can be, by its counts where the build says so; of an exact one its value."""
    return pl.coalesce("value_low", "value"), pl.coalesce("value_high", "value")


def setting(figures: pl.DataFrame) -> pl.DataFrame:
    """The figures of councils that may set a benchmark: exact or in a range, ranked, and not too many hidden.

    value_low and value_high are those of `ends`.
    """
    known = figures.with_columns(end.alias(name) for name, end in zip(ENDS, ends(), strict=True))
    council = pl.col("kind") == "local_authority"
    return known.filter(council & pl.col("value_low").is_not_null() & pl.col("sets_cut") & pl.col("enough"))


def _neighbouring(db: Database, values: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    """The neighbours of each council that have a figure: a return once.

    KEYS, area_id_of, neighbour_id, closeness_rank, value, value_low, value_high, return_id, lower (is better), and
    badness, by the worse end of a range.

    A council is never among its own: a neighbour it shares a joint return with is left out.
    """
    others = values.select(
        *KEYS, pl.col("area_id").alias("neighbour_id"), "value", *ENDS, pl.col("return_id").alias("neighbour_return")
    )
    return (
        councils.select(*KEYS, "area_id", "return_id")
        .join(db.table["neighbour"], on="area_id")
        .join(others, on=[*KEYS, "neighbour_id"])
        .filter(pl.col("neighbour_return") != pl.col("return_id"))
        .sort("closeness_rank")
        .unique([*KEYS, "area_id", "neighbour_return"], keep="first", maintain_order=True)
        .join(_lower_is_better(db), on="metric_id", maintain_order="left")
        .select(
            *KEYS,
            pl.col("area_id").alias("area_id_of"),
            "neighbour_id",
            "closeness_rank",
            "value",
            *ENDS,
            pl.col("neighbour_return").alias("return_id"),
            "lower",
            pl.when("lower").then("value_high").otherwise(-pl.col("value_low")).alias("badness"),
        )
    )


def _summary(rows: pl.DataFrame, by: tuple[str, ...], quantiles: pl.DataFrame | None = None) -> pl.DataFrame:
    """The median of each group, or another quantile of each metric, with how many returns it is made of, each once.

    Type 7, of the lowest that all can be and of the highest: benchmark_low, benchmark_high, council_count.
    """
    once = rows.unique([*by, "return_id"], maintain_order=True)
    made = [_quantile(end, quantiles).alias(f"benchmark_{end.removeprefix('value_')}") for end in ENDS]
    return _with_quantile(once, quantiles).group_by(by).agg(*made, pl.len().alias("council_count"))


def _with_reached(db: Database, cuts: pl.DataFrame, members: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """`cuts` with reached: how many of the members of each group are certain to reach them."""
    counts = (
        members.join(cuts, on=by)
        .join(_lower_is_better(db), on="metric_id")
        .group_by(by)
        .agg(REACHED.sum().cast(pl.Int64).alias("reached"))
    )
    return cuts.join(counts, on=by, how="left")


def _with_held(
    found: pl.DataFrame, members: pl.DataFrame, by: tuple[str, ...], quantiles: pl.DataFrame | None = None
) -> pl.DataFrame:
    """`found` with held_low and held_high: the quantile of its group with its own figure held at one end.

    Its lowest with all others at their highest, and the reverse; null of whose figure is exact, or who is no member.
    """
    ranged = (
        members.filter(pl.col("value_low") < pl.col("value_high"))
        .select(*by, "return_id", *ENDS)
        .join(found, on=[*by, "return_id"], how="semi")
    )
    if ranged.is_empty():
        return found
    others = members.select(
        *by, pl.col("return_id").alias("other"), *(pl.col(end).alias(f"other_{end}") for end in ENDS)
    )
    itself = pl.col("other") == pl.col("return_id")
    held = _with_quantile(
        ranged.join(others, on=by).select(
            *by,
            "return_id",
            pl.when(itself).then("value_low").otherwise("other_value_high").alias("held_low"),
            pl.when(itself).then("value_high").otherwise("other_value_low").alias("held_high"),
        ),
        quantiles,
    )
    of_each = held.group_by(*by, "return_id").agg(_quantile(end, quantiles) for end in ("held_low", "held_high"))
    return found.join(of_each, on=[*by, "return_id"], how="left")


def _with_quantile(rows: pl.DataFrame, quantiles: pl.DataFrame | None) -> pl.DataFrame:
    return rows if quantiles is None or "lower" in rows.columns else rows.join(quantiles, on="metric_id")


def _quantile(of: str, quantiles: pl.DataFrame | None) -> pl.Expr:
    """The median, or what the best quarter reach."""
    if quantiles is None:
        return pl.col(of).median().round_sig_figs(SIGNIFICANT)
    lower, higher = (pl.col(of).quantile(q, "linear").round_sig_figs(SIGNIFICANT) for q in (0.25, 0.75))
    return pl.when(pl.col("lower").first()).then(lower).otherwise(higher).alias(of)


def _keys(councils: pl.DataFrame) -> pl.DataFrame:
    return councils.select(*KEYS, "area_id")


def _lower_is_better(db: Database) -> pl.DataFrame:
    return db.measures.select("metric_id", (pl.col("polarity") != "higher_is_better").alias("lower"))
