"""When too much of a figure is unknown to compare it (rule `unknown`)."""

import polars as pl

# In every year since 2021 some 145 of 150 councils know more of their care leavers than four in five; England knows 94
# in 100. With a fifth unknown a figure may lie anywhere in a range wider than the middle half of councils.
MOST_UNKNOWN = 0.2
TOO_MANY_UNKNOWN = "more than a fifth are unknown"
TOO_MANY_MAY_BE = "more than a fifth may be unknown"


def why_unknown() -> pl.Expr:
    """Why a figure of a percentage is not compared: of more than MOST_UNKNOWN of the denominator nothing is known.

    Or may be, where their number is hidden: then the range of a figure says as little. Null where enough is known.
    """
    hidden = pl.col("unknown").is_null() & pl.col("value").is_not_null()
    return (
        pl.when(pl.col("unknown") > MOST_UNKNOWN * pl.col("denominator"))
        .then(pl.lit(TOO_MANY_UNKNOWN))
        .when(hidden & (pl.col("value_high") - pl.col("value_low") > MOST_UNKNOWN * 100))
        .then(pl.lit(TOO_MANY_MAY_BE))
    )
