"""The leadership programme, as the operator's register has it: who is on it, who coaches, who is not reached.

A row of the register is a post, not a person. Those who held it before are not in it: counts over time are of
those in post now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.analysis import comparison, transitions
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.benchmarks.rules import setting
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES

COMPLETED, ENROLLED, NOT_ENROLLED, ABSENT = STATES = (
    "completed", "on the programme", "not on a programme", "not in the register",
)  # fmt: skip
NEW, EXECUTIVE = "new directors", "executive"
# Months in post: from the first number to under the second.
BANDS: dict[str, tuple[int, int | None]] = {
    "Under 1 year": (0, 12),
    "1 to 2 years": (12, 36),
    "3 to 4 years": (36, 60),
    "5 years or more": (60, None),
}
# Councils to suggest as coaches, a short list to contact.
MOST = 3
# The grades whose councils are suggested, in this order.
SUGGESTED = GRADES[:2]


@dataclass(frozen=True)
class Target:
    """What share of directors is to be on the programme by a day."""

    commitment: str
    owner: str
    percent: float
    by_when: date
    source_url: str


@dataclass(frozen=True)
class Coverage:
    """How many councils' directors are on the programme, or have completed it."""

    councils: int
    registered: int
    """With a row in the register."""
    enrolled: int
    """On it now or completed."""
    completed: int
    new: int
    executive: int
    target: Target | None

    @property
    def needed(self) -> int | None:
        """How many must be enrolled for the target; None without one."""
        # Half of 153 is 77: nobody is half enrolled.
        return None if self.target is None else _whole_up(self.target.percent * self.councils / 100)

    @property
    def short(self) -> int | None:
        """How many are lacking; none where it is met."""
        return None if self.needed is None else max(self.needed - self.enrolled, 0)


def _whole_up(value: float) -> int:
    # Cleaned of binary noise: 55 % of 100 are 55 and not 56.
    return -int(-round(value, 9) // 1)


def posts(db: Database, today: date) -> pl.DataFrame:
    """Every council of today with its row of the register, by name.

    area_id, name, region_id (London as a whole), region, the columns of the table leadership_post, state (of STATES),
    tenure (whole months in post), grade, judged_from (first day on site of the latest judgement of leaders, or where
    that is not printed its publication), published, in_post_then: in post on that day; coach, its name; coaches, the
    numbers of those it coaches. Calculated once a day for all readers.
    """
    return db.cached(("posts", today), lambda: _posts(db, today))


def _posts(db: Database, today: date) -> pl.DataFrame:
    register = db.table["leadership_post"]
    rows = db.area.filter(pl.col("area_id").is_in(list(db.authorities))).select("area_id", "name", "region_id")
    coached = (
        register.filter(pl.col("coach_id").is_not_null())
        .sort(pl.col("area_id").replace_strict(db.names, return_dtype=pl.String))
        .group_by(pl.col("coach_id").alias("area_id"), maintain_order=True)
        .agg(pl.col("area_id").alias("coaches"))
    )
    leaders = transitions.latest(db, "leaders").select(
        "area_id", "grade", pl.coalesce("started", "published").alias("judged_from"), "published"
    )
    since = pl.col("in_post_since")
    return (
        rows.with_columns(pl.col("region_id").replace_strict(_whole(db), return_dtype=pl.String))
        .with_columns(pl.col("region_id").replace_strict(db.names, return_dtype=pl.String).alias("region"))
        .join(register, on="area_id", how="left")
        .join(leaders, on="area_id", how="left")
        .join(coached, on="area_id", how="left")
        .with_columns(
            pl.when(pl.col("post").is_null())
            .then(pl.lit(ABSENT))
            .when(pl.col("completed_on").is_not_null())
            .then(pl.lit(COMPLETED))
            .when(pl.col("enrolled_on").is_not_null())
            .then(pl.lit(ENROLLED))
            .otherwise(pl.lit(NOT_ENROLLED))
            .alias("state"),
            (
                (today.year - since.dt.year()) * 12
                + (today.month - since.dt.month().cast(pl.Int32))
                - (today.day < since.dt.day()).cast(pl.Int32)
            )
            .cast(pl.Int64)
            .alias("tenure"),
            (since <= pl.col("judged_from")).alias("in_post_then"),
            pl.col("coach_id").replace_strict(db.names, default=None, return_dtype=pl.String).alias("coach"),
            pl.col("coaches").fill_null([]),
        )
        .sort("name")
    )


def is_kept(db: Database) -> bool:
    """Whether the operator keeps the register of leaders."""
    return not db.table["leadership_post"].is_empty()


def coverage(db: Database, rows: pl.DataFrame, today: date) -> Coverage:
    """The programme over the rows of `posts`."""
    enrolled = rows.filter(pl.col("enrolled_on").is_not_null())
    programmes = enrolled["programme"]
    return Coverage(
        rows.height,
        int((rows["state"] != ABSENT).sum()),
        enrolled.height,
        int((rows["state"] == COMPLETED).sum()),
        int((programmes == NEW).sum()),
        int((programmes == EXECUTIVE).sum()),
        target(db, today),
    )


def target(db: Database, today: date) -> Target | None:
    """The next commitment of a share of directors, by its day; where all days have passed, the last."""
    found = (
        db.table["commitment"]
        .filter(pl.col("metric_id").is_null())
        .sort(pl.col("by_when") < today, "by_when", "line")
        .select("commitment", "owner", "target_value", "by_when", "source_url")
    )
    if found.is_empty():
        return None
    # Of those that have passed the last comes last.
    row = found.row(0) if found["by_when"][0] >= today else found.row(-1)
    return Target(*row)


def history(rows: pl.DataFrame) -> pl.DataFrame:
    """How many of those in post now had enrolled by each day on which one did: day, enrolled; oldest first."""
    days = rows.filter(pl.col("enrolled_on").is_not_null()).group_by(pl.col("enrolled_on").alias("day")).len("joined")
    return days.sort("day").select("day", pl.col("joined").cum_sum().cast(pl.Int64).alias("enrolled"))


def by_region(db: Database, rows: pl.DataFrame) -> pl.DataFrame:
    """The programme by region, the largest share first, and England last.

    area_id, region, councils, registered, enrolled, completed, new, executive, not_enrolled, absent, with_coach (of
    those who have not completed), share (of councils, in percent).
    """
    everybody = rows.with_columns(pl.lit(ENGLAND).alias("region_id"), pl.lit(db.names[ENGLAND]).alias("region"))
    enrolled, state = pl.col("enrolled_on").is_not_null(), pl.col("state")
    return (
        pl.concat([rows, everybody])
        .group_by(pl.col("region_id").alias("area_id"), "region")
        .agg(
            pl.len().cast(pl.Int64).alias("councils"),
            *(
                condition.sum().cast(pl.Int64).alias(name)
                for name, condition in {
                    "registered": state != ABSENT,
                    "enrolled": enrolled,
                    "completed": state == COMPLETED,
                    "new": enrolled & (pl.col("programme") == NEW),
                    "executive": enrolled & (pl.col("programme") == EXECUTIVE),
                    "not_enrolled": state == NOT_ENROLLED,
                    "absent": state == ABSENT,
                    "with_coach": (state == ENROLLED) & pl.col("coach_id").is_not_null(),
                }.items()
            ),
        )
        .with_columns(share=pl.col("enrolled") / pl.col("councils") * 100)
        .sort(pl.col("area_id") == ENGLAND, -pl.col("share"), "region")
    )


def tenure(rows: pl.DataFrame) -> pl.DataFrame:
    """How long directors have been in post, by the latest grade of leaders, the best first, and all last.

    grade (null of all), directors (in the register), interim, a column each of BANDS, unknown (no day in the register),
    median (months, of those known), in_post_then: who were in post when leaders were last judged.
    """
    registered = rows.filter(pl.col("state") != ABSENT)
    months = pl.col("tenure")
    bands = [
        (months.is_between(low, high, closed="left") if high else months >= low).fill_null(False).sum().alias(name)
        for name, (low, high) in BANDS.items()
    ]
    counts = [
        pl.len().alias("directors"),
        pl.col("interim").sum(),
        *bands,
        months.is_null().sum().alias("unknown"),
        months.median().alias("median"),
        pl.col("in_post_then").fill_null(False).sum(),
    ]
    graded = registered.group_by("grade").agg(counts)
    order = pl.DataFrame({"grade": GRADES}).join(graded, on="grade", how="left", maintain_order="left")
    every = registered.select(pl.lit(None, pl.String).alias("grade"), *counts).head(1)
    found = pl.concat([order, every], how="vertical_relaxed")
    return found.with_columns(pl.exclude("grade", "median").fill_null(0).cast(pl.Int64))


def coaching(rows: pl.DataFrame) -> pl.DataFrame:
    """Coaches and their councils: coach_id, coach, area_id, name, region, programme, grade, coach_grade, state."""
    grades = rows.select(pl.col("area_id").alias("coach_id"), pl.col("grade").alias("coach_grade"))
    return (
        rows.filter(pl.col("coach_id").is_not_null())
        .join(grades, on="coach_id", how="left", maintain_order="left")
        .select("coach_id", "coach", "area_id", "name", "region", "programme", "grade", "coach_grade", "state")
        .sort("coach", "name")
    )


def without_coach(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of `posts` on the programme, not completed, without a coach: enrolled longest first."""
    return rows.filter((pl.col("state") == ENROLLED) & pl.col("coach_id").is_null()).sort("enrolled_on", "name")


def not_covered(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of `posts` that no programme reaches: those not in the register last, each by name."""
    return rows.filter(pl.col("enrolled_on").is_null()).sort(pl.col("state") == ABSENT, "name")


def suggestions(db: Database, rows: pl.DataFrame, area_ids: list[str], benchmark: Benchmark) -> pl.DataFrame:
    """Councils whose directors might coach those of some others, at most MOST each, the best match first.

    area_id, partner_id, partner, grade, measures (in how many it reaches the benchmark where the other falls short),
    closeness_rank, named_rank, coaches (how many it coaches already). Rule `partners`: they are among the councils most
    like it, as its learning partners are, and their leaders are judged Outstanding or Good. Outstanding ones come
    first, then those that reach it in more measures, then the nearest. None whose director is an interim or new.
    """
    like = _like(db, area_ids)
    ranked = [metric_id for metric_id, metric in db.metrics.items() if metric.ranked]
    lower = [metric_id for metric_id in ranked if db.metrics[metric_id].lower_is_better]
    short = (
        comparison.newest(db, benchmark)
        .filter(pl.col("area_id").is_in(area_ids) & pl.col("metric_id").is_in(ranked) & (pl.col("gap_low") > 0))
        .select("area_id", "metric_id", "benchmark_low", "benchmark_high", pl.col("return_id").alias("own_return"))
    )
    there = setting(db.newest.filter(pl.col("metric_id").is_in(ranked))).select(
        pl.col("area_id").alias("partner_id"), "metric_id", "value_low", "value_high", "return_id"
    )
    # Where figures are hidden in a range, it is certain whatever they are.
    reach = (
        pl.when(pl.col("metric_id").is_in(lower))
        .then(pl.col("value_high") <= pl.col("benchmark_low"))
        .otherwise(pl.col("value_low") >= pl.col("benchmark_high"))
    )
    measures = (
        like.join(short, on="area_id")
        .join(there, on=["partner_id", "metric_id"])
        .filter(reach & (pl.col("return_id") != pl.col("own_return")))
        .group_by("area_id", "partner_id")
        .agg(pl.len().cast(pl.Int64).alias("measures"))
    )
    partners = rows.select(
        pl.col("area_id").alias("partner_id"),
        pl.col("name").alias("partner"),
        "grade",
        pl.col("coaches").list.len().cast(pl.Int64).alias("coaches"),
        (~pl.col("interim").fill_null(False) & (pl.col("programme") != NEW).fill_null(True)).alias("may_coach"),
    )
    order = {grade: position for position, grade in enumerate(SUGGESTED)}
    return (
        like.join(measures, on=["area_id", "partner_id"])
        .join(partners, on="partner_id")
        .filter(pl.col("grade").is_in(SUGGESTED) & pl.col("may_coach"))
        .sort(
            "area_id",
            pl.col("grade").replace_strict(order, default=None, return_dtype=pl.Int8),
            -pl.col("measures"),
            pl.col("closeness_rank").fill_null(99),
            pl.col("named_rank").fill_null(99),
            "partner",
        )
        .group_by("area_id", maintain_order=True)
        .head(MOST)
        .select(
            "area_id", "partner_id", "partner", "grade", "measures", "closeness_rank", "named_rank", "coaches"
        )
    )  # fmt: skip


def _like(db: Database, area_ids: list[str]) -> pl.DataFrame:
    """The councils most like each: its statistical neighbours, and those that name it as theirs."""
    neighbour = db.table["neighbour"]
    own = neighbour.filter(pl.col("area_id").is_in(area_ids)).select(
        "area_id", pl.col("neighbour_id").alias("partner_id"), "closeness_rank"
    )
    naming = neighbour.filter(pl.col("neighbour_id").is_in(area_ids)).select(
        pl.col("neighbour_id").alias("area_id"),
        pl.col("area_id").alias("partner_id"),
        pl.col("closeness_rank").alias("named_rank"),
    )
    return own.join(naming, on=["area_id", "partner_id"], how="full", coalesce=True)


def _whole(db: Database) -> dict[str, str]:
    """Region -> the one it is shown as: Inner and Outer London are London."""
    regions = db.area.filter(pl.col("kind") == "region")["area_id"]
    return {one: db.regions[one] if db.regions[one] not in (ENGLAND, None) else one for one in regions}
