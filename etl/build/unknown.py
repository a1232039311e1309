"""When too much of a figure is unknown to compare it (rule `unknown`)."""

import polars as pl

# In every year since 2021 some 145 of 150 councils know more of their care leavers than four in five; England knows 94
# in 100. With a fifth unknown a figure may lie anywhere in a range wider than the middle half of councils.
MOST_UNKNOWN = 0.2
TOO_MANY_UNKNOWN = "more than a fifth are unknown"


def too_many_unknown() -> pl.Expr:
    """Whether of more than MOST_UNKNOWN of the denominator nothing is known; never where their number is hidden."""
    return (pl.col("unknown") > MOST_UNKNOWN * pl.col("denominator")).fill_null(False)
