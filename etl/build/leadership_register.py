"""The leadership register: who holds the post of director is recorded by the operator for each council, without names.

No public file says since when a council's director of children's services is in post, or who is on a programme. Each
row names the page it is from. No column holds free text, so that a person's name has no place in it; only the address
of a page could hold one, which no rule can tell.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from etl.areas import Areas
from etl.build import operator_files, operator_rows
from etl.build.operator_files import Checked
from etl.build.operator_rows import Row

COLUMNS = (
    "authority", "post", "in_post_since", "interim", "programme", "enrolled_on", "completed_on", "coach_authority",
    "source_url", "checked_on",
)  # fmt: skip
POSTS = ("director of children's services",)
INTERIM, PERMANENT = "interim", "permanent"
NONE = "none"
PROGRAMMES = (NONE, "new directors", "executive")
# The post was made by the Children Act 2004.
FIRST_DAY = date(2004, 11, 15)
# What nobody has checked for longer may be out of date.
OLD = timedelta(days=183)

LEADERSHIP_POST = pl.Schema(
    [
        ("area_id", pl.String()),
        ("post", pl.String()),
        ("in_post_since", pl.Date()),
        ("interim", pl.Boolean()),
        ("programme", pl.String()),
        ("enrolled_on", pl.Date()),
        ("completed_on", pl.Date()),
        ("coach_id", pl.String()),
        ("source_url", pl.String()),
        ("checked_on", pl.Date()),
        ("line", pl.Int64()),
    ]
)


def check(content: bytes, areas: Areas, today: date, file: str = operator_files.REGISTER) -> Checked:
    """The register as LEADERSHIP_POST, in the order of its lines; OperatorFileError where it cannot be read as one."""
    sheet = operator_rows.read(content, file, COLUMNS)
    rows = [_post(row, areas, today) for row in sheet.rows]
    posts = [
        ((area_id, post) if area_id and post else None, row)
        for (area_id, post, *_), row in zip(rows, sheet.rows, strict=True)
    ]
    sheet.once(posts, "authority", "this council's post")
    return sheet.checked(rows, LEADERSHIP_POST)


def _post(row: Row, areas: Areas, today: date) -> tuple[object, ...]:
    """One row in the order of LEADERSHIP_POST."""
    area_id = row.council("authority", areas, "AUTHORITY", required="Write the council whose post it is.")
    post = row.one_of("post", POSTS, "E_POST", f"Write {POSTS[0]}: no other post, and no person, is kept here.")
    interim = row.one_of("interim", (INTERIM, PERMANENT), "E_INTERIM")
    programme = row.one_of("programme", PROGRAMMES, "E_PROGRAMME")
    since = row.day("in_post_since", first=FIRST_DAY, last=today)
    enrolled = row.day("enrolled_on", first=FIRST_DAY, last=today)
    completed = row.day("completed_on", first=FIRST_DAY, last=today)
    coach = row.council("coach_authority", areas, "COACH")
    page = row.page("source_url")
    checked = row.day("checked_on", first=FIRST_DAY, last=today)
    if coach and coach == area_id:
        row.say("E_COACH_SELF", "a council cannot coach itself.", "Write another one, or nothing.", "coach_authority")
    _programme(row, programme, enrolled, completed)
    if interim == INTERIM and since and enrolled and enrolled < since:
        what = f"an interim enrolled on {enrolled}, which is longer ago than in post, {since}."
        row.say("E_INTERIM_ENROLLED", what, "Whoever is in post now enrolled later, or not yet.", "enrolled_on")
    _order(row, since, enrolled, completed, checked, today)
    return area_id, post, since, interim == INTERIM, programme, enrolled, completed, coach, page, checked, row.line


def _programme(row: Row, programme: str | None, enrolled: date | None, completed: date | None) -> None:
    """Whether programme and dates fit together. A day that could not be read has been reported already."""
    given = {column: bool(row.cells[column]) for column in ("enrolled_on", "completed_on")}
    if programme == NONE and any(given.values()):
        column = "enrolled_on" if given["enrolled_on"] else "completed_on"
        row.say("E_PROGRAMME_NONE", "there is a day, but no programme.", "Write the programme, or no day.", column)
    elif given["completed_on"] and not given["enrolled_on"]:
        what = "completed without having enrolled."
        row.say("E_COMPLETED_WITHOUT_ENROLLED", what, "Write the day of enrolment.", "enrolled_on")
    elif programme not in (None, NONE) and not given["enrolled_on"]:
        what = "there is a programme, but no day of enrolment."
        row.say("E_ENROLLED_MISSING", what, f"Write the day, or {NONE} as the programme.", "enrolled_on")
    if enrolled and completed and completed < enrolled:
        what = f"completed on {completed}, before enrolling on {enrolled}."
        row.say("E_DATE_ORDER", what, "Look the two days up again.", "completed_on")


def _order(
    row: Row, since: date | None, enrolled: date | None, completed: date | None, checked: date | None, today: date
) -> None:
    """A row cannot be checked before what it tells happened; one not checked for long, or never, gets a warning."""
    if checked is None:
        if not row.cells["checked_on"]:
            what = "nobody has written when this was last looked at."
            row.say("W_CHECKED_MISSING", what, "Look at the page again, and write the day.", "checked_on")
        return
    latest = max((day for day in (since, enrolled, completed) if day), default=None)
    if latest and latest > checked:
        what = f"checked on {checked}, before {latest}, which the row holds as well."
        row.say("E_DATE_ORDER", what, "Write the day on which the whole row was looked at.", "checked_on")
    elif today - checked > OLD:
        what = f"last looked at on {checked}, more than six months ago."
        row.say("W_CHECKED_OLD", what, "Look at the page again, and write the day.", "checked_on")
