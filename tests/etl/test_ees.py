"""Tables of Explore Education Statistics: symbols, places, periods, joint returns, duplicates and derived rates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl.areas import Areas
from etl.model import DFE_SYMBOLS, ENGLAND, OBSERVATION, Context, Loaded, PeriodKind, SourceError, Status
from etl.sources.children_in_need import SOURCE as CENSUS
from etl.sources.population import SOURCE as POPULATION
from etl.sources.social_work_workforce import SOURCE as WORKFORCE
from tests.etl import synthetic
from tests.etl.synthetic import CAMDEN, JOINT, LEEDS

WORKFORCE_FILE = "csww_indicators_2017_to_2025.csv"
POPULATION_FILE = "ons_mid-year_population_estimates_2012_to_2024.csv"
PLANS_FILE = "d5_cpps_at31march_by_duration_2013_to_2025.csv"
INDICATORS = synthetic.WORKFORCE.decode().split("\n")[0].removeprefix(synthetic.PLACE + ",")


def workforce(tmp_path: Path, areas: Areas, *rows: str) -> Loaded:
    content = synthetic.csv_file(INDICATORS, *rows) if rows else synthetic.WORKFORCE
    return WORKFORCE.load(
        WORKFORCE, synthetic.cells(WORKFORCE, tmp_path, {WORKFORCE_FILE: content}), Context(areas, {})
    )


def census(tmp_path: Path, areas: Areas, children: bytes, plans: bytes) -> pl.DataFrame:
    population = POPULATION.load(
        POPULATION, synthetic.cells(POPULATION, tmp_path / "ons", {POPULATION_FILE: children}), Context(areas, {})
    )
    cells = synthetic.cells(CENSUS, tmp_path / "census", {PLANS_FILE: plans})
    loaded = CENSUS.load(CENSUS, cells, Context(areas, {"population": population}))
    return loaded.tables["observation"].filter(pl.col("metric_id") == "plan_rate")


def one(loaded: Loaded, metric: str, area_id: str, year: int) -> dict[str, object]:
    rows = loaded.tables["observation"].filter(
        (pl.col("metric_id") == metric) & (pl.col("area_id") == area_id) & (pl.col("period_end").dt.year() == year)
    )
    assert rows.height == 1
    return rows.row(0, named=True)


def test_a_figure_carries_its_value_its_parts_and_where_it_was_printed(tmp_path: Path, known_areas: Areas) -> None:
    leeds = one(workforce(tmp_path, known_areas), "vacancy_rate", "383", 2025)
    assert leeds == {
        "metric_id": "vacancy_rate",
        "area_id": "383",
        "period_end": date(2025, 9, 30),
        "period": "2025",
        "value": 10.0,
        "status": "observed",
        "symbol": None,
        "numerator": 20.0,
        "denominator": 200.0,
        "return_id": "383",
        "source_id": "social_work_workforce",
        "file": WORKFORCE_FILE,
        "line": 4,
    }


@pytest.mark.parametrize(
    ("metric", "status", "symbol"),
    [
        ("turnover_rate", Status.NOT_APPLICABLE, "z"),
        ("agency_rate", Status.LOW_NONZERO, "low"),
        ("vacancy_rate", Status.NOT_AVAILABLE, "x"),
        ("caseload", Status.LOW_RELIABILITY, "u"),
        ("absence_rate", Status.SUPPRESSED, "c"),
    ],
)
def test_a_symbol_is_kept_with_its_meaning_and_is_never_a_number(
    tmp_path: Path, known_areas: Areas, metric: str, status: Status, symbol: str
) -> None:
    camden = one(workforce(tmp_path, known_areas), metric, "202", 2025)
    assert (camden["value"], camden["status"], camden["symbol"]) == (None, status, symbol)


def test_every_symbol_of_the_open_data_standard_has_a_meaning() -> None:
    assert DFE_SYMBOLS == {
        "c": "suppressed",
        "z": "not_applicable",
        "x": "not_available",
        "u": "low_reliability",
        "low": "low_nonzero",
        "k": "low_nonzero",
    }


def test_zero_is_a_value(tmp_path: Path, known_areas: Areas) -> None:
    loaded = workforce(tmp_path, known_areas, f"2025,{LEEDS},10,0,0,0,0,0,0,10,0,0,0")
    leeds = one(loaded, "vacancy_rate", "383", 2025)
    assert (leeds["value"], leeds["status"], leeds["numerator"], leeds["denominator"]) == (0.0, "observed", 0.0, 10.0)


def test_a_part_that_is_a_symbol_makes_the_sum_of_parts_unknown_and_never_smaller(
    tmp_path: Path, known_areas: Areas
) -> None:
    loaded = workforce(tmp_path, known_areas, f"2025,{LEEDS},180,9,5,low,0.2,20,10,100,1500,15,3")
    leeds = one(loaded, "agency_rate", "383", 2025)
    assert (leeds["value"], leeds["numerator"], leeds["denominator"]) == (0.2, None, None)


def test_a_joint_return_stands_once_for_each_authority_alike_in_all_else(tmp_path: Path, known_areas: Areas) -> None:
    loaded = workforce(tmp_path, known_areas)
    kingston, richmond = (one(loaded, "vacancy_rate", number, 2025) for number in ("314", "318"))
    assert kingston.pop("area_id") == "314"
    assert richmond.pop("area_id") == "318"
    assert kingston == richmond
    assert (kingston["return_id"], kingston["value"]) == ("314+318", 20.0)


def test_the_ledger_counts_a_joint_row_once(tmp_path: Path, known_areas: Areas) -> None:
    ledger = workforce(tmp_path, known_areas).ledger.row(0, named=True)
    assert ledger["file"] == WORKFORCE_FILE
    assert (ledger["rows_read"], ledger["rows_loaded"], ledger["rows_rejected"], ledger["rows_duplicate"]) == (
        7, 7, 0, 0,
    )  # fmt: skip


def test_an_exact_repeat_is_counted_and_read_once(tmp_path: Path, known_areas: Areas) -> None:
    row = f"2025,{LEEDS},180,9,5,20,10,20,10,100,1500,15,3"
    loaded = workforce(tmp_path, known_areas, row, row, row)
    ledger = loaded.ledger.row(0, named=True)
    assert (ledger["rows_read"], ledger["rows_loaded"], ledger["rows_duplicate"]) == (3, 1, 2)
    assert one(loaded, "vacancy_rate", "383", 2025)["line"] == 2


def test_the_same_key_with_another_value_names_both_lines(tmp_path: Path, known_areas: Areas) -> None:
    with pytest.raises(SourceError) as error:
        workforce(
            tmp_path,
            known_areas,
            f"2025,{CAMDEN},90,9,10,9,9,9,9,50,500,10,3",
            f"2025,{LEEDS},180,9,5,20,10,20,10,100,1500,15,3",
            f"2025,{LEEDS},180,9,5,20,10,20,11,100,1500,15,3",
        )
    assert (error.value.rule, error.value.line) == ("E_DUP_KEY", 4)
    assert "383 2025 stands here and on line 3" in str(error.value)


def test_an_authority_reporting_jointly_and_alone_names_both_lines(tmp_path: Path, known_areas: Areas) -> None:
    alone = "Reporting year,Local authority,E92000001,England,E13000002,Outer London,318,E09000027,Richmond upon Thames"
    cells = "180,9,5,20,10,20,10,100,1500,15,3"
    with pytest.raises(SourceError) as error:
        workforce(tmp_path, known_areas, f"2025,{JOINT},{cells}", f"2025,{alone},{cells}")
    assert (error.value.rule, error.value.line) == ("E_DUP_KEY", 3)
    assert "318 2025 stands here and on line 2" in str(error.value)


@pytest.mark.parametrize(
    ("numbers", "codes", "names", "rule"),
    [
        ("314 / 999", "E09000021 / E09000027", "Kingston upon Thames / Richmond upon Thames", "E_UNKNOWN_LA"),
        ("314 / 318", "E09000021 / E09000027", "Kingston upon Thames / Leeds", "E_NAME"),
        ("314 / 318", "E09000021 / E08000035", "Kingston upon Thames / Richmond upon Thames", "E_CODE"),
        # With a name or code too few, the second authority would go unchecked.
        ("314 / 999", "E09000021", "Kingston upon Thames", "E_UNKNOWN_LA"),
        ("314 / 318", "E09000021 / E09000027", "Kingston upon Thames", "E_NAME"),
        ("314 / 318", "E09000021", "Kingston upon Thames / Richmond upon Thames", "E_CODE"),
    ],
)
def test_each_authority_of_a_joint_return_must_be_known(
    tmp_path: Path, known_areas: Areas, numbers: str, codes: str, names: str, rule: str
) -> None:
    place = f"Reporting year,Local authority,E92000001,England,E13000002,Outer London,{numbers},{codes},{names}"
    with pytest.raises(SourceError) as error:
        workforce(tmp_path, known_areas, f"2025,{place},180,9,5,20,10,20,10,100,1500,15,3")
    assert error.value.rule == rule


def test_national_rows_are_englands_and_no_other_countrys(tmp_path: Path, known_areas: Areas) -> None:
    assert one(workforce(tmp_path, known_areas), "vacancy_rate", ENGLAND, 2025)["value"] == 10.0
    with pytest.raises(SourceError, match="W92000004") as error:
        workforce(
            tmp_path / "wales",
            known_areas,
            "2025,Reporting year,National,W92000004,Wales,,,,,,1,1,1,1,1,1,1,1,1,1,1",
        )
    assert error.value.rule == "E_UNKNOWN_LA"


def test_a_former_code_and_a_name_variant_are_the_same_authority(tmp_path: Path, known_areas: Areas) -> None:
    barnsley = "Reporting year,Local authority,E92000001,England,E12000003,Yorkshire and The Humber,370,{code},Barnsley"
    loaded = workforce(
        tmp_path,
        known_areas,
        f"2025,{barnsley.format(code='E08000038')},1,1,1,1,1,1,1,1,1,1,1",
        f"2024,{barnsley.format(code='E08000016')},1,1,1,1,1,1,1,1,1,1,1",
    )
    assert loaded.tables["observation"]["area_id"].unique().to_list() == ["370"]


def test_an_authority_may_report_for_the_year_in_which_it_ended(tmp_path: Path, known_areas: Areas) -> None:
    assert one(workforce(tmp_path, known_areas), "vacancy_rate", "909", 2022)["value"] == 20.0


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        (PeriodKind.AT_30_SEPTEMBER, date(2025, 9, 30)),
        (PeriodKind.YEAR_TO_30_SEPTEMBER, date(2025, 9, 30)),
        (PeriodKind.AT_31_MARCH, date(2025, 3, 31)),
        (PeriodKind.YEAR_TO_31_MARCH, date(2025, 3, 31)),
        (PeriodKind.AT_30_JUNE, date(2025, 6, 30)),
    ],
)
def test_the_same_year_label_ends_on_the_day_its_kind_says(kind: PeriodKind, end: date) -> None:
    assert kind.end(2025) == end


def test_a_rate_is_the_count_by_the_children_of_the_middle_of_the_year_before(
    tmp_path: Path, known_areas: Areas
) -> None:
    rates = census(
        tmp_path,
        known_areas,
        synthetic.csv_file(
            "population_estimate", f"2025,{LEEDS},999999", f"2024,{LEEDS},150000", f"2023,{LEEDS},120000"
        ),
        synthetic.csv_file(
            "CPP_At31,2_years_or_more,2_years_or_more_percent", f"2025,{LEEDS},634,1,1", f"2024,{LEEDS},600,1,1"
        ),
    )
    assert rates.select("period_end", "value", "numerator", "denominator").rows() == [
        (date(2025, 3, 31), 42.2666667, 634.0, 150000.0),  # nine significant digits: the rest is binary noise
        (date(2024, 3, 31), 50.0, 600.0, 120000.0),
    ]


@pytest.mark.parametrize(
    ("count", "children", "status", "symbol"),
    [
        ("c", "150000", "suppressed", "c"),
        ("x", "x", "not_available", "x"),
        ("600", "x", "not_available", "x"),
        ("c", "x", "suppressed", "c"),
        ("600", None, "no_row", None),
    ],
)
def test_a_rate_without_a_count_or_without_children_says_which_reason(
    tmp_path: Path, known_areas: Areas, count: str, children: str | None, status: str, symbol: str | None
) -> None:
    rows = (f"2024,{CAMDEN},40000", *((f"2024,{LEEDS},{children}",) if children else ()))
    rates = census(
        tmp_path,
        known_areas,
        synthetic.csv_file("population_estimate", *rows),
        synthetic.csv_file("CPP_At31,2_years_or_more,2_years_or_more_percent", f"2025,{LEEDS},{count},1,1"),
    )
    assert rates.select("value", "status", "symbol").rows() == [(None, status, symbol)]


def test_a_count_of_no_children_on_plans_is_a_rate_of_zero(tmp_path: Path, known_areas: Areas) -> None:
    rates = census(
        tmp_path,
        known_areas,
        synthetic.csv_file("population_estimate", f"2024,{LEEDS},150000"),
        synthetic.csv_file("CPP_At31,2_years_or_more,2_years_or_more_percent", f"2025,{LEEDS},0,0,z"),
    )
    assert rates.select("value", "status").rows() == [(0.0, "observed")]


def test_what_a_source_gives_has_the_shape_of_an_observation(tmp_path: Path, known_areas: Areas) -> None:
    assert workforce(tmp_path, known_areas).tables["observation"].schema == OBSERVATION
