"""Errors of publishers that we know of: declared, withheld, and checked until the publisher repairs them.

A figure that cannot be right is withheld (status `low_reliability`, the printed value as its symbol) rather than
corrected: we do not know the right one. When a later edition prints something else, the build stops and says so: no
declaration outlives its error.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from etl.model import ENGLAND, EtlError, Status

KNOWN_ERROR = pl.Schema(
    [
        ("metric_id", pl.String()),
        ("area_id", pl.String()),
        ("period_end", pl.Date()),
        ("printed", pl.Float64()),
        ("reason", pl.String()),
    ]
)


@dataclass(frozen=True)
class KnownError:
    """Some figures of one authority in one period, what is printed for each, and why it cannot be right."""

    area_id: str
    period_end: date
    printed: dict[str, float]
    """metric_id -> the value as printed, by which we notice a repair."""
    reason: str


_SEPTEMBER_2017, _SEPTEMBER_2018 = date(2017, 9, 30), date(2018, 9, 30)
_MARCH_2018 = date(2018, 3, 31)
_NOT_THE_SUM = "Sixty million pounds more than {} councils add up to; in every other year and region the two are equal."
_NOBODY_LEFT = "The same row prints {} leavers by headcount: nobody left by full-time equivalents cannot be."

KNOWN_ERRORS = (
    KnownError("810", _SEPTEMBER_2017, {"leavers_fte": 0.0, "turnover_rate": 0.0}, _NOBODY_LEFT.format(5)),
    KnownError("831", _SEPTEMBER_2017, {"leavers_fte": 0.0, "turnover_rate": 0.0}, _NOBODY_LEFT.format(13)),
    KnownError("845", _SEPTEMBER_2017, {"leavers_fte": 0.0, "turnover_rate": 0.0}, _NOBODY_LEFT.format(27)),
    KnownError(
        "909",
        _SEPTEMBER_2018,
        {"case_holders_fte": 29.2, "cases": 417.0, "caseload": 14.3},
        "29.2 case holders between 136.4 the year before and 192.4 the year after: part of the return is missing.",
    ),
    KnownError(
        "314",
        date(2017, 3, 31),
        {"emotional_health_score": 0.0},
        "An average score of zero, between 13.3 the year before and 14.5 the year after.",
    ),
    KnownError(
        "800",
        date(2025, 3, 31),
        {"referrals_from_schools": 0.0, "referrals_from_health": 0.0, "referrals_from_police": 0.0},
        "Nothing from schools, health services or the police, against 22%, 15% and 18% of referrals the year before.",
    ),
    KnownError(
        "310",
        date(2024, 3, 31),
        {"children_social_care_spend_per_child": 547.31748, "looked_after_share_of_spend": 0.0},
        "Children looked after were left out, says note 3 of the file: 13.9 million pounds the year before.",
    ),
    KnownError(
        "E12000001",
        _MARCH_2018,
        {"children_services_spend_per_child": 1121.13354},
        _NOT_THE_SUM.format("the North East's"),
    ),
    KnownError(
        ENGLAND, _MARCH_2018, {"children_services_spend_per_child": 803.893231}, _NOT_THE_SUM.format("England's")
    ),
    *(
        KnownError(
            "333",
            date(year, 3, 31),
            {"looked_after_share_of_spend": share},
            "Nearly all is booked under other services: the council pays a trust for them.",
        )
        for year, share in ((2023, 0.252274559), (2024, 0.275952545), (2025, 0.00356308078))
    ),
)


MADE_OF = ("value", "numerator", "denominator", "unknown", "value_low", "value_high")


def withhold(observation: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The observations without the figures known to be wrong, and what was withheld (KNOWN_ERROR).

    Raises E_REPAIRED where a figure is there but is not the one declared.
    """
    declared = pl.DataFrame(
        [
            (metric_id, error.area_id, error.period_end, printed, error.reason)
            for error in KNOWN_ERRORS
            for metric_id, printed in error.printed.items()
        ],
        schema=KNOWN_ERROR,
        orient="row",
    )
    keys = ["metric_id", "area_id", "period_end"]
    found = observation.join(declared, on=keys, validate="1:1")
    repaired = found.filter(pl.col("value").ne_missing(pl.col("printed")))
    if repaired.height:
        row = repaired.row(0, named=True)
        raise EtlError(
            f"E_REPAIRED: {row['file']}, line {row['line']}: {row['metric_id']} of {row['area_id']} at "
            f"{row['period_end']} is no longer the {row['printed']} declared as an error. "
            "If the publisher has repaired it, remove it from etl/check/known_errors.py."
        )
    wrong = pl.col("printed").is_not_null()
    withheld = (
        observation.join(declared, on=keys, how="left", maintain_order="left")
        .with_columns(
            pl.when(wrong).then(pl.lit(str(Status.LOW_RELIABILITY))).otherwise("status").alias("status"),
            pl.when(wrong).then(pl.format("printed {}", "printed")).otherwise("symbol").alias("symbol"),
            *(pl.when(~wrong).then(column).alias(column) for column in MADE_OF),
        )
        .select(observation.columns)
    )
    return withheld, found.select(KNOWN_ERROR.names())
