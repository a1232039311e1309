"""The Data page as a script: filters in the address, the grid, its files, and addresses nobody would type."""

from __future__ import annotations

import io
from collections.abc import Callable
from html import unescape
from typing import Any

import polars as pl
import pyarrow
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.analysis import selection
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.analysis.selection import FigureQuery
from dashboard.data.database import Database
from dashboard.files.exports.rows import OPTIONAL, PARTS, to_long
from dashboard.files.pages import data
from dashboard.pages.components.grid import as_shown
from tests.dashboard.helpers import HOSTILE_QUERIES, Query, html, opened, sentences, warnings

pytestmark = pytest.mark.usefixtures("served")

Files = dict[str, bytes | Callable[[], bytes]]
SHOWN = 750
VIEWS: list[Query] = [
    {},
    {"metrics": "Social worker vacancy rate", "newest": "true"},
    {"metrics": ["Social worker vacancy rate", "Average caseload"], "areas": ["Leeds", "England"], "with": "Trend"},
    {"themes": "Workforce", "regions": "London", "periods": ["2025", "2024"], "with": ["Interval", "Standing"]},
    {"neighbours_of": "Leeds", "newest": "true", "shape": "Wide"},
    {"statuses": "Suppressed, to protect small numbers", "types": "County council", "benchmark": "Region"},
    {"leaders": "Inadequate", "kinds": "Councils", "shape": "Wide", "themes": "Inspection"},
    {"metrics": "Social worker vacancy rate", "benchmark": "My group", "group": ["Leeds", "York"], "newest": "true"},
    {"metrics": "Social worker vacancy rate", "benchmark": "A target", "target": "8", "with": ["Gap", "Benchmark"]},
]


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    """What the buttons of a page that is run next would give, by file name."""
    found: Files = {}
    button = st.download_button

    def noted(label: str, data: Any, file_name: str, *more: Any, **named: Any) -> bool:
        found[file_name] = data
        return button(label, data, file_name, *more, **named)

    monkeypatch.setattr(st, "download_button", noted)
    return found


def grid(app: AppTest) -> pl.DataFrame:
    """The rows of the grid as they are sent."""
    sent = pyarrow.ipc.open_stream(app.dataframe[0].proto.arrow_data.data).read_all()
    plain = [
        column.cast(pyarrow.string()) if pyarrow.types.is_dictionary(column.type) else column for column in sent.columns
    ]
    return pl.DataFrame(dict(zip(sent.column_names, (pl.from_arrow(column) for column in plain), strict=True)))


def test_the_page_opens_with_all_figures_and_says_how_many(db: Database) -> None:
    app = opened("Data")
    assert not app.exception
    assert sentences(app)[0].startswith(
        f"All {db.figure.height:,} figures: {len(db.table['metric'])} measures in England"
    )
    assert grid(app).height == SHOWN
    assert app.caption[0].value == f"Showing 750 of {db.figure.height:,} rows. The files hold all of them."
    assert not [button for button in app.button if button.label == "Reset"]
    assert not app.expander[0].proto.expanded


@pytest.mark.parametrize("number", range(len(VIEWS)))
def test_a_file_holds_what_the_grid_shows_row_for_row(db: Database, files: Files, number: int) -> None:
    app = opened("Data", **VIEWS[number])
    assert not app.exception
    assert not warnings(app)
    (make,) = [make for name, make in files.items() if name.endswith(".parquet")]
    assert callable(make)
    table = pl.read_parquet(io.BytesIO(make()))
    shown = grid(app)
    # But for decimals that no publisher prints.
    assert shown.equals(as_shown(db, table.head(SHOWN)))
    assert shown.columns == table.columns
    assert 0 < shown.height == min(SHOWN, table.height)
    assert f"Download {'all ' if table.height > 1 else ''}{table.height:,} row" in unescape(html(app))
    for name, of in files.items():
        assert callable(of), name
        assert of(), name


def test_csv_and_grid_agree_cell_by_cell(db: Database, files: Files) -> None:
    app = opened("Data", themes="Workforce", areas=["Westminster", "Kingston upon Thames"], periods="2025")
    make = files["westminster-kingston-upon-thames-2025-workforce.csv"]
    assert callable(make)
    shown = grid(app)
    text = pl.read_csv(io.BytesIO(make()), schema=dict.fromkeys(shown.columns, pl.String))
    typed = text.with_columns(pl.col("period_end").str.to_date()).cast(shown.schema)
    assert as_shown(db, typed.with_columns(pl.col(pl.String).replace("", None))).equals(shown)
    missing = shown.filter(pl.col("status") != "observed")
    assert missing["value"].null_count() == missing.height > 0


@pytest.mark.parametrize(
    ("query", "name"),
    [
        (selection.FigureQuery(), "child-protection-figures"),
        (
            selection.FigureQuery(("vacancy_rate",), areas=("383",), periods=(selection.LAST_FIVE,)),
            "social-worker-vacancy-rate-leeds-last-five-years",
        ),
        (
            selection.FigureQuery(("vacancy_rate", "caseload", "agency_rate"), kinds=("local_authority",), newest=True),
            "3-measures-newest-councils",
        ),
    ],
)
def test_the_name_of_a_file_says_what_is_inside(db: Database, query: selection.FigureQuery, name: str) -> None:
    assert data.file_name(db, query) == name


def test_figures_are_shown_with_the_decimals_of_their_measure(db: Database) -> None:
    """Plan rates are worked out here, with nine digits: 39.0108 was cut to 89.0108 by its column."""
    rows = pl.DataFrame(
        {"metric_id": ["plan_rate", "cla_rate"], "value": [39.0108123, 63.49], "benchmark": [None, 7.12345]}
    )
    shown = as_shown(db, rows)
    assert shown["value"].to_list() == [39.0, 63.0]
    assert shown["benchmark"].to_list() == [None, 7.12]
    wide = as_shown(db, pl.DataFrame({"plan_rate": [39.0108123], "judgement_leaders": ["Good"]}))
    assert wide.row(0) == (39.0, "Good")


def test_files_are_made_when_they_are_asked_for_and_hold_no_rows_before(files: Files) -> None:
    opened("Data", metrics="Social worker vacancy rate")
    for make in files.values():
        assert callable(make)
        held = [one for cell in make.args for one in ([cell] if not hasattr(cell, "args") else cell.args)]  # type: ignore[attr-defined]
        assert not [one for one in held if isinstance(one, pl.DataFrame)]


def test_every_filter_narrows_and_is_in_the_address(db: Database) -> None:
    app = opened("Data")
    chosen = {
        "metrics": ["Social worker vacancy rate", "Average caseload"],
        "areas": ["Leeds", "Bradford", "England"],
        "periods": ["2025", "2024"],
        "themes": ["Workforce"],
        "kinds": ["Councils"],
        "regions": ["Yorkshire and The Humber"],
        "types": ["Metropolitan borough"],
        "leaders": ["Outstanding", "Good"],
        "statuses": ["Observed"],
    }
    query = FigureQuery()
    for field, names in chosen.items():
        app.multiselect(key=field).set_value(names).run()
        assert not app.exception, field
        ids = tuple(selection.filter_options(db)[field][name] for name in names)
        query = FigureQuery(**{**{one: getattr(query, one) for one in query.filters()}, field: ids})
        rows = selection.rows(db, query)
        assert (
            grid(app)["gss_code"].to_list()
            == to_long(db, rows.head(SHOWN), (), BENCHMARKS["england"])["gss_code"].to_list()
        )
        assert sentences(app)[0].startswith(f"{rows.height:,} of ")
    app.toggle(key="newest").set_value(True).run()
    assert not app.exception
    assert set(grid(app)["period"]) == {"2025"}


def test_a_council_and_its_neighbours_are_twelve_with_nobody_else() -> None:
    app = opened("Data", metrics="Social worker vacancy rate", neighbours_of="Leeds", newest="true")
    assert grid(app).height == 11
    assert "Leeds" in grid(app)["area"]


def test_reset_takes_all_filters_out_and_keeps_the_benchmark() -> None:
    app = opened(
        "Data", metrics="Average caseload", neighbours_of="Leeds", newest="true", shape="Wide", benchmark="England"
    )
    assert app.expander[0].label == "More filters (1 set)"
    assert app.expander[0].proto.expanded
    next(button for button in app.button if button.label == "Reset").click().run()
    assert not app.exception
    assert sentences(app)[0].startswith("All ")
    assert app.selectbox(key="benchmark").value == "England"
    assert app.selectbox(key="neighbours_of").value is None
    assert app.expander[0].label == "More filters"
    assert not app.expander[0].proto.expanded
    assert not [button for button in app.button if button.label == "Reset"]


def test_more_filters_stay_open_when_the_last_of_them_is_taken_out() -> None:
    app = opened("Data", themes="Workforce")
    assert app.expander[0].proto.expanded
    app.multiselect(key="themes").set_value([]).run()
    assert app.expander[0].label == "More filters"
    assert app.expander[0].proto.expanded


def test_an_earlier_name_of_a_group_of_columns_is_taken_in_an_address() -> None:
    app = opened("Data", **{"with": ["Interval", "Standing"]})
    assert app.pills(key="with").value == ["Interval", "Rank"]
    assert not app.warning


def test_columns_stand_beside_a_figure_as_they_are_asked_for(db: Database) -> None:
    app = opened("Data", metrics="Social worker vacancy rate", areas="Leeds")
    assert {"rank", "benchmark", "gap"} <= set(grid(app).columns)
    app.pills(key="with").set_value([]).run()
    assert not app.exception
    assert not OPTIONAL & set(grid(app).columns)
    app.pills(key="with").set_value(["Trend"]).run()
    assert OPTIONAL & set(grid(app).columns) == set(PARTS["trend"])
    for benchmark in BENCHMARKS.values():
        app.pills(key="with").set_value(["Gap"])
        app.selectbox(key="benchmark").set_value(benchmark.label).run()
        assert not app.exception
        assert set(grid(app)["benchmark_rule"]) == {benchmark.label}
    app.segmented_control(key="shape").set_value("Wide").run()
    assert "vacancy_rate" in grid(app).columns
    assert app.pills(key="with").disabled


def test_what_finds_nothing_says_so_and_offers_no_file(files: Files) -> None:
    app = opened("Data", metrics="Average caseload", areas="Leeds", periods="2012")
    assert not app.exception
    assert sentences(app)[0].startswith("None of ")
    assert "Without “Periods” there would be" in sentences(app)[0]
    assert not app.dataframe
    assert not files


def test_nothing_is_sent_again_that_did_not_change() -> None:
    """The same query twice gives the same bytes, whatever was asked in between."""
    first = opened("Data", themes="Workforce", newest="true").dataframe[0].proto.arrow_data.SerializeToString()
    opened("Data", themes="Money", areas="York")
    again = opened("Data", themes="Workforce", newest="true").dataframe[0].proto.arrow_data.SerializeToString()
    assert first == again


def test_the_grid_is_small_enough_to_send() -> None:
    for query in ({}, {"themes": "Workforce", "areas": "Leeds"}, {"metrics": "Social worker vacancy rate"}):
        assert len(opened("Data", **query).dataframe[0].proto.SerializeToString()) < 250_000


WRONG: list[tuple[Query, str]] = [
    ({"metrics": "Average caselod"}, "There is no measure called “Average caselod”. Did you mean Average caseload?"),
    ({"areas": "Ledes"}, "There is no area called “Ledes”. Did you mean Leeds?"),
    ({"areas": ["Leeds", "Yrok"]}, "There is no area called “Yrok”. Did you mean York?"),
    ({"periods": "20255"}, "There is no period called “20255”. Did you mean 2025?"),
    ({"themes": "Workfroce"}, "There is no theme called “Workfroce”. Did you mean Workforce?"),
    ({"kinds": "councils"}, "There is no kind of area called “councils”. Did you mean Councils?"),
    ({"regions": "Nort East"}, "There is no region called “Nort East”. Did you mean North East?"),
    ({"types": "Unitary"}, "There is no type of council called “Unitary”. Did you mean Unitary authority?"),
    ({"neighbours_of": "Cumbria"}, "There is no council called “Cumbria”. Did you mean Cumberland?"),
    ({"leaders": "Excellent"}, "There is no grade called “Excellent”. Choose one below."),
    ({"statuses": "observed"}, "There is no reason called “observed”. Did you mean Observed?"),
    ({"newest": "ture"}, "There is no choice called “ture”. Did you mean true?"),
    ({"shape": "wide"}, "There is no shape called “wide”. Did you mean Wide?"),
    ({"with": "Trends"}, "There is no group of columns called “Trends”. Did you mean Trend?"),
    ({"benchmark": "Englnd"}, "There is no comparison called “Englnd”. Did you mean England?"),
]


@pytest.mark.parametrize(("query", "words"), WRONG)
def test_a_wrong_word_is_said_with_the_nearest_and_the_page_opens(query: Query, words: str) -> None:
    app = opened("Data", **query)
    assert not app.exception
    assert warnings(app) == [words]
    assert app.dataframe


ODD = (
    "<img src=x onerror=alert(1)>", "'; DROP TABLE observation; --", "![x](https://evil.example/x.png)", "-1",
    "../../etc/passwd", "\x00\x01", "Лидс \u202egnp.eerf", "L" * 5_000, "=cmd|' /C calc'!A0", "{{7*7}}%s%d", "null",
    "__class__", "1e400",
)  # fmt: skip
FIELDS = ("metrics", "areas", "periods", "themes", "kinds", "regions", "types", "neighbours_of", "leaders", "statuses",
          "newest", "shape", "with")  # fmt: skip
# Each odd word in every second choice, together and repeated; what other pages get; and what contradicts itself.
ALONE: list[Query] = [dict.fromkeys(FIELDS[number % 2 :: 2], word) for number, word in enumerate(ODD)]
TOGETHER: list[Query] = [{field: [*ODD, *ODD]} for field in FIELDS]
HOSTILE_HERE: list[Query] = [
    *ALONE,
    *TOGETHER,
    *HOSTILE_QUERIES,
    {"metrics": ["Social worker vacancy rate"] * 300, "areas": ["Leeds"] * 300},
    {"kinds": "England", "types": "County council", "regions": "London", "leaders": "Inadequate"},
    {"neighbours_of": ["Leeds", "York"], "newest": ["true", "false"], "shape": ["Long", "Wide"]},
    {"with": "", "metrics": "", "shape": "", "newest": "", "neighbours_of": ""},
]


def test_there_are_at_least_fifty_addresses_nobody_would_type() -> None:
    assert len(HOSTILE_HERE) >= 50


@pytest.mark.parametrize("number", range(len(HOSTILE_HERE)))
def test_no_address_breaks_the_page(number: int) -> None:
    query = HOSTILE_HERE[number]
    app = opened("Data", **query)
    assert not app.exception
    assert sentences(app)
    shown = html(app) + "".join(warnings(app))
    assert not [word for word in ("<img src=x", "<script>alert", "](", "DROP TABLE observation; --</") if word in shown]
    odd = [one for name in FIELDS for one in ODD if one in (query.get(name) or "")]
    assert warnings(app) or not odd
