"""What an inspection report asks a council to improve: its lines joined into recommendations, and what they are about.

Words are Ofsted's, as printed. The part of the Children's Social Care National Framework (2023) that a recommendation
names stands at its end, in many spellings: "(outcome 4, national framework)", "[Outcome 4]", "Enabler three: National
Framework.", "(enabler: leaders drive conditions for effective practice)".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

import polars as pl

from etl.model import SourceError

RECOMMENDATION = pl.Schema(
    [
        ("inspection_id", pl.String()),
        ("position", pl.Int64()),
        ("words", pl.String()),
        ("reference", pl.String()),
        ("national_framework", pl.String()),
        ("page", pl.Int64()),
        ("source_id", pl.String()),
        ("file", pl.String()),
    ]
)
# What is extracted of a report: the lines of its title, of its table of grades, and of the section.
TITLE, GRADED, SECTION = "title", "grades", "needs to improve"
# As letters, and as Wingdings and Symbol have them.
BULLETS = "◼■▪•●\uf06e\uf0a7\uf0b7"
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
# How many there are of each in the National Framework, and the names that reports call enablers by.
PARTS = {"outcome": 4, "enabler": 3, "principle": 6}
ENABLERS = {
    "multi-agency working is prioritised and effective": 1,
    "leaders drive conditions for effective practice": 2,
    "the workforce is equipped and effective": 3,
}
_NUMBER = rf"(?:\d|{'|'.join(NUMBERS)})\b"
_PART = re.compile(rf"\b({'|'.join(PARTS)})s?\s+({_NUMBER}(?:\s*(?:,|and|&)\s*{_NUMBER})*)", re.IGNORECASE)
# At the end, in brackets; without them only where the framework is named.
_BRACKETED = re.compile(r"\s*(\(([^()]*)\)|\[([^\[\]]*)\])\s*[.;]?$")
_BARE = re.compile(r"\s*\b((?:outcome|enabler|principle)\s+\S+:\s*national framework)\s*[.;]?$", re.IGNORECASE)
_BULLET = re.compile(rf"[{BULLETS}]\s*")
_DAY = re.compile(r"\b(\d{1,2})(?:\s+([A-Z][a-z]+))?(?:\s+(\d{4}))?\b")
# A line that ends so goes on without a space: "decision-" "making". "16- and 17-year-olds" does not.
_GLUED = re.compile(r"(?<=\w)[-‑/]$")
_SUSPENDED = re.compile(r"(and|or|to)\b")


@dataclass(frozen=True)
class Recommendation:
    """One point of the section: Ofsted's words, the reference as printed after them, what it names, and the page."""

    words: str
    reference: str | None
    national_framework: str | None
    page: int


def recommendations(lines: Sequence[tuple[int, str]], file: str) -> list[Recommendation]:
    """The points of a section given as (page, line); raises E_NO_SECTION where there is none, or words outside one."""
    points: list[tuple[int, list[str]]] = []
    for page, line in lines:
        if _BULLET.match(line):
            points.append((page, [_BULLET.sub("", line, count=1)]))
        elif points:
            points[-1][1].append(line)
        else:
            what = f'below "What needs to improve?" stands {line[:60]!r}, which is no point.'
            raise SourceError("E_NO_SECTION", what, "Look whether it is the report of an inspection.", file)
    found = [_recommendation(join_lines(words), page) for page, words in points]
    if not all(one.words for one in found) or not found:
        what = 'below "What needs to improve?" is no point, or one without words.'
        raise SourceError("E_NO_SECTION", what, "Look whether it is the report of an inspection.", file)
    return found


def join_lines(lines: Sequence[str]) -> str:
    """Lines of one paragraph as one; a hyphen or slash at the end of a line binds what follows.

    >>> join_lines(["timely decision-", "making for 16-", "and 17-year-olds"])
    'timely decision-making for 16- and 17-year-olds'
    """
    text = lines[0] if lines else ""
    for before, line in pairwise(lines):
        glued = _GLUED.search(before) and not _SUSPENDED.match(line)
        text += line if glued else f" {line}"
    return " ".join(text.split())


def named_parts(reference: str) -> str | None:
    """The outcomes, enablers or principles that a reference names, as "Outcome 3"; None where it names none we know.

    >>> named_parts("Enabler: the workforce is equipped and effective, national framework")
    'Enabler 3'
    """
    found = []
    for kind, numbers in _PART.findall(reference):
        for text in re.findall(_NUMBER, numbers, re.IGNORECASE):
            number = NUMBERS.get(text.lower()) or int(text)
            if not 1 <= number <= PARTS[kind.lower()]:
                return None
            found.append(f"{kind.capitalize()} {number}")
    if not found and "enabler" in reference.lower():
        found = [f"Enabler {number}" for name, number in ENABLERS.items() if name in reference.lower()]
    return "; ".join(dict.fromkeys(found)) or None


def inspection_days(text: str, file: str) -> list[date]:
    """The days of "Inspection dates: 24 February to 7 March 2025", first and last; more of an inspection in two parts.

    Raises E_DATE where they cannot be read.
    """
    days: list[date] = []
    month = year = ""
    try:
        # A day has the month and year of those after it where it does not print its own.
        for day, own_month, own_year in reversed(_DAY.findall(re.split("dates?:", text)[-1])):
            month, year = own_month or month, own_year or year
            days.insert(0, datetime.strptime(f"{day} {month} {year}", "%d %B %Y").replace(tzinfo=UTC).date())
    except ValueError:
        days = []
    if not days:
        what = f"the dates of the inspection cannot be read from {text[-80:]!r}."
        raise SourceError("E_DATE", what, "Look whether it is the report of an inspection.", file)
    return days


def _recommendation(text: str, page: int) -> Recommendation:
    match = _BRACKETED.search(text) or _BARE.search(text)
    part = named_parts(match.group(1)) if match else None
    if match is None or part is None:
        return Recommendation(text, None, None, page)
    return Recommendation(text[: match.start()].rstrip(), text[match.start() :].strip(), part, page)
