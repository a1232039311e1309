"""Income deprivation affecting children: rates of 0 to 1 as percentages, and means weighted by children."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.areas import Areas
from etl.extract.release import extract
from etl.model import ENGLAND, Context, Loaded, SourceError
from etl.sources.deprivation import FILE, SOURCE

HEADER = "utla_code,utla_name,n_lads,idaci_2025_rate,children_0_15_mid2022"
LEEDS, YORK, CAMDEN, BROMLEY = (
    "E08000035,Leeds,1,0.4,150000",
    "E06000014,York,1,0.2,50000",
    "E09000007,Camden,1,0.5,30000",
    "E09000006,Bromley,1,0.3,70000",
)


def load(tmp_path: Path, areas: Areas, *rows: str) -> Loaded:
    where = tmp_path / "published" / SOURCE.release.files[0].path
    where.parent.mkdir(parents=True)
    where.write_text("".join(f"{line}\n" for line in (HEADER, *rows)), "utf-8")
    extract(SOURCE, tmp_path / "published", tmp_path)
    return SOURCE.load(SOURCE, releases.read(tmp_path, SOURCE), Context(areas, {}))


def figures(loaded: Loaded) -> dict[str, float]:
    return dict(loaded.tables["observation"].select("area_id", "value").iter_rows())


def test_a_rate_is_shown_in_percent_with_its_line(tmp_path: Path, known_areas: Areas) -> None:
    observation = load(tmp_path, known_areas, LEEDS).tables["observation"]
    leeds = observation.filter(pl.col("area_id") == "383").row(0, named=True)
    assert (leeds["value"], leeds["line"], leeds["period"]) == (40.0, 2, "2025")
    assert leeds["period_end"] == date(2025, 3, 31)


def test_regions_and_england_are_means_by_children_and_have_no_line(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(tmp_path, known_areas, LEEDS, YORK, CAMDEN, BROMLEY)
    found = figures(loaded)
    assert found["E12000003"] == 35.0  # (0.4 * 150 + 0.2 * 50) / 200
    assert found["E13000001"] == 50.0
    assert found["E13000002"] == 30.0
    assert found["E12000007"] == 36.0  # London is both of its halves
    assert found[ENGLAND] == pytest.approx((60 + 10 + 15 + 21) / 300 * 100)
    derived = loaded.tables["observation"].filter(pl.col("line").is_null())
    assert set(derived["area_id"]) == {"E12000003", "E13000001", "E13000002", "E12000007", ENGLAND}


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        ("E08000099,Leeds,1,0.4,150000", "E_UNKNOWN_LA", "utla_code"),
        ("E08000035,York,1,0.4,150000", "E_NAME", "utla_name"),
        ("E08000035,Leeds,1,40,150000", "E_SCALE", "idaci_2025_rate"),
        ("E08000035,Leeds,1,x,150000", "E_SYMBOL", "idaci_2025_rate"),
        ("E08000035,Leeds,1,-0.4,150000", "E_SYMBOL", "idaci_2025_rate"),
        ("E08000035,Leeds,1,0.4,", "E_SYMBOL", "children_0_15_mid2022"),
        (YORK, "E_DUP_KEY", None),
    ],
)
def test_what_cannot_be_is_refused_by_name_with_its_line(
    tmp_path: Path, known_areas: Areas, row: str, rule: str, column: str | None
) -> None:
    with pytest.raises(SourceError) as error:
        load(tmp_path, known_areas, YORK, row)
    assert (error.value.rule, error.value.file, error.value.line) == (rule, FILE, 3)
    assert error.value.column == column
