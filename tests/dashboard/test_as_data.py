"""A view as data: what is asked of the API is what the page shows, and the lines that ask it run as they stand."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dashboard.analysis import (
    benchmarks,
    best,
    compare,
    direction,
    england,
    inspections,
    queries,
    recommendations,
    selection,
)
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT, Benchmark
from dashboard.analysis.selection import FigureQuery
from dashboard.api import view_data
from dashboard.api.endpoints import ENDPOINTS, KINDS
from dashboard.api.request_parsing import parse_request
from dashboard.api.tables import Rows
from dashboard.api.view_data import Address, View
from dashboard.data.database import Database
from dashboard.data.model import STRANDS, Metric, Period
from dashboard.files import exports
from dashboard.files.exports.rows import to_long, to_wide
from dashboard.pages.components import as_data as parts
from tests.dashboard.helpers import PAGES, html, kinds, opened
from tests.readers import serve

ROOT = "https://example.org/monitor"
LEEDS, KINGSTON, YORKSHIRE = "383", "314", "E12000003"
BEST = BENCHMARKS[DEFAULT]
VIEWS = ("England", "Map", "Inspections", "Best councils", "Council", "Compare", "Data")
QUERY = FigureQuery(metrics=("caseload", "vacancy_rate"), regions=(YORKSHIRE,), periods=("2024", "2025"))


def choice(db: Database, metric_id: str = "vacancy_rate", *, back: int = 0) -> tuple[Metric, Period]:
    """A measure in its newest period, or so many before it."""
    return db.metrics[metric_id], db.periods[metric_id][back]


def views(db: Database, benchmark: Benchmark = BEST, metric_id: str = "vacancy_rate", back: int = 0) -> dict[str, View]:
    """Every page with a choice, by its title."""
    metric, period = choice(db, metric_id, back=min(back, len(db.periods[metric_id]) - 1))
    nine = england.chosen(db, england.NINE)
    beside = choice(db, "caseload")
    return {
        "England": view_data.england(db, metric, period, benchmark, nine),
        "Map": view_data.map_of(db, metric, period, benchmark, beside),
        "Inspections": view_data.inspections(
            db, LEEDS, YORKSHIRE, latest=True, strand="leaders", beside=beside, benchmark=benchmark
        ),
        "Best councils": view_data.best(db, metric, period, benchmark),
        "Council": view_data.council(db, LEEDS, metric, period, benchmark, "Workforce"),
        "Compare": view_data.compare(db, [LEEDS, KINGSTON], metric, period, benchmark, "Workforce", beside),
        "Data": view_data.data(db, QUERY, benchmark, ("standing", "gap"), "long"),
    }


def find_rows(db: Database, address: Address) -> Rows:
    """The rows that the API finds for an address; Problem where it does not take it."""
    endpoint = ENDPOINTS[address.table]
    query = urlsplit(address.url(ROOT, "csv")).query.encode()
    return endpoint.find(db, parse_request(query, endpoint, KINDS["csv"], lambda: db, lambda _version: db).values)


def answer(db: Database, address: Address) -> pl.DataFrame:
    """What the API gives of an address."""
    found = find_rows(db, address)
    return found.part(0, found.count)


def same(found: pl.DataFrame, page: pl.DataFrame) -> None:
    """Every cell of a page's table is in the answer, and no other row."""
    keys = ["metric_id", "period_end", "la_number", "gss_code"]
    assert_frame_equal(found.select(page.columns).sort(keys), page.sort(keys), check_exact=True)


def rows_of_file(db: Database, rows: pl.DataFrame, benchmark: Benchmark = BEST) -> pl.DataFrame:
    """The rows of a page as its file holds them."""
    return exports.table(db, rows, benchmark.title)


def test_the_pages_of_published_figures_have_their_view(db: Database) -> None:
    assert set(views(db)) == set(VIEWS) <= set(PAGES)


def test_the_api_takes_every_address_of_every_page(db: Database) -> None:
    picked = {
        "group": benchmarks.with_group(db, [LEEDS, KINGSTON]),
        "target": benchmarks.with_target(7.25, db.metrics["vacancy_rate"]),
    }
    every = [(picked.get(one, BENCHMARKS[one]), "vacancy_rate", at % 2) for at, one in enumerate(BENCHMARKS)]
    every += [(BEST, metric_id, at % 2) for at, metric_id in enumerate(kinds(db))]
    for benchmark, metric_id, back in every:
        for page, view in views(db, benchmark, metric_id, back).items():
            assert view.addresses
            for address in view.addresses:
                assert find_rows(db, address).count > 0, (page, address)


@pytest.mark.parametrize(("metric_id", "benchmark", "back"), [
    ("vacancy_rate", "best_quarter", 0), ("vacancy_rate", "neighbours", 3), ("plan_rate", "england", 1),
    ("caseload", "best_quarter_region", 0), ("vacancies_fte", "region", 0), ("judgement_leaders", "best_quarter", 0),
])  # fmt: skip
def test_the_maps_address_gives_all_that_the_map_is_drawn_from(
    db: Database, metric_id: str, benchmark: str, back: int
) -> None:
    metric, period = choice(db, metric_id, back=back)
    rule = BENCHMARKS[benchmark]
    page = direction.with_direction(db, queries.councils(db, metric, period, rule))
    found = answer(db, view_data.map_of(db, metric, period, rule).addresses[0])
    assert found.height in (151, 152, 153, page.height)
    same(found, rows_of_file(db, page, rule))


def test_a_second_map_has_an_address_of_its_own(db: Database) -> None:
    (metric, period), (other, then) = choice(db), choice(db, "caseload", back=2)
    first, second, _ = view_data.map_of(db, metric, period, BEST, (other, then)).addresses
    assert ("metric", "vacancy_rate") in first.parameters
    same(answer(db, second), rows_of_file(db, direction.with_direction(db, queries.councils(db, other, then, BEST))))


def test_a_picked_group_and_a_typed_target_go_into_the_address(db: Database) -> None:
    metric, period = choice(db)
    for rule in (benchmarks.with_group(db, [LEEDS, KINGSTON]), benchmarks.with_target(7.25, metric)):
        found = answer(db, view_data.map_of(db, metric, period, rule).addresses[0])
        same(found, rows_of_file(db, direction.with_direction(db, queries.councils(db, metric, period, rule)), rule))
        assert found["benchmark"].drop_nulls().len() > 100


def test_a_benchmark_nobody_has_named_and_a_target_for_another_measure_are_left_out(db: Database) -> None:
    metric, period = choice(db)
    elsewhere = benchmarks.with_target(7.25, db.metrics["caseload"])
    for rule in (BENCHMARKS["group"], BENCHMARKS["target"], elsewhere):
        given = dict(view_data.map_of(db, metric, period, rule).addresses[0].parameters)
        assert given["with"] == "standing,trend"
        assert not {"benchmark", "group", "target"} & set(given)
    # Of several measures none has the target.
    given = dict(
        view_data.council(db, LEEDS, metric, period, benchmarks.with_target(7.25, metric)).addresses[0].parameters
    )
    assert "target" not in given


@pytest.mark.parametrize("area_id", [LEEDS, KINGSTON, "420", "942"])
@pytest.mark.parametrize("theme", ["Workforce", "Child protection", None])
def test_a_councils_address_gives_every_measure_of_its_page(db: Database, area_id: str, theme: str | None) -> None:
    metric, period = choice(db)
    profile = queries.profile(db, area_id, BEST)
    if theme:
        profile = profile.filter([db.metrics[one].theme == theme for one in profile["metric_id"]])
    found = answer(db, view_data.council(db, area_id, metric, period, BEST, theme).addresses[0])
    # Judgements have a place of their own on the page.
    same(found.filter(pl.col("unit") != "grade"), rows_of_file(db, profile))


def test_a_councils_other_addresses_give_its_years_its_neighbours_and_its_inspections(db: Database) -> None:
    metric, period = choice(db)
    _, years, near, reports, asked = view_data.council(db, LEEDS, metric, period, BEST, "Workforce").addresses
    history = queries.trend(db, metric, LEEDS)
    found = answer(db, years).filter(pl.col("area") == "Leeds").sort("period_end")
    assert found["value"].to_list() == history["value"].to_list()
    ten = [LEEDS, *queries.neighbours(db, LEEDS)]
    assert set(answer(db, near)["la_number"]) == set(ten)
    assert answer(db, reports).height == len(queries.inspections(db, LEEDS))
    assert answer(db, asked)["words"].to_list() == recommendations.asked(db, LEEDS).rows["words"].to_list()


def test_the_addresses_of_compare_give_its_order_its_years_and_its_measures(db: Database) -> None:
    metric, period = choice(db)
    ids, (other, then) = [LEEDS, KINGSTON, "816"], choice(db, "caseload")
    order, years, measures, first, second = view_data.compare(
        db, ids, metric, period, BEST, "Workforce", (other, then)
    ).addresses
    everybody = queries.councils(db, metric, period, BEST)
    beside = compare.side_by_side(db, everybody, metric, period, ids)
    same(answer(db, order), rows_of_file(db, direction.with_direction(db, beside.select(everybody.columns))))
    history = compare.history(db, metric, ids)
    assert answer(db, years).select("area", "period_end", "value").sort("area", "period_end").rows() == (
        history.select("name", "period_end", "value").sort("name", "period_end").rows()
    )
    same(
        answer(db, measures),
        rows_of_file(db, direction.with_direction(db, compare.by_measure(db, BEST, "Workforce", ids))),
    )
    assert answer(db, first)["metric_id"].unique().to_list() == ["vacancy_rate"]
    assert answer(db, second)["metric_id"].unique().to_list() == ["caseload"]


def test_who_is_best_is_in_the_address_of_that_page(db: Database) -> None:
    metric, period = choice(db)
    councils, ranks, _ = view_data.best(db, metric, period, BEST).addresses
    found = answer(db, councils)
    names = best.who(db, metric, period, BEST, None).rows["name"].to_list()
    assert set(found.filter(pl.col("quarter") == 1)["area"]) == set(names)
    assert answer(db, ranks)["period"].n_unique() == len(db.periods["vacancy_rate"])


def test_what_england_would_gain_can_be_worked_out_from_its_address(db: Database) -> None:
    metric, period = choice(db)
    nine = england.chosen(db, england.NINE)
    chosen, all_nine, areas, *_ = view_data.england(db, metric, period, BEST, nine).addresses
    same(answer(db, chosen), rows_of_file(db, direction.with_direction(db, queries.councils(db, metric, period, BEST))))
    short = answer(db, all_nine).filter(pl.col("gap_low") > 0)
    counted = short.with_columns(pl.coalesce("joint_return", "la_number").alias("return")).unique(
        ["metric_id", "return"]
    )
    found = dict(counted.group_by("metric_id").len().iter_rows())
    assert found == {one.metric.metric_id: one.total.short for one in england.gains(db, BEST, nine)}
    assert set(answer(db, areas)["area_kind"]) == {"england", "region"}


def test_the_address_of_inspections_gives_each_councils_latest_judgements_in_a_row(db: Database) -> None:
    found = answer(db, view_data.inspections(db, None, None, latest=True, strand="leaders").addresses[0])
    page = inspections.latest(db, datetime.now(UTC).date()).sort("name")
    newest = found.filter(pl.col("period_end") == inspections.newest_report(db)).sort("area")
    for strand in STRANDS:
        assert newest[f"judgement_{strand}"].to_list() == page[strand].to_list()
    only = view_data.inspections(db, LEEDS, YORKSHIRE, latest=False, strand="overall")
    assert answer(db, only.addresses[0]).height == inspections.reports(db, YORKSHIRE).height
    assert [one.table for one in only.addresses] == ["inspections", "observations", "observations", "inspections"]


@pytest.mark.parametrize("shape", ["long", "wide"])
@pytest.mark.parametrize("query", [
    QUERY,
    FigureQuery(themes=("Looked after and leaving care",), newest=True, kinds=("england", "region")),
    FigureQuery(types=("London borough", "Unitary authority"), metrics=("vacancy_rate",), leaders=("Outstanding",)),
    FigureQuery(neighbours_of=LEEDS, statuses=("suppressed", "not_available")),
])  # fmt: skip
def test_the_address_of_the_data_page_is_its_question(db: Database, query: FigureQuery, shape: selection.Shape) -> None:
    chosen = ("standing", "gap")
    (address,) = view_data.data(db, query, BENCHMARKS["england"], chosen, shape).addresses
    rows = selection.rows(db, query)
    page = to_wide(db, rows) if shape == "wide" else to_long(db, rows, chosen, BENCHMARKS["england"])
    assert_frame_equal(answer(db, address), page, check_exact=True)


def test_the_newest_period_is_asked_for_as_such_and_an_older_one_by_its_label(db: Database) -> None:
    now, before = (dict(view_data.map_of(db, *choice(db, back=back), BEST).addresses[0].parameters) for back in (0, 1))
    assert (now.get("newest"), "period" in now) == ("true", False)
    assert (before.get("newest"), before.get("period")) == (None, choice(db, back=1)[1].label)


def test_an_address_holds_nothing_that_would_end_it() -> None:
    odd = Address("Odd", "observations", (("type", 'A "b" & c=d#e, f'), ("period", "2024/25")))
    assert odd.url(ROOT, "csv", "v 1") == (
        f"{ROOT}/api/v1/observations.csv?type=A%20%22b%22%20%26%20c%3Dd%23e,%20f&period=2024%2F25&version=v%201"
    )
    assert Address("All", "areas").url("", "json") == "/api/v1/areas.json"


def test_the_methods_page_leads_to_the_declarations(db: Database) -> None:
    assert {one.table: answer(db, one).height > 0 for one in view_data.methods().addresses} == {
        "metrics": True, "releases": True, "areas": True, "changes": True,
    }  # fmt: skip


def test_a_frozen_view_keeps_its_version_in_every_address_and_line(db: Database) -> None:
    view = views(db)["Map"]
    for line in view_data.lines(view.addresses[0], ROOT, "2026-01-01-old"):
        assert "version=2026-01-01-old" in line.text
    for line in view_data.lines(view.addresses[0], ROOT):
        assert "version=" not in line.text


def html_of(view: View, **changes: Any) -> str:
    """The HTML of a view."""
    given: dict[str, Any] = {
        "live": f"{ROOT}/map?la=Leeds", "frozen": f"{ROOT}/map?la=Leeds&version=v1", "citation": "Cited <so>.",
        "root": ROOT, "version": "v1", "keep": False, **changes,
    }  # fmt: skip
    return parts.view(view.addresses, view_data.lines(view.addresses[0], ROOT), **given)


def test_everything_in_the_expander_can_be_copied_and_nothing_in_it_runs(db: Database) -> None:
    body = html_of(views(db)["Council"])
    copied = [unescape(one.split("</pre>")[0].split(">", 1)[1]) for one in body.split("<pre")[1:]]
    assert copied[:3] == [f"{ROOT}/map?la=Leeds", f"{ROOT}/map?la=Leeds&version=v1", "Cited <so>."]
    assert len(copied) == body.count("<button") == 3 + 5 + 4
    assert body.count("data-copies=") == len(copied)
    assert "<script" not in body
    assert " on" not in body.replace(" one", "").replace(" only", "").replace(" on ", " ")
    assert len(body.encode()) < 12_000


def test_it_says_whether_the_addresses_follow_new_figures(db: Database) -> None:
    view = views(db)["Map"]
    assert "With version=v1 among its parameters an address keeps to these." in html_of(view)
    assert "keep to v1, as this view does" in html_of(view, keep=True)
    assert "version=v1" in html_of(view, keep=True).split("As data")[1]


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("page", VIEWS)
def test_every_page_offers_its_view_as_data_and_makes_it_only_when_it_is_opened(page: str) -> None:
    app = opened(page, la="Leeds")
    assert "Share, cite or get this data" in [one.label for one in app.expander]
    assert "as-data" not in html(app)
    app.session_state["as_data"] = True
    app.run()
    assert not app.exception
    assert "Code to load the first dataset" in html(app)
    assert "Child Protection Monitor, data version" in html(app)


@pytest.fixture(scope="module")
def server(database_path: Path) -> Iterator[str]:
    """A dashboard of the real figures, with its API."""
    with serve(database_path) as address:
        yield address


def line(db: Database, page: str, root: str, program: str) -> str:
    """The ready line of a page for a program."""
    return next(one.text for one in view_data.lines(views(db)[page].addresses[0], root) if one.program == program)


# Nothing can be imported but the standard library and what these lines are for, as in a fresh environment.
ALONE = """
import sys
from importlib.machinery import PathFinder

class Others:
    def find_spec(self, name, path=None, target=None):
        found = PathFinder.find_spec(name, path, target)
        if found and "site-packages" in str(found.origin) and name.partition(".")[0] not in {allowed!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Others())
"""
PYTHON: Mapping[str, tuple[set[str], str]] = {
    "Python with polars": ({"polars", "_polars_runtime", "_polars_runtime_32"}, 'rows.write_parquet("rows.parquet")'),
    "Python with duckdb": ({"duckdb", "_duckdb"}, 'rows.write_parquet("rows.parquet")'),
}


@pytest.mark.parametrize("program", PYTHON)
@pytest.mark.parametrize("page", VIEWS)
def test_the_lines_of_every_page_run_in_a_fresh_python_and_give_what_it_shows(
    db: Database, server: str, tmp_path: Path, page: str, program: str
) -> None:
    allowed, keep = PYTHON[program]
    code = f"{ALONE.format(allowed=allowed)}\n{line(db, page, server, program)}\n{keep}\n"
    command = [sys.executable, "-I", "-c", code]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    found, expected = pl.read_parquet(tmp_path / "rows.parquet"), answer(db, views(db)[page].addresses[0])
    assert found.schema == expected.schema
    assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.parametrize("page", ["Map", "Council", "Inspections"])
def test_the_line_for_r_runs_and_gives_what_the_page_shows(
    db: Database, server: str, tmp_path: Path, page: str
) -> None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("R is not installed here: apt-get install r-base-core")
    text = line(db, page, server, "R")
    keep = 'write.csv(rows, "rows.csv", row.names = FALSE, na = "", fileEncoding = "UTF-8")'
    (tmp_path / "read.R").write_text(f"{text}\n{keep}\n", "utf-8")
    ran = subprocess.run(
        [rscript, "--vanilla", "read.R"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    expected = answer(db, views(db)[page].addresses[0])
    found = pl.read_csv(tmp_path / "rows.csv", schema=pl.Schema(dict.fromkeys(expected.columns, pl.String())))
    assert found.height == expected.height
    for name, kind in expected.schema.items():
        if kind == pl.String:
            assert found[name].to_list() == expected[name].to_list(), name
        elif kind.is_float():
            assert found[name].cast(pl.Float64).round_sig_figs(12).equals(expected[name].round_sig_figs(12)), name


@pytest.mark.parametrize("page", VIEWS)
def test_the_address_for_excel_is_a_table_as_excel_reads_one(db: Database, server: str, page: str) -> None:
    with urllib.request.urlopen(line(db, page, server, "Excel"), timeout=60) as reply:
        assert reply.headers["Content-Type"].startswith("text/csv; charset=utf-8")
        rows = list(csv.reader(io.StringIO(reply.read().decode("utf-8"))))
    expected = answer(db, views(db)[page].addresses[0])
    assert rows[0] == expected.columns
    assert len(rows) - 1 == expected.height
    area = rows[0].index("area")
    assert [row[area] for row in rows[1:]] == expected["area"].to_list()
