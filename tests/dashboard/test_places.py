"""Finding a council by what people call it."""

from __future__ import annotations

import pytest

from dashboard.data import places
from dashboard.data.database import Database

HULL, LEEDS, DORSET, SANDWELL = "810", "383", "838", "333"


@pytest.mark.parametrize(
    ("typed", "council"),
    [
        ("Hull", HULL),
        ("Kingston-upon-Hull", HULL),
        ("LEEDS", LEEDS),
        (" leeds ", LEEDS),
        ("383", LEEDS),
        ("383.0", LEEDS),
        ("E08000035", LEEDS),
        ("e08000035", LEEDS),
        ("E08000016", "370"),
        ("Leeds City Council", LEEDS),
        ("Sandwell council", SANDWELL),
        ("Sandwell Metropolitan Borough Council", SANDWELL),
        ("Bristol", "801"),
        ("City of Bristol", "801"),
        ("Durham", "840"),
        ("St Helens", "342"),
        ("Bath & North East Somerset", "800"),
        ("London Borough of Camden", "202"),
        ("Royal Borough of Kensington and Chelsea", "207"),
        ("City of London", "201"),
        ("Leicester City UA", "856"),
        ("Dorset", DORSET),
        ("Dorset County Council", DORSET),
        ("LB Camden", "202"),
        ("Barnet LB", "302"),
        ("Royal Greenwich", "203"),
        ("Saint Helens", "342"),
        ("Co Durham", "840"),
        ("B&NES", "800"),
        ("H&F", "205"),
    ],
)
def test_a_council_is_found_by_any_of_its_names(db: Database, typed: str, council: str) -> None:
    assert places.find_council(db, typed) == council


@pytest.mark.parametrize("typed", ["Cumbria", "cumbria", "909", "909.0", "E10000006", "Cumbria County Council"])
def test_a_council_that_ended_is_found_too(db: Database, typed: str) -> None:
    assert places.find_ended(db, typed) == "909"
    assert places.find_council(db, typed) is None


def test_every_name_number_and_code_of_a_council_of_today_is_that_council(db: Database) -> None:
    codes = dict(db.area.select("area_id", "gss_code").iter_rows())
    for area_id, name in db.authorities.items():
        for typed in (area_id, codes[area_id], name, name.upper(), f"{name} Council", name.replace(" and ", " & ")):
            assert places.find_council(db, typed) == area_id, typed


@pytest.mark.parametrize(
    ("typed", "words", "councils"),
    [
        ("Cumbria", "Cumbria was replaced in April 2023 by Cumberland and Westmorland and Furness.", ("942", "943")),
        ("Poole", "Poole was replaced in April 2019 by Bournemouth, Christchurch and Poole.", ("839",)),
        ("Carlisle", "Carlisle is now in Cumberland.", ("942",)),
        ("Carlisle City Council", "Carlisle is now in Cumberland.", ("942",)),
        ("Harlow", "Harlow is a district of Essex.", ("881",)),
        ("Birkenhead", "Birkenhead is in Wirral.", ("344",)),
        ("West Brom", "West Bromwich is in Sandwell.", ("333",)),
        ("Ledes", "Did you mean Leeds?", ("383",)),
        ("Sussex", "Did you mean East Sussex or West Sussex?", ("845", "938")),
        ("London", "London is not one council.", ()),
        ("SW1A 1AA", "For a town or a postcode, ask GOV.UK which council it is in, and choose that one.", ()),
        ("@@@@", "For a town or a postcode, ask GOV.UK which council it is in, and choose that one.", ()),
    ],
)
def test_what_is_no_council_is_told_what_to_choose_instead(
    db: Database, typed: str, words: str, councils: tuple[str, ...]
) -> None:
    assert places.find_council(db, typed) is None
    assert places.explain(db, typed) == (words, councils)


def test_a_place_can_be_typed_into_the_choice_of_a_council(db: Database) -> None:
    options = places.options(db)
    assert options["Carlisle: now in Cumberland"] == "Cumberland"
    assert options["West Bromwich: in Sandwell"] == "Sandwell"
    assert options["Cumbria: now in Westmorland and Furness"] == "Westmorland and Furness"
    # Found by a word of the council's own name.
    assert not [option for option in options if option.startswith("Hull")]
    assert set(options.values()) <= set(db.authorities.values())
