"""Councils as returns: a joint return is one row, under the names of all who made it (rule `joint-returns`)."""

from __future__ import annotations

import polars as pl

from dashboard.data.database import Database
from dashboard.data.names import listed


def once(db: Database, rows: pl.DataFrame) -> pl.DataFrame:
    """One row a return, the first of each in the order given; `name` holds all its councils, by name.

    Adds area_ids and names, each a list in the order of their names, by which the row is found from any of them.
    """
    once_each = rows.unique("return_id", keep="first", maintain_order=True)
    members = {
        return_id: sorted(return_id.split("+"), key=db.names.__getitem__) for return_id in once_each["return_id"]
    }
    names = [[db.names[one] for one in found] for found in members.values()]
    return once_each.with_columns(
        pl.Series("name", [listed(found) for found in names], pl.String),
        pl.Series("area_ids", list(members.values()), pl.List(pl.String)),
        pl.Series("names", names, pl.List(pl.String)),
    )
