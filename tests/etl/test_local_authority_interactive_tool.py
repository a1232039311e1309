"""The Local Authority Interactive Tool: noise, dashes, its own numbers, joint returns, years, money and fills."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.areas import Areas
from etl.extract.release import extract
from etl.model import ENGLAND, Context, Loaded, SourceError
from etl.readers import lait, lait_counts
from etl.sources import local_authority_interactive_tool as tool
from etl.sources.population import SOURCE as POPULATION
from tests.etl import synthetic
from tests.etl.synthetic import CAMDEN, LEEDS

# measure, years, name, value, number: as one row of the tool.
Row = tuple[str, str, str, str | None, float]
PUBLISHED = ("Short Desc", "Data item", "Years", "LA and Regions", "Values", "LA Number", "Region")
SPENDING = ("SWFinance", "LACFinance", "SafeguardingFinance", "FamilySupportFinance", "C&YPExpenditure")
MEASURES = {metric.where[lait.MEASURE] for metric in tool.SOURCE.metrics} | tool.COMPANIONS.keys()
# Every measure has a row, so that none seems to be renamed.
EVERYWHERE: list[Row] = [
    (measure, "2024-25 (OT)" if measure in SPENDING else "2025", "England", "10", 970.0) for measure in sorted(MEASURES)
]
CONFERENCES = "ICPC,Duration_0-10_days,Duration_11-15_days"


def parquet(rows: list[Row]) -> bytes:
    table = pl.DataFrame(
        [(measure, None, years, name, value, number, "NA") for measure, years, name, value, number in rows],
        schema=dict(zip(PUBLISHED, [pl.String] * 5 + [pl.Float64, pl.String], strict=True)),
        orient="row",
    )
    content = io.BytesIO()
    table.write_parquet(content)
    return content.getvalue()


def put(folder: Path, content: bytes, *conferences: str) -> Path:
    """The two published files of the source below `folder`."""
    for file, written in zip(
        tool.SOURCE.release.files,
        (content, synthetic.csv_file(CONFERENCES, *(conferences or (f"2025,{LEEDS},100,50,30",)))),
        strict=True,
    ):
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.path).write_bytes(written)
    return folder


def load(tmp_path: Path, areas: Areas, *rows: Row, conferences: tuple[str, ...] = ()) -> Loaded:
    """What the source gives of these rows, and of one of England a measure."""
    kept = [row for row in EVERYWHERE if not any((row[0], row[4]) == (other[0], other[4]) for other in rows)]
    extract(tool.SOURCE, put(tmp_path / "published", parquet([*kept, *rows]), *conferences), tmp_path)
    cells = releases.read(tmp_path, tool.SOURCE)
    loaded: dict[str, Loaded] = {}
    population = synthetic.cells(POPULATION, tmp_path / "population")
    loaded["population"] = POPULATION.load(POPULATION, population, Context(areas, {}))
    return tool.SOURCE.load(tool.SOURCE, cells, Context(areas, loaded))


def observation_of(loaded: Loaded, metric: str, area_id: str, year: int = 2025) -> dict[str, object]:
    rows = loaded.tables["observation"].filter(
        (pl.col("metric_id") == metric) & (pl.col("area_id") == area_id) & (pl.col("period_end").dt.year() == year)
    )
    assert rows.height == 1
    return rows.row(0, named=True)


def refused(tmp_path: Path, areas: Areas, *rows: Row) -> SourceError:
    with pytest.raises(SourceError) as error:
        load(tmp_path, areas, *rows)
    assert error.value.file == lait.FILE
    return error.value


def test_a_figure_is_cleaned_of_binary_noise_and_says_which_row_it_was(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(tmp_path, known_areas, ("Continue_Assess_Comp", "2025", "Leeds", "22.700000000000003", 383.0))
    leeds = observation_of(loaded, "assessments_in_45_days", "383")
    assert (leeds["value"], leeds["status"], leeds["symbol"]) == (22.7, "observed", None)
    assert (leeds["period"], leeds["period_end"], leeds["return_id"]) == ("2025", date(2025, 3, 31), "383")
    assert (leeds["source_id"], leeds["file"]) == ("local_authority_interactive_tool", lait.FILE)
    assert leeds["line"] == len(EVERYWHERE) + 1


def test_a_dash_is_no_figure_and_no_reason(tmp_path: Path, known_areas: Areas) -> None:
    leeds = observation_of(
        load(tmp_path, known_areas, ("CPPlans2yrs", "2025", "Leeds", "-", 383.0)), "long_plans_ended_rate", "383"
    )
    assert (leeds["value"], leeds["status"], leeds["symbol"]) == (None, "unspecified", "-")


def test_a_nought_is_a_figure(tmp_path: Path, known_areas: Areas) -> None:
    leeds = observation_of(
        load(tmp_path, known_areas, ("CPPlans2yrs", "2025", "Leeds", "0", 383.0)), "long_plans_ended_rate", "383"
    )
    assert (leeds["value"], leeds["status"]) == (0.0, "observed")


@pytest.mark.parametrize(
    ("number", "name", "area_id"),
    [
        (970.0, "England", ENGLAND),
        (982.0, "Yorkshire and the Humber", "E12000003"),
        (986.0, "London", "E12000007"),
        (987.0, "London (Inner)", "E13000001"),
        (988.0, "London (Outer)", "E13000002"),
        (835.0, "Dorset (Pre LG)", "835"),
        (838.0, "Dorset", "838"),
    ],
)
def test_the_tools_own_numbers_of_regions_are_known(
    tmp_path: Path, known_areas: Areas, number: float, name: str, area_id: str
) -> None:
    year = 2019 if area_id == "835" else 2020
    loaded = load(tmp_path, known_areas, ("LAC", str(year), name, "61", number))
    assert observation_of(loaded, "cla_rate", area_id, year)["value"] == 61.0


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        (("LAC", "2025", "Leeds", "61", 999.0), "E_UNKNOWN_LA", lait.NUMBER),
        (("LAC", "2025", "Leeds", "61", 383.5), "E_UNKNOWN_LA", lait.NUMBER),
        (("LAC", "2025", "Camden", "61", 383.0), "E_NAME", lait.NAME),
        (("LAC", "2025", "Leeds", "c", 383.0), "E_SYMBOL", lait.VALUE),
        (("LAC", "2025", "Leeds", None, 383.0), "E_SYMBOL", lait.VALUE),
        (("LAC", "2025", "Leeds", "1e3", 383.0), "E_SYMBOL", lait.VALUE),
        (("LAC", "2025", "Leeds", "-1", 383.0), "E_NEGATIVE", lait.VALUE),
        (("RevCP", "2025", "Leeds", "100.1", 383.0), "E_OVER_100", lait.VALUE),
        (("LAC", "2025", "Cumbria", "61", 909.0), "E_ENDED_LA", lait.YEARS),
        (("LAC", "2020", "Cumberland", "61", 942.0), "E_ENDED_LA", lait.YEARS),
        (("LAC", "2018 (Rev)", "Leeds", "61", 383.0), "E_PERIOD", lait.YEARS),
        (("LAC", "2014/15-16/17", "Leeds", "61", 383.0), "E_PERIOD", lait.YEARS),
        (("LAC", "0", "Leeds", "61", 383.0), "E_PERIOD", lait.YEARS),
        (("LAC", "2015", "Leeds", "61", 383.0), "E_PERIOD", lait.YEARS),
        (("LAC", "2099", "Leeds", "61", 383.0), "E_PERIOD", lait.YEARS),
        (("LAC", "2024-25", "Leeds", "61", 383.0), "E_PERIOD", lait.YEARS),
        (("SWFinance", "2025", "Leeds", "61", 383.0), "E_PERIOD", lait.YEARS),
        (("SWFinance", "2024-26 (OT)", "Leeds", "61", 383.0), "E_PERIOD", lait.YEARS),
        (("SWFinance", "2024-25 (BU)", "Leeds", "61", 383.0), "E_PERIOD", lait.YEARS),
    ],
)
def test_what_cannot_be_is_refused_by_name_with_its_row(
    tmp_path: Path, known_areas: Areas, row: Row, rule: str, column: str
) -> None:
    error = refused(tmp_path, known_areas, row)
    assert (error.rule, error.line, error.column) == (rule, len(EVERYWHERE) + 1, column)


def test_a_measure_that_was_renamed_is_named(tmp_path: Path, known_areas: Areas) -> None:
    rows = [row for row in EVERYWHERE if row[0] != "RevCP"]
    extract(tool.SOURCE, put(tmp_path, parquet(rows)), tmp_path)
    with pytest.raises(SourceError, match="no row of the measure 'RevCP'") as error:
        tool.SOURCE.load(tool.SOURCE, releases.read(tmp_path, tool.SOURCE), Context(known_areas, {}))
    assert error.value.rule == "E_GROUP"


def test_the_same_row_twice_counts_once_and_another_value_is_refused(tmp_path: Path, known_areas: Areas) -> None:
    row: Row = ("LAC", "2025", "Leeds", "61", 383.0)
    loaded = load(tmp_path / "same", known_areas, row, row)
    rows = len(EVERYWHERE)
    ledger = loaded.ledger.filter(pl.col("file") == lait.FILE)
    assert ledger.select("rows_read", "rows_loaded", "rows_rejected", "rows_duplicate").rows() == [
        (rows + 2, rows + 1, 0, 1)
    ]
    error = refused(tmp_path / "another", known_areas, row, ("LAC", "2025", "Leeds", "62", 383.0))
    assert (error.rule, error.line) == ("E_DUP_KEY", len(EVERYWHERE) + 2)


def test_a_dash_of_a_council_that_was_not_is_rejected_and_counted(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(tmp_path, known_areas, ("RevCP", "2025", "Cumbria", "-", 909.0))
    assert loaded.tables["reject"].select("line", "rule", "message").rows() == [
        (len(EVERYWHERE) + 1, "R_NOT_THEN", "Cumbria did not exist in 2025; the row holds symbols only.")
    ]
    assert loaded.ledger["rows_rejected"].to_list() == [1, 0]
    assert "909" not in loaded.tables["observation"]["area_id"].to_list()


def test_a_council_is_there_or_not_by_the_day_the_measure_is_for(tmp_path: Path, known_areas: Areas) -> None:
    # Cumbria ended on 31 March 2023: it has a figure of that day, and its successors have that of September.
    loaded = load(
        tmp_path,
        known_areas,
        ("RevCP", "2023", "Cumbria", "90", 909.0),
        ("Social_Work_Caseholders_%", "2023", "Cumberland", "41", 942.0),
    )
    assert observation_of(loaded, "reviews_in_time", "909", 2023)["value"] == 90.0
    assert observation_of(loaded, "caseholder_share", "942", 2023)["period_end"] == date(2023, 9, 30)


def test_a_figure_declared_as_misplaced_is_rejected_with_the_reason(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(tmp_path, known_areas, ("CareApplications", "2025", "Northamptonshire", "9.1", 928.0))
    (message,) = loaded.tables["reject"]["message"]
    assert message == "Northamptonshire did not exist in 2025; Cafcass kept the county that was split."
    assert "928" not in loaded.tables["observation"]["area_id"].to_list()


def joint(value: str, other: str, year: str = "2025") -> tuple[Row, Row]:
    return (
        ("Social_Work_Caseholders_%", year, "Kingston upon Thames", value, 314.0),
        ("Social_Work_Caseholders_%", year, "Richmond upon Thames", other, 318.0),
    )


def test_a_joint_return_printed_for_both_councils_is_one(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(tmp_path, known_areas, *joint("41.2", "41.2"))
    kingston, richmond = (
        observation_of(loaded, "caseholder_share", "314"),
        observation_of(loaded, "caseholder_share", "318"),
    )
    assert kingston["return_id"] == richmond["return_id"] == "314+318"
    assert kingston["value"] == richmond["value"] == 41.2
    assert kingston["line"] != richmond["line"]


def test_a_joint_return_without_a_figure_is_one_too(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(tmp_path, known_areas, *joint("-", "-"))
    assert observation_of(loaded, "caseholder_share", "318")["return_id"] == "314+318"


@pytest.mark.parametrize("rows", [joint("41.2", "41.3"), joint("41.2", "-"), joint("41.2", "41.2")[:1]])
def test_a_joint_return_whose_figures_differ_is_refused(
    tmp_path: Path, known_areas: Areas, rows: tuple[Row, ...]
) -> None:
    assert refused(tmp_path, known_areas, *rows).rule == "E_JOINT"


def test_councils_that_report_together_only_by_their_workforce_are_two_elsewhere(
    tmp_path: Path, known_areas: Areas
) -> None:
    loaded = load(
        tmp_path,
        known_areas,
        ("RevCP", "2025", "Kingston upon Thames", "95", 314.0),
        ("RevCP", "2025", "Richmond upon Thames", "96", 318.0),
    )
    assert observation_of(loaded, "reviews_in_time", "314")["return_id"] == "314"


def test_spending_is_by_the_children_of_the_middle_of_the_financial_year(tmp_path: Path, known_areas: Areas) -> None:
    # The made-up population of mid-2024: 150,000 in Leeds.
    loaded = load(tmp_path, known_areas, ("SafeguardingFinance", "2024-25 (OT)", "Leeds", "12345678901", 383.0))
    leeds = observation_of(loaded, "safeguarding_spend_per_child", "383")
    assert leeds["value"] == pytest.approx(12345678901 / 150_000, rel=1e-9)
    assert (leeds["numerator"], leeds["denominator"]) == (12345678901.0, 150_000.0)
    assert (leeds["period"], leeds["period_end"]) == ("2024/25", date(2025, 3, 31))


def test_spending_of_england_is_by_the_children_of_the_councils_in_it(tmp_path: Path, known_areas: Areas) -> None:
    # A million children in England, 40,000 of them in Camden, which has no figure.
    rows: tuple[Row, ...] = (
        ("FamilySupportFinance", "2024-25 (OT)", "England", "96000000", 970.0),
        ("FamilySupportFinance", "2024-25 (OT)", "Camden", "-", 202.0),
        ("FamilySupportFinance", "2024-25 (OT)", "Leeds", "15000000", 383.0),
    )
    loaded = load(tmp_path, known_areas, *rows)
    england = observation_of(loaded, "family_support_spend_per_child", ENGLAND)
    assert (england["value"], england["denominator"]) == (100.0, 960_000.0)
    camden = observation_of(loaded, "family_support_spend_per_child", "202")
    assert (camden["value"], camden["status"], camden["symbol"]) == (None, "unspecified", "-")


def test_spending_without_a_population_has_the_populations_reason(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(tmp_path, known_areas, ("SafeguardingFinance", "2024-25 (OT)", "York", "1000", 816.0))
    york = observation_of(loaded, "safeguarding_spend_per_child", "816")
    assert (york["value"], york["status"]) == (None, "no_row")


def test_a_weekly_cost_is_as_printed(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(tmp_path, known_areas, ("SWFinance", "2024-25", "Leeds", "170", 383.0))
    leeds = observation_of(loaded, "social_work_unit_cost", "383")
    assert (leeds["value"], leeds["numerator"], leeds["period"]) == (170.0, None, "2024/25")


def test_reviews_in_time_carry_the_tools_own_counts(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(
        tmp_path,
        known_areas,
        ("RevCP", "2025", "Leeds", "90.6", 383.0),
        (lait_counts.REVIEWED, "2025", "Leeds", "308", 383.0),
        (lait_counts.REVIEWABLE, "2025", "Leeds", "340", 383.0),
        ("RevCP", "2025", "Camden", "-", 202.0),
        (lait_counts.REVIEWED, "2025", "Camden", "-", 202.0),
        (lait_counts.REVIEWABLE, "2025", "Camden", "69", 202.0),
    )
    leeds, camden = (observation_of(loaded, "reviews_in_time", area_id) for area_id in ("383", "202"))
    assert (leeds["value"], leeds["numerator"], leeds["denominator"]) == (90.6, 308.0, 340.0)
    assert (camden["numerator"], camden["denominator"]) == (None, 69.0)


@pytest.mark.parametrize(
    ("counts", "parts"),
    [
        ("100,50,30", (80.0, 100.0)),
        ("100,50,31", (None, 100.0)),  # 81%: another edition of the counts
        ("100,c,30", (None, 100.0)),
        ("c,50,30", (None, None)),
    ],
)
def test_conferences_on_time_carry_the_counts_of_the_census_that_make_the_percentage(
    tmp_path: Path, known_areas: Areas, counts: str, parts: tuple[float | None, float | None]
) -> None:
    loaded = load(
        tmp_path,
        known_areas,
        ("CP_conf_15days", "2025", "Leeds", "80", 383.0),
        conferences=(f"2025,{LEEDS},{counts}", f"2025,{CAMDEN},c,c,c"),
    )
    leeds = observation_of(loaded, "conferences_in_15_days", "383")
    assert (leeds["value"], leeds["numerator"], leeds["denominator"]) == (80.0, *parts)
    assert loaded.ledger.filter(pl.col("file") == lait_counts.CONFERENCES)["rows_loaded"].to_list() == [2]


def test_only_the_years_another_source_lacks_are_filled(tmp_path: Path, known_areas: Areas) -> None:
    rows: list[Row] = [("LAC", str(year), "Leeds", "61", 383.0) for year in range(2016, 2026)]
    filled = load(tmp_path, known_areas, *rows).tables["observation"].filter(pl.col("metric_id") == "cla_rate")
    assert filled["period"].to_list() == ["2016", "2017", "2018", "2019", "2020"]
    assert filled["source_id"].unique().to_list() == ["local_authority_interactive_tool"]


def test_a_parquet_file_is_read_as_text_of_its_rows(tmp_path: Path) -> None:
    extract(tool.SOURCE, put(tmp_path, parquet([("LAC", "2025", "Leeds", None, 383.0)])), tmp_path)
    cells = releases.read(tmp_path, tool.SOURCE).frame.filter(pl.col("file") == lait.FILE)
    # Without the columns that are not used, and the cell that is empty.
    assert cells.select("line", "column", "text").rows() == [
        (1, "Short Desc", "LAC"),
        (1, "Years", "2025"),
        (1, "LA and Regions", "Leeds"),
        (1, "LA Number", "383.0"),
    ]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"Short Desc,Years\nLAC,2025\n", "E_MAGIC"),
        (parquet(EVERYWHERE)[:-100], "E_CUT"),
        (parquet(EVERYWHERE)[:100] + parquet(EVERYWHERE)[-100:], "E_PARQUET"),
        (b"PAR1" + b"\xff" * 200 + b"PAR1", "E_PARQUET"),
        (b"  \n", "E_EMPTY"),
        (parquet([]), "E_NO_ROWS"),
    ],
    ids=["text", "cut", "a hole", "noise", "empty", "no rows"],
)
def test_a_broken_parquet_file_is_refused_by_name(tmp_path: Path, content: bytes, rule: str) -> None:
    with pytest.raises(SourceError) as error:
        extract(tool.SOURCE, put(tmp_path, content), tmp_path)
    assert (error.value.rule, error.value.file) == (rule, lait.FILE)


def test_a_parquet_file_without_a_column_is_refused(tmp_path: Path) -> None:
    content = io.BytesIO()
    pl.read_parquet(io.BytesIO(parquet(EVERYWHERE))).rename({"Values": "Value"}).write_parquet(content)
    with pytest.raises(SourceError, match="nearest is 'Value'") as error:
        extract(tool.SOURCE, put(tmp_path, content.getvalue()), tmp_path)
    assert (error.value.rule, error.value.column) == ("E_MISSING_COLUMN", "Values")
