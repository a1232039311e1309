"""Revenue outturn: headers that differ by year, symbols, classes of councils, and two files that must agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.areas import Areas
from etl.extract.release import extract
from etl.model import ENGLAND, Context, Loaded, SourceError
from etl.sources import council_spending as spending
from etl.sources.population import SOURCE as POPULATION
from tests.etl import synthetic

TOTAL, LOOKED_AFTER, SUMMARY = spending.TOTAL, spending.LOOKED_AFTER, spending.SUMMARY_TOTAL
NEWEST = spending.EDITIONS[-1]
KEYS = ("E-code", "ONS Code", "Local authority", "Notes", "Class")
Row = tuple[str, ...]
LEEDS: Row = ("E4704", "E08000035", "Leeds", "", "MD", "300000", "150000")
ENGLAND_ROW: Row = ("Eng", "E92000001", "ENGLAND", "", "Eng", "1400000", "700000")
DISTRICT: Row = ("E3831", "E07000223", "Adur", "", "SD", "500", "0")
CLASS_TOTAL: Row = ("[Y]", "E08", "Metropolitan Districts", "", "MD", "4000000", "2000000")


def total_of(rows: Sequence[Row]) -> Row:
    """The total of the metropolitan districts: what they add up to, and more where one is missing."""
    printed = [[row[at] for row in rows if row[4] == "MD"] for at in (5, 6)]
    added = [str(sum(map(int, texts))) if all(text.isdigit() for text in texts) else "" for texts in printed]
    return (*CLASS_TOTAL[:5], *(total or more for total, more in zip(added, CLASS_TOTAL[5:], strict=True)))


def services(rows: Sequence[Row], total: Row | None = None) -> list[Row]:
    """As in 2024-25: one header, and the machine names hidden below everything else."""
    header = (*KEYS, "TOTAL CHILDREN SOCIAL CARE - Total Expenditure", "Children Looked After - Total Expenditure")
    return [("Worksheet 2",), header, *rows, header, total or total_of(rows), ("", "", "", "", "", TOTAL, LOOKED_AFTER)]


def services_of_before(rows: Sequence[Row]) -> list[Row]:
    """As in 2022-23: machine names above, services over columns of the same name."""
    names = ("", "", "", "", "", TOTAL, "RO3-csctot-net-cur-exp", LOOKED_AFTER)
    above = ("", "", "", "", "", "TOTAL CHILDREN SOCIAL CARE", "", "Children Looked After")
    header = (*KEYS, "Total Expenditure", "Net Current Expenditure", "Total Expenditure")
    return [("Worksheet 2",), names, above, header, *((*row[:6], "1", *row[6:]) for row in rows)]


def summary(rows: Sequence[Row]) -> list[Row]:
    header = (*KEYS, "Children Social Care - Total Expenditure (C3 = C1 + C2)")
    return [("Worksheet 2",), header, *(row[:6] for row in rows), ("", "", "", "", "", SUMMARY)]


def put(folder: Path, replaced: Mapping[str, list[Row]] | None = None) -> Path:
    """The six published files; `replaced` has other sheets for some."""
    for edition in spending.EDITIONS:
        rows = [LEEDS, DISTRICT, ENGLAND_ROW]
        made = services if edition is NEWEST else services_of_before
        for file, sheet in ((edition.services, made(rows)), (edition.summary, summary(rows))):
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            cells = (replaced or {}).get(file.name, sheet)
            path.write_bytes(synthetic.spreadsheet({"Notes": [("[x]", "not received")], file.sheet: cells}))
    return folder


def load(
    tmp_path: Path, areas: Areas, *rows: Row, summed: Sequence[Row] | None = None, printed: list[Row] | None = None
) -> Loaded:
    """What the source gives where the newest edition holds these rows; `summed` where RSX is another, `printed` where
    the whole sheet of services is.
    """
    replaced = {}
    if rows:
        replaced = {NEWEST.services.name: printed or services(rows), NEWEST.summary.name: summary(summed or rows)}
    extract(spending.SOURCE, put(tmp_path / "published", replaced), tmp_path)
    population = synthetic.cells(POPULATION, tmp_path / "population")
    loaded = {"population": POPULATION.load(POPULATION, population, Context(areas, {}))}
    return spending.SOURCE.load(spending.SOURCE, releases.read(tmp_path, spending.SOURCE), Context(areas, loaded))


def observation_of(loaded: Loaded, metric: str, area_id: str, year: int = 2025) -> dict[str, object]:
    rows = loaded.tables["observation"].filter(
        (pl.col("metric_id") == metric) & (pl.col("area_id") == area_id) & (pl.col("period_end").dt.year() == year)
    )
    assert rows.height == 1
    return rows.row(0, named=True)


def test_spending_is_pounds_by_children_of_the_middle_of_the_year(tmp_path: Path, known_areas: Areas) -> None:
    # 300 million pounds, 150,000 children in the middle of 2024.
    leeds = observation_of(load(tmp_path, known_areas), spending.SPENDING, "383")
    assert (leeds["value"], leeds["numerator"], leeds["denominator"]) == (2_000.0, 300_000_000.0, 150_000.0)
    assert (leeds["period"], leeds["period_end"], leeds["status"]) == ("2024/25", date(2025, 3, 31), "observed")
    assert (leeds["file"], leeds["line"]) == (NEWEST.services.name, 3)


def test_the_share_on_children_looked_after_is_of_total_expenditure(tmp_path: Path, known_areas: Areas) -> None:
    leeds = observation_of(load(tmp_path, known_areas), spending.SHARE, "383")
    assert (leeds["value"], leeds["numerator"], leeds["denominator"]) == (50.0, 150_000.0, 300_000.0)


def test_columns_are_known_by_their_machine_names_wherever_those_stand(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(tmp_path, known_areas)
    assert observation_of(loaded, spending.SHARE, "383", 2023) | {"line": 3} == observation_of(
        loaded, spending.SHARE, "383"
    ) | {
        "file": spending.EDITIONS[0].services.name,
        "period": "2022/23",
        "period_end": date(2023, 3, 31),
    }
    assert observation_of(loaded, spending.SHARE, "383", 2023)["line"] == 5


def test_only_councils_with_childrens_services_are_kept(tmp_path: Path, known_areas: Areas) -> None:
    load(tmp_path, known_areas)
    kept = releases.read(tmp_path, spending.SOURCE).frame
    assert "Adur" not in kept["text"].to_list()
    assert set(kept.filter(pl.col("file") == NEWEST.services.name)["column"]) == {*NEWEST.services.columns}


def test_totals_of_classes_are_rejected_and_counted(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(tmp_path, known_areas)
    assert loaded.tables["reject"].select("file", "line", "raw", "rule").rows() == [
        (NEWEST.services.name, 7, "Metropolitan Districts", "R_CLASS_TOTAL")
    ]
    ledger = loaded.ledger.filter(pl.col("file") == NEWEST.services.name)
    assert ledger.select("rows_read", "rows_loaded", "rows_rejected").rows() == [(3, 2, 1)]


@pytest.mark.parametrize(
    ("symbol", "status"), [("[x]", "not_available"), ("[n]", "not_available"), ("[z]", "not_applicable")]
)
def test_a_symbol_says_why_there_is_no_figure(tmp_path: Path, known_areas: Areas, symbol: str, status: str) -> None:
    birmingham = ("E4601", "E08000025", "Birmingham", "M", "MD", symbol, symbol)
    loaded = load(tmp_path, known_areas, birmingham, ENGLAND_ROW)
    for metric in (spending.SPENDING, spending.SHARE):
        row = observation_of(loaded, metric, "330")
        assert (row["value"], row["status"], row["symbol"]) == (None, status, symbol)


def test_a_missing_split_leaves_the_total(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(tmp_path, known_areas, (*LEEDS[:6], "[x]"))
    assert observation_of(loaded, spending.SPENDING, "383")["value"] == 2_000.0
    share = observation_of(loaded, spending.SHARE, "383")
    assert (share["value"], share["status"], share["symbol"]) == (None, "not_available", "[x]")


@pytest.mark.parametrize(
    ("code", "name", "area_id"),
    [
        ("E08000016", "Barnsley", "370"),  # recoded in 2025, and still printed by the code of before
        ("E08000038", "Barnsley", "370"),
        ("E06000055", "Bedford UA", "822"),
        ("E08000002", "Bury MBC", "351"),
        ("E10000016", "Kent CC", "886"),
        ("E06000020", "Telford & the Wrekin UA", "894"),
        ("E06000035", "Medway Towns UA", "887"),
        ("E08000021", "Newcastle", "391"),
        ("E92000001", "ENGLAND", ENGLAND),
    ],
)
def test_a_council_is_known_by_any_code_and_name_of_its_own(
    tmp_path: Path, known_areas: Areas, code: str, name: str, area_id: str
) -> None:
    loaded = load(tmp_path, known_areas, ("E1", code, name, "", "UA", "10", "5"))
    assert observation_of(loaded, spending.SHARE, area_id)["value"] == 50.0


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        (("E1", "E08000099", "Nowhere", "", "MD", "10", "5"), "E_UNKNOWN_LA", "ONS Code"),
        (("E1", "", "Nowhere", "", "MD", "10", "5"), "E_UNKNOWN_LA", "ONS Code"),
        (("E1", "E08000035", "York", "", "MD", "10", "5"), "E_NAME", "Local authority"),
        (("E1", "E10000006", "Cumbria", "", "SC", "10", "5"), "E_ENDED_LA", None),
        ((*LEEDS[:5], "10", "[q]"), "E_SYMBOL", LOOKED_AFTER),
        ((*LEEDS[:5], "", "5"), "E_SYMBOL", TOTAL),
        ((*LEEDS[:5], "1,000", "5"), "E_SYMBOL", TOTAL),
        ((*LEEDS[:5], "10", "-5"), "E_NEGATIVE", LOOKED_AFTER),
        ((*LEEDS[:5], "10", "11"), "E_OVER_100", LOOKED_AFTER),
    ],
)
def test_what_cannot_be_is_refused_by_name_with_its_line(
    tmp_path: Path, known_areas: Areas, row: Row, rule: str, column: str | None
) -> None:
    with pytest.raises(SourceError) as error:
        load(tmp_path, known_areas, row)
    assert (error.value.rule, error.value.file, error.value.line) == (rule, NEWEST.services.name, 3)
    assert error.value.column == column


def test_a_council_that_stands_twice_is_refused(tmp_path: Path, known_areas: Areas) -> None:
    with pytest.raises(SourceError, match="Leeds stands here and on line 3") as error:
        load(tmp_path, known_areas, LEEDS, LEEDS)
    assert (error.value.rule, error.value.line) == ("E_DUP_KEY", 4)


@pytest.mark.parametrize(
    ("summed", "words"),
    [
        ([(*LEEDS[:5], "300002")], "Leeds spent 300002.0 on children's social care here, and 300000.0 by services"),
        ([(*LEEDS[:5], "[x]")], "Leeds spent None"),
        ([ENGLAND_ROW], "ENGLAND spent 1400000.0 on children's social care here, and None by services"),
    ],
)
def test_two_files_of_one_year_with_other_totals_are_refused(
    tmp_path: Path, known_areas: Areas, summed: list[Row], words: str
) -> None:
    with pytest.raises(SourceError, match="E_TOTALS") as error:
        load(tmp_path, known_areas, LEEDS, summed=summed)
    assert words in str(error.value)
    assert error.value.file == NEWEST.summary.name


def test_a_class_that_is_not_what_its_councils_add_up_to_is_refused(tmp_path: Path, known_areas: Areas) -> None:
    """A digit that both files of the year have."""
    printed = services([LEEDS], (*CLASS_TOTAL[:5], "330000", "150000"))
    with pytest.raises(SourceError, match=r"^E_TOTALS: .* of class MD is 330,000, and its councils add up to 300,000"):
        load(tmp_path, known_areas, LEEDS, printed=printed)


def test_a_council_that_only_one_of_two_files_holds_is_refused(tmp_path: Path, known_areas: Areas) -> None:
    with pytest.raises(SourceError, match=f"{ENGLAND} have spending by services") as error:
        load(tmp_path, known_areas, LEEDS, ENGLAND_ROW, summed=[LEEDS])
    assert error.value.rule == "E_TOTALS"


def test_totals_that_differ_by_rounding_agree(tmp_path: Path, known_areas: Areas) -> None:
    loaded = load(tmp_path, known_areas, LEEDS, summed=[(*LEEDS[:5], "299999.6")])
    assert observation_of(loaded, spending.SPENDING, "383")["value"] == 2_000.0


@pytest.mark.parametrize(
    ("sheet", "rule"),
    [
        (services([LEEDS])[:-1], "E_HEADER"),  # without the machine names
        (services([LEEDS])[2:3], "E_HEADER"),  # without any header
        ([row[:4] + row[5:] for row in services([LEEDS])], "E_MISSING_COLUMN"),  # without classes
    ],
)  # fmt: skip
def test_a_sheet_without_its_headers_is_refused_when_it_is_extracted(
    tmp_path: Path, sheet: list[Row], rule: str
) -> None:
    published = put(tmp_path / "published", {NEWEST.services.name: sheet})
    with pytest.raises(SourceError) as error:
        extract(spending.SOURCE, published, tmp_path)
    assert (error.value.rule, error.value.file) == (rule, NEWEST.services.name)
    assert not list(tmp_path.glob("*.parquet"))
