"""Tables of Explore Education Statistics: symbols, places, periods, joint returns, duplicates and derived rates."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.areas import Areas
from etl.extract.release import extract
from etl.model import DFE_SYMBOLS, ENGLAND, OBSERVATION, Context, File, Loaded, PeriodKind, SourceError, Status
from etl.readers import ees
from etl.sources import children_in_need, social_work_workforce
from etl.sources.population import SOURCE as POPULATION
from tests.etl import synthetic
from tests.etl.synthetic import CAMDEN, CUMBRIA, JOINT, LEEDS

WORKFORCE_FILE = "csww_indicators_2017_to_2025.csv"
POPULATION_FILE = "ons_mid-year_population_estimates_2012_to_2024.csv"
PLANS_FILE = "d5_cpps_at31march_by_duration_2013_to_2025.csv"
WORKFORCE = synthetic.only(social_work_workforce.SOURCE, WORKFORCE_FILE, synthetic.INDICATORS)
CENSUS = synthetic.only(children_in_need.SOURCE, PLANS_FILE, "CPP_At31,2_years_or_more,2_years_or_more_percent")


def workforce(tmp_path: Path, areas: Areas, *rows: str) -> Loaded:
    content = synthetic.csv_file(synthetic.INDICATORS, *rows) if rows else synthetic.WORKFORCE
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


def observation_of(loaded: Loaded, metric: str, area_id: str, year: int) -> dict[str, object]:
    rows = loaded.tables["observation"].filter(
        (pl.col("metric_id") == metric) & (pl.col("area_id") == area_id) & (pl.col("period_end").dt.year() == year)
    )
    assert rows.height == 1
    return rows.row(0, named=True)


def test_a_figure_carries_its_value_its_parts_and_where_it_was_printed(tmp_path: Path, known_areas: Areas) -> None:
    leeds = observation_of(workforce(tmp_path, known_areas), "vacancy_rate", "383", 2025)
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
        "unknown": None,
        "value_low": None,
        "value_high": None,
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
    camden = observation_of(workforce(tmp_path, known_areas), metric, "202", 2025)
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
    leeds = observation_of(loaded, "vacancy_rate", "383", 2025)
    assert (leeds["value"], leeds["status"], leeds["numerator"], leeds["denominator"]) == (0.0, "observed", 0.0, 10.0)


def test_a_part_that_is_a_symbol_makes_the_sum_of_parts_unknown_and_never_smaller(
    tmp_path: Path, known_areas: Areas
) -> None:
    loaded = workforce(tmp_path, known_areas, f"2025,{LEEDS},180,9,5,low,0.2,20,10,100,1500,15,3")
    leeds = observation_of(loaded, "agency_rate", "383", 2025)
    assert (leeds["value"], leeds["numerator"], leeds["denominator"]) == (0.2, None, None)


def test_a_joint_return_stands_once_for_each_authority_alike_in_all_else(tmp_path: Path, known_areas: Areas) -> None:
    loaded = workforce(tmp_path, known_areas)
    kingston, richmond = (observation_of(loaded, "vacancy_rate", number, 2025) for number in ("314", "318"))
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
    assert observation_of(loaded, "vacancy_rate", "383", 2025)["line"] == 2


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
    assert observation_of(workforce(tmp_path, known_areas), "vacancy_rate", ENGLAND, 2025)["value"] == 10.0
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


def test_spaces_around_labels_and_no_break_spaces_in_them_say_nothing(tmp_path: Path, known_areas: Areas) -> None:
    place = (
        " Reporting year,Local authority\u00a0,E92000001 ,England,E13000002,Outer\u00a0London, 314 /\u00a0318,"
        "E09000021\u3000/ E09000027,Kingston\u00a0upon Thames / Richmond upon Thames "
    )
    cells = "180,9,5,20,10,20, 10 ,100,1500,15,3"
    loaded = workforce(tmp_path, known_areas, f"2025 ,{place},{cells}", f"2025,{JOINT},{cells}")
    assert observation_of(loaded, "vacancy_rate", "318", 2025)["return_id"] == "314+318"
    # The two rows differ by those spaces only: they are one.
    assert loaded.ledger.select("rows_read", "rows_loaded", "rows_duplicate").rows() == [(2, 1, 1)]


def test_an_authority_may_report_for_the_year_in_which_it_ended(tmp_path: Path, known_areas: Areas) -> None:
    assert observation_of(workforce(tmp_path, known_areas), "vacancy_rate", "909", 2022)["value"] == 20.0


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


# A table of a count by group, as those of looked-after children: all ages and one of them, in one column.
GROUPED = File(
    "made-up/grouped.csv",
    groups={"age": ("All ages", "Under 1", "Not known")},
    columns=(*synthetic.PLACE.split(","), "age", "children"),
)


def grouped(tmp_path: Path, areas: Areas, *rows: str, **declared: object) -> Loaded:
    """What a source with one metric, the share of children under 1, gives of `rows` of GROUPED."""
    metric = dataclasses.replace(
        WORKFORCE.metrics[0],
        **{
            "id": "share_under_1",
            "period_kind": PeriodKind.AT_31_MARCH,
            "column": "children",
            "where": {"age": "Under 1"},
            "share": True,
            "numerator": (),
            "denominator": ("children",),
            "denominator_where": {"age": "All ages"},
            **declared,
        },  # type: ignore[arg-type]  # a test may declare any field
    )
    release = dataclasses.replace(WORKFORCE.release, id="made_up", files=(GROUPED,))
    source = dataclasses.replace(WORKFORCE, id="made_up", release=release, metrics=(metric,))
    where = tmp_path / GROUPED.path
    where.parent.mkdir(parents=True)
    where.write_bytes(synthetic.csv_file("sex,age,children", *rows))
    extract(source, tmp_path, tmp_path)
    return source.load(source, releases.read(tmp_path, source), Context(areas, {}))


def test_of_a_table_with_groups_only_the_declared_ones_are_kept_and_counted(tmp_path: Path, known_areas: Areas) -> None:
    loaded = grouped(
        tmp_path,
        known_areas,
        f"2025,{LEEDS},All,All ages,1500",
        f"2025,{LEEDS},All,Under 1,60",
        f"2025,{LEEDS},All,Aged 1 to 4,200",
    )
    assert loaded.ledger.select("rows_read", "rows_loaded").rows() == [(2, 2)]
    kept = pl.read_parquet(tmp_path / "made_up.parquet")
    assert "sex" not in kept["column"].to_list()
    assert "Aged 1 to 4" not in kept["text"].to_list()
    assert kept["line"].unique().sort().to_list() == [2, 3]


def test_a_share_is_the_count_of_its_group_by_the_total_in_percent(tmp_path: Path, known_areas: Areas) -> None:
    loaded = grouped(tmp_path, known_areas, f"2025,{LEEDS},All,All ages,1500", f"2025,{LEEDS},All,Under 1,160")
    leeds = observation_of(loaded, "share_under_1", "383", 2025)
    assert (leeds["value"], leeds["numerator"], leeds["denominator"], leeds["line"]) == (10.6666667, 160.0, 1500.0, 3)


@pytest.mark.parametrize(
    ("under_1", "all_ages", "status"),
    [
        ("c", "1500", "suppressed"),
        ("0", "0", "not_applicable"),  # of nothing there is no share
        ("60", "c", "suppressed"),
        ("60", "x", "not_available"),
        ("60", None, "not_available"),
    ],
)
def test_a_share_without_a_count_or_a_total_says_why(
    tmp_path: Path, known_areas: Areas, under_1: str, all_ages: str | None, status: str
) -> None:
    total = (f"2025,{LEEDS},All,All ages,{all_ages}",) if all_ages else ()
    loaded = grouped(tmp_path, known_areas, f"2025,{LEEDS},All,Under 1,{under_1}", *total)
    leeds = observation_of(loaded, "share_under_1", "383", 2025)
    assert (leeds["value"], leeds["status"]) == (None, status)


UNKNOWN = {"unknown": ("children",), "unknown_where": {"age": "Not known"}}


@pytest.mark.parametrize(
    ("unknown", "rule", "counted", "low", "high"),
    [
        ("50", None, 50.0, 40.0, 65.0),  # from none of them to all: 80 to 130 of 200
        ("0", None, 0.0, None, None),
        ("c", None, None, 40.0, 99.5),  # any number that leaves one who is known not to be
        ("c", (1, 5), None, 40.0, 99.5),  # a rule of the counts is none of the unknown
        ("x", None, None, None, None),
    ],
)
def test_a_share_with_unknowns_is_a_range_from_none_of_them_to_all(
    tmp_path: Path, known_areas: Areas, unknown: str, rule: tuple[int, int] | None, counted: float | None,
    low: float | None, high: float | None,
) -> None:  # fmt: skip
    rows = [f"2025,{LEEDS},All,All ages,200", f"2025,{LEEDS},All,Under 1,80", f"2025,{LEEDS},All,Not known,{unknown}"]
    loaded = grouped(tmp_path, known_areas, *rows, hidden_counts=rule, **UNKNOWN)
    leeds = observation_of(loaded, "share_under_1", "383", 2025)
    assert (leeds["value"], leeds["unknown"]) == (40.0, counted)
    assert (leeds["value_low"], leeds["value_high"]) == (low, high)


def test_of_a_share_that_is_hidden_the_unknown_make_no_range(tmp_path: Path, known_areas: Areas) -> None:
    rows = [f"2025,{LEEDS},All,All ages,200", f"2025,{LEEDS},All,Under 1,c", f"2025,{LEEDS},All,Not known,50"]
    leeds = observation_of(grouped(tmp_path, known_areas, *rows, **UNKNOWN), "share_under_1", "383", 2025)
    assert (leeds["value"], leeds["unknown"], leeds["value_high"]) == (None, 50.0, None)


@pytest.mark.parametrize(
    ("of", "value", "numerator", "denominator", "unknown", "low", "high"),
    [
        # Care leavers of 17 and 18 who are active, 2025: of councils the exact counts, of England as printed.
        ("Middlesbrough, 806", 47.0, 30.0, 64.0, 9.0, 46.875, 60.9375),
        ("England, E92000001", 64.0, 9430.0, 14800.0, 870.0, 64.0, 69.5945946),
        # With none unknown both ends are the exact share, where the printed one is rounded.
        ("Bracknell Forest, 867", 70.0, 23.0, 33.0, 0.0, 69.6969697, 69.6969697),
        ("Exact as printed, 867", 70.0, 70.0, 100.0, 0.0, None, None),
        # In suitable accommodation at 17 and 18, 2025: how many are unknown is hidden, and one is left for the others.
        ("South Tyneside, 393", 98.0, 40.0, 41.0, None, 97.5609756, 97.5609756),
        ("Coventry, 331", 97.0, 144.0, 148.0, None, 97.2972973, 99.3243243),
        # One unknown is a range too where it moves the printed figure by nothing; there are no more than all.
        ("Rounded up, 892", 46.0, 455.0, 1000.0, 1.0, 45.5, 45.6),
        ("All known to be, 892", 99.0, 198.0, 199.0, 2.0, 99.4974874, 100.0),
        ("No counts, 892", 46.0, None, 100.0, 4.0, 46.0, 50.0),
    ],
)
def test_the_range_of_unknown_is_made_of_exact_counts(
    of: str, value: float, numerator: float | None, denominator: float, unknown: float | None, low: float | None,
    high: float | None,
) -> None:  # fmt: skip
    row = {"return_id": of.partition(", ")[2], "value": value, "status": "observed", "numerator": numerator,
        "denominator": denominator, "unknown": unknown, "unknown_hidden": unknown is None}  # fmt: skip
    found = ees.with_unknown(pl.DataFrame([row], schema_overrides={"numerator": pl.Float64, "unknown": pl.Float64}))
    assert found.select("value", "value_low", "value_high").row(0) == (value, low, high)


def test_none_of_a_hidden_total_is_none_of_it(tmp_path: Path, known_areas: Areas) -> None:
    loaded = grouped(tmp_path, known_areas, f"2025,{LEEDS},All,All ages,c", f"2025,{LEEDS},All,Under 1,0")
    leeds = observation_of(loaded, "share_under_1", "383", 2025)
    assert (leeds["value"], leeds["status"], leeds["numerator"], leeds["denominator"]) == (0.0, "observed", 0.0, None)


def test_a_share_of_more_than_all_is_refused_by_its_count(tmp_path: Path, known_areas: Areas) -> None:
    with pytest.raises(SourceError, match="'1501' is more than the total") as error:
        grouped(tmp_path, known_areas, f"2025,{LEEDS},All,All ages,1500", f"2025,{LEEDS},All,Under 1,1501")
    assert (error.value.rule, error.value.line, error.value.column) == ("E_OVER_100", 3, "children")


def test_a_key_is_a_key_within_its_group(tmp_path: Path, known_areas: Areas) -> None:
    with pytest.raises(SourceError, match="stands here and on line 2") as error:
        grouped(
            tmp_path,
            known_areas,
            f"2025,{LEEDS},All,Under 1,60",
            f"2025,{LEEDS},All,All ages,1500",
            f"2025,{LEEDS},Girls,Under 1,30",
        )
    assert (error.value.rule, error.value.line) == ("E_DUP_KEY", 4)


def test_a_group_that_was_renamed_is_named(tmp_path: Path, known_areas: Areas) -> None:
    with pytest.raises(SourceError, match="'Under 1'") as error:
        grouped(tmp_path, known_areas, f"2025,{LEEDS},All,All ages,1500")
    assert error.value.rule == "E_GROUP"


@pytest.mark.parametrize(
    ("kind", "identifier", "label", "end", "period"),
    [
        (PeriodKind.ACADEMIC_YEAR, "Academic year", "202425", date(2025, 7, 31), "2024/25"),
        (PeriodKind.FINANCIAL_YEAR, "Financial year", "202425", date(2025, 3, 31), "2024/25"),
        (PeriodKind.FINANCIAL_YEAR, "Financial year", "199899", None, ""),  # before any of our figures
        (PeriodKind.ACADEMIC_YEAR, "Academic year", "202427", None, ""),
        (PeriodKind.ACADEMIC_YEAR, "Academic year", "2025", None, ""),
        (PeriodKind.ACADEMIC_YEAR, "Reporting year", "202425", None, ""),
        (PeriodKind.AT_31_MARCH, "Academic year", "202425", None, ""),
    ],
)
def test_a_double_year_ends_in_its_second_and_only_where_the_metric_says_so(
    tmp_path: Path, known_areas: Areas, kind: PeriodKind, identifier: str, label: str, end: date | None, period: str
) -> None:
    place = LEEDS.replace("Reporting year", identifier)
    rows = f"{label},{place},All,All ages,1500", f"{label},{place},All,Under 1,60"
    if end is None:
        with pytest.raises(SourceError) as error:
            grouped(tmp_path, known_areas, *rows, period_kind=kind)
        assert error.value.rule == "E_PERIOD"
    else:
        found = grouped(tmp_path, known_areas, *rows, period_kind=kind).tables["observation"]
        assert found.select("period_end", "period").rows() == [(end, period)]


def test_a_row_of_symbols_of_an_authority_that_was_no_more_is_rejected_and_counted(
    tmp_path: Path, known_areas: Areas
) -> None:
    loaded = grouped(
        tmp_path,
        known_areas,
        f"2025,{LEEDS},All,All ages,1500",
        f"2025,{LEEDS},All,Under 1,60",
        f"2025,{CUMBRIA},All,Under 1,z",
    )
    assert loaded.ledger.select("rows_read", "rows_loaded", "rows_rejected").rows() == [(3, 2, 1)]
    assert loaded.tables["reject"].rows() == [
        (
            "made_up",
            "grouped.csv",
            4,
            f"2025, {CUMBRIA.replace(',', ', ')}, Under 1, z",
            "R_NOT_THEN",
            "Cumbria did not exist in 2025; the row holds symbols only.",
        )
    ]
    assert loaded.tables["observation"]["area_id"].to_list() == ["383"]


def test_a_number_of_an_authority_that_was_no_more_or_not_yet_is_refused(tmp_path: Path, known_areas: Areas) -> None:
    with pytest.raises(
        SourceError, match=r"Cumbria \(909\) ended on 31 March 2023 and cannot report for 2025"
    ) as error:
        grouped(tmp_path / "ended", known_areas, f"2025,{LEEDS},All,Under 1,60", f"2025,{CUMBRIA},All,Under 1,0")
    assert (error.value.rule, error.value.line) == ("E_ENDED_LA", 3)
    cumberland = CUMBRIA.replace("909,E10000006,Cumbria", "942,E06000063,Cumberland")
    with pytest.raises(SourceError, match=r"Cumberland \(942\) began on 1 April 2023 and cannot report for 2021"):
        grouped(tmp_path / "not yet", known_areas, f"2021,{cumberland},All,Under 1,60")


def test_what_a_source_gives_has_the_shape_of_an_observation(tmp_path: Path, known_areas: Areas) -> None:
    assert workforce(tmp_path, known_areas).tables["observation"].schema == OBSERVATION
