"""Income deprivation affecting children: rates of 0 to 1 as percentages, and means weighted by children."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.areas import Areas
from etl.extract.release import extract
from etl.model import ENGLAND, Context, Loaded, SourceError, to_observations
from etl.sources.deprivation import FILE, IDACI, SOURCE

HEADER = "utla_code,utla_name,n_lads,idaci_2025_rate,children_0_15_mid2022"
LEEDS, YORK, CAMDEN, BROMLEY = (
    "E08000035,Leeds,1,0.4,150000",
    "E06000014,York,1,0.2,50000",
    "E09000007,Camden,1,0.5,30000",
    "E09000006,Bromley,1,0.3,70000",
)


# The districts as they are published, with two of a county.
DISTRICTS = (
    ("E08000035", "0.4"), ("E06000014", "0.2"), ("E09000007", "0.5"), ("E09000006", "0.3"), ("E07000200", "0.1"),
    ("E07000202", "0.3"),
)  # fmt: skip
SUFFOLK = "E10000029"


def load(tmp_path: Path, areas: Areas, *rows: str) -> Loaded:
    """These rows, beside made-up districts and 100,000 children under 18 in Camden."""
    indices = [f"{code},{IDACI},{score}" for code, score in DISTRICTS]
    lookup = [f"{code},{SUFFOLK if code.startswith('E07') else code}" for code, _ in DISTRICTS]
    files = (
        (HEADER, *rows), ("area_code,index_domain,average_score", *indices), ("LTLA23CD,UTLA23CD", *lookup)
    )  # fmt: skip
    for file, lines in zip(SOURCE.release.files, files, strict=True):
        where = tmp_path / "published" / "of" / file.path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    extract(SOURCE, tmp_path / "published" / "of", tmp_path)
    camden = pl.DataFrame({"area_id": ["202"], "period_end": [date(2022, 6, 30)], "value": [100_000.0]})
    population = Loaded.of({"observation": to_observations(camden, metric_id="children")}, [])
    return SOURCE.load(SOURCE, releases.read(tmp_path, SOURCE), Context(areas, {"population": population}))


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


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("E06000014,York,1,0.4,50000", "York has the rate 0.4, and iod2025_lad24_traffordDataLab.csv has 0.2 to 0.2"),
        (
            f"{SUFFOLK},Suffolk,2,0.31,120000",
            "Suffolk has the rate 0.31, and iod2025_lad24_traffordDataLab.csv has 0.1 to",
        ),
        ("E09000007,Camden,1,0.5,300000", "Camden has 300000 children under 16, and 100000 under 18"),
    ],
)
def test_what_the_published_districts_and_estimates_do_not_bear_out_is_refused(
    tmp_path: Path, known_areas: Areas, row: str, says: str
) -> None:
    with pytest.raises(SourceError, match=rf"^E_DISAGREES: {FILE}, line 2, column .*{says}"):
        load(tmp_path, known_areas, row)
    assert figures(load(tmp_path / "right", known_areas, f"{SUFFOLK},Suffolk,2,0.2,120000"))["935"] == 20.0
