"""Every source has exactly the rows, in every year, and of exactly the councils, that were counted in its files."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.build import builder
from etl.sources import all_sources
from etl.sources.deprivation import DISTRICTS, LOOKUP
from etl.sources.social_work_workforce import SOURCE
from tests.published.row_counts import (
    AGAIN,
    Counted,
    councils,
    differences,
    expected,
    living,
    of_files,
    of_releases,
)

CENSUS = "b1_children_in_need_2013_to_2025.csv"
WORKFORCE = "csww_indicators_2017_to_2025.csv"
MADE_UP = Counted("made_up", "made_up.csv", "2025", 153, 153, 153, 11, 1, "all")


def test_the_committed_releases_have_the_rows_that_were_counted() -> None:
    assert differences(expected(), of_releases(), kept_only=True) == [], AGAIN


@pytest.mark.published
def test_the_published_files_have_the_rows_that_were_counted(published: Path) -> None:
    assert differences(expected(), of_files(published)) == [], AGAIN


def test_a_council_whose_row_is_gone_from_a_release_is_named(tmp_path: Path) -> None:
    path = Path(shutil.copy(releases.path(builder.DATA / "releases", SOURCE.release), tmp_path))
    frame = pl.read_parquet(path)
    row = frame.filter(
        ((pl.col("column") == "time_period") & (pl.col("text") == "2025"))
        | ((pl.col("column") == "old_la_code") & (pl.col("text") == "314 / 318"))
    )
    line = row.filter(pl.col("line").is_duplicated()).select("file", "line").unique()
    frame.join(line, on=["file", "line"], how="anti").write_parquet(path)
    releases.seal(path.parent)
    said = f"{SOURCE.id}, {WORKFORCE}, 2025:"
    counted = [one for one in expected() if one.source == SOURCE.id]
    assert differences(counted, of_releases(tmp_path, SOURCE), kept_only=True) == [
        f"{said} Kingston upon Thames (314) is missing.",
        f"{said} Richmond upon Thames (318) is missing.",
        f"{said} 150 rows of local authorities, where there were 151.",
        f"{said} 150 rows of local authorities that are kept, where there were 151.",
        f"{said} 151 local authorities, where there were 153.",
    ]


def test_every_file_of_every_source_is_counted() -> None:
    counted = {(one.source, one.file.split("#")[0]) for one in expected()}
    tables = {(source.id, file.name) for source in all_sources() for file in source.release.files if not file.many}
    # Of districts, which are no councils: counties are compared with them.
    assert counted == tables - {("deprivation", DISTRICTS), ("deprivation", LOOKUP)}
    assert sum(one.rows for one in expected()) > 100_000


@pytest.mark.parametrize(
    ("file", "first", "rows"),
    [
        # By hand, from the files: two councils for one from 2019 on, one for two in 2020, two for one in 2021 and 2023.
        (CENSUS, 2013, [152] * 7 + [151, 151, 152, 152, 153, 153]),
        (WORKFORCE, 2017, [151, 151, 150, 150, 150, 150, 151, 151, 151]),
    ],
)
def test_the_rows_of_councils_by_year_are_those_counted_by_hand(file: str, first: int, rows: list[int]) -> None:
    counted = {one.period: one for one in expected() if one.file == file}
    assert [counted[str(year)].rows for year in range(first, first + len(rows))] == rows
    assert {one.england for one in counted.values()} == {1}
    assert {one.regions for one in counted.values()} == {11}


def test_a_joint_return_is_one_row_of_two_councils() -> None:
    (newest,) = (one for one in expected() if (one.file, one.period) == (WORKFORCE, "2025"))
    assert (newest.rows, newest.authorities, newest.councils) == (151, 153, "all")


def test_councils_are_there_from_the_day_they_began_to_the_day_they_ended() -> None:
    assert {"909", "942"} & living(CENSUS, "2023") == {"909"}
    assert {"909", "942"} & living(CENSUS, "2024") == {"942"}
    assert {"909", "942"} & living(WORKFORCE, "2023") == {"942"}
    assert {"835", "838"} & living("absence_la.csv", "201819") == {"835"}
    assert {"835", "838"} & living("bds_long_selected.parquet", "2018-19 (OT)") == {"835"}
    assert len(living("sn_model_2025_wide.csv", "")) == 153
    assert len(councils()) == 158


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({"councils": "all but 383"}, ["Leeds (383) is missing."]),
        ({"councils": "all but 383 and 909"}, ["Leeds (383) is missing.", "Cumbria (909) is new: it had no row."]),
        ({"councils": "all", "rows": 154}, ["154 rows of local authorities, where there were 153."]),
        ({"kept": 0}, ["0 rows of local authorities that are kept, where there were 153."]),
        ({"regions": 10}, ["10 regions, where there were 11."]),
        ({"england": 0}, ["0 of England, where there were 1."]),
        ({}, []),
    ],
)
def test_what_is_other_than_counted_is_said_in_words(now: dict[str, object], words: list[str]) -> None:
    found = replace(MADE_UP, **now)  # type: ignore[arg-type]
    assert differences([MADE_UP], [found]) == [f"made_up, made_up.csv, 2025: {one}" for one in words]


def test_a_period_that_is_missing_or_new_is_said() -> None:
    assert differences([MADE_UP], [replace(MADE_UP, period="2026")]) == [
        "made_up, made_up.csv, 2025: there are no rows of it.",
        "made_up, made_up.csv, 2026: it is new.",
    ]


def test_only_what_is_kept_of_a_file_is_looked_for_in_a_release() -> None:
    whole, older = replace(MADE_UP, rows=459), replace(MADE_UP, period="2012", kept=0)
    assert differences([whole, older], [MADE_UP], kept_only=True) == []
    assert differences([whole, older], [MADE_UP, replace(older, rows=5)], kept_only=True) == [
        "made_up, made_up.csv, 2012: it is new."
    ]
