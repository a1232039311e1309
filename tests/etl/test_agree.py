"""Holding the interactive tool against the tables it is made of: what is equal, what is declared, what is neither."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from etl import agree, build, releases
from etl.agree import Reason
from etl.areas import Areas
from etl.model import Source
from etl.sources import local_authority_interactive_tool as tool
from etl.sources import looked_after
from tests.etl.conftest import Command

RATE, PLACEMENTS = "LAC", "LACStable_2016on"
COMPARED = {comparison.measure: comparison for comparison in agree.COMPARISONS}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with the areas and the releases that are compared, which a test may change."""
    folder = tmp_path / "data"
    (folder / "releases").mkdir(parents=True)
    for path in build.DATA.glob("*.csv"):
        shutil.copy(path, folder)
    for source in (tool.SOURCE, looked_after.SOURCE):
        shutil.copy(releases.path(build.DATA / "releases", source.release), folder / "releases")
    return folder


def change(data: Path, source: Source, file: str, column: str, text: str, **row: str) -> None:
    """Print another text in `column` of the row that holds these others."""
    path = releases.path(data / "releases", source.release)
    frame = pl.read_parquet(path)
    here = frame.filter(pl.col("file") == file)
    for name, printed in row.items():
        of = {"number": tool.NUMBER, "years": tool.YEARS, "measure": tool.MEASURE}.get(name, name)
        lines = frame.filter((pl.col("file") == file) & (pl.col("column") == of) & (pl.col("text") == printed))["line"]
        here = here.filter(pl.col("line").is_in(lines.to_list()))
    (line,) = here["line"].unique()
    cell = (pl.col("file") == file) & (pl.col("line") == line) & (pl.col("column") == column)
    frame.with_columns(pl.when(cell).then(pl.lit(text)).otherwise("text").alias("text")).write_parquet(path)


def in_the_tool(data: Path, text: str, measure: str = PLACEMENTS, number: str = "383.0", years: str = "2023") -> None:
    change(data, tool.SOURCE, tool.FILE, tool.VALUE, text, measure=measure, number=number, years=years)


def in_the_table(data: Path, text: str, number: str = "383", year: str = "2023") -> None:
    comparison = COMPARED[PLACEMENTS]
    groups = {column: kept[0] for column, kept in comparison.file.groups.items()}
    change(
        data, looked_after.SOURCE, comparison.file.name, comparison.columns[0], text,
        old_la_code=number, time_period=year, **groups,
    )  # fmt: skip


def result(data: Path, measure: str = PLACEMENTS) -> agree.Agreement:
    found, _ = agree.agree(data)
    return next(one for one in found if one.comparison.measure == measure)


def test_the_committed_releases_agree(data: Path) -> None:
    found, joint = agree.agree(data)
    assert {one.comparison.measure: (one.compared, one.equal) for one in found} == {
        "LAC": (815, 815),
        "LACStable_2016on": (805, 805),
        "CareLeaverAcc": (807, 807),
        "CP_conf_15days": (1623, 1511),
    }
    assert [words for one in found for words in one.unexplained] == []
    assert dict(result(data, "CP_conf_15days").reasons) == {
        Reason.ROUNDED: 48,
        Reason.ANOTHER_EDITION: 8,
        Reason.UNSUPPRESSED: 56,
    }
    # Kingston with Richmond since 2017, North with West Northamptonshire since 2021, in three measures.
    assert joint == (9 + 5) * 3


def test_every_measure_is_compared_or_said_to_stand_alone(data: Path) -> None:
    found, _ = agree.agree(data)
    compared = {one.comparison.measure for one in found}
    alone = agree.not_compared(found)
    assert "ChildPov" in alone
    assert not compared & set(alone)
    assert len(compared) + len(alone) == 24


def test_a_figure_that_differs_is_named_with_both_values_and_where_they_stand(data: Path) -> None:
    in_the_tool(data, "71", measure=RATE)
    assert result(data, RATE).equal == 814
    (words,) = result(data, RATE).unexplained
    assert words.startswith("LAC, 383, 2023: 71.0 in the tool (row ")
    assert words.endswith(" in cla_number_and_rate_per_10k_children.csv")


@pytest.mark.parametrize(
    ("theirs", "ours", "reason"),
    [
        ("k", "0", Reason.ROUNDS_TO_ZERO),
        ("low", "0", Reason.ROUNDS_TO_ZERO),
        ("u", "0", Reason.MISSING_AS_ZERO),
        ("x", "0", Reason.MISSING_AS_ZERO),
        ("0", "-", Reason.ZERO_AS_DASH),
        ("?", "0", None),
        ("k", "1", None),
        ("u", "9", None),
        ("c", "9", None),
        ("9", "-", None),
        ("9", "0", None),
        ("9", "10", None),
    ],
)
def test_what_the_tool_prints_otherwise_is_explained_only_where_it_is_declared(
    data: Path, theirs: str, ours: str, reason: Reason | None
) -> None:
    in_the_table(data, theirs)
    in_the_tool(data, ours)
    found = result(data)
    assert (found.compared, found.equal) == (805, 804)
    assert dict(found.reasons) == ({reason: 1} if reason else {})
    assert len(found.unexplained) == (0 if reason else 1)


def test_two_without_a_figure_are_not_compared(data: Path) -> None:
    in_the_table(data, "c")
    in_the_tool(data, "-")
    assert (result(data).compared, result(data).equal) == (804, 804)


def test_a_figure_without_a_row_in_the_table_is_not_explained(data: Path) -> None:
    path = releases.path(data / "releases", looked_after.SOURCE.release)
    frame = pl.read_parquet(path)
    leeds = frame.filter((pl.col("column") == "old_la_code") & (pl.col("text") == "383")).select("file", "line")
    frame.join(leeds, on=["file", "line"], how="anti").write_parquet(path)
    words = result(data).unexplained
    assert len(words) == 5
    assert all("no row in la_cla_placement_stability.csv" in one for one in words)


def test_counts_of_england_may_be_off_by_rounding_and_those_of_councils_may_not(data: Path) -> None:
    # 58,670 of 72,100 in 2025: 81.4%, and with counts off by 5 not 81.5%.
    in_the_tool(data, "81.5", "CP_conf_15days", "970.0", "2025")
    in_the_tool(data, "50.1", "CP_conf_15days", "383.0", "2025")
    words = result(data, "CP_conf_15days").unexplained
    assert [one.split(":")[0] for one in words] == ["CP_conf_15days, 383, 2025", "CP_conf_15days, E92000001, 2025"]


def test_a_declared_difference_holds_for_the_declared_figure_only(data: Path) -> None:
    in_the_tool(data, "61.9", "CP_conf_15days", "852.0", "2016")
    assert result(data, "CP_conf_15days").reasons[Reason.ANOTHER_EDITION] == 7
    assert len(result(data, "CP_conf_15days").unexplained) == 1


def test_every_declared_difference_is_of_an_authority_that_was(known_areas: Areas) -> None:
    for comparison in agree.COMPARISONS:
        for area_id, year in comparison.another_edition:
            assert area_id in known_areas.by_number()
            assert year in (2016, 2017)


def test_the_command_says_what_agrees_and_ends_well(data: Path, command: Command) -> None:
    ran = command("agree", "--data", data)
    assert ran.status == 0
    assert "LAC: 815 compared with cla_number_and_rate_per_10k_children.csv, 815 equal" in ran.out
    assert "4050 figures compared, 3938 equal" in ran.out
    assert "48 counts rounded to 10" in ran.out
    assert "42 of joint returns" in ran.out
    assert "0 unexplained" in ran.out
    assert "In the tool alone: C&YPExpenditure, " in ran.out


def test_the_command_ends_with_status_2_and_names_what_it_cannot_explain(data: Path, command: Command) -> None:
    in_the_tool(data, "71", measure=RATE)
    ran = command("agree", "--data", data)
    assert ran.status == 2
    assert "1 unexplained" in ran.out
    assert "LAC, 383, 2023: 71.0 in the tool" in ran.out


@pytest.mark.published
def test_with_the_published_files_at_hand_all_tables_agree(published: Path, command: Command) -> None:
    ran = command("agree", "--from", published)
    assert ran.status == 0
    assert "17074 figures compared, 16801 equal" in ran.out
    assert "69 counts rounded to 10" in ran.out
    assert "11 counts of another edition" in ran.out
    assert "191 table suppresses the counts" in ran.out
    assert "2 0 shown as -" in ran.out  # Bolton 2016 and 2017: no referral from schools
    assert "0 unexplained" in ran.out
