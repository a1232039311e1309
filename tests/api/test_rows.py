"""What the API answers: in every format the same, and the same as the downloads and the database hold."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from urllib.parse import quote

import polars as pl
import pytest

from dashboard.analysis import benchmarks, selection
from dashboard.analysis.benchmarks import BENCHMARKS, Benchmark
from dashboard.api.endpoints import ENDPOINTS, KINDS
from dashboard.api.tables import to_figure_query
from dashboard.data.database import Database
from dashboard.files import exports
from dashboard.files.exports.rows import to_long
from dashboard.files.pages import data
from tests.api.client import Client

LEEDS = "383"
# Of each address everything there is, where that fits a page of JSON, and questions that reach every column.
EVERY = [
    *(f"/api/v1/{name}" for name in ENDPOINTS if name not in ("observations", "standings", "benchmarks")),
    "/api/v1/observations?metric=vacancy_rate&with=standing,benchmark,gap,interval,trend",
    "/api/v1/observations?area=383,E92000001,E12000003&newest=true&with=standing,trend",
    "/api/v1/observations?theme=Inspection&period=2025",
    "/api/v1/observations?metric=judgement_leaders,vacancy_rate,plan_rate&newest=true&shape=wide",
    "/api/v1/observations?metric=vacancy_rate&neighbours_of=383&benchmark=group&group=380,383,370",
    "/api/v1/observations?metric=vacancy_rate&newest=true&with=gap&benchmark=target&target=7.25",
    "/api/v1/observations?metric=vacancy_rate&area=383&period=2012",
    "/api/v1/standings?newest=true&area=383,314,318",
    "/api/v1/standings?metric=vacancy_rate&limit=9999",
    "/api/v1/benchmarks?newest=true&theme=Workforce&benchmark=neighbours&limit=9999",
    "/api/v1/benchmarks?region=E13000001&status=suppressed,not_available&period=2025",
    "/api/v1/inspections?newest=true&framework=ILACS&type=London borough",
    "/api/v1/areas?kind=local_authority&region=E12000007",
    "/api/v1/changes?kind=revised,withdrawn",
    "/api/v1/metrics?theme=Workforce,Child protection",
]  # fmt: skip


@pytest.mark.parametrize("address", EVERY)
def test_the_three_formats_hold_the_same_cells(api: Client, address: str) -> None:
    address += ("&" if "?" in address else "?") + "limit=10000" if "limit" not in address else ""
    parquet = api.table(address, "parquet")
    assert api.table(address, "json").equals(parquet)
    assert api.table(address, "csv").equals(parquet)
    if "period=2012" not in address:
        assert parquet.height > 0
    assert "data_version" in parquet.columns


def test_without_a_suffix_an_answer_is_json(api: Client) -> None:
    plain, suffixed = (api.get(f"/api/v1/areas{suffix}?kind=region") for suffix in ("", ".json"))
    assert plain.body == suffixed.body
    assert plain.headers["content-type"] == "application/json"
    assert plain.json["count"] == len(plain.json["rows"]) == 11


# A choice on the Data page, and the same as an address.
DOWNLOADS: list[tuple[selection.FigureQuery, tuple[str, ...], Benchmark, str]] = [
    (
        selection.FigureQuery(("vacancy_rate", "caseload"), areas=(LEEDS, "314"), periods=("2025", "2024")),
        ("standing", "benchmark", "gap", "interval", "trend"),
        BENCHMARKS["best_quarter"],
        "metric=caseload,vacancy_rate&area=314&area=383&period=2024,2025&with=standing,benchmark,gap,interval,trend",
    ),
    (
        selection.FigureQuery(
            themes=("Child protection",), regions=("E12000007",), newest=True, leaders=("Outstanding",)
        ),
        ("standing",),
        BENCHMARKS["best_quarter"],
        "theme=Child+protection&region=E12000007&newest=true&leaders=Outstanding&with=standing",
    ),
    (
        selection.FigureQuery(("plan_rate",), neighbours_of=LEEDS, statuses=("observed",)),
        ("gap",),
        BENCHMARKS["neighbours"],
        "metric=plan_rate&neighbours_of=383&status=observed&with=gap&benchmark=neighbours",
    ),
    (selection.FigureQuery(("children",), types=("County council",)), (), BENCHMARKS["best_quarter"],
     "metric=children&type=County%20council"),
]  # fmt: skip


@pytest.mark.parametrize("name", ["Social worker vacancy rate", "VACANCY_RATE", "vacancies", "unfilled posts"])
def test_a_measure_is_found_by_any_of_its_names(api: Client, name: str) -> None:
    found = api.table(f"/api/v1/observations?area=383&period=2025&metric={quote(name)}", "json")
    assert found["metric_id"].to_list() == ["vacancy_rate"]


@pytest.mark.parametrize(("asked", "parts", "benchmark", "query"), DOWNLOADS)
def test_an_address_gives_what_the_data_page_downloads(
    db: Database, api: Client, asked: selection.FigureQuery, parts: tuple[str, ...], benchmark: Benchmark, query: str
) -> None:
    export = data.export(db, asked, benchmark, parts, "long", "")
    assert export.table.height > 5
    assert api.get(f"/api/v1/observations.csv?{query}").body == exports.FORMATS["csv"].make(db, export)
    downloaded = pl.read_parquet(io.BytesIO(exports.FORMATS["parquet"].make(db, export)))
    assert api.table(f"/api/v1/observations?{query}", "parquet").equals(downloaded)


def test_a_wide_table_is_the_one_that_the_data_page_downloads(db: Database, api: Client) -> None:
    asked = selection.FigureQuery(themes=("Workforce",))
    export = data.export(db, asked, BENCHMARKS["best_quarter"], (), "wide", "")
    got = api.get("/api/v1/observations.csv?theme=Workforce&shape=wide")
    assert got.body == exports.FORMATS["csv"].make(db, export)
    assert int(got.headers["x-total-count"]) == export.table.height > 1000


def test_partners_on_one_measure_are_the_neighbours_that_reach_it_with_their_grades(api: Client) -> None:
    found = api.table("/api/v1/partners?area=333&metric=vacancy_rate", "json")
    near = found.filter(pl.col("closeness_rank").is_not_null())
    assert near.select("partner", "closeness_rank", "partner_value", "partner_rank", "leaders").rows() == [
        ("Kingston upon Hull, City of", 2, 2.4, 9, "Outstanding"),
        ("Coventry", 8, 7.4, 35, "Outstanding"),
    ]
    assert set(near["benchmark"]) == {7.75}


def test_limits_say_what_they_allow_for_and_can_be_chosen(api: Client) -> None:
    asked = "/api/v1/benchmarks?metric=vacancy_rate&newest=true&benchmark"
    for benchmark, limits, words, unusual in (
        ("england", "", "chance and usual differences between councils", 17),
        ("england", "&limits=chance", "chance", 98),
        ("best_quarter", "", "chance", 110),
        ("best_quarter", "&limits=differences", "chance and usual differences between councils", 31),
    ):
        rows = api.table(f"{asked}={benchmark}{limits}", "parquet").filter(pl.col("verdict").is_not_null())
        assert rows["interval_allows_for"].unique().to_list() == [words]
        returns = rows.unique(pl.coalesce("joint_return", "la_number"))
        # Two more have a rate, and are too small to compare.
        assert returns.height == 147
        assert returns.filter(pl.col("verdict") != "similar").height == unusual, (benchmark, limits)


def test_standings_are_the_ranked_figures_and_nothing_else(db: Database, api: Client) -> None:
    found = api.table("/api/v1/standings?period=2025", "parquet")
    ranked = db.figure.filter((pl.col("period") == "2025") & pl.col("rank").is_not_null())
    assert found.height == ranked.height > 1000
    assert found["rank"].null_count() == 0
    assert found["area_kind"].unique().to_list() == ["local_authority"]


def test_benchmarks_are_of_councils_alone_and_those_without_a_value_keep_their_reason(api: Client) -> None:
    found = api.table("/api/v1/benchmarks?metric=vacancy_rate&newest=true", "parquet")
    assert found.height == 153
    missing = found.filter(pl.col("value").is_null())
    assert 0 < missing.height < 10
    assert missing["gap"].null_count() == missing.height
    assert "observed" not in missing["status"].to_list()


def test_councils_are_compared_with_a_group_and_a_target_as_on_the_pages(db: Database, api: Client) -> None:
    metric, rows = db.metrics["vacancy_rate"], selection.rows(db, selection.FigureQuery(("vacancy_rate",), newest=True))
    for query, benchmark in (
        ("group=380,383", benchmarks.with_group(db, ["380", "383"])),
        ("target=7.5", benchmarks.with_target(7.5, metric)),
    ):
        expected = to_long(db, rows, ("gap",), benchmark)
        found = api.table(f"/api/v1/observations?metric=vacancy_rate&newest=true&with=gap&{query}", "parquet")
        assert found.equals(expected)
        assert found["benchmark_rule"].unique().to_list() == [benchmark.title]


def test_a_council_is_found_by_its_number_and_by_every_code_it_has_or_had(db: Database, api: Client) -> None:
    codes = db.table["area_code"].join(db.area.select("area_id", pl.col("gss_code").alias("now")), on="area_id")
    former, area_id = codes.filter(pl.col("gss_code") != pl.col("now")).select("gss_code", "area_id").row(0)
    now = db.area.filter(pl.col("area_id") == area_id)["gss_code"][0]
    asked = [api.get(f"/api/v1/observations?area={one}&metric=children") for one in (area_id, former, now)]
    assert {one.body for one in asked} == {asked[0].body}
    assert asked[0].json["count"] > 0


@pytest.mark.parametrize(
    ("address", "size"),
    [
        ("/api/v1/observations?metric=vacancy_rate&with=standing", 97),
        ("/api/v1/observations?metric=vacancy_rate,agency_rate&shape=wide", 500),
        ("/api/v1/inspections", 100),
        ("/api/v1/neighbours", 600),
        ("/api/v1/areas", 1),
    ],
)
def test_the_pages_of_an_answer_hold_every_row_once_in_one_order(api: Client, address: str, size: int) -> None:
    path, _, query = address.partition("?")
    following: str | None = f"{path}?{query}&limit={size}"
    rows, counts = [], set()
    while following:
        page = api.get(following).json
        rows += page["rows"]
        counts.add(page["count"])
        following = page["next"]
        assert len(page["rows"]) <= size
    whole = api.get(f"{path}?{query}&limit=10000").json
    assert rows == whole["rows"]
    assert counts == {len(rows)}
    assert len({json.dumps(row) for row in rows}) == len(rows)


def test_a_page_that_follows_keeps_to_the_version_of_the_first(api: Client, db: Database) -> None:
    page = api.get("/api/v1/areas?limit=100").json
    assert page["next"] == f"/api/v1/areas.json?limit=100&offset=100&version={db.data_version}"
    assert api.get(page["next"]).json["next"] is None
    link = api.get("/api/v1/areas.csv?limit=100").headers["link"]
    assert f'</api/v1/areas.csv?limit=100&offset=100&version={db.data_version}>; rel="next"' in link


def test_past_the_end_there_are_no_rows_and_the_columns_are_still_named(api: Client) -> None:
    assert api.get("/api/v1/areas?offset=1000000").json["rows"] == []
    assert api.get("/api/v1/areas.csv?offset=999").body.startswith(b'"area_id","area","area_kind"')
    assert api.table("/api/v1/areas?offset=999", "parquet").height == 0


def test_a_file_is_refused_rather_than_cut_short(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for suffix in ("csv", "parquet"):
        monkeypatch.setitem(KINDS, suffix, replace(KINDS[suffix], rows=100, most_rows=100))
    small = Client()
    # Asked for nowhere else: what was made before is kept.
    councils = "kind=local_authority&region=E12000001,E12000002,E12000003,E12000004,E12000005,E12000006,E12000007"
    for suffix in ("csv", "parquet"):
        got = small.get(f"/api/v1/areas.{suffix}?{councils}")
        assert got.status == 400
        assert got.json["type"] == "/api#too-many-rows"
        assert "/api/v1/monitor.duckdb" in got.json["detail"]
        assert small.get(f"/api/v1/areas.{suffix}?{councils}&offset=100").status == 200
        part = small.get(f"/api/v1/areas.{suffix}?{councils}&limit=100")
        assert int(part.headers["x-total-count"]) > 100
        assert 'rel="next"' in part.headers["link"]


def test_a_large_file_is_written_in_parts_that_fit_together(api: Client) -> None:
    """Ten thousand rows are written at a time: over three of them nothing is lost, doubled or typed otherwise."""
    address = "/api/v1/observations?theme=Workforce,Child protection&with=standing,trend,gap&limit=25000"
    parquet = api.table(address, "parquet")
    assert parquet.height == 25_000
    assert api.table(address, "csv").equals(parquet)


def test_the_filters_of_an_address_are_those_of_the_data_page() -> None:
    fields = set(selection.FigureQuery.__dataclass_fields__)
    names = {one.name: ("x",) for one in ENDPOINTS["observations"].parameters}
    filled = to_figure_query({**names, "neighbours_of": "383", "newest": True})
    assert {field for field in fields if getattr(filled, field)} == fields


def test_a_measure_says_what_there_is_of_it(api: Client, db: Database) -> None:
    rows = {row["metric_id"]: row for row in api.get("/api/v1/metrics").json["rows"]}
    assert rows.keys() == set(db.table["metric"]["metric_id"])
    vacancy = rows["vacancy_rate"]
    newest = db.latest("vacancy_rate")
    assert (vacancy["newest_period"], vacancy["newest_period_end"]) == (newest.label, newest.end.isoformat())
    assert vacancy["periods"] == len(db.periods["vacancy_rate"])
    had = db.councils("vacancy_rate", newest.end)["value"]
    assert vacancy["councils_with_a_value"] == len(had) - had.null_count()
    assert all(row["newest_period"] and row["definition"] and row["source"] for row in rows.values())


def test_an_area_names_those_it_followed_and_its_former_codes(api: Client) -> None:
    rows = {row["area_id"]: row for row in api.get("/api/v1/areas").json["rows"]}
    assert (rows["E92000001"]["area"], rows["E92000001"]["area_kind"]) == ("England", "england")
    cumbria = rows["909"]
    assert cumbria["succeeded_by"] == "Cumberland; Westmorland and Furness"
    assert cumbria["end_date"] == "2023-03-31"
    assert [row["area"] for row in rows.values() if row["succeeds"] == "Cumbria"] == [
        "Cumberland", "Westmorland and Furness"
    ]  # fmt: skip


def test_the_newest_inspection_of_each_council_has_its_grades(api: Client, db: Database) -> None:
    found = api.get("/api/v1/inspections?newest=true").json
    assert found["count"] == len({row["la_number"] for row in found["rows"]})
    judged = dict(db.table["judgement"].filter(pl.col("strand") == "leaders").select("inspection_id", "grade").rows())
    assert {row["inspection_id"]: row["leaders"] for row in found["rows"]}.items() >= {
        row["inspection_id"]: judged[row["inspection_id"]] for row in found["rows"] if row["leaders"]
    }.items()
    assert sum(bool(row["leaders"]) for row in found["rows"]) > 140


def test_an_answer_without_rows_says_why(api: Client) -> None:
    address = "/api/v1/observations.{}?area=909&period=2025&metric=caseload"
    said = api.get(address.format("json")).json
    assert (said["count"], said["rows"]) == (0, [])
    assert said["why"].startswith(
        "Cumbria was replaced in April 2023 by Cumberland and Westmorland and Furness. None of "
    )
    assert "Without “Areas” there would be" in said["why"]
    for kind in ("csv", "parquet"):
        assert api.get(address.format(kind)).headers["x-why-none"].startswith("Cumbria was replaced in April 2023")
    assert "why" not in api.get("/api/v1/observations?area=383&period=2025&metric=caseload").json
