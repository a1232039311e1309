"""Which area a row is for: its level, number, code, name and region must all be of one place."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest
from typing import Any, TypeVar

import polars as pl

from etl.areas import Areas
from etl.model import MENDED, NEW_COUNCIL, NEW_NAME, SourceError

# Which column says which area a row of each level is for.
CODE = {"National": "country_code", "Regional": "region_code", "Local authority": "old_la_code"}
# And which are of a narrower place: filled in, the row may be of another level than it says.
NARROWER = {
    "National": ("region_code", "region_name", "old_la_code", "new_la_code", "la_name"),
    "Regional": ("old_la_code", "new_la_code", "la_name"),
}
# Names of wider places, which every row has.
NAMED = {"country_code": "country_name", "region_code": "region_name"}
# Between the numbers and names of a row for several authorities.
JOINT = " / "
RECODED = "If the authority was recoded, add the code to data/local_authorities.csv."
# Refused where there is a number that cannot be; other rules refuse what is missing too.
OF_NUMBERS = ("E_NEGATIVE", "E_OVER_100")
Key = TypeVar("Key")


def check(rows: pl.DataFrame, areas: Areas, file: str) -> None:
    """Refuse rows of places that are not known, or whose labels are of another place than their number.

    `rows` has the place columns of a tidy table with line, return_id and area_ids (list). Codes and names are shown
    with escapes: a look-alike letter looks alike.
    """
    for level, columns in NARROWER.items():
        for column in columns:
            if column in rows.columns:
                refuse(
                    rows.filter(pl.col("geographic_level") == level), pl.col(column).is_not_null(), "E_LEVEL", column,
                    file, f"stands in a row that calls itself {level}.", MENDED,
                )  # fmt: skip
    known = areas.by_number() | set(areas.area.filter(pl.col("kind") != "local_authority")["area_id"])
    wider = [(code, name) for code, name in NAMED.items() if name in rows.columns]
    labels = ["return_id", "la_name", "new_la_code", *NAMED, *(name for _, name in wider)]
    for row in rows.unique(labels, keep="first", maintain_order=True).iter_rows(named=True):
        level, line = row["geographic_level"], row["line"]
        for area_id in row["area_ids"]:
            if area_id not in known:
                what = f"{area_id!a} ({row['la_name'] or level}) is not an authority we know."
                raise SourceError("E_UNKNOWN_LA", what, NEW_COUNCIL, file, line, CODE[level])
        if level == "Local authority":
            _check_authorities(row, areas, file)
        for code_column, name_column in wider:
            code, name = row[code_column], row[name_column]
            if code is not None and not areas.is_called(code, name):
                what = f"{code} is called {name!a}, which is not its name."
                remedy = "If the name is a new variant, add it to data/regions.csv."
                raise SourceError("E_NAME", what, remedy, file, line, name_column)


def _check_authorities(row: dict[str, Any], areas: Areas, file: str) -> None:
    """Refuse a row whose names, codes or region are not those of its authorities."""
    codes, region, line = areas.by_code(), areas.regions(), row["line"]
    names = _put_in_order(row["area_ids"], (row["la_name"] or "").split(JOINT), areas.is_called)
    printed = _put_in_order(
        row["area_ids"], (row["new_la_code"] or "").split(JOINT), lambda area_id, code: codes.get(code) == area_id
    )
    # A name or code too few or too many leaves a None, which is nobody's.
    for area_id, name, code in zip_longest(row["area_ids"], names, printed):
        if not areas.is_called(area_id, name):
            what = f"{area_id} is called {name!a}, which is not a name of that authority."
            raise SourceError("E_NAME", what, NEW_NAME, file, line, "la_name")
        if codes.get(code) != area_id:
            what = f"{area_id} has the code {code!a}, which is not a code of that authority."
            raise SourceError("E_CODE", what, RECODED, file, line, "new_la_code")
        if row["region_code"] != region[area_id]:
            what = f"{area_id} is put into {row['region_code']!a}, but is in {region[area_id]}."
            raise SourceError("E_REGION", what, MENDED, file, line, "region_code")


def _put_in_order(area_ids: list[str], texts: list[str], fits: Callable[[str, str], bool]) -> list[str]:
    """Names or codes of a joint return in the order of its numbers; as they are where one fits none of them."""
    if len(area_ids) != len(texts):
        return texts
    ordered = [next((text for text in texts if fits(area_id, text)), "") for area_id in area_ids]
    return ordered if sorted(ordered) == sorted(texts) else texts


def by_code(areas: Areas, code: str | None, name: str | None, file: str, line: int, columns: tuple[str, str]) -> str:
    """The authority of a GSS code and a name, in these two columns; E_UNKNOWN_LA, or E_NAME if they are of two."""
    area_id = areas.by_code().get(code or "")
    if area_id is None:
        what = f"{code!r} ({name}) is not the code of an authority we know."
        raise SourceError("E_UNKNOWN_LA", what, NEW_COUNCIL, file, line, columns[0])
    if not areas.is_called(area_id, name):
        what = f"{code} is called {name!r}, which is not a name of {area_id}."
        raise SourceError("E_NAME", what, NEW_NAME, file, line, columns[1])
    return area_id


def require_once(lines: dict[Key, int], key: Key, what: str, file: str, line: int, remedy: str = MENDED) -> None:
    """Remember the line of a key; raises E_DUP_KEY where it stood on another before."""
    if lines.setdefault(key, line) != line:
        raise SourceError("E_DUP_KEY", f"{what} stands here and on line {lines[key]}.", remedy, file, line)


def refuse(rows: pl.DataFrame, bad: pl.Expr, rule: str, column: str, file: str, what: str, remedy: str) -> None:
    """Raise SourceError for the first row that is `bad`, with the text of its `column`, and how many there are."""
    offending = rows.filter(bad if rule in OF_NUMBERS else bad.fill_null(True))
    if offending.height:
        first = offending.row(0, named=True)
        more = f" ({offending.height} such rows)" if offending.height > 1 else ""
        raise SourceError(rule, f"{first[column]!r} {what}{more}", remedy, file, first["line"], column)
