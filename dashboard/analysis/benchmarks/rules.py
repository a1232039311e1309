"""How each benchmark is calculated (rules `benchmarks`, `quarters`, `very-small` and `joint-returns`).

A rule gives every council of one or more metrics and periods a value with its base, the number of returns behind it;
and names the councils behind the value of one council. Where it cannot be had there is no row, or a null: nothing is
ever filled in. Very small councils set no benchmark, and a joint return counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import polars as pl

from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, SIGNIFICANT

KEYS = ("metric_id", "period_end")
# With fewer, the middle one or the best quarter of them says little.
FEWEST_NEIGHBOURS = FEWEST_RETURNS = 5
BEST_NEIGHBOURS = 3


class Rule(Protocol):
    """What a benchmark is made by."""

    def values(self, db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        """metric_id, period_end, area_id, benchmark, base of the rows of `councils` (columns of Database.figure).

        `figures` are all figures of the same metrics and periods.
        """

    def behind(self, db: Database, rows: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
        """The rows of the councils behind the value of one council.

        `rows` are the figures of one metric and period that may set a benchmark (`setting`), `own` the row of that
        council, or none: then a rule that gives each council its own names nobody.
        """


@dataclass(frozen=True)
class BestQuarter:
    """What the best quarter of all councils reach, as the build worked it out."""

    def values(self, db: Database, _figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        cut = db.table["quarter_cut"].select(*KEYS, pl.col("best").alias("benchmark"), pl.col("returns").alias("base"))
        return _keys(councils).join(cut, on=KEYS)

    def behind(self, _db: Database, rows: pl.DataFrame, _own: pl.DataFrame) -> pl.DataFrame:
        return rows.filter(pl.col("quarter") == 1)


@dataclass(frozen=True)
class BestQuarterOf:
    """What the best quarter of the councils reach that are alike in one column, as those of a region."""

    column: str

    def values(self, db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        group = (*KEYS, self.column)
        lower, higher = (pl.col("value").quantile(q, "linear").round_sig_figs(SIGNIFICANT) for q in (0.25, 0.75))
        cuts = (
            setting(figures)
            .unique([*group, "return_id"], maintain_order=True)
            .join(_lower_is_better(db), on="metric_id")
            .group_by(group)
            .agg(
                pl.when(pl.col("lower").first()).then(lower).otherwise(higher).alias("benchmark"),
                pl.len().alias("base"),
            )
            .filter(pl.col("base") >= FEWEST_RETURNS)
        )
        return councils.select(*KEYS, "area_id", self.column).join(cuts, on=group).drop(self.column)

    def behind(self, db: Database, rows: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
        # A value on the cut belongs to the better quarter.
        reached = pl.col("value") <= pl.col("benchmark"), pl.col("value") >= pl.col("benchmark")
        cut = self.values(db, rows, own).drop("area_id").join(_lower_is_better(db), on="metric_id")
        alike = rows.join(own.select(*KEYS, self.column), on=[*KEYS, self.column], how="semi")
        found = alike.join(cut, on=KEYS).filter(pl.when("lower").then(reached[0]).otherwise(reached[1]))
        return found.select(rows.columns)


@dataclass(frozen=True)
class Outstanding:
    """The median of the councils whose latest judgement of one strand is Outstanding."""

    judgement: str
    """The metric of that strand."""

    def values(self, db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        return _keys(councils).join(_summary(self.behind(db, setting(figures), councils), KEYS), on=KEYS)

    def behind(self, db: Database, rows: pl.DataFrame, _own: pl.DataFrame) -> pl.DataFrame:
        judged = db.newest.filter((pl.col("metric_id") == self.judgement) & (pl.col("symbol") == "Outstanding"))
        return rows.filter(pl.col("area_id").is_in(judged["area_id"].to_list()))


@dataclass(frozen=True)
class Neighbours:
    """The median of a council's statistical neighbours, or what the best three of them reach."""

    best: bool = False

    def values(self, db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        found = _neighbouring(db, setting(figures), councils)
        if self.best:
            group = found.sort("badness").group_by(*KEYS, "area_id_of", maintain_order=True)
            # What the best three reach is the third best value.
            third = pl.col("value").get(BEST_NEIGHBOURS - 1, null_on_oob=True)
            made = group.agg(third.alias("benchmark"), pl.len().alias("base"))
        else:
            made = _summary(found, (*KEYS, "area_id_of"))
        enough = made.filter(pl.col("base") >= FEWEST_NEIGHBOURS).rename({"area_id_of": "area_id"})
        return enough.with_columns(pl.lit(BEST_NEIGHBOURS).alias("base")) if self.best else enough

    def behind(self, db: Database, rows: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
        found = _neighbouring(db, rows, own)
        if found.height < FEWEST_NEIGHBOURS:
            return rows.clear()
        named = found.sort("badness", "closeness_rank").head(BEST_NEIGHBOURS) if self.best else found
        return rows.filter(pl.col("area_id").is_in(named["neighbour_id"].to_list()))


@dataclass(frozen=True)
class Published:
    """The figure published for England, or for the region of each council; never an average of councils."""

    regional: bool

    def values(self, _db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        place = "region_id" if self.regional else "england"
        rows = figures.filter(pl.col("kind") == "region" if self.regional else pl.col("area_id") == ENGLAND)
        found = rows.select(
            *KEYS, pl.col("area_id").alias(place), pl.col("value").alias("benchmark"), pl.lit(1).alias("base")
        )
        of = councils.with_columns(pl.lit(ENGLAND).alias("england")).select(*KEYS, "area_id", place)
        return of.join(found, on=[*KEYS, place]).drop(place)

    def behind(self, _db: Database, rows: pl.DataFrame, _own: pl.DataFrame) -> pl.DataFrame:
        return rows.clear()


@dataclass(frozen=True)
class Group:
    """The median of the councils a reader picks; one of them is compared with the others."""

    area_ids: tuple[str, ...] = ()

    def values(self, _db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        picked = setting(figures).filter(pl.col("area_id").is_in(self.area_ids))
        pairs = (
            councils.select(*KEYS, "area_id", pl.col("return_id").alias("own_return"))
            .join(picked.select(*KEYS, "return_id", "value"), on=KEYS)
            .filter(pl.col("return_id") != pl.col("own_return"))
        )
        return _summary(pairs, (*KEYS, "area_id"))

    def behind(self, _db: Database, rows: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
        own_returns = own["return_id"].to_list()
        return rows.filter(pl.col("area_id").is_in(self.area_ids) & ~pl.col("return_id").is_in(own_returns))


@dataclass(frozen=True)
class Target:
    """A number a reader types for one measure, in its unit."""

    number: float | None = None
    metric_id: str | None = None

    def values(self, _db: Database, _figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
        of = _keys(councils).filter(pl.col("metric_id") == pl.lit(self.metric_id))
        # Nobody is behind it, and there is no base.
        return of.with_columns(pl.lit(self.number, pl.Float64).alias("benchmark"), pl.lit(None, pl.Int64).alias("base"))

    def behind(self, _db: Database, rows: pl.DataFrame, _own: pl.DataFrame) -> pl.DataFrame:
        return rows.clear()


def neighbours_mean(db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    """metric_id, period_end, area_id, neighbours_mean: the mean of the same neighbours as the median is made of.

    DfE's interactive tool compares with the mean; rule `benchmarks` says to show it beside the median.
    """
    found = _neighbouring(db, setting(figures), councils)
    return (
        found.group_by(*KEYS, "area_id_of")
        .agg(pl.col("value").mean().round_sig_figs(SIGNIFICANT).alias("neighbours_mean"), pl.len().alias("base"))
        .filter(pl.col("base") >= FEWEST_NEIGHBOURS)
        .select(*KEYS, pl.col("area_id_of").alias("area_id"), "neighbours_mean")
    )


def setting(figures: pl.DataFrame) -> pl.DataFrame:
    """The figures of councils that may set a benchmark: observed, and not of a very small council or return."""
    return figures.filter((pl.col("kind") == "local_authority") & pl.col("value").is_not_null() & pl.col("sets_cut"))


def _neighbouring(db: Database, values: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    """The neighbours of each council that have a value: KEYS, area_id_of, neighbour_id, value, badness; a return once.

    A council is never among its own: a neighbour it shares a joint return with is left out.
    """
    others = values.select(
        *KEYS, pl.col("area_id").alias("neighbour_id"), "value", pl.col("return_id").alias("neighbour_return")
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
            pl.col("neighbour_return").alias("return_id"),
            pl.when("lower").then(pl.col("value")).otherwise(-pl.col("value")).alias("badness"),
        )
    )


def _summary(rows: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """The median of each group with how many returns it is made of, each once."""
    return (
        rows.unique([*by, "return_id"], maintain_order=True)
        .group_by(by)
        .agg(pl.col("value").median().round_sig_figs(SIGNIFICANT).alias("benchmark"), pl.len().alias("base"))
    )


def _keys(councils: pl.DataFrame) -> pl.DataFrame:
    return councils.select(*KEYS, "area_id")


def _lower_is_better(db: Database) -> pl.DataFrame:
    return db.measures.select("metric_id", (pl.col("polarity") != "higher_is_better").alias("lower"))
