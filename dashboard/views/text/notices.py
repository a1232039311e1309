"""What a reader must know of a council before reading its figures."""

from __future__ import annotations

import polars as pl

from dashboard.analysis.queries import partners
from dashboard.data.cache import cached
from dashboard.data.database import Database, is_joint
from dashboard.data.names import format_date, listed


@cached
def notices(db: Database, area_id: str) -> list[str]:
    """What a reader must know of a council before reading its figures: reorganisation, joint returns, size."""
    found = []
    name = db.names[area_id]
    succession = db.table["succession"]
    before = succession.filter(pl.col("successor_id") == area_id)
    if before.height:
        start = before["date"][0]
        names = listed([db.names[other] for other in before["predecessor_id"]])
        found.append(
            f"{name} began on {format_date(start)}. Earlier figures are those of {names}, and are not joined to these."
        )
    joint = db.newest.filter((pl.col("area_id") == area_id) & is_joint())
    if joint.height:
        others = listed(partners(db, joint["return_id"][0], area_id))
        found.append(
            f"{name} reports its social work workforce jointly with {others}: those figures are for both together, "
            "and count once."
        )
    if db.area.filter(pl.col("area_id") == area_id)["very_small"][0]:
        found.append(
            f"{name} is very small: one person or one child moves a rate by many points. "
            "It is shown, but not ranked or compared."
        )
    return found
