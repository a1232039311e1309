"""What briefings of the real database hold, each made once a session, and some of them as files."""

from __future__ import annotations

import pytest

from dashboard.briefings import content, docx, pdf
from dashboard.briefings.model import Briefing
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from tests.briefings.helpers import AWKWARD, LONDON, PRINTED, YORKSHIRE, number
from tests.dashboard.conftest import db, served

__all__ = ["db", "served"]


@pytest.fixture(scope="session")
def every_council(db: Database) -> dict[str, Briefing]:
    """The briefings on all councils of today, by their numbers."""
    return {area_id: content.briefing(db, area_id) for area_id in db.authorities}


@pytest.fixture(scope="session")
def briefings(db: Database) -> dict[str, Briefing]:
    """Briefings by the name of their area: the awkward councils, two regions and England."""
    chosen = [*(number(db, name) for name in AWKWARD), LONDON, YORKSHIRE, ENGLAND]
    made = [content.briefing(db, area_id) for area_id in chosen]
    return {one.name: one for one in made}


@pytest.fixture(scope="session")
def pdfs(briefings: dict[str, Briefing]) -> dict[str, bytes]:
    """The few that every run makes as PDF."""
    return {name: pdf.pdf(briefings[name]) for name in PRINTED}


@pytest.fixture(scope="session")
def documents(briefings: dict[str, Briefing]) -> dict[str, bytes]:
    """The same as Word documents."""
    return {name: docx.docx(briefings[name]) for name in PRINTED}
