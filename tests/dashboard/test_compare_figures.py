"""Bars, lines and dots of the Compare page: order, axes, marks, gaps and names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis import compare, queries
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES
from dashboard.views.charts import bars, builder, lines, palette, scatter, style
from dashboard.views.charts.palette import QUARTERS
from dashboard.views.charts.style import MARK
from dashboard.views.text import compare as sentences
from tests.dashboard import small
from tests.dashboard.beside import (
    CITY,
    CUMBERLAND,
    KINGSTON,
    LEEDS,
    NEUTRAL,
    RICHMOND,
    SCILLY,
    beside,
    database_of,
    newest,
)
from tests.dashboard.small import Figure, metric


def drawn_bars(
    db: Database, area_ids: Sequence[str], chosen: str | None = None, benchmark: str = DEFAULT
) -> dict[str, Any]:
    rows = beside(db, area_ids, benchmark=benchmark)
    return bars.draw_bars(
        rows, newest(db, benchmark=benchmark), db.metrics["waits"], chosen=chosen, benchmark=BENCHMARKS[benchmark]
    )


def trace(figure: dict[str, Any], **has: Any) -> dict[str, Any]:
    """The one trace with these properties."""
    (found,) = (one for one in figure["data"] if all(one.get(name) == value for name, value in has.items()))
    return dict(found)


def test_bars_stand_best_first_in_the_colour_and_words_of_their_quarter_and_missing_ones_last(tmp_path: Path) -> None:
    db = database_of(tmp_path, [5.0, 9.0, 2.0, "c"])
    figure = drawn_bars(db, ["101", "102", "103", "104"], chosen="101")
    words = trace(figure, mode="text")["text"]
    assert words == [
        "Council 103  <b>2.0%</b>, best quarter",
        "◆ <b>Council 101</b>  <b>5.0%</b>, second quarter",
        "Council 102  <b>9.0%</b>, worst quarter",
        "Council 104  <i>suppressed, to protect small numbers (c)</i>",
    ]
    solid, hatched = (one for one in figure["data"] if one["type"] == "bar")
    assert solid["x"] == [2.0, 5.0, 9.0]
    assert solid["marker"]["color"] == [QUARTERS[0], QUARTERS[1], QUARTERS[3]]
    assert hatched["marker"]["pattern"]["shape"] == "/"
    assert hatched["y"] == [3]
    diamond = trace(figure, mode="markers", cliponaxis=False)
    assert (diamond["x"], diamond["y"], diamond["marker"]["symbol"]) == ([5.0], [1], "diamond")
    assert diamond["marker"]["color"] == MARK


def test_neutral_bars_are_purple_and_have_no_quarter(tmp_path: Path) -> None:
    figure = drawn_bars(database_of(tmp_path, [5.0, 9.0], polarity=NEUTRAL), ["101", "102"])
    assert trace(figure, type="bar")["marker"]["color"] == [palette.NEUTRAL] * 2
    assert trace(figure, mode="text")["text"] == ["Council 101  <b>5.0%</b>", "Council 102  <b>9.0%</b>"]


def test_the_axis_of_the_bars_holds_all_councils_but_the_very_small(tmp_path: Path) -> None:
    db = database_of(tmp_path, [5.0, 9.0, 20.0], Figure("waits", small.TINY, 100.0))
    figure = drawn_bars(db, ["101", small.TINY], chosen=small.TINY)
    low, high = figure["layout"]["xaxis"]["range"]
    assert low == 0
    assert 20.0 < high < 25.0
    assert trace(figure, type="bar")["x"] == [5.0, high]
    # It is not ranked, so it is in no quarter.
    assert trace(figure, mode="text")["text"][1] == "◆ <b>Council 130</b>  <b>100.0%</b>, beyond the axis"


@pytest.mark.parametrize(
    ("benchmark", "marks", "words"),
    [("england", [6.0, 6.0], "England 6.0% ┃"), ("region", [3.0, 4.0], "┃ what each is compared with: Region")],
)
def test_what_a_council_is_compared_with_is_a_stroke_across_its_bar(
    tmp_path: Path, benchmark: str, marks: list[float], words: str
) -> None:
    others = [Figure("waits", ENGLAND, 6.0), Figure("waits", small.NORTH, 3.0), Figure("waits", small.SOUTH, 4.0)]
    figure = drawn_bars(database_of(tmp_path, [5.0, 9.0], *others), ["101", "102"], benchmark=benchmark)
    strokes = next(one for one in figure["data"] if one.get("marker", {}).get("symbol") == "line-ns")
    assert strokes["x"] == marks
    assert [note["text"] for note in figure["layout"]["annotations"]] == [words]


def drawn_lines(db: Database, area_ids: Sequence[str], chosen: str | None = None) -> dict[str, Any]:
    measure = next(iter(db.metrics.values()))
    rows = compare.history(db, measure, area_ids)
    return lines.draw_lines(rows, measure, area_ids, compare.breaks(db, measure), chosen=chosen)


def pictures(figure: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The lines of each small picture, those behind first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in figure["data"]:
        found.setdefault(one["xaxis"], []).append(one)
    return list(found.values())


def test_each_council_has_a_picture_with_gaps_for_missing_years_and_england_dashed(tmp_path: Path) -> None:
    figures = [Figure("waits", "101", value, year=year) for year, value in ((2022, 5.0), (2023, "x"), (2025, 7.0))]
    figures += [Figure("waits", "102", 4.0, year=2025), Figure("waits", ENGLAND, 6.0, year=2022)]
    db = small.database(tmp_path, metrics=[metric()], figures=figures)
    figure = drawn_lines(db, ["101", "102"], chosen="101")
    # With two councils nobody is left to stand behind in the second.
    (others, england, own), (_, chosen, second) = pictures(figure)
    assert (own["name"], own["y"], own["marker"]["symbol"]) == ("Council 101", [5.0, None, None, 7.0], "diamond")
    assert (second["name"], second["y"]) == ("Council 102", [None, None, None, 4.0])
    # The chosen council is in the others' pictures too, and thinner there.
    assert (chosen["name"], chosen["line"]["color"]) == ("Council 101", style.MARK)
    assert chosen["line"]["width"] < own["line"]["width"]
    assert (england["name"], england["line"]["dash"]) == ("England", "dash")
    assert others["y"][-2:] == [4.0, None]
    assert {one["connectgaps"] for one in figure["data"]} == {False}
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["◆ <b>Council 101</b>", "<b>Council 102</b>"]


@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_small_pictures_have_the_same_axes_and_do_not_touch(tmp_path: Path, count: int) -> None:
    db = database_of(tmp_path, [float(number) for number in range(1, 13)])
    layout = drawn_lines(db, small.COUNCILS[:count])["layout"]
    across = [axis for name, axis in layout.items() if name.startswith("xaxis")]
    up = [axis for name, axis in layout.items() if name.startswith("yaxis")]
    assert len(across) == len(up) == count
    assert len({tuple(axis["range"]) for axis in up}) == len({tuple(axis["range"]) for axis in across}) == 1
    boxes = [(*one["domain"], *other["domain"]) for one, other in zip(across, up, strict=True)]
    name = lines.NAME / (layout["height"] - lines.BOTTOM)
    for at, (left, right, low, high) in enumerate(boxes):
        assert 0 <= left < right <= 1
        assert 0 <= low < high <= 1 - name * 0.99
        for other in boxes[at + 1 :]:
            apart_ = right <= other[0] or other[1] <= left or other[3] + name <= low or high + name <= other[2]
            assert apart_, (boxes[at], other)


def test_a_change_of_method_breaks_every_line_and_is_said(db: Database) -> None:
    measure = db.metrics["caseholder_share"]
    breaks = compare.breaks(db, measure)
    assert [year for year, _ in breaks] == [2024]
    figure = lines.draw_lines(compare.history(db, measure, [LEEDS]), measure, [LEEDS], breaks, chosen=LEEDS)
    for one in figure["data"]:
        assert one["y"][one["x"].index(2023.5)] is None
        assert None not in (one["y"][one["x"].index(2023.0)], one["y"][one["x"].index(2024.0)])
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == [2023.5]
    assert sentences.broken(breaks)[0].startswith("The lines break before 2024: ")


@given(
    wanted=st.lists(st.floats(0, 100), min_size=1, max_size=11).map(sorted),
    least=st.floats(0.5, 10),
)
def test_names_are_apart_in_order_and_inside(wanted: list[float], least: float) -> None:
    places = builder.apart(wanted, least, 0.0, 110.0)
    assert places == sorted(places)
    assert all(b - a >= least * 0.999 for a, b in pairwise(places))
    # The noise of repeated subtraction is not a place outside.
    noise = 1e-9
    assert places[-1] <= 110.0 + noise
    assert places[0] >= -noise or least * (len(wanted) - 1) > 110.0 - noise
    # Where nothing touches nothing moves.
    if all(b - a >= least for a, b in pairwise(wanted)):
        assert places == pytest.approx(wanted)


def test_the_axis_of_real_lines_holds_all_but_the_very_small(db: Database) -> None:
    for council in (LEEDS, KINGSTON, SCILLY, CITY, CUMBERLAND):
        for measure in (one for one in db.metrics.values() if not one.graded):
            area_ids = compare.together(council, queries.neighbours(db, council)[:9])
            rows = compare.history(db, measure, area_ids)
            figure = lines.draw_lines(rows, measure, area_ids, [], chosen=council)
            low, high = figure["layout"]["yaxis"]["range"]
            known = rows.filter(pl.col("sets_cut") & pl.col("area_id").is_in(area_ids))["value"].drop_nulls()
            assert len(known) == 0 or (low <= known.min() and known.max() <= high)


def drawn_dots(db: Database, compared: Sequence[str], chosen: str | None, first: str, second: str) -> dict[str, Any]:
    rows = compare.pairs(db, newest(db, first), newest(db, second))
    return scatter.draw_scatter(
        rows, db.metrics[first], db.metrics[second], labels=("2025", "2025"), compared=compared, chosen=chosen
    )


def marked(figure: dict[str, Any]) -> list[dict[str, Any]]:
    """The dots of a figure, without names and the lines to them."""
    return [one for one in figure["data"] if one["mode"] == "markers"]


def test_each_return_is_one_dot_by_grade_and_the_compared_are_named(db: Database) -> None:
    compared = [LEEDS, RICHMOND, "815"]
    figure = drawn_dots(db, compared, LEEDS, "vacancy_rate", "caseload")
    rows = compare.pairs(db, newest(db, "vacancy_rate"), newest(db, "caseload"))
    both = rows.drop_nulls(["x", "y"])
    dots = [one for one in marked(figure) if one["name"] != "Compared (2)"]
    assert sum(len(one["x"]) for one in dots) == both["return_id"].n_unique() == 149
    for grade, symbol in zip(GRADES, scatter.SYMBOLS, strict=True):
        found = next(one for one in dots if one["name"].startswith(grade.removesuffix(" to be good")))
        mine = both.filter((pl.col("grade") == grade) & (pl.col("area_id") != LEEDS)).unique("return_id")
        assert len(found["x"]) == mine.height
        marks = found["marker"]["symbol"]
        assert {mark.removesuffix("-open") for mark in ([marks] if isinstance(marks, str) else marks)} == {symbol}
    (names,) = (one["text"] for one in figure["data"] if one["mode"] == "text")
    assert {name.strip() for name in names} == {"<b>Leeds</b>", "Kingston upon Thames an…", "North Yorkshire"}
    assert trace(figure, name="Compared (2)")["marker"]["symbol"] == "circle-open"
    diamond = next(one for one in dots if one["marker"]["symbol"] == "diamond")
    assert diamond["text"] == ["Leeds"]


def test_very_small_councils_set_no_axis_and_stand_at_its_edge_with_an_open_mark(db: Database) -> None:
    for second in ("caseload", "rereferral_rate", "agency_rate"):
        figure = drawn_dots(db, [LEEDS], LEEDS, "vacancy_rate", second)
        (left, right), (low, high) = (figure["layout"][f"{axis}axis"]["range"] for axis in "xy")
        assert high < 60  # Isles of Scilly: 100 %
        for one in marked(figure):
            assert all(left <= x <= right for x in one["x"])
            assert all(low <= y <= high for y in one["y"])
        beyond = {
            name
            for one in marked(figure) if "text" in one and isinstance(one["marker"]["symbol"], list)
            for name, symbol in zip(one["text"], one["marker"]["symbol"], strict=True) if symbol.endswith("-open")
        }  # fmt: skip
        assert "Isles of Scilly" in beyond or "Isles of Scilly" not in str(figure["data"])


@given(
    dots=st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=1, max_size=10),
    letters=st.integers(4, 24),
)
def test_names_of_dots_stay_in_the_plot_where_they_fit(dots: list[tuple[float, float]], letters: int) -> None:
    found = [scatter.Dot(str(at), None, x, y, False, "n" * letters, []) for at, (x, y) in enumerate(dots)]
    _, names = scatter._names(found, (0.0, 10.0), (0.0, 10.0), None, (scatter.WIDTH, scatter.HEIGHT))
    assert sorted(names["x"]) == sorted(x for x, _ in dots)
    wide, gap = letters * scatter.LETTER, 12
    for x, y, side in zip(names["x"], names["y"], names["textposition"], strict=True):
        at = x / 10 * scatter.NARROW
        inside = at + gap + wide <= scatter.NARROW + 1 if side == "middle right" else at - gap - wide >= -1
        no_room = at < wide + gap and scatter.NARROW - at < wide + gap
        assert inside or no_room
        assert 0 <= y <= 10


def test_a_line_goes_to_the_names_that_stand_apart_from_their_dots_and_to_no_other() -> None:
    found = [scatter.Dot(str(number), None, 5.0, 5.0, False, f"number {number}", []) for number in range(3)]
    leaders, names = scatter._names(found, (0.0, 10.0), (0.0, 10.0), None, (scatter.WIDTH, scatter.HEIGHT))
    apart = [y for y in names["y"] if y != 5.0]
    assert apart
    assert leaders["y"] == [place for y in apart for place in (5.0, y, None)]
    assert sorted(name.strip() for name in names["text"]) == ["number 0", "number 1", "number 2"]


@given(bottom=st.floats(-50, 50), span=st.floats(0.01, 1e6))
def test_beside_an_upright_axis_is_room_for_its_longest_number(bottom: float, span: float) -> None:
    top = bottom + span
    without = style.beside(bottom, top)
    assert style.beside(bottom, top, suffix="%") == without + style.LETTER
    assert style.beside(bottom, top, title=True) == without + style.TITLE
    assert without >= style.BARE + style.LETTER


@pytest.mark.parametrize(
    ("bottom", "top", "longest"),
    [(0, 21.6, "20"), (-0.9, 38, "10"), (0, 108, "100"), (0, 3.7, "0.5"), (9.7, 21.3, "10"), (-4, 9, "-4"),
     (0, 950, "900"), (0, 40_000, "40k")],
)  # fmt: skip
def test_the_longest_number_is_that_of_plotlys_steps(bottom: float, top: float, longest: str) -> None:
    assert style.beside(bottom, top) == style.BARE + style.LETTER * len(longest)
