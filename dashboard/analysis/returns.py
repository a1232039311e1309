"""Councils as returns: a joint return is one row, under the names of all who made it (rule `joint-returns`)."""

from __future__ import annotations

import polars as pl

from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.names import listed


def once(db: Database, rows: pl.DataFrame) -> pl.DataFrame:
    """One row a return, the first of each in the order given; `name` holds all its councils, by name.

    Adds area_ids and names, each a list in the order of their names, by which the row is found from any of them.
    """
    columns = list(dict.fromkeys([*rows.columns, "name", "area_ids", "names"]))
    once_each = rows.unique("return_id", keep="first", maintain_order=True).drop("name", strict=False)
    return once_each.join(_returns(db), on="return_id", how="left", maintain_order="left").select(columns)


@cached
def _returns(db: Database) -> pl.DataFrame:
    """Who made each return: return_id, name, area_ids, names."""
    made = db.whole("return_id")["return_id"].drop_nulls().unique().sort()
    members = [sorted(return_id.split("+"), key=db.names.__getitem__) for return_id in made]
    names = [[db.names[one] for one in found] for found in members]
    return pl.DataFrame(
        {"return_id": made, "name": [listed(found) for found in names], "area_ids": members, "names": names},
        schema_overrides={"name": pl.String, "area_ids": pl.List(pl.String), "names": pl.List(pl.String)},
    )
