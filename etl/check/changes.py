"""What one edition of the figures changed from another: new periods, revised values, authorities, inspections."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import duckdb
import polars as pl

from etl.model import ENGLAND, EtlError, fill


class Kind(StrEnum):
    """What a row of the table `what_changed` tells."""

    NEW_MEASURE = "new measure"
    ENDED_MEASURE = "ended measure"
    NEW_PERIOD = "new period"
    ENDED_PERIOD = "ended period"
    REVISED = "revised"
    """Another value for the same council and period."""
    GIVEN = "given"
    """A value where there was none."""
    WITHDRAWN = "withdrawn"
    """None where there was a value."""
    OTHER_REASON = "other reason"
    """No value before and none now, for another reason."""
    NEW_AUTHORITY = "new authority"
    ENDED_AUTHORITY = "ended authority"
    NEW_INSPECTION = "new inspection"
    ENDED_INSPECTION = "ended inspection"
    REVISED_JUDGEMENT = "revised judgement"


WHAT_CHANGED = pl.Schema(
    [
        ("source_id", pl.String()),
        ("kind", pl.String()),
        ("metric_id", pl.String()),
        ("area_id", pl.String()),
        ("period_end", pl.Date()),
        ("before", pl.String()),
        ("after", pl.String()),
        ("moved_by", pl.Float64()),
    ]
)
KEYS = ["metric_id", "area_id", "period_end"]


def between(old: Mapping[str, pl.DataFrame], new: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """WHAT_CHANGED rows of two sets of tables: observation, inspection and judgement, and area, where both have them.

    `before` and `after` are values as text, or the status in words where there is none; `moved_by` is after minus
    before. A new or ended measure or period is one row, not one an authority.
    """
    parts = [pl.DataFrame(schema=WHAT_CHANGED)]
    if "observation" in old and "observation" in new:
        parts.append(_observations(old["observation"], new["observation"]))
    if "inspection" in old and "inspection" in new:
        parts.append(_inspections(old, new))
    if "area" in old and "area" in new:
        parts.append(_authorities(old["area"], new["area"]))
    return pl.concat(parts).sort("source_id", "kind", *KEYS, nulls_last=True)


def read(path: Path) -> dict[str, pl.DataFrame]:
    """What `between` and `summary` need of a database file; EtlError where it is not one of ours."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            return {
                name: connection.sql(f"FROM {name}").pl().with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
                for name in ("observation", "inspection", "judgement", "area", "metric")
            }
    except duckdb.Error as error:
        raise EtlError(
            f"E_DATABASE: {path.name} cannot be compared: {error} `python -m etl versions` lists what is kept."
        ) from error


def summary(changed: pl.DataFrame, metric: pl.DataFrame, area: pl.DataFrame) -> list[str]:
    """WHAT_CHANGED rows as lines to read: counts by kind and measure, and what moved most."""
    titles = dict(metric.select("metric_id", "title").iter_rows())
    names = dict(area.select("area_id", "name").iter_rows())
    if changed.is_empty():
        return ["Nothing changed."]
    lines = []
    for (kind,), rows in changed.group_by("kind", maintain_order=True):
        lines.append(f"{kind}: {rows.height}")
        for (metric_id,), some in rows.group_by("metric_id", maintain_order=True):
            most = some.sort(pl.col("moved_by").abs(), descending=True, nulls_last=True).row(0, named=True)
            who = names.get(most["area_id"], most["area_id"])
            where = f"{who}, {most['period_end']}" if who else str(most["period_end"] or "")
            said = " to ".join(filter(None, (most["before"], most["after"])))
            many = f"{some.height} figures, most of all " if some.height > 1 else ""
            lines.append(f"  {titles.get(metric_id, metric_id) or 'Inspections'}: {many}{where}: {said}")
    return lines


def revised(changed: pl.DataFrame) -> pl.DataFrame:
    """The rows that change what had been published: values revised, given, withdrawn."""
    return changed.filter(pl.col("kind").is_in([Kind.REVISED, Kind.GIVEN, Kind.WITHDRAWN]))


def _observations(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    said = pl.when(pl.col("value").is_null()).then("status").otherwise(pl.col("value").cast(pl.String))
    columns = [*KEYS, "source_id", "value", said.alias("said")]
    before, after = old.select(columns), new.select(columns)
    metric, period = ["metric_id"], ["metric_id", "period_end"]
    # Once for all its areas: a new period is told once.
    rows = [
        _whole(after, before, metric, Kind.NEW_MEASURE),
        _whole(before, after, metric, Kind.ENDED_MEASURE),
        _whole(after.join(before, on=metric, how="semi"), before, period, Kind.NEW_PERIOD),
        _whole(before.join(after, on=metric, how="semi"), after, period, Kind.ENDED_PERIOD),
    ]
    shared = before.select(period).unique().join(after.select(period).unique(), on=period)
    both = (
        before.join(shared, on=period, how="semi")
        .join(after.join(shared, on=period, how="semi"), on=KEYS, how="full", coalesce=True, suffix="_new")
        .with_columns(pl.coalesce("source_id_new", "source_id").alias("source_id"))
    )
    kind = (
        pl.when(pl.col("value").is_not_null() & pl.col("value_new").is_not_null())
        .then(pl.lit(Kind.REVISED))
        .when(pl.col("value_new").is_not_null())
        .then(pl.lit(Kind.GIVEN))
        .when(pl.col("value").is_not_null())
        .then(pl.lit(Kind.WITHDRAWN))
        .otherwise(pl.lit(Kind.OTHER_REASON))
    )
    rows.append(
        both.filter(pl.col("said").ne_missing(pl.col("said_new")))
        .with_columns(kind.cast(pl.String).alias("kind"), (pl.col("value_new") - pl.col("value")).alias("moved_by"))
        .select(
            "source_id",
            "kind",
            *KEYS,
            pl.col("said").fill_null("no row").alias("before"),
            pl.col("said_new").fill_null("no row").alias("after"),
            pl.col("moved_by").round_sig_figs(9),
        )
    )
    return pl.concat(rows).match_to_schema(WHAT_CHANGED)


def _whole(there: pl.DataFrame, not_there: pl.DataFrame, keys: list[str], kind: Kind) -> pl.DataFrame:
    """Measures or periods that only one side has, with England's value."""
    added = there.join(not_there.select(keys).unique(), on=keys, how="anti")
    side = "before" if kind in (Kind.ENDED_MEASURE, Kind.ENDED_PERIOD) else "after"
    england = pl.col("said").filter(pl.col("area_id") == ENGLAND).first().alias(side)
    return fill(
        added.group_by(keys, maintain_order=True).agg(pl.first("source_id"), england), WHAT_CHANGED, kind=str(kind)
    )


def _inspections(old: Mapping[str, pl.DataFrame], new: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    key = ["inspection_id"]
    grades = [
        tables["judgement"].join(tables["inspection"].select(*key, "area_id", "published", "source_id"), on=key)
        for tables in (old, new)
    ]
    both = old["inspection"].select(key).join(new["inspection"].select(key), on=key)
    judged = (
        grades[0]
        .join(both, on=key, how="semi")
        .join(grades[1].join(both, on=key, how="semi"), on=[*key, "strand"], how="full", coalesce=True, suffix="_new")
        .filter(pl.col("grade").ne_missing(pl.col("grade_new")))
        .select(
            *(pl.coalesce(pl.col(f"{one}_new"), one).alias(one) for one in ("area_id", "published", "source_id")),
            pl.format("judgement_{}", "strand").alias("metric_id"),
            pl.col("grade").fill_null("no judgement").alias("before"),
            pl.col("grade_new").fill_null("no judgement").alias("after"),
        )
    )
    began = new["inspection"].join(old["inspection"], on=key, how="anti").rename({"inspection_id": "after"})
    ended = old["inspection"].join(new["inspection"], on=key, how="anti").rename({"inspection_id": "before"})
    return pl.concat(
        fill(rows.rename({"published": "period_end"}), WHAT_CHANGED, kind=str(kind))
        for rows, kind in (
            (began, Kind.NEW_INSPECTION),
            (ended, Kind.ENDED_INSPECTION),
            (judged, Kind.REVISED_JUDGEMENT),
        )
    )


def _authorities(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Authorities that one side does not know, and those that ended in between."""
    before, after = (frame.filter(pl.col("kind") == "local_authority").drop("kind") for frame in (old, new))
    ended = before.filter(pl.col("end_date").is_null()).join(
        after.filter(pl.col("end_date").is_not_null()), on="area_id", suffix="_new"
    )
    return pl.concat(
        fill(
            frame.select("area_id", pl.col(day).alias("period_end"), pl.col("name").alias(side)),
            WHAT_CHANGED,
            source_id="areas",
            kind=str(kind),
        )
        for frame, kind, day, side in (
            (after.join(before, on="area_id", how="anti"), Kind.NEW_AUTHORITY, "start_date", "after"),
            (ended, Kind.ENDED_AUTHORITY, "end_date_new", "before"),
            (before.join(after, on="area_id", how="anti"), Kind.ENDED_AUTHORITY, "end_date", "before"),
        )
    )
