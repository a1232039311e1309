"""What is refused or said of a release that can be read but cannot, or hardly, be right. Every figure is made up."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.areas import Areas, alive
from etl.check import validation
from etl.check.validation import Allowed, ReleaseError
from etl.model import (
    LEDGER,
    OBSERVATION,
    File,
    Loaded,
    Metric,
    PeriodKind,
    Polarity,
    Release,
    Source,
    Sum,
)
from etl.releases import Cells
from tests.etl import synthetic
from tests.etl.helpers import Command

NOBODY = Cells(pl.DataFrame(schema=releases.CELL))
RATE = Metric(
    id="made_up_rate",
    title="Made-up rate",
    short_title="Rate",
    noun="made-up rate",
    theme="Workforce",
    definition="Nothing.",
    unit="%",
    polarity=Polarity.LOWER_IS_BETTER,
    polarity_reason="Made up.",
    period_kind=PeriodKind.AT_31_MARCH,
    column="rate",
    decimals=4,
)
Values = Mapping[str, float | None]


def source(*metrics: Metric, title: str = "2025", sums: tuple[Sum, ...] = ()) -> Source:
    release = Release("made_up", title, "2026-01", "https://example.org/", (File("made/up.csv"),))
    return Source("made_up", "Made-up figures", "Nobody", release, build_nothing, metrics or (RATE,), sums=sums)


def build_nothing(*_: object) -> Loaded:
    raise AssertionError("nothing is loaded here")


def loaded(years: Mapping[int, Values], metric_id: str = "made_up_rate") -> Loaded:
    """Observations of a metric: year -> number of the authority -> value, None where it is suppressed."""
    rows = [
        {
            "metric_id": metric_id,
            "area_id": area_id,
            "period_end": date(year, 3, 31),
            "period": str(year),
            "value": value,
            "status": "observed" if value is not None else "suppressed",
            "return_id": area_id,
            "source_id": "made_up",
            "file": "up.csv",
            "line": line,
        }
        for year, values in years.items()
        for line, (area_id, value) in enumerate(values.items(), start=2)
    ]
    empty = dict.fromkeys(OBSERVATION.names())
    frame = pl.DataFrame([empty | row for row in rows], schema=OBSERVATION)
    return Loaded({"observation": frame}, pl.DataFrame(schema=LEDGER))


def judged(made: Loaded, areas: Areas, metric: Metric = RATE) -> list[tuple[str, str]]:
    found = validation.validate(source(metric), NOBODY, made, areas)
    return [(rule, message) for _, rule, message in found.warning.iter_rows()]


@pytest.fixture
def everybody(known_areas: Areas) -> list[str]:
    """The numbers of the authorities of 31 March 2025."""
    return alive(known_areas, date(2025, 3, 31))


def level(numbers: Iterable[str], first: float = 10.0) -> dict[str, float]:
    """A plausible spread: from `first`, a tenth more for each."""
    return {area_id: first + at / 10 for at, area_id in enumerate(numbers)}


def scaled(values: Mapping[str, float], by: float) -> dict[str, float]:
    return {area_id: value * by for area_id, value in values.items()}


def test_a_release_of_which_nothing_is_to_be_said(known_areas: Areas, everybody: list[str]) -> None:
    assert judged(loaded({2024: level(everybody, 11), 2025: level(everybody)}), known_areas) == []


@pytest.mark.parametrize(
    "years",
    [
        pytest.param({2025: 0.01}, id="no value above 1.5"),
        pytest.param({2024: 1.0, 2025: 0.04}, id="a twentyfifth of last year"),
    ],
)
def test_a_share_from_0_to_1_is_refused_where_0_to_100_is_expected(
    known_areas: Areas, everybody: list[str], years: Mapping[int, float]
) -> None:
    values = level(everybody, 50)
    made = loaded({year: scaled(values, by) for year, by in years.items()})
    with pytest.raises(ReleaseError, match=r"^E_SCALE: Made-up figures, 2025: made_up_rate at 2025-03-31 looks like"):
        judged(made, known_areas)


def test_a_percentage_that_is_declared_as_low_may_be_low(known_areas: Areas, everybody: list[str]) -> None:
    low = dataclasses.replace(RATE, always_low=True)
    assert judged(loaded({2025: scaled(level(everybody, 50), 0.01)}), known_areas, low) == []


def test_a_few_low_percentages_are_no_scale(known_areas: Areas, everybody: list[str]) -> None:
    few = dict.fromkeys(everybody, None) | level(everybody[:10], 0.1)
    assert judged(loaded({2025: few}), known_areas) == []


def test_rates_that_are_no_percentages_have_no_scale(known_areas: Areas, everybody: list[str]) -> None:
    per = dataclasses.replace(RATE, unit="per 10,000 children")
    assert judged(loaded({2025: scaled(level(everybody), 0.01)}), known_areas, per) == []


def test_an_outlier_is_said(known_areas: Areas, everybody: list[str]) -> None:
    before = level(everybody)
    # Others move a little this way and that, Leeds to ten times what it was.
    now = {area_id: value * (1.01 if at % 2 else 0.99) for at, (area_id, value) in enumerate(before.items())}
    now["383"] = before["383"] * 10
    ((rule, message),) = judged(loaded({2024: before, 2025: now}), known_areas)
    assert rule == "W_OUTLIER"
    assert message == f"Leeds: made-up rate went from {before['383']:g} to {now['383']:g} in a year to 2025-03-31."


def test_where_everybody_moves_nobody_is_an_outlier(known_areas: Areas, everybody: list[str]) -> None:
    before = level(everybody)
    now = {area_id: value * (6 + at % 7) for at, (area_id, value) in enumerate(before.items())}
    assert judged(loaded({2024: before, 2025: now}), known_areas, dataclasses.replace(RATE, unit="score")) == []


def test_a_measure_that_equals_another_years_is_refused(known_areas: Areas, everybody: list[str]) -> None:
    values = level(everybody)
    with pytest.raises(
        ReleaseError, match=r"^E_COPIED: .* 'made-up rate' is the same in 2024 and 2025 in 100% of 1\d\d c"
    ):
        judged(loaded({2024: values, 2025: values}), known_areas)
    moved = {area_id: value * 1.1 for area_id, value in values.items()}
    assert judged(loaded({2024: values, 2025: moved}), known_areas) == []


def test_a_missing_council_is_named(known_areas: Areas, everybody: list[str]) -> None:
    without = [area_id for area_id in everybody if area_id not in ("383", "202")]
    ((rule, message),) = judged(loaded({2025: level(without)}), known_areas)
    assert rule == "W_MISSING_LA"
    assert message == "up.csv has no row of Camden, Leeds in 2025 (1 measure): shown as not published."


def test_a_council_that_is_suppressed_is_not_missing(known_areas: Areas, everybody: list[str]) -> None:
    assert judged(loaded({2025: level(everybody) | {"383": None}}), known_areas) == []


def test_parts_that_do_not_sum_are_refused(tmp_path: Path, known_areas: Areas, everybody: list[str]) -> None:
    rows = (
        f"2025,{synthetic.LEEDS},60,30,10",  # adds up to 100
        f"2025,{synthetic.CAMDEN},60,c,c",  # of parts that are suppressed only that they are some
        f"2024,{synthetic.LEEDS},60,39,1",
        f"2024,{synthetic.CAMDEN},50,30,1",
        f"2025,{synthetic.ENGLAND},6000,3000,10",  # rounded to ten
    )
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "up.csv").write_bytes(
        synthetic.csv_file("short,long,longest,all", *(f"{row},100" for row in rows[:4]), f"{rows[4]},9020")
    )
    from etl.extract import release as extract

    counted = dataclasses.replace(RATE, column="all", unit="children")
    whole = source(counted, sums=(Sum("up.csv", ("short", "long", "longest"), "all"),))
    extract.extract(dataclasses.replace(whole, metrics=()), tmp_path, tmp_path)
    cells, figures = releases.read(tmp_path, whole), loaded({2025: level(everybody)})
    with pytest.raises(ReleaseError) as refused:
        validation.validate(whole, cells, figures, known_areas)
    assert str(refused.value) == (
        "E_UNPROVED: Made-up figures, 2025: a figure contradicts what is printed beside it. Camden, 2024: all is 100 "
        "(up.csv, line 5); its parts add up to 81. If the publisher confirms it, say `--accept-unproved`: it is "
        "loaded, and `status` shows it."
    )
    accepted = validation.validate(whole, cells, figures, known_areas, accepted=True)
    assert [row["rule"] for row in accepted.warning.iter_rows(named=True)] == ["W_UNPROVED"]
    assert accepted.proof.select("proof", "proved", "unproved").rows() == [("parts", 4, 1)]


def compare(old: Loaded, new: Loaded, areas: Areas, allowed: Allowed = Allowed()) -> list[str]:  # noqa: B008 - frozen
    return validation.compare_with_earlier(source(), new, source(title="2024"), old, areas, allowed)


def test_an_older_release_is_refused(known_areas: Areas, everybody: list[str]) -> None:
    values = level(everybody)
    old, new = loaded({2024: values, 2025: values}), loaded({2024: values})
    with pytest.raises(ReleaseError, match=r"^E_OLDER_RELEASE: .* ends on 2024-03-31, but figures to 2025-03-31 are"):
        compare(old, new, known_areas)
    assert compare(old, new, known_areas, Allowed(older=True, missing=True)) == []


def test_revised_years_are_counted_and_many_are_refused(known_areas: Areas, everybody: list[str]) -> None:
    values = level(everybody)
    few = values | {"383": 99.0, "202": None}
    (words,) = compare(loaded({2024: values}), loaded({2024: few, 2025: values}), known_areas)
    assert words.startswith(f"made_up_rate: 2 of {len(everybody)} earlier figures revised; most of all Leeds at 2024-")
    many = loaded({2024: scaled(values, 1.5)})
    with pytest.raises(ReleaseError, match=r"^E_REVISED: .*more than 20% of what was published before") as refused:
        compare(loaded({2024: values}), many, known_areas)
    assert "--accept-revision" in str(refused.value)
    (words,) = compare(loaded({2024: values}), many, known_areas, Allowed(revision=True))
    assert words.startswith(f"made_up_rate: {len(everybody)} of {len(everybody)} earlier figures revised")


def test_rows_that_are_gone_are_refused_with_whose_they_are(known_areas: Areas, everybody: list[str]) -> None:
    values = level(everybody)
    without = {area_id: value for area_id, value in values.items() if area_id != "383"}
    old, new = loaded({2024: values, 2025: values}), loaded({2024: without, 2025: without})
    with pytest.raises(ReleaseError, match=r"^E_LOST_ROWS: .* no longer has 2 figures of Leeds \(2024, 2025\)"):
        compare(old, new, known_areas)
    assert compare(old, new, known_areas, Allowed(missing=True))


def test_a_period_that_is_gone_is_refused(known_areas: Areas, everybody: list[str]) -> None:
    values = level(everybody)
    with pytest.raises(ReleaseError, match=r"^E_LOST_ROWS: .* no longer has made_up_rate in periods"):
        compare(loaded({2023: values, 2024: values}), loaded({2024: values}), known_areas)


# The real files, damaged as a slip would.


def damaged(published: Path, tmp_path: Path, path: str, pattern: str, by: str) -> Path:
    """A folder with one published file in which a pattern is replaced, everywhere."""
    text = (published / path).read_text("utf-8-sig")
    other, count = re.subn(pattern, by, text, flags=re.MULTILINE)
    assert count
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(other, "utf-8")
    return tmp_path


def releases_of(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((data / "releases").iterdir())}


def test_a_workforce_file_with_one_council_missing_is_refused(
    published: Path, tmp_path: Path, data: Path, command: Command
) -> None:
    path = "dfe-workforce/csww_indicators_2017_to_2025.csv"
    folder = damaged(published, tmp_path / "slip", path, r"^.*,Leeds,.*\r?\n", "")
    before = releases_of(data)
    ran = command("extract", "social_work_workforce", "--from", folder, "--data", data)
    assert ran.status == 2
    assert "E_LOST_ROWS: Children's social work workforce, reporting year 2025: it no longer has" in ran.err
    assert "figures of Leeds (2017, 2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025), which are loaded now" in ran.err
    assert releases_of(data) == before


def test_a_new_edition_with_one_council_missing_is_said(
    published: Path, tmp_path: Path, data: Path, command: Command
) -> None:
    """As it is when 2025 is loaded for the first time: nothing of that year can be lost, but all others are there."""
    path = "dfe-workforce/csww_indicators_2017_to_2025.csv"
    folder = damaged(published, tmp_path / "slip", path, r"^2025,.*,Leeds,.*\r?\n", "")
    (data / "releases" / "social_work_workforce_2025.parquet").unlink()
    ran = command("extract", "social_work_workforce", "--from", folder, "--data", data)
    assert ran.status == 0
    assert "warning: csww_indicators_2017_to_2025.csv has no row of Leeds in 2025 (" in " ".join(ran.out.split())


def test_two_grades_swapped_in_a_report_no_official_file_has_are_refused(
    published: Path, tmp_path: Path, data: Path, command: Command
) -> None:
    """Trafford, July 2026: leaders inadequate, protection inadequate, in care good, care leavers RI."""
    path = "ofsted/ofsted_csc_ilacs_history.csv"
    text = (published / path).read_text("utf-8-sig")
    (row,) = (line for line in text.splitlines() if "trafford" in line and "not_reported_post_reform" in line)
    swapped = row.replace(
        "inadequate,inadequate,good,requires improvement", "inadequate,good,inadequate,requires improvement"
    )
    assert swapped != row
    folder = damaged(published, tmp_path / "slip", path, re.escape(row), swapped)
    before = releases_of(data)
    ran = command("extract", "data_to_insight_inspections", "--from", folder, "--data", data)
    assert ran.status == 2
    # Its PDF is in place, and says otherwise.
    assert ran.err.strip().startswith("E_DISAGREES: 80573_trafford___-_03_august_2026.pdf: the inspection of Trafford")
    assert "help and protection is Inadequate here but Good there" in ran.err
    assert "children in care is Good here but Inadequate there" in ran.err
    assert releases_of(data) == before


def test_a_file_cut_in_the_middle_is_refused(published: Path, tmp_path: Path, data: Path, command: Command) -> None:
    path = "dfe-workforce/csww_indicators_2017_to_2025.csv"
    content = (published / path).read_bytes()
    where = tmp_path / "slip" / path
    where.parent.mkdir(parents=True)
    before = releases_of(data)
    for end, rule in (
        (len(content) // 2, "E_FIELD_COUNT"),
        (content.rindex(b"\n", 0, len(content) // 2) + 1, "E_LOST_ROWS"),
    ):
        where.write_bytes(content[:end])
        ran = command("extract", "social_work_workforce", "--from", tmp_path / "slip", "--data", data)
        assert (ran.status, ran.err.strip().split(":")[0]) == (2, rule)
        assert releases_of(data) == before


def test_the_real_releases_are_let_in_again_and_say_what_they_revised(
    published: Path, data: Path, command: Command
) -> None:
    before = releases_of(data)
    (data / "releases" / "social_work_workforce_2025.parquet").unlink()
    ran = command("extract", "social_work_workforce", "--from", published, "--data", data)
    assert (ran.status, ran.err.strip()) == (0, "")
    said = " ".join(ran.out.split())
    assert "revised: turnover_rate: 3 of 1312 earlier figures revised; most of all North East at 2024-09-30" in said
    assert releases_of(data) == before
