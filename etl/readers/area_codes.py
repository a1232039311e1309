"""Whom a row of a tidy table is for: its level, number, code, name and region must all be of one place."""

from __future__ import annotations

from itertools import zip_longest

import polars as pl

from etl.areas import Areas, name_key
from etl.model import SourceError

# Which column says whom a row of each level is for.
CODE = {"National": "country_code", "Regional": "region_code", "Local authority": "old_la_code"}
# And which are of a narrower place: filled in, the row may be of another level than it says.
NARROWER = {
    "National": ("region_code", "region_name", "old_la_code", "new_la_code", "la_name"),
    "Regional": ("old_la_code", "new_la_code", "la_name"),
}
# Names of wider places, which every row has.
NAMED = {"country_code": "country_name", "region_code": "region_name"}
# Where one row stands for several authorities, publishers part their numbers and names like this.
JOINT = " / "
MENDED = "Report it to the publisher; do not load the file until it is mended."


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
    names = {(name_key(name), area_id) for name, area_id in areas.name.select("name", "area_id").iter_rows()}
    codes = set(areas.code.select("gss_code", "area_id").iter_rows())
    region = dict(areas.area.select("area_id", "region_id").iter_rows())
    wider = [(code, name) for code, name in NAMED.items() if name in rows.columns]
    labels = ["return_id", "la_name", "new_la_code", *NAMED, *(name for _, name in wider)]
    for row in rows.unique(labels, keep="first", maintain_order=True).iter_rows(named=True):
        line, authority = row["line"], row["geographic_level"] == "Local authority"
        # A name or code too few or too many leaves a None, which is nobody's.
        several = zip_longest(
            row["area_ids"],
            (row["la_name"] or "").split(JOINT) if authority else (),
            (row["new_la_code"] or "").split(JOINT) if authority else (),
        )
        for area_id, name, code in several:
            if area_id not in known:
                raise SourceError(
                    "E_UNKNOWN_LA",
                    f"{area_id!a} ({name or row['geographic_level']}) is not an authority we know.",
                    "If it is a new council, add it to data/local_authorities.csv and data/successions.csv.",
                    file,
                    line,
                    CODE[row["geographic_level"]],
                )
            if authority and (name_key(name or ""), area_id) not in names:
                raise SourceError(
                    "E_NAME",
                    f"{area_id} is called {name!a}, which is not a name of that authority.",
                    "If the name is a new variant, add it to data/local_authorities.csv.",
                    file,
                    line,
                    "la_name",
                )
            if authority and (code, area_id) not in codes:
                raise SourceError(
                    "E_CODE",
                    f"{area_id} has the code {code!a}, which is not a code of that authority.",
                    "If the authority was recoded, add the code to data/local_authorities.csv.",
                    file,
                    line,
                    "new_la_code",
                )
            if authority and row["region_code"] != region[area_id]:
                raise SourceError(
                    "E_REGION",
                    f"{area_id} is put into {row['region_code']!a}, but is in {region[area_id]}.",
                    MENDED,
                    file,
                    line,
                    "region_code",
                )
        for code_column, name_column in wider:
            code, name = row[code_column], row[name_column]
            if code is not None and (name_key(name or ""), code) not in names:
                raise SourceError(
                    "E_NAME",
                    f"{code} is called {name!a}, which is not its name.",
                    "If the name is a new variant, add it to data/regions.csv.",
                    file,
                    line,
                    name_column,
                )


def refuse(rows: pl.DataFrame, bad: pl.Expr, rule: str, column: str, file: str, what: str, remedy: str) -> None:
    """Raise SourceError for the first row that is `bad`, with what stands in its `column`, and how many there are."""
    offending = rows.filter(bad.fill_null(True)) if rule in ("E_PERIOD", "E_LEVEL") else rows.filter(bad)
    if offending.height:
        first = offending.row(0, named=True)
        more = f" ({offending.height} such rows)" if offending.height > 1 else ""
        raise SourceError(rule, f"{first[column]!r} {what}{more}", remedy, file, first["line"], column)
