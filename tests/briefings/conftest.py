"""The real database, and what briefings of it hold."""

from __future__ import annotations

import pytest

from dashboard.briefings import content
from dashboard.briefings.model import Briefing
from dashboard.database import ENGLAND, Database
from tests.dashboard.conftest import db, served

__all__ = ["db", "served"]

# Joint returns, a suppressed figure, none at all, very small, new by reorganisation, the longest name, a large city.
AWKWARD = (
    "Westminster", "Kingston upon Thames", "Isles of Scilly", "City of London", "Cumberland",
    "Westmorland and Furness", "North Northamptonshire", "Dorset", "Bournemouth, Christchurch and Poole", "Leeds",
)  # fmt: skip
LONDON, YORKSHIRE = "E12000007", "E12000003"


def number(db: Database, name: str) -> str:
    """The number of a council of today."""
    return next(area_id for area_id, one in db.authorities.items() if one == name)


@pytest.fixture(scope="session")
def briefings(db: Database) -> dict[str, Briefing]:
    """Briefings by the name of their area: the awkward councils, two regions and England."""
    chosen = [*(number(db, name) for name in AWKWARD), LONDON, YORKSHIRE, ENGLAND]
    made = [content.briefing(db, area_id) for area_id in chosen]
    return {one.name: one for one in made}
