"""Holding the interactive tool against the tables it is made of: what is equal, what is declared, what is neither."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.areas import Areas
from etl.build import builder
from etl.check import reconcile_lait
from etl.check.reconcile_lait import Outcome
from etl.model import EtlError, Source
from etl.readers import lait, lait_counts
from etl.sources import all_sources, looked_after
from etl.sources import local_authority_interactive_tool as tool
from tests.etl.helpers import LAST_GOOD, Command, copied_data, few_sources

RATE, PLACEMENTS, SCHOOLS, ON_TIME = "LAC", "LACStable_2016on", "RefBySource_Schl_%", "CP_conf_15days"
COMPARED = {comparison.measure: comparison for comparison in reconcile_lait.COMPARISONS}


# What the tests below change.
CHANGED = (RATE, PLACEMENTS, SCHOOLS, ON_TIME)


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed data folder without what is not compared; in it the tool has measures that no test changes in
    their first year only."""
    folder = copied_data(tmp_path_factory.mktemp("cut") / "data")
    for source in {
        source.id: source for source in (comparison.source for comparison in reconcile_lait.COMPARISONS)
    }.values():
        path = releases.path(folder / "releases", source.release)
        files = [comparison.file.name for comparison in reconcile_lait.COMPARISONS if comparison.source is source]
        frame = pl.read_parquet(path).filter(pl.col("file").is_in([*files, lait.FILE]))
        if source is tool.SOURCE:
            rows = frame.filter(file=lait.FILE).pivot("column", index="line", values="text")
            first = pl.col(lait.YEARS) == pl.col(lait.YEARS).min().over(lait.MEASURE)
            lines = rows.filter(first | pl.col(lait.MEASURE).is_in(CHANGED))["line"].to_list()
            frame = frame.filter((pl.col("file") != lait.FILE) | pl.col("line").is_in(lines))
        frame.write_parquet(path)
    releases.seal(folder / "releases")
    return folder


@pytest.fixture
def data(cut: Path, tmp_path: Path) -> Path:
    """A copy of that, whose releases a test may change."""
    return Path(shutil.copytree(cut, tmp_path / "data"))


@pytest.fixture(scope="module")
def committed(known_areas: Areas) -> pl.DataFrame:
    """The committed releases compared with each other, whole."""
    return reconcile_lait.compare_figures(builder.DATA, known_areas, all_sources())


@dataclass(frozen=True)
class Cell:
    """What is printed in a column of the row that holds these others."""

    column: str
    text: str
    row: Mapping[str, str]


def change(data: Path, source: Source, file: str, *cells: Cell) -> None:
    """Print other texts in these cells of a file."""
    path = releases.path(data / "releases", source.release)
    frame = pl.read_parquet(path)
    text = pl.col("text")
    for one in cells:
        line = line_of(frame, file, **one.row)
        there = (pl.col("file") == file) & (pl.col("line") == line) & (pl.col("column") == one.column)
        text = pl.when(there).then(pl.lit(one.text)).otherwise(text)
    frame.with_columns(text.alias("text")).write_parquet(path)
    releases.seal(path.parent)


def line_of(frame: pl.DataFrame, file: str, **row: str) -> int:
    here = frame.filter(pl.col("file") == file)
    for name, printed in row.items():
        of = {"number": lait.NUMBER, "years": lait.YEARS, "measure": lait.MEASURE}.get(name, name)
        lines = here.filter((pl.col("column") == of) & (pl.col("text") == printed))["line"]
        here = here.filter(pl.col("line").is_in(lines.to_list()))
    (line,) = here["line"].unique()
    return int(line)


def tools(text: str, measure: str = PLACEMENTS, number: str = "383.0", years: str = "2023") -> Cell:
    """A cell of the tool."""
    return Cell(lait.VALUE, text, {"measure": measure, "number": number, "years": years})


def tables(text: str, measure: str = PLACEMENTS, column: str = "", number: str = "383", year: str = "2023") -> Cell:
    """A cell of the table that a measure is compared with."""
    comparison = COMPARED[measure]
    groups = {group: kept[0] for group, kept in comparison.file.groups.items()}
    return Cell(column or comparison.columns[0], text, {"old_la_code": number, "time_period": year, **groups})


def in_the_tool(data: Path, text: str, measure: str = PLACEMENTS, number: str = "383.0", years: str = "2023") -> None:
    change(data, tool.SOURCE, lait.FILE, tools(text, measure, number, years))


def in_the_table(data: Path, text: str, measure: str = PLACEMENTS, column: str = "") -> None:
    comparison = COMPARED[measure]
    change(data, comparison.source, comparison.file.name, tables(text, measure, column))


def result(data: Path, areas: Areas, measure: str = PLACEMENTS) -> dict[str, int]:
    """How many figures of a measure came out how."""
    found = reconcile_lait.compare_figures(data, areas, [tool.SOURCE, COMPARED[measure].source]).filter(
        pl.col("measure") == measure
    )
    return dict(found["outcome"].value_counts().iter_rows())


def differing(data: Path, areas: Areas) -> list[str]:
    return reconcile_lait.describe_disagreements(reconcile_lait.compare_figures(data, areas, all_sources()), areas)


def test_the_committed_releases_agree(committed: pl.DataFrame, known_areas: Areas) -> None:
    counts = committed.group_by("measure").agg(pl.len(), (pl.col("outcome") == Outcome.EQUAL).sum().alias("equal"))
    assert {measure: (compared, equal) for measure, compared, equal in counts.iter_rows()} == {
        "LAC": (815, 815),
        "LACnum": (815, 815),
        "LAC_Start_Rate": (816, 816),
        "LACnum_Start": (816, 816),
        "LACStable_2016on": (805, 805),
        "LACStableNum_2016on": (805, 805),
        "LAC_LongStable%": (807, 807),
        "LAC_LongStableNum": (807, 807),
        "LACHealth%": (811, 811),
        "CareLeaverEET": (816, 816),
        "CareLeaverEETNum": (821, 821),
        "CareLeaverAcc": (807, 807),
        "NoCareLeaverAcc": (812, 812),
        "NoCareLeavers": (821, 821),
        "CareLeaversNEET": (811, 811),
        "Emotional_LAC": (813, 813),
        "CP_conf_15days": (1623, 1511),
        "Continue_Assess_Comp": (1471, 1320),
        "RefBySource_Schl_%": (1453, 1448),
        "RefBySource_HealthServ_%": (1460, 1459),
        "RefBySource_Police_%": (1463, 1459),
        "RevCP": (1447, 1447),
        "CPP_Reviewed_InReqTimeScl": (1456, 1456),
        "CPP_31March_3MnthorMore": (1457, 1457),
        "CPPlans2yrs": (1193, 1193),
    }
    # Two in which a council had no referral from schools: Bolton, 2016 and 2017.
    assert dict(committed["outcome"].value_counts().iter_rows()) == {
        Outcome.EQUAL: 25_748,
        Outcome.UNSUPPRESSED: 191,
        Outcome.ROUNDED: 69,
        Outcome.ANOTHER_EDITION: 11,
        Outcome.ZERO_AS_DASH: 2,
    }
    dashes = committed.filter(pl.col("outcome") == Outcome.ZERO_AS_DASH)
    assert dashes.select("measure", "area_id", "year").rows() == [(SCHOOLS, "350", 2016), (SCHOOLS, "350", 2017)]
    # Kingston with Richmond since 2017, North with West Northamptonshire since 2021, in three measures.
    assert reconcile_lait.count_joint_returns(builder.DATA, known_areas) == (9 + 5) * 3


def test_every_measure_is_compared_or_it_is_said_why_not() -> None:
    read = {metric.where[lait.MEASURE] for metric in tool.SOURCE.metrics} | tool.COMPANIONS.keys()
    assert len(read) == 35
    assert COMPARED.keys() | reconcile_lait.ALONE.keys() == read
    assert not COMPARED.keys() & reconcile_lait.ALONE.keys()


def test_a_figure_that_differs_is_named_with_both_values_and_where_they_stand(data: Path, known_areas: Areas) -> None:
    in_the_tool(data, "71", RATE)
    assert result(data, known_areas, RATE) == {Outcome.EQUAL: 814, Outcome.UNEXPLAINED: 1}
    (words,) = differing(data, known_areas)
    assert words == (
        "E_DISAGREES: LAC of Leeds (383), 2023: 71 in bds_long_0_2026-04-08.parquet, row 90174, "
        "84 in cla_number_and_rate_per_10k_children.csv, line 1191. "
        "Look both up: download the older file again, or declare in etl/check/reconcile_lait.py why they differ."
    )


# Each in 2023, of a council of its own: what the table prints, what the tool does, and what is made of it.
PRINTED = {
    "330": ("k", "0", Outcome.ROUNDS_TO_ZERO),
    "331": ("low", "0", Outcome.ROUNDS_TO_ZERO),
    "332": ("u", "0", Outcome.MISSING_AS_ZERO),
    "333": ("x", "0", Outcome.MISSING_AS_ZERO),
    "334": ("0", "-", Outcome.ZERO_AS_DASH),
    "335": ("?", "0", Outcome.UNEXPLAINED),
    "336": ("k", "1", Outcome.UNEXPLAINED),
    "340": ("u", "9", Outcome.UNEXPLAINED),
    "341": ("c", "9", Outcome.UNEXPLAINED),
    "342": ("9", "-", Outcome.UNEXPLAINED),
    "343": ("9", "0", Outcome.UNEXPLAINED),
    "344": ("9", "10", Outcome.UNEXPLAINED),
}
# Referrals from schools, all referrals, and the percentage.
COUNTED = {
    "330": ("1", "1000", "0.1", Outcome.EQUAL),
    "331": ("1", "1000", "0.2", Outcome.UNEXPLAINED),
    "332": ("c", "1000", "0.2", Outcome.UNSUPPRESSED),
    "333": ("c", "c", "0.2", Outcome.UNSUPPRESSED),
    "334": ("u", "1000", "0.2", Outcome.UNEXPLAINED),
    "335": ("c", "u", "0.2", Outcome.UNEXPLAINED),
    "336": ("0", "1000", "-", Outcome.ZERO_AS_DASH),
}


def changed(cut: Path, to: Path, measure: str, areas: Areas, ours: list[Cell], theirs: list[Cell]) -> pl.DataFrame:
    """What comes out of a measure of which all these cells are printed otherwise."""
    data = Path(shutil.copytree(cut, to))
    comparison = COMPARED[measure]
    change(data, tool.SOURCE, lait.FILE, *ours)
    change(data, comparison.source, comparison.file.name, *theirs)
    found = reconcile_lait.compare_figures(data, areas, [tool.SOURCE, comparison.source])
    return found.filter(measure=measure).select("area_id", "year", "outcome")


@pytest.fixture(scope="module")
def printed(cut: Path, known_areas: Areas, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return changed(
        cut, tmp_path_factory.mktemp("printed") / "data", PLACEMENTS, known_areas,
        [tools(ours, number=f"{number}.0") for number, (_, ours, _) in PRINTED.items()],
        [tables(theirs, number=number) for number, (theirs, _, _) in PRINTED.items()],
    )  # fmt: skip


@pytest.fixture(scope="module")
def counted(cut: Path, known_areas: Areas, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return changed(
        cut, tmp_path_factory.mktemp("counted") / "data", SCHOOLS, known_areas,
        [tools(percent, SCHOOLS, f"{number}.0") for number, (_, _, percent, _) in COUNTED.items()],
        [tables(schools, SCHOOLS, number=number) for number, (schools, *_) in COUNTED.items()]
        + [tables(referrals, SCHOOLS, "Referrals", number) for number, (_, referrals, *_) in COUNTED.items()],
    )  # fmt: skip


@pytest.mark.parametrize("number", PRINTED, ids=lambda number: " for ".join(PRINTED[number][:2]))
def test_what_the_tool_prints_otherwise_is_explained_only_where_it_is_declared(
    printed: pl.DataFrame, number: str
) -> None:
    assert printed.filter(area_id=number, year=2023)["outcome"].to_list() == [PRINTED[number][-1]]


@pytest.mark.parametrize("number", COUNTED, ids=lambda number: " of ".join(COUNTED[number][:2]))
def test_a_percentage_is_compared_with_the_counts_it_is_made_of(counted: pl.DataFrame, number: str) -> None:
    assert counted.filter(area_id=number, year=2023)["outcome"].to_list() == [COUNTED[number][-1]]


def test_what_is_printed_otherwise_of_a_council_changes_nothing_of_another(
    committed: pl.DataFrame, printed: pl.DataFrame, counted: pl.DataFrame
) -> None:
    for measure, found, cases in ((PLACEMENTS, printed, PRINTED), (SCHOOLS, counted, COUNTED)):
        others = ~(pl.col("area_id").is_in(list(cases)) & (pl.col("year") == 2023))
        before = committed.filter(measure=measure).select("area_id", "year", "outcome")
        assert found.filter(others).equals(before.filter(others))
        assert found.height - found.filter(others).height == len(cases)


def test_a_percentage_is_not_less_than_the_counts_that_are_not_suppressed_make(data: Path, known_areas: Areas) -> None:
    # 50 of 100 conferences are known to have been held in time, and the others are suppressed.
    for column, text in zip(lait_counts.CONFERENCE_COUNTS, ("50", "c", "100"), strict=True):
        in_the_table(data, text, ON_TIME, column)
    in_the_tool(data, "50", ON_TIME)
    assert result(data, known_areas, ON_TIME)[Outcome.UNSUPPRESSED] == 57
    in_the_tool(data, "49.9", ON_TIME)
    assert result(data, known_areas, ON_TIME)[Outcome.UNEXPLAINED] == 1


def test_a_row_that_stands_twice_in_the_tool_is_compared_once(data: Path, known_areas: Areas) -> None:
    path = releases.path(data / "releases", tool.SOURCE.release)
    frame = pl.read_parquet(path)
    leeds = line_of(frame, lait.FILE, measure=PLACEMENTS, number="383.0", years="2023")
    again = frame.filter((pl.col("file") == lait.FILE) & (pl.col("line") == leeds)).with_columns(
        line=pl.lit(99_999, pl.Int64)
    )
    pl.concat([frame, again]).write_parquet(path)
    releases.seal(path.parent)
    assert result(data, known_areas) == {Outcome.EQUAL: 805}


def test_two_without_a_figure_are_not_compared(data: Path, known_areas: Areas) -> None:
    in_the_table(data, "c")
    in_the_tool(data, "-")
    assert result(data, known_areas) == {Outcome.EQUAL: 804}


@pytest.mark.parametrize(("source", "column", "number"), [(looked_after.SOURCE, "old_la_code", "383"),
                                                          (tool.SOURCE, lait.NUMBER, "383.0")],
                         ids=["in the table", "in the tool"])  # fmt: skip
def test_a_figure_that_has_no_row_in_the_other_publication_is_not_explained(
    data: Path, known_areas: Areas, source: Source, column: str, number: str
) -> None:
    path = releases.path(data / "releases", source.release)
    frame = pl.read_parquet(path)
    leeds = frame.filter((pl.col("column") == column) & (pl.col("text") == number)).select("file", "line")
    frame.join(leeds, on=["file", "line"], how="anti").write_parquet(path)
    releases.seal(path.parent)
    assert result(data, known_areas) == {Outcome.EQUAL: 800, Outcome.UNEXPLAINED: 5}
    nothing = f"nothing in {lait.FILE if source is tool.SOURCE else looked_after.STABILITY}"
    words = [line for line in differing(data, known_areas) if f"{PLACEMENTS} of Leeds" in line]
    assert len(words) == 5
    assert all(f"{nothing}, " in line or f"{nothing}. " in line for line in words)


def test_counts_of_england_may_be_off_by_rounding_and_those_of_councils_may_not(data: Path, known_areas: Areas) -> None:
    # 58,670 of 72,100 in 2025: 81.4%, and with counts off by 5 not 81.5%.
    in_the_tool(data, "81.5", ON_TIME, "970.0", "2025")
    in_the_tool(data, "50.1", ON_TIME, "383.0", "2025")
    words = [line.split(":")[1].strip() for line in differing(data, known_areas)]
    assert words == ["CP_conf_15days of Leeds (383), 2025", "CP_conf_15days of England (E92000001), 2025"]


def test_a_declared_difference_holds_for_the_declared_figure_only(data: Path, known_areas: Areas) -> None:
    in_the_tool(data, "61.9", ON_TIME, "852.0", "2016")
    found = result(data, known_areas, ON_TIME)
    assert (found[Outcome.ANOTHER_EDITION], found[Outcome.UNEXPLAINED]) == (7, 1)


def test_every_declared_difference_is_still_one(committed: pl.DataFrame) -> None:
    found = committed.filter(pl.col("outcome") == Outcome.ANOTHER_EDITION)
    declared = {
        (one.measure, *key): value for one in reconcile_lait.COMPARISONS for key, value in one.another_edition.items()
    }
    assert {row[:3]: row[3] for row in found.select("measure", "area_id", "year", "value").iter_rows()} == declared


def test_sources_that_are_not_built_are_not_compared(data: Path, known_areas: Areas) -> None:
    assert reconcile_lait.compare_figures(data, known_areas, [looked_after.SOURCE]).is_empty()
    assert reconcile_lait.compare_figures(data, known_areas, [tool.SOURCE])["measure"].unique().to_list() == [ON_TIME]
    reconcile_lait.require_agreement(data, known_areas, [])


def test_a_build_is_refused_by_name_and_the_last_good_database_stays(tmp_path: Path) -> None:
    data = copied_data(tmp_path / "data")
    (data / builder.DATABASE).write_bytes(LAST_GOOD)
    in_the_tool(data, "71", RATE)
    with pytest.raises(EtlError, match=r"E_DISAGREES: LAC of Leeds \(383\), 2023: 71 in .* 84 in .* declare in"):
        builder.build(data, sources=few_sources(tool.SOURCE.id, *tool.SOURCE.needs, looked_after.SOURCE.id))
    assert (data / builder.DATABASE).read_bytes() == LAST_GOOD


def test_of_many_differences_the_first_are_named_and_the_others_counted(data: Path, known_areas: Areas) -> None:
    path = releases.path(data / "releases", looked_after.SOURCE.release)
    rate = (pl.col("file") == looked_after.NUMBERS) & (pl.col("column") == "rate_per_10000") & (pl.col("text") == "67")
    frame = pl.read_parquet(path)
    frame.with_columns(pl.when(rate).then(pl.lit("68")).otherwise("text").alias("text")).write_parquet(path)
    releases.seal(path.parent)
    with pytest.raises(EtlError, match="E_DISAGREES") as error:
        reconcile_lait.require_agreement(data, known_areas, all_sources())
    *shown, last = str(error.value).splitlines()
    assert len(shown) == reconcile_lait.SHOWN
    assert (
        last
        == f"and {len(differing(data, known_areas)) - reconcile_lait.SHOWN} more: `python -m etl agree` names them all."
    )


def test_the_command_says_what_agrees_and_ends_well(command: Command) -> None:
    ran = command("agree")
    assert ran.status == 0
    assert "LAC, 2021 to 2025: 815 compared with cla_number_and_rate_per_10k_children.csv, 815 equal" in ran.out
    for line in (
        "26,021 figures compared, 25,748 equal",
        "69 counts rounded to 10",
        "11 counts of another edition",
        "191 table suppresses the counts",
        "2 0 shown as -",
        "0 unexplained",
        "42 of joint returns, printed alike for both councils and counted once here",
        "In the tool alone, CareApplications: Cafcass prints no table by council",
    ):
        assert line in ran.out.splitlines()


def test_the_command_ends_with_status_2_and_names_what_it_cannot_explain(data: Path, command: Command) -> None:
    in_the_tool(data, "71", RATE)
    ran = command("agree", "--data", data)
    assert ran.status == 2
    assert "1 unexplained" in ran.out.splitlines()
    assert "LAC of Leeds (383), 2023: 71 in bds_long_0_2026-04-08.parquet" in ran.err
