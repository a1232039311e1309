"""Local authorities, regions and England: who they are, by every number, code and name in use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from etl.model import ENGLAND, EtlError, fill

# The first three characters of a GSS code say what kind of council it is.
AUTHORITY_TYPES = {
    "E06": "Unitary authority",
    "E08": "Metropolitan borough",
    "E09": "London borough",
    "E10": "County council",
}
# Each a CSV file that we maintain.
REFERENCE = ("local_authorities", "regions", "successions", "places")
# Rule `very-small`: shown, but they set no cut, no benchmark and no axis.
VERY_SMALL = ("201", "420")

AREA = pl.Schema(
    [
        ("area_id", pl.String()),
        ("name", pl.String()),
        ("kind", pl.String()),
        ("la_number", pl.String()),
        ("gss_code", pl.String()),
        ("region_id", pl.String()),
        ("start_date", pl.Date()),
        ("end_date", pl.Date()),
        ("authority_type", pl.String()),
        ("very_small", pl.Boolean()),
    ]
)


@dataclass(frozen=True)
class Areas:
    """Every area statistics are published for, with its former codes, name variants and successors.

    `area` has the columns of AREA; `code` is (gss_code, area_id) with former codes; `name` is (name, area_id)
    with every variant; `succession` is (predecessor_id, successor_id, date, note); `place` is (place, area_id, kind):
    what readers may type instead of the name of a council of today.
    """

    area: pl.DataFrame
    code: pl.DataFrame
    name: pl.DataFrame
    succession: pl.DataFrame
    place: pl.DataFrame

    @property
    def authorities(self) -> pl.DataFrame:
        return self.area.filter(pl.col("kind") == "local_authority")

    def by_number(self) -> set[str]:
        return set(self.authorities["area_id"])

    def by_code(self) -> dict[str, str]:
        """GSS code, today's or a former one -> number."""
        return self._codes

    def names(self) -> dict[str, str]:
        """Number, or code of a region or England -> name."""
        return self._names

    def regions(self) -> dict[str, str | None]:
        """Number or code -> the region it is in, London of a half of London, England of a region; None of England."""
        return self._regions

    def is_called(self, area_id: str, name: str | None) -> bool:
        """Whether an area has this name, or once had it."""
        return (name_key(name or ""), area_id) in self._keys

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(self.area.select("area_id", "name").iter_rows())

    @cached_property
    def _regions(self) -> dict[str, str | None]:
        return dict(self.area.select("area_id", "region_id").iter_rows())

    @cached_property
    def lives(self) -> list[tuple[str, date | None, date | None]]:
        """The first and last day of each local authority; None where it has none."""
        return self.authorities.select("area_id", "start_date", "end_date").rows()

    @cached_property
    def _codes(self) -> dict[str, str]:
        return dict(self.code.select("gss_code", "area_id").iter_rows())

    @cached_property
    def _keys(self) -> set[tuple[str, str]]:
        return {(name_key(name), area_id) for name, area_id in self.name.select("name", "area_id").iter_rows()}

    def by_name(self, *, current: bool = True) -> dict[str, str]:
        """Name key -> number. Where an ended council shares its name (Dorset), `current` says which is meant."""
        ended = set(self.authorities.filter(pl.col("end_date").is_not_null())["area_id"])
        numbers = self.by_number()
        rows = sorted(self.name.iter_rows(), key=lambda row: (row[1] in ended) == current)
        return {name_key(name): area_id for name, area_id in reversed(rows) if area_id in numbers}


def name_key(name: str) -> str:
    """A council's name without what publishers vary: case, `&`, hyphens, stops, `UA`, `CC`, `MBC`.

    >>> name_key("Bath & North East Somerset UA") == name_key("bath and north east somerset")
    True
    """
    key = re.sub(r"[.,]", "", name.casefold().replace("&", "and").replace("-", " "))
    return " ".join(re.sub(r"\b(ua|cc|mbc)$", "", key.strip()).split())


def read(folder: Path) -> Areas:
    """The areas that we maintain in the files REFERENCE of `folder`."""
    try:
        return _read(folder)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise EtlError(
            f"E_REFERENCE: {', '.join(f'{name}.csv' for name in REFERENCE)}: one cannot be read: {error} "
            "Mend the row, or restore the files from git."
        ) from error


def _read(folder: Path) -> Areas:
    authorities, regions, succession, place = (
        # An editor may leave empty lines: they say nothing.
        pl.read_csv(folder / f"{name}.csv", infer_schema=False).filter(~pl.all_horizontal(pl.all().is_null()))
        for name in REFERENCE
    )
    authority = authorities.select(
        pl.col("la_number").alias("area_id"),
        "name",
        pl.lit("local_authority").alias("kind"),
        "la_number",
        "gss_code",
        "region_id",
        pl.col("start_date").str.to_date("%Y-%m-%d"),
        pl.col("end_date").str.to_date("%Y-%m-%d"),
        pl.col("gss_code").str.slice(0, 3).replace_strict(AUTHORITY_TYPES).alias("authority_type"),
        pl.col("la_number").is_in(list(VERY_SMALL)).alias("very_small"),
    )
    # Inner and Outer London are published beside London, which holds them both.
    within = pl.when(pl.col("area_id").str.starts_with("E13")).then(pl.lit("E12000007"))
    england = pl.col("area_id") == ENGLAND
    region = fill(
        regions.select(
            "area_id",
            "name",
            pl.when(england).then(pl.lit("england")).otherwise(pl.lit("region")).alias("kind"),
            pl.col("area_id").alias("gss_code"),
            within.when(~england).then(pl.lit(ENGLAND)).alias("region_id"),
        ),
        AREA,
        very_small=False,
    )
    area = pl.concat([region, authority.match_to_schema(AREA)])
    return Areas(
        area,
        code=_split(authorities, "la_number", "gss_code", "former_gss_codes").rename({"value": "gss_code"}),
        name=pl.concat(
            [
                _split(authorities, "la_number", "name", "name_variants"),
                _split(regions, "area_id", "name", "name_variants"),
            ]
        ).rename({"value": "name"}),
        succession=succession.select(
            pl.col("predecessor").alias("predecessor_id"),
            pl.col("successor").alias("successor_id"),
            pl.col("date").str.to_date("%Y-%m-%d"),
            "note",
        ),
        place=place.select(
            "place",
            # Those of today alone: the others would raise.
            pl.col("la_number").replace_strict({one: one for one in _today(authority)}).alias("area_id"),
            "kind",
        ),
    )


def _today(authority: pl.DataFrame) -> list[str]:
    return authority.filter(pl.col("end_date").is_null())["area_id"].to_list()


def call_return(return_id: str, names: Mapping[str, str]) -> str:
    """The councils of a return by name: "Kingston upon Thames with Richmond upon Thames"."""
    return " with ".join(names.get(area_id, area_id) for area_id in return_id.split("+"))


def alive(areas: Areas, day: date) -> list[str]:
    """The numbers of the local authorities that existed on a day."""
    return [
        area_id
        for area_id, start, end in areas.lives
        if (start is None or start <= day) and (end is None or end >= day)
    ]


def _split(frame: pl.DataFrame, key: str, first: str, others: str) -> pl.DataFrame:
    return (
        frame.select(
            pl.concat_list(pl.col(first), pl.col(others).fill_null("").str.split("|")).alias("value"),
            pl.col(key).alias("area_id"),
        )
        .explode("value")
        .filter(pl.col("value") != "")
        .unique(maintain_order=True)
    )
