"""Areas that are hard to brief on."""

from __future__ import annotations

from dashboard.data.database import Database

# Joint returns, a suppressed figure, none at all, very small, new by reorganisation, the longest name, a large city,
# and the council of which Ofsted asked at greatest length.
AWKWARD = (
    "Westminster", "Kingston upon Thames", "Isles of Scilly", "City of London", "Cumberland",
    "Westmorland and Furness", "North Northamptonshire", "Dorset", "Bournemouth, Christchurch and Poole", "Leeds",
    "Somerset",
)  # fmt: skip
LONDON, YORKSHIRE = "E12000007", "E12000003"
SEVERAL = (*AWKWARD, "London", "Yorkshire and The Humber", "England")
# Made as files in every run: the two longest, of which one is a joint return; figures that are missing; a very small
# council; a region; England. The others are made as files by `make drill`.
PRINTED = ("North Northamptonshire", "Somerset", "Westminster", "Isles of Scilly", "London", "England")
NOT_PRINTED = tuple(name for name in SEVERAL if name not in PRINTED)


def number(db: Database, name: str) -> str:
    """The number of a council of today."""
    return next(area_id for area_id, one in db.authorities.items() if one == name)
