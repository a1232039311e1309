"""Figures by their data: what is drawn, in which order, on which axis."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboard.analysis import queries
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES
from dashboard.views.charts import palette, strip, trend
from dashboard.views.charts.grades import draw_grades
from dashboard.views.charts.style import MARK, axis_range
from dashboard.views.text import comparisons, formats
from tests.dashboard import small
from tests.dashboard.small import Figure

LOW, HIGH, NEUTRAL = "lower_is_better", "higher_is_better", "neutral"


def of_values(folder: Path, values: Sequence[float | str], *others: Figure, **about: Any) -> Database:
    figures = [Figure("waits", council, value) for council, value in zip(small.COUNCILS, values, strict=False)]
    return small.database(folder, metrics=[small.metric(**about)], figures=[*figures, *others])


def draw(
    db: Database,
    *,
    chosen: str | None = None,
    england: float | None = None,
    benchmark: float | None = None,
    ends: bool = False,
) -> dict[str, Any]:
    metric = db.metrics["waits"]
    rows = queries.councils(db, metric, db.latest("waits"), BENCHMARKS["england"])
    return strip.draw_strip(
        rows, metric, palette.classify(rows, metric, "value"), chosen=chosen, england=england, benchmark=benchmark,
        benchmark_label="Best quarter", height=600, ends=ends,
    )  # fmt: skip


def dots(figure: dict[str, Any]) -> list[dict[str, Any]]:
    """What is drawn of each return, from the top: x, y, text, hovertext, size, color (a fill), symbol."""
    found = []
    for trace in figure["data"]:
        if trace["mode"] == "lines":
            continue  # the bars of what is hidden in a range
        marker = trace["marker"]
        fills = [fill for _, fill in marker.get("colorscale", [])]
        for index in range(len(trace["x"])):
            dot = {name: trace[name][index] for name in ("x", "y", "text")}
            hover = trace["hovertemplate"].removeprefix("<b>%{text}</b><br>").removesuffix("<extra></extra>")
            for name in ("hovertext", "customdata"):
                hover = hover.replace(f"%{{{name}}}", trace[name][index])
            dot["hovertext"] = hover
            dot["color"] = fills[marker["color"][index]] if fills else marker["color"][index]
            dot["size"] = marker["size"][index] if isinstance(marker["size"], list) else marker["size"]
            dot["symbol"] = marker["symbol"][index] if "symbol" in marker else "circle"
            found.append(dot)
    return sorted(found, key=lambda dot: dot["y"])


def each(figure: dict[str, Any], what: str) -> list[Any]:
    return [dot[what] for dot in dots(figure)]


def notes(figure: dict[str, Any]) -> list[str]:
    return [note["text"] for note in figure["layout"]["annotations"]]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], ["101 1.0%", "102 2.0%", "103 3.0%", "105 5.0%", "106 6.0%", "107 7.0%"]),
        # Of those that share a value never some: they are counted where they are more than three, else left out.
        ([0.0, 0.0, 0.0, 0.0, 5.0, 6.0, 7.0], ["4 councils 0.0%", "105 5.0%", "106 6.0%", "107 7.0%"]),
        ([1.0, 2.0, 2.0, 2.0, 5.0, 6.0, 7.0], ["101 1.0%", "105 5.0%", "106 6.0%", "107 7.0%"]),
        ([5.0, "c"], ["101 5.0%"]),
        (["c"], []),
    ],
)
def test_three_are_named_at_each_end(tmp_path: Path, values: list[float | str], named: list[str]) -> None:
    said = [one.replace("Council ", "") for one in notes(draw(of_values(tmp_path, values), ends=True))]
    assert said == named


def test_who_lies_beyond_the_axis_is_said(tmp_path: Path) -> None:
    db = of_values(tmp_path, [5.0, 9.0], Figure("waits", small.TINY, 99.0))
    figure = draw(db, ends=True)
    assert notes(figure)[-1] == f"▸ Beyond the axis:<br>Council {small.TINY} (99.0%)"
    assert figure["layout"]["xaxis"]["range"][1] < 99.0


def test_names_in_the_picture_do_not_touch(db: Database) -> None:
    for metric in (one for one in db.metrics.values() if not one.graded):
        rows = queries.councils(db, metric, db.latest(metric.metric_id), BENCHMARKS["england"])
        figure = strip.draw_strip(
            rows, metric, palette.classify(rows, metric, "value"), chosen="383", england=None, benchmark=None,
            benchmark_label="England", height=300,
        )  # fmt: skip
        bottom, top = figure["layout"]["yaxis"]["range"]
        places = [note["y"] for note in figure["layout"]["annotations"] if note.get("yref") != "paper"]
        least = strip.LINE * (bottom - top) / (300 - sum(strip.MARGIN[2:]))
        assert all(b - a >= least * 0.999 for a, b in pairwise(places)), metric.metric_id
        assert not places or (top < min(places) and max(places) < bottom)


@pytest.mark.parametrize(
    ("polarity", "order"),
    [
        (LOW, ["103", "101", "105", "102"]),
        (HIGH, ["102", "101", "105", "103"]),
        (NEUTRAL, ["103", "101", "105", "102"]),
    ],
)
def test_councils_stand_in_order_best_first_and_missing_ones_do_not_stand(
    tmp_path: Path, polarity: str, order: list[str]
) -> None:
    """101 and 105 are equal: by name. Neutral ones go from low to high, which is no order of merit."""
    figure = draw(of_values(tmp_path, [5.0, 9.0, 2.0, "c", 5.0, "x"], polarity=polarity))
    assert each(figure, "text") == [f"Council {area_id}" for area_id in order]
    assert each(figure, "y") == [1, 2, 3, 4]


def test_a_joint_return_is_one_dot_with_both_names(tmp_path: Path) -> None:
    joint = [Figure("waits", area, 7.0, return_id="111+112") for area in ("111", "112")]
    db = of_values(tmp_path, [5.0, 9.0], *joint)
    for chosen in ("111", "112"):
        figure = draw(db, chosen=chosen)
        assert each(figure, "x") == [5.0, 7.0, 9.0]
        assert (each(figure, "text")[1], each(figure, "hovertext")[1]) == (
            "Council 111 and Council 112",
            "7.0%; 2nd of 3",
        )
        assert each(figure, "symbol") == ["circle", "diamond", "circle"]
        assert f"<b>Council {chosen} 7.0%</b>" in notes(figure)


def test_the_chosen_council_is_the_one_dark_diamond(tmp_path: Path) -> None:
    figure = draw(of_values(tmp_path, [5.0, 9.0, 2.0]), chosen="102")
    assert each(figure, "symbol") == ["circle", "circle", "diamond"]
    assert [colour == MARK for colour in each(figure, "color")] == [False, False, True]
    assert each(figure, "size")[2] > each(figure, "size")[0]


def test_what_is_said_of_a_dot_is_the_figure_with_its_unit_and_the_rank(db: Database) -> None:
    """The unit is sent once for all: "1 month" and "2 months" share no more than they do."""
    for metric in (metric for metric in db.metrics.values() if not metric.graded):
        rows = queries.councils(db, metric, db.latest(metric.metric_id), BENCHMARKS["england"])
        figure = strip.draw_strip(
            rows, metric, palette.classify(rows, metric, "value"), chosen="383", england=None, benchmark=None,
            benchmark_label="England", height=600,
        )  # fmt: skip
        shown = strip.one_per_return(rows)
        said = []
        for row in shown.iter_rows(named=True):
            value = formats.figure(row, metric) if row["value"] is None else formats.quantity(row["value"], metric)
            why = f"not ranked: {row['not_ranked']}" if row["not_ranked"] else ""
            ranked = comparisons.rank(row) or why
            said.append("; ".join(filter(None, (value, ranked))))
        assert each(figure, "hovertext") == said, metric.metric_id


def test_every_dot_has_the_colour_of_its_council_on_the_map(db: Database) -> None:
    metric = db.metrics["vacancy_rate"]
    rows = queries.councils(db, metric, db.latest("vacancy_rate"), BENCHMARKS["england"])
    classification = palette.classify(rows, metric, "quarter")
    figure = strip.draw_strip(
        rows, metric, classification, chosen=None, england=None, benchmark=None, benchmark_label="England", height=600
    )
    numbers = {name: area_id for area_id, name in db.names.items()}
    single = [dot for dot in dots(figure) if dot["text"] in numbers]
    assert len(single) > 140
    assert [dot["color"] for dot in single] == [classification.fill(numbers[dot["text"]]) for dot in single]


def test_a_chosen_council_without_a_figure_is_not_drawn(tmp_path: Path) -> None:
    figure = draw(of_values(tmp_path, [5.0, 9.0, "x"]), chosen="103")
    assert each(figure, "symbol") == ["circle", "circle"]
    assert notes(figure) == []


def test_a_very_small_council_does_not_stretch_the_axis_but_is_drawn_at_its_edge(tmp_path: Path) -> None:
    db = of_values(tmp_path, [5.0, 9.0, 12.0], Figure("waits", small.TINY, 100.0))
    figure = draw(db, chosen=None)
    low, high = figure["layout"]["xaxis"]["range"]
    assert low <= 5.0 < 12.0 <= high < 13.0
    assert each(figure, "x")[-1] == high
    assert each(figure, "symbol")[-1] == strip.OVER
    chosen = draw(db, chosen=small.TINY)
    assert notes(chosen) == ["<b>Council 130 100.0%</b>"]
    assert chosen["layout"]["annotations"][0]["x"] == high


def test_a_very_small_council_under_the_axis_is_drawn_at_its_edge_too(tmp_path: Path) -> None:
    figure = draw(of_values(tmp_path, [50.0, 60.0, 70.0], Figure("waits", small.TINY, 6.0)))
    low, high = figure["layout"]["xaxis"]["range"]
    assert each(figure, "x")[0] == low
    assert each(figure, "symbol") == [strip.UNDER, "circle", "circle", "circle"]
    assert all(low <= x <= high for x in each(figure, "x"))


@pytest.mark.parametrize(
    ("values", "others", "low", "high"),
    [
        ([0.0, 40.0], [], -0.8, 41.6),
        ([2.0, 40.0], [], -0.76, 41.52),  # near enough to nought to begin there
        ([30.0, 40.0], [], 29.6, 40.4),
        ([30.0, 40.0], [50.0, None], 29.2, 50.8),
        ([5.0], [], 4.8, 5.2),
        ([], [], -0.02, 1.04),
    ],
)
def test_an_axis_holds_all_that_set_it(
    values: list[float], others: list[float | None], low: float, high: float
) -> None:
    rows = pl.DataFrame(
        {"value": [*values, 1000.0, None], "sets_cut": [True] * len(values) + [False, True]},
        schema={"value": pl.Float64, "sets_cut": pl.Boolean},
    )
    assert axis_range(rows, others) == pytest.approx((low, high))


def test_england_is_a_line_and_the_benchmark_a_dashed_one_with_their_values(tmp_path: Path) -> None:
    db = of_values(tmp_path, [5.0, 9.0, 2.0])
    figure = draw(db, england=6.26, benchmark=2.5)
    lines = [(line["x0"], line["x1"], line["line"]["dash"]) for line in figure["layout"]["shapes"]]
    assert lines == [(6.26, 6.26, "solid"), (2.5, 2.5, "dash")]
    assert notes(figure) == ["England 6.3%", "Best quarter 2.5%"]
    assert draw(db)["layout"]["shapes"] == []


def test_all_real_councils_are_on_the_axis_but_the_very_small(db: Database) -> None:
    for metric in (metric for metric in db.metrics.values() if not metric.graded):
        rows = queries.councils(db, metric, db.latest(metric.metric_id), BENCHMARKS["england"])
        figure = strip.draw_strip(
            rows, metric, palette.classify(rows, metric, "value"), chosen=None, england=None, benchmark=None,
            benchmark_label="England", height=600,
        )  # fmt: skip
        low, high = figure["layout"]["xaxis"]["range"]
        places = {dot["text"]: dot["x"] for dot in dots(figure)}
        known = rows.drop_nulls("value")
        assert len(places) == strip.one_per_return(rows).height
        for row in (
            known.filter("sets_cut").unique("return_id", keep="first", maintain_order=True).iter_rows(named=True)
        ):
            names = formats.listed(known.filter(pl.col("return_id") == row["return_id"])["name"].to_list())
            assert low <= row["value"] <= high
            assert places[names] == pytest.approx(row["value"], rel=1e-6)


def history(db: Database, area_id: str = "101") -> dict[str, Any]:
    metric = db.metrics["waits"]
    return trend.draw_trend(queries.trend(db, metric, area_id), metric, "Ashford", height=400)


def years(values: dict[int, float | str], area_id: str = "101") -> list[Figure]:
    return [Figure("waits", area_id, value, year=year) for year, value in values.items()]


def test_a_missing_year_is_a_gap_that_nothing_bridges(tmp_path: Path) -> None:
    own, england = years({2022: 5.0, 2023: "x", 2024: 7.0}), years({2022: 6.0, 2023: 6.5, 2024: 7.5}, ENGLAND)
    figure = history(small.database(tmp_path, metrics=[small.metric()], figures=[*own, *england]))
    lines = {line["name"]: line for line in figure["data"]}
    assert lines["Ashford"]["y"] == [5.0, None, 7.0]
    assert lines["England"]["y"] == [6.0, 6.5, 7.5]
    assert {line["connectgaps"] for line in lines.values()} == {False}
    assert figure["layout"]["xaxis"]["ticktext"] == ["2022", "2023", "2024"]


def test_a_year_without_a_row_is_a_gap_too(tmp_path: Path) -> None:
    own, other = years({2022: 5.0, 2024: 7.0}), years({2022: 6.0, 2023: 6.5, 2024: 7.5}, "102")
    figure = history(small.database(tmp_path, metrics=[small.metric()], figures=[*own, *other]))
    (line,) = (line for line in figure["data"] if line["name"] == "Ashford")
    assert line["y"] == [5.0, None, 7.0]


def test_a_new_council_begins_where_it_began(db: Database) -> None:
    """Cumberland began in April 2023: its line does not begin with Cumbria's figures."""
    metric = db.metrics["vacancy_rate"]
    figure = trend.draw_trend(queries.trend(db, metric, "942"), metric, "Cumberland", height=400)
    assert figure["layout"]["xaxis"]["ticktext"][0] == "2023"
    assert {len(line["x"]) for line in figure["data"]} == {len(figure["layout"]["xaxis"]["ticktext"])}


def test_no_line_crosses_a_break_of_the_series(db: Database) -> None:
    """Grades of 2019/20 and 2020/21 were given by teachers: each of the two years stands alone."""
    metric = db.metrics["attainment_8_in_need"]
    figure = trend.draw_trend(queries.trend(db, metric, "383"), metric, "Leeds", height=400)
    (own,) = (line for line in figure["data"] if line["name"] == "Leeds")
    gaps = [at for at, value in zip(own["x"], own["y"], strict=True) if value is None]
    assert gaps == [2019.5, 2020.5, 2021.5] == [shape["x0"] for shape in figure["layout"]["shapes"]]
    spark = [value is None for _, value in queries.history(db, "383")[metric.metric_id]]
    assert spark == [value is None for value in own["y"]]


def test_the_history_stands_beside_england_the_neighbours_and_the_best_quarter(db: Database) -> None:
    for metric_id, lines in (
        ("vacancy_rate", ["England", "Neighbours' median", "Best quarter", "Leeds"]),
        ("plan_rate", ["England", "Neighbours' median", "Leeds"]),  # a neutral measure has no best
    ):
        metric = db.metrics[metric_id]
        figure = trend.draw_trend(queries.trend(db, metric, "383"), metric, "Leeds", height=400)
        assert [line["name"] for line in figure["data"]] == lines
        low, high = figure["layout"]["yaxis"]["range"]
        values = [value for line in figure["data"] for value in line["y"] if value is not None]
        assert low <= min(values) <= max(values) <= high


def test_the_history_of_a_count_is_not_flattened_by_englands_total(db: Database) -> None:
    metric = db.metrics["children"]
    figure = trend.draw_trend(queries.trend(db, metric, "383"), metric, "Leeds", height=400)
    assert [line["name"] for line in figure["data"]] == ["Leeds"]


def test_the_names_at_the_ends_of_lines_do_not_touch(tmp_path: Path) -> None:
    figures = [*years({2024: 5.0, 2025: 6.0}), *years({2024: 5.1, 2025: 6.001}, ENGLAND)]
    figures += [figure for council in small.COUNCILS[1:9] for figure in years({2024: 4.0, 2025: 6.002}, council)]
    figure = history(small.database(tmp_path, metrics=[small.metric()], figures=figures))
    low, high = figure["layout"]["yaxis"]["range"]
    heights = sorted(note["y"] for note in figure["layout"]["annotations"])
    assert len(heights) == 3
    assert min(b - a for a, b in pairwise(heights)) >= trend.APART * (high - low) * 0.999


def test_a_council_that_never_had_a_figure_is_drawn_as_nothing(tmp_path: Path) -> None:
    figure = history(small.database(tmp_path, metrics=[small.metric()], figures=years({2024: "x", 2025: "c"})))
    (line,) = figure["data"]
    assert line["y"] == [None, None]
    assert figure["layout"]["annotations"] == []


def test_grades_are_bars_in_their_own_order_with_the_chosen_one_outlined(db: Database) -> None:
    metric = db.metrics["judgement_overall"]
    rows = queries.councils(db, metric, db.latest("judgement_overall"), BENCHMARKS["england"])
    classification = palette.classify(rows, metric, "value")
    (bars,) = draw_grades(classification, chosen="888", height=300)["data"]
    assert bars["y"] == [*GRADES, "Not given since April 2026"]
    judged = [rows.filter(pl.col("value") == grade).height for grade in (1, 2, 3, 4)]
    assert bars["x"] == [*judged, 153 - sum(judged)]
    assert bars["text"] == [str(count) for count in bars["x"]]
    outlined = [width > 1 for width in bars["marker"]["line"]["width"]]
    assert outlined == [False, False, False, False, True]  # Lancashire, where no overall judgement was given
    assert bars["marker"]["pattern"]["shape"] == ["", "", "", "", "/"]
    (unchosen,) = draw_grades(classification, chosen=None, height=300)["data"]
    assert max(unchosen["marker"]["line"]["width"]) < 1
