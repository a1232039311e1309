"""Tables of what was measured: targets judged, empty columns left out, each section with its own date."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import report
from bench.report import Line, Section, Table
from bench.soak import Sample, Soak
from bench.users import soaked


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        (Line("Times", "a page", [90.0, 110.0, 100.0], target=101), True),
        (Line("Times", "a page", [90.0, 110.0, 100.0], target=100), False),
        (Line("Times", "a page", [90.0, 110.0, 100.0], target=101, always=True), False),
        (Line("Times", "a page", [90.0], [60.0], times=1.5), True),
        (Line("Times", "a page", [91.0], [60.0], times=1.5), False),
        (Line("Times", "a page", [91.0]), None),
    ],
)
def test_a_target_is_held_by_the_median_or_by_every_one(line: Line, holds: bool | None) -> None:
    assert line.holds is holds


def test_a_table_has_the_columns_that_say_something() -> None:
    (times, sizes) = report.tables(
        [
            Line("Times", "map", [20.0], [10.0], 50, times=1.3, pandas=[200.0], bare=[16.0]),
            Line("Times", "council", [60.0], [10.0], 50, pandas=[90.0]),
            Line("Sizes", "map", [4.0]),
        ]
    )
    assert times.heads == list(report.HEADS)
    assert times.rows[0] == [
        "map", "20", "20 to 20", "10", "2.0", "16", "1.2", "200", "10.0", "under 50, 1.3 times", "yes",
    ]  # fmt: skip
    assert times.rows[1][-1] == "**no**"
    assert (times.judged, times.held) == (2, 1)
    assert sizes.heads == ["", "median", "lowest to highest"]
    assert (sizes.judged, sizes.held) == (0, 0)


def section(at: str, cell: str) -> Section:
    """A synthetic section with one target, which holds."""
    return Section(at, 2.0, 0.3, "Two cores.", [Table("Synthetic", ["", "seen"], [["what", cell]], 1, 1)])


def test_a_section_measured_anew_leaves_the_others_with_their_dates(tmp_path: Path) -> None:
    saved, results = tmp_path / "out" / "results.json", tmp_path / "RESULTS.md"
    report.keep(
        {"pages": section("2026-11-01T08:00:00+00:00", "17 ms"), "users": section("2026-11-01T09:00:00+00:00", "x")},
        saved,
    )
    renewed = report.keep({"pages": section("2026-11-02T10:30:00+00:00", "23 ms")}, saved)
    order = ("pages", "users")
    assert report.put_together(renewed, order, order, results) == ""
    text = results.read_text("utf-8")
    assert "2 November 2026 at 10:30 UTC" in text
    assert "1 November 2026 at 09:00 UTC" in text
    assert "23 ms" in text
    assert "17 ms" not in text
    assert "2 of 2 targets hold" in text
    assert text.count("Two cores.") == 1


def test_a_section_without_others_beside_it_leaves_the_results_as_they_are_and_says_so(tmp_path: Path) -> None:
    saved, results = tmp_path / "out" / "results.json", tmp_path / "RESULTS.md"
    results.write_text("of another machine", "utf-8")
    needed, order = ("pages", "api", "users"), ("pages", "api", "users", "soak")
    alone = report.keep({"api": section("2026-11-02T10:30:00+00:00", "4 ms")}, saved)
    said = report.put_together(alone, needed, order, results)
    assert said.startswith("RESULTS.md is left as it is: there are no earlier results of pages, users here")
    assert results.read_text("utf-8") == "of another machine"
    # What was measured is not lost: with the others it is written.
    at = "2026-11-03T08:00:00+00:00"
    whole = report.keep({"pages": section(at, "17 ms"), "users": section(at, "x")}, saved)
    assert report.put_together(whole, needed, order, results).startswith("RESULTS.md is without soak: ")
    text = results.read_text("utf-8")
    assert "4 ms" in text
    assert "17 ms" in text
    whole = report.keep({"soak": section(at, "steady")}, saved)
    assert report.put_together(whole, needed, order, results) == ""
    assert "steady" in results.read_text("utf-8")


def test_growth_is_that_after_the_warm_up() -> None:
    """Memory of 100 MB that doubles in the first tenth and then stays has not grown."""

    def sample(minute: int, memory: float, errors: int = 0) -> Sample:
        return Sample(minute, memory, 50, 20, 0.1, 100, 80.0, errors)

    steady = Soak(20, [sample(0, 100), *(sample(minute, 200) for minute in range(1, 10))])
    assert steady.growth == 0
    leaking = Soak(20, [sample(minute, 100 + 10 * minute) for minute in range(10)])
    assert leaking.growth == pytest.approx(80 / 110)
    assert [row[-1] for row in soaked(steady).rows if row[-1]] == ["yes", "yes"]
    failing = Soak(20, [*steady.samples, sample(10, 200, errors=1)])
    assert (soaked(failing).judged, soaked(failing).held) == (2, 1)
