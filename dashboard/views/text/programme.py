"""Sentences about the leadership programme, from the register that the operator keeps; and that nobody keeps one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.analysis.programme import ABSENT, COMPLETED, ENROLLED, MOST, NOT_ENROLLED, Coverage
from dashboard.data.database import Database
from dashboard.data.model import Row
from dashboard.data.names import format_date
from dashboard.views.text import formats
from dashboard.views.text.grammar import plural
from dashboard.views.text.inspections import NO_CAUSE, region

NOTHING = "There is no public register of directors of children's services, and none has been added here."
NO_NAMES = "The register holds posts, not people: no names."
SUGGESTED = (
    "Suggested are councils most like it (its ten statistical neighbours, and those that name it as theirs) whose "
    "leaders are Outstanding, then Good; among those who reach the best quarter in more of the measures where it falls "
    f"short, then the nearest; at most {MOST}. Councils whose director is an interim, or new by the register, are left "
    "out. A list of councils to contact."
)
IN_POST_NOW = "Of those in post now: whoever enrolled and left since is not in the register."
JUDGED_BEFORE = (
    "Ofsted judged the council when it came, which was often before its director of today: the last column says of how "
    f"many it was not. {NO_CAUSE}"
)


def coverage(found: Coverage, today: date) -> str:
    """How many directors the programme reaches, beside the target."""
    if not found.registered:
        return NOTHING
    said = (
        f"{found.enrolled} of {found.councils} councils' directors ({_share(found.enrolled, found.councils)}) are on "
        f"the programme or have completed it, by the register."
    )
    return f"{said} {compare_with_target(found, today)}".strip()


def compare_with_target(found: Coverage, today: date) -> str:
    """How many are lacking for the target; empty without one."""
    if found.target is None or found.needed is None:
        return ""
    by = format_date(found.target.by_when)
    level = f"{formats.number(found.target.percent, 0 if found.target.percent == int(found.target.percent) else 1)}%"
    target = f"The target is {level}, {found.needed} of {found.councils}, by {by}"
    if not found.short:
        return f"{target}: it is met."
    if found.target.by_when < today:
        return f"{target}: that day has passed, and {found.short} are lacking."
    return f"{target}: {found.short} to go."


def own(row: Row, db: Database) -> str:
    """What the register says of one council's director, from its row of `programme.posts`."""
    name = formats.place(row["name"])
    if row["state"] == ABSENT:
        return f"{name} is not in the register."
    who = f"{name}'s director{', an interim,' if row['interim'] else ''}"
    if row["state"] == NOT_ENROLLED:
        said = f"{who} is on no programme"
    elif row["state"] == COMPLETED:
        said = f"{who} completed the programme ({row['programme']}) on {format_date(row['completed_on'])}"
    else:
        said = f"{who} has been on the programme ({row['programme']}) since {format_date(row['enrolled_on'])}"
    more = [f"is coached by {formats.place(row['coach'])}"] if row["coach"] else []
    if row["coaches"]:
        more.append(f"coaches {formats.listed([formats.place(db.names[one]) for one in row['coaches']])}")
    return f"{said}, and {formats.listed(more)}." if more else f"{said}."


def own_post(row: Row) -> str:
    """How long one council's director has been in post, from its row of `programme.posts`."""
    name = formats.place(row["name"])
    if row["state"] == ABSENT:
        return f"{name} is not in the register."
    kind = "an interim" if row["interim"] else "a permanent"
    if row["in_post_since"] is None:
        return f"{name} has {kind} director, since when is not known."
    return f"{name} has had {kind} director since {format_date(row['in_post_since'])}, {months(row['tenure'])}."


def regions(rows: Sequence[Row]) -> str:
    """Between which regions the programme's share lies, from `programme.by_region`."""
    regional = rows[:-1]
    if len(regional) < 2:
        return ""
    most, least = regional[0], regional[-1]
    if most["share"] == least["share"]:
        return "It reaches the same share of councils in every region."
    first, last = (
        [(row, region(row["region"])) for row in regional if row["share"] == end["share"]] for end in (most, least)
    )
    highest = formats.listed([f"{row['enrolled']} of {row['councils']} councils in {name}" for row, name in first])
    # More than one may be the last, and of most programmes at their start several are.
    if not least["enrolled"]:
        lowest = f"none in {formats.listed([name for _, name in last])}"
    else:
        lowest = formats.listed([f"{row['enrolled']} of {row['councils']} in {name}" for row, name in last])
    return f"By region it reaches from {highest} to {lowest}."


def coaching(pairs: Sequence[Row], without: int) -> str:
    """How many coach, are coached and wait for a coach."""
    lacking = "nobody on the programme is" if not without else (
        f"{without} director{' on the programme is' if without == 1 else 's on the programme are'}"
    )  # fmt: skip
    if not pairs:
        return f"No coach is in the register; {lacking} without one."
    coaches = len({pair["coach_id"] for pair in pairs})
    return (
        f"{coaches} council{' coaches' if coaches == 1 else 's coach'} "
        f"{plural(len(pairs), 'other')}; "
        f"{lacking} without a coach."
    )


def not_covered(rows: Sequence[Row]) -> str:
    """How many councils no programme reaches, and whether that is known."""
    if not rows:
        return "The programme reaches every council."
    absent = sum(row["state"] == ABSENT for row in rows)
    known = len(rows) - absent
    said = [f"{known} whose director is on none"] if known else []
    said += [f"{absent} not in the register"] if absent else []
    return f"{len(rows)} council{' is' if len(rows) == 1 else 's are'} not covered: {formats.listed(said)}."


def tenure(rows: Sequence[Row]) -> str:
    """How long directors have been in post, from `programme.tenure`; empty where none is in the register."""
    every = rows[-1]
    if not every["directors"]:
        return ""
    interim = every["interim"]
    said = f"Of {every['directors']} directors in the register {interim} {'is' if interim == 1 else 'are'} interim"
    if every["median"] is not None:
        said += f"; the median time in post is {months(every['median'])}"
    return f"{said}. {every['in_post_then']} were in post when Ofsted last judged their council's leaders."


def months(value: float) -> str:
    """ "19 months", "1 month"."""
    shown = formats.number(value, 0 if value == int(value) else 1)
    return f"{shown} month{'' if shown == '1' else 's'}"


def hover(row: Row, db: Database) -> str:
    """What the map says of one council below its name."""
    said = [row["state"]]
    if row["state"] == ENROLLED:
        said = [f"on the programme ({row['programme']}) since {row['enrolled_on']:%B %Y}"]
    elif row["state"] == COMPLETED:
        said = [f"completed the programme ({row['programme']}) in {row['completed_on']:%B %Y}"]
    if row["coach"]:
        said.append(f"coached by {formats.place(row['coach'])}")
    elif row["state"] == ENROLLED:
        said.append("no coach")
    if row["coaches"]:
        said.append(f"coaches {formats.listed([formats.place(db.names[one]) for one in row['coaches']])}")
    return "; ".join(said)


def checked(rows: Sequence[Row]) -> str:
    """When the register was last looked at, from `programme.posts`."""
    days = [row["checked_on"] for row in rows if row["checked_on"]]
    unchecked = sum(row["state"] != ABSENT and row["checked_on"] is None for row in rows)
    missing = f" {unchecked} row{' was' if unchecked == 1 else 's were'} never looked at again." if unchecked else ""
    if not days:
        return f"Nobody has written when the register was last looked at.{missing}".strip()
    first, last = min(days), max(days)
    span = f"on {format_date(first)}" if first == last else f"between {format_date(first)} and {format_date(last)}"
    return f"Its rows were last looked at {span}.{missing}"


def _share(part: int, whole: int) -> str:
    return f"{formats.number(100 * part / whole, 0)}%"
