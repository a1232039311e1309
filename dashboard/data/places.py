"""Finding a council by what people call it: number, GSS code, any of its names; or where a place lies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

import polars as pl

from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.names import listed

# Of what somebody typed no more characters than this are looked at.
LONGEST = 60
# Of fewer letters nothing is guessed; of more councils that hold them none is named.
SHORTEST, MOST_NEAR = 4, 4
# What official names hold beside the name: "London Borough of Camden", "Leicester City Council", "Bury MBC".
TITLES = re.compile(
    r"\b((london|royal|metropolitan) borough|city|borough|county) of\b|^(lb|rb|royal)\b|"
    r"\b(city|county|(metropolitan )?(district|borough)|unitary)?( ?council| authority)\b|\b(ua|cc|mbc|mdc|bc|lb|rb)$|"
    r"\b(city|borough|county)$|^(county|co)\b"
)
KINDS = {"town": "is in", "district": "is a district of", "former district": "is now in"}


class Found(NamedTuple):
    """What a name stands for, in words, and the numbers of the councils of today that a reader may want instead."""

    words: str
    area_ids: tuple[str, ...]


@dataclass(frozen=True)
class _Names:
    codes: dict[str, str]
    """Number or GSS code, in small letters -> area."""
    exact: dict[str, str]
    """Name as `key` writes it -> area."""
    bare: dict[str, str]
    """Name of a council without its titles -> its number; those of today come first."""
    places: dict[str, list[tuple[str, str, str]]]
    """Name of a town or district as `key` writes it -> its name, number of the council, kind."""


def key(name: str) -> str:
    """A name without what people write in different ways: case, `&`, hyphens, stops, apostrophes.

    >>> key("St. Helens"), key("Kingston-upon-Hull, City of"), key("Bath & North East Somerset")
    ('st helens', 'kingston upon hull city of', 'bath and north east somerset')
    """
    text = re.sub(r"[.,'\N{RIGHT SINGLE QUOTATION MARK}]", "", name.casefold().replace("&", " and "))
    words = re.sub(r"[-\N{EN DASH}_]", " ", text).split()
    return " ".join({"saint": "st"}.get(word, word) for word in words)


def find_area(db: Database, text: str) -> str | None:
    """The area that a number, a GSS code or a name means, of today or ended; None where it is not one of them."""
    names = _names(db)
    # A spreadsheet makes 383.0 of 383.
    code = names.codes.get(text[:LONGEST].strip().removesuffix(".0").casefold())
    whole = key(text[:LONGEST])
    return code or names.exact.get(whole) or names.bare.get(_bare(whole))


def find_ended(db: Database, text: str) -> str | None:
    """The number of the council that ended that somebody means."""
    area_id = find_area(db, text)
    return area_id if area_id in db.ended else None


def find_council(db: Database, text: str) -> str | None:
    """The number of the council of today that somebody means by a number, a code or a name."""
    area_id = find_area(db, text)
    return area_id if area_id in db.authorities else None


def explain(db: Database, text: str) -> Found:
    """What to say of a name that is no council of today: that it ended, where it lies, or which is like it."""
    area_id = find_area(db, text)
    if area_id in db.ended:
        return explain_end(db, area_id)
    if area_id in db.names and area_id not in db.authorities:
        return Found(f"{db.names[area_id]} is not one council.", ())
    whole = key(text[:LONGEST])
    if places := _places(db, whole):
        words = " ".join(f"{place} {KINDS[kind]} {db.names[number]}." for place, number, kind in places)
        return Found(words, tuple(number for _, number, _ in places))
    near = _nearest(db, whole)
    if near:
        return Found(f"Did you mean {listed([db.names[one] for one in near], 'or')}?", near)
    return Found("For a town or a postcode, ask GOV.UK which council it is in, and choose that one.", ())


def explain_end(db: Database, area_id: str) -> Found:
    """When a council ended, and which came after it."""
    rows = db.table["succession"].filter(pl.col("predecessor_id") == area_id)
    after = tuple(rows["successor_id"])
    names = listed([db.names[one] for one in after])
    return Found(f"{db.names[area_id]} was replaced in {rows['date'][0]:%B %Y} by {names}.", after)


@cached
def options(db: Database) -> dict[str, str]:
    """What can be typed into a choice of a council beside its name -> its name: "Carlisle: now in Cumberland"."""
    names = db.authorities
    said = {"short name": "", "town": "in ", "district": "in ", "former district": "now in "}
    found = {
        f"{place}: {said[kind]}{names[area_id]}": names[area_id]
        for place, area_id, kind in db.table["place"].sort("place", "area_id").iter_rows()
        # A reader who types a word of the name finds it by that.
        if not re.search(rf"\b{re.escape(key(place))}\b", key(names[area_id]))
    }
    for area_id, name in db.ended.items():
        short = re.sub(r" \(.*", "", name)
        if short not in names.values():
            for one in explain_end(db, area_id).area_ids:
                found[f"{short}: now in {names[one]}"] = names[one]
    return found


def _places(db: Database, whole: str) -> list[tuple[str, str, str]]:
    """Towns and districts of this name, else the few that begin with it: place, number of the council, kind."""
    known, bare = _names(db).places, _bare(whole)
    found = known.get(whole) or known.get(bare)
    if found or len(bare) < SHORTEST:
        return found or []
    begun = [places for name, places in known.items() if name.startswith(bare)]
    return begun[0] if len(begun) == 1 else []


def _bare(whole: str) -> str:
    return " ".join(TITLES.sub(" ", whole).split())


def _nearest(db: Database, whole: str) -> tuple[str, ...]:
    """Councils of today that have it among their words, else the one most like it."""
    names = {key(name): area_id for area_id, name in db.authorities.items()}
    short = {name: area_id for name, area_id in _names(db).bare.items() if area_id in db.authorities}
    bare = _bare(whole)
    within = re.compile(rf"\b{re.escape(bare)}")
    found = [area_id for name, area_id in names.items() if len(bare) >= SHORTEST and within.search(name)]
    if 0 < len(found) <= MOST_NEAR:
        return tuple(found)
    like = get_close_matches(bare, short, n=1, cutoff=0.6)
    return tuple(short[one] for one in like)


@cached
def _names(db: Database) -> _Names:
    """All names of all areas. Of those that two areas share, the council of today has it, then the first to come."""
    codes = [(area_id, area_id) for area_id in db.names]
    codes += db.table["area_code"].select("gss_code", "area_id").iter_rows()
    pairs = [(name, area_id) for area_id, name in db.names.items()]
    pairs += db.table["area_name"].select("name", "area_id").iter_rows()
    place = db.table["place"]
    pairs += place.filter(pl.col("kind") == "short name").select("place", "area_id").iter_rows()
    exact = _first((key(name), area_id) for name, area_id in sorted(pairs, key=lambda pair: pair[1] in db.ended))
    councils = {**db.authorities, **db.ended}
    bare = _first((_bare(name), area_id) for name, area_id in exact.items() if area_id in councils)
    places: dict[str, list[tuple[str, str, str]]] = {}
    for name, area_id, kind in place.filter(pl.col("kind") != "short name").iter_rows():
        places.setdefault(key(name), []).append((name, area_id, kind))
    return _Names(_first((code.casefold(), area_id) for code, area_id in codes), exact, bare, places)


def _first(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, area_id in pairs:
        if name:
            found.setdefault(name, area_id)
    return found
