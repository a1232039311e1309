"""Who the authorities are: by number, by any code and name in use, and when each existed."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from etl import areas
from etl.areas import Areas, alive, name_key
from etl.build import builder
from etl.model import ENGLAND, EtlError

REFORMED = date(2019, 4, 1)


@pytest.mark.parametrize(
    ("published", "ours"),
    [
        ("Bath & North East Somerset UA", "Bath and North East Somerset"),
        ("bristol, city of", "Bristol, City of"),
        ("Kingston-upon-Hull UA", "Kingston upon Hull"),
        ("St Helens", "St. Helens"),
        ("Bury MBC", "Bury"),
        ("Kent CC", "Kent"),
        (" Leeds ", "Leeds"),
        ("Southend-on-Sea", "southend on sea"),
    ],
)
def test_a_name_is_the_same_name_however_a_publisher_spells_it(published: str, ours: str) -> None:
    assert name_key(published) == name_key(ours)


@pytest.mark.parametrize(("one", "other"), [("North Tyneside", "South Tyneside"), ("Bedford", "Bradford"), ("", "UA")])
def test_names_of_different_councils_stay_different(one: str, other: str) -> None:
    assert (name_key(one) == name_key(other)) is (one == "")  # nothing is left of `UA` alone


def test_dorset_is_the_council_of_today_unless_the_ended_one_is_meant(known_areas: Areas) -> None:
    assert known_areas.by_name()["dorset"] == "838"
    assert known_areas.by_name(current=False)["dorset"] == "835"


def test_a_region_is_not_found_among_the_names_of_councils(known_areas: Areas) -> None:
    assert "north east" not in known_areas.by_name()


def test_there_are_153_authorities_today_and_five_that_ended(known_areas: Areas) -> None:
    assert len(alive(known_areas, date(2025, 3, 31))) == 153
    ended = known_areas.authorities.filter(pl.col("end_date").is_not_null())
    assert set(ended["area_id"]) == {"835", "836", "837", "909", "928"}


@pytest.mark.parametrize(
    ("day", "there", "not_there"),
    [
        (date(2019, 3, 31), {"835", "836", "837"}, {"838", "839"}),
        (date(2019, 4, 1), {"838", "839"}, {"835", "836", "837"}),
        (date(2023, 3, 31), {"909"}, {"942", "943"}),
        (date(2023, 4, 1), {"942", "943"}, {"909"}),
    ],
)
def test_an_authority_exists_from_its_first_day_to_its_last(
    known_areas: Areas, day: date, there: set[str], not_there: set[str]
) -> None:
    living = set(alive(known_areas, day))
    assert there <= living
    assert not not_there & living


def test_successors_start_the_day_after_their_predecessors_end(known_areas: Areas) -> None:
    dates = {row["area_id"]: row for row in known_areas.area.iter_rows(named=True)}
    for before, after, day, _note in known_areas.succession.iter_rows():
        assert dates[before]["end_date"] == day - timedelta(days=1)
        assert dates[after]["start_date"] == day


def test_every_ended_authority_has_a_successor_and_every_new_one_a_predecessor(known_areas: Areas) -> None:
    area = known_areas.authorities
    assert set(area.filter(pl.col("end_date").is_not_null())["area_id"]) == set(
        known_areas.succession["predecessor_id"]
    )
    assert set(area.filter(pl.col("start_date").is_not_null())["area_id"]) == set(
        known_areas.succession["successor_id"]
    )


def test_a_code_belongs_to_one_authority_and_a_recoded_one_keeps_its_former_code(known_areas: Areas) -> None:
    codes = dict(known_areas.code.iter_rows())
    assert len(codes) == known_areas.code.height
    assert codes["E08000016"] == codes["E08000038"] == "370"  # Barnsley, before and after 2025
    assert codes["E08000019"] == codes["E08000039"] == "373"  # Sheffield
    assert codes["E10000027"] == codes["E06000066"] == "933"  # Somerset


def test_a_name_belongs_to_one_living_authority(known_areas: Areas) -> None:
    living = set(alive(known_areas, date(2025, 3, 31)))
    names = [name_key(name) for name, area_id in known_areas.name.iter_rows() if area_id in living]
    assert len(names) == len(set(names))


def test_an_authority_is_in_the_region_it_is_published_in_and_london_holds_two_of_those(known_areas: Areas) -> None:
    region = dict(known_areas.area.select("area_id", "region_id").iter_rows())
    assert region["314"] == "E13000002"  # Kingston upon Thames: Outer London
    assert region["E13000002"] == region["E13000001"] == "E12000007"
    assert region["E12000007"] == ENGLAND
    assert region[ENGLAND] is None
    assert known_areas.authorities.filter(pl.col("region_id") == "E12000007").is_empty()
    inner = known_areas.authorities.filter(pl.col("region_id") == "E13000001")
    assert inner.height == 14


def test_only_the_city_of_london_and_the_isles_of_scilly_are_very_small(known_areas: Areas) -> None:
    assert known_areas.area.filter("very_small")["name"].to_list() == ["City of London", "Isles of Scilly"]


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        pytest.param("local_authorities.csv", None, id="absent"),
        pytest.param("regions.csv", b"", id="empty"),
        pytest.param("successions.csv", b"predecessor,date\n835,2019-04-01\n", id="a column is missing"),
        pytest.param(
            "local_authorities.csv",
            b"la_number,name,gss_code,former_gss_codes,region_id,start_date,end_date,name_variants\n"
            b"944,Invented,E06000099,,E12000002,1 April 2027,,\n",
            id="a date in words",
        ),
        pytest.param(
            "local_authorities.csv",
            b"la_number,name,gss_code,former_gss_codes,region_id,start_date,end_date,name_variants\n"
            b"944,Invented,W06000099,,E12000002,2027-04-01,,\n",
            id="a code of another country",
        ),
        pytest.param("places.csv", b"place,la_number,kind\nCarlisle,909,district\n", id="a council that ended"),
    ],
)
def test_a_slip_in_a_reference_file_is_said_in_words(tmp_path: Path, file: str, damage: bytes | None) -> None:
    for name in areas.REFERENCE:
        shutil.copy(builder.DATA / f"{name}.csv", tmp_path)
    if damage is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(damage)
    with pytest.raises(EtlError, match=r"(?s)^E_REFERENCE: .*Mend the row, or restore"):
        areas.read(tmp_path)


@pytest.mark.parametrize("file", [f"{name}.csv" for name in areas.REFERENCE])
def test_an_empty_line_in_a_reference_file_says_nothing(tmp_path: Path, file: str) -> None:
    for name in areas.REFERENCE:
        shutil.copy(builder.DATA / f"{name}.csv", tmp_path)
    before = areas.read(tmp_path)
    (tmp_path / file).write_bytes((tmp_path / file).read_bytes() + b"\n\n")
    after = areas.read(tmp_path)
    assert after.area.equals(before.area)
    assert after.name.equals(before.name)


def test_the_districts_are_those_of_the_ons_and_former_ones_are_not(known_areas: Areas, published: Path) -> None:
    lookup = pl.read_csv(published / "ons" / "LTLA-UTLA_Apr23_Lookup_England-Wales.csv")
    districts = lookup.filter(pl.col("LTLA23CD").str.starts_with("E07"))
    codes = known_areas.by_code()
    expected = {(name, codes[code]) for name, code in districts.select("LTLA23NM", "UTLA23CD").iter_rows()}
    place = known_areas.place
    assert set(place.filter(pl.col("kind") == "district").select("place", "area_id").iter_rows()) == expected
    former = set(place.filter(pl.col("kind") == "former district")["place"])
    assert not former & set(districts["LTLA23NM"])
    assert ("Carlisle", "942", "former district") in set(place.iter_rows())
