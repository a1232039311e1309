"""The API as it describes itself: the document for machines and the page for people, made of the same declarations."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import jsonschema
import pytest

from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.api import charts, openapi, problems
from dashboard.api.chart_links import CHARTS
from dashboard.api.endpoints import ENDPOINTS, KINDS, Endpoint
from dashboard.data.database import Database
from dashboard.data.versions import store
from dashboard.files import exports
from dashboard.files.exports.export import WHOLE_FILE
from dashboard.files.exports.rows import PARTS
from dashboard.pictures.kinds import KINDS as PICTURES
from tests.api.client import STYLE, Client
from tests.dashboard import small
from tests.dashboard.small import Figure


@pytest.fixture(scope="module")
def document(api: Client) -> Any:
    return api.get("/api/v1/openapi.json").json


@pytest.fixture(scope="module")
def html(api: Client) -> str:
    return api.get("/api").body.decode("utf-8")


def test_every_address_is_described_with_every_parameter(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    for endpoint in ENDPOINTS.values():
        for suffix in ("", *KINDS):
            operation = document["paths"][endpoint.path(suffix)]["get"]
            named = [
                document["components"]["parameters"][one["$ref"].rsplit("/", 1)[1]] for one in operation["parameters"]
            ]
            kind = KINDS[suffix or "json"]
            assert [one["name"] for one in named] == list(endpoint.all_parameters(kind))
            in_parts = set() if kind.suffix == "json" else {"206", "416"}
            assert {"200", "304", "400", "404", "503"} | in_parts == set(operation["responses"]) - {"409"}
            assert ("409" in operation["responses"]) is ("benchmark" in endpoint.all_parameters(kind))
            (limit,) = (one["schema"]["maximum"] for one in named if one["name"] == "limit")
            assert limit == kind.most_rows
    for picture in PICTURES.values():
        for file in charts.FILES.values():
            operation = document["paths"][f"{CHARTS}/{picture.name}.{file.suffix}"]["get"]
            named = [
                document["components"]["parameters"][one["$ref"].rsplit("/", 1)[1]] for one in operation["parameters"]
            ]
            size = ["size"] if file.picture else []
            assert [one["name"] for one in named] == [*picture.parameters, *size, "version"]
            assert {"200", "304", "400", "409", "429"} <= set(operation["responses"])
    ids = [path["get"]["operationId"] for path in document["paths"].values()]
    assert len(set(ids)) == len(ids) == len(ENDPOINTS) * 4 + len(PICTURES) * len(charts.FILES) + 4


def test_what_is_allowed_is_what_the_database_holds(document: Any, db: Database) -> None:
    parameters = document["components"]["parameters"]
    assert parameters["metric"]["schema"]["items"]["enum"] == db.table["metric"].sort("position")["metric_id"].to_list()
    assert set(db.area["area_id"]) | set(db.table["area_code"]["gss_code"]) == set(
        parameters["area_observations"]["schema"]["items"]["enum"]
    )
    assert parameters["benchmark"]["schema"]["enum"] == list(BENCHMARKS)
    assert parameters["with"]["schema"]["items"]["enum"] == list(PARTS)
    assert parameters["version"]["schema"]["examples"] == store().versions()


@pytest.mark.parametrize("name", openapi.ALWAYS)
def test_columns_that_are_said_to_hold_something_do(db: Database, name: str) -> None:
    rows = ENDPOINTS[name].find(db, {})
    for start in range(0, rows.count, 50_000):
        part = rows.part(start, 50_000).select(openapi.ALWAYS[name])
        assert part.null_count().row(0) == (0,) * part.width


def test_a_program_made_of_the_document_can_be_linted_and_typed(document: Any) -> None:
    assert document["info"]["license"]["name"] == "Open Government Licence v3.0"
    assert document["security"] == []
    assert "enum" not in document["components"]["parameters"]["version"]["schema"]
    binary = document["paths"]["/api/v1/areas.parquet"]["get"]["responses"]["200"]["content"]
    assert binary == {"application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}}}
    named = json.dumps(document["paths"])
    assert all(f'"#/components/responses/{status}"' in named for status in document["components"]["responses"])
    assert document["components"]["schemas"]["standings"]["properties"]["period"]["type"] == "string"


def test_every_reference_leads_somewhere(document: Any) -> None:
    def follow(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                found: Any = document
                for step in node["$ref"].removeprefix("#/").split("/"):
                    found = found[step]
            for value in node.values():
                follow(value)
        elif isinstance(node, list):
            for value in node:
                follow(value)

    follow(document)


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS.keys())
def test_an_answer_is_as_it_is_described(api: Client, document: Any, endpoint: Endpoint) -> None:
    schema = document["paths"][endpoint.path()]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    for example in endpoint.examples:
        query = "&".join(f"{name}={value}".replace(" ", "+") for name, value in example.parameters.items())
        got = api.get(f"{endpoint.path()}?{query}")
        assert got.status == 200, got.body
        jsonschema.validate(got.json, {**schema, "components": document["components"]})
        assert got.json["rows"], example.words


def test_a_refusal_is_as_it_is_described(api: Client, document: Any) -> None:
    for address in ("/api/v1/areas?colour=x&area=y", "/api/v1/nothing", "/api/v1/areas?version=none"):
        jsonschema.validate(api.get(address).json, document["components"]["schemas"]["problem"])


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS.keys())
def test_every_column_says_what_it_is(db: Database, endpoint: Endpoint) -> None:
    columns = openapi.columns(db, endpoint)
    assert {
        name: openapi.meaning(db, endpoint, name) for name in columns if not openapi.meaning(db, endpoint, name)
    } == {}
    assert set(endpoint.shown) <= set(columns)


def test_the_columns_of_figures_are_those_of_a_download(db: Database) -> None:
    columns = openapi.columns(db, ENDPOINTS["observations"])
    assert list(columns) == [*exports.COLUMNS, *exports.TREND_COLUMNS]


def test_every_parameter_has_an_example_that_is_allowed(api: Client, db: Database) -> None:
    for endpoint in ENDPOINTS.values():
        for name, parameter in endpoint.all_parameters(KINDS["json"]).items():
            example = parameter.an_example(db)
            assert example, name
            alone = {"target": "&metric=vacancy_rate"}.get(name, "") + ("" if name == "limit" else "&limit=1")
            assert api.get(f"{endpoint.path()}?{name}={example}{alone}".replace(" ", "+")).status == 200, name


def test_the_page_names_every_address_parameter_and_column(html: str, db: Database) -> None:
    for endpoint in ENDPOINTS.values():
        section = re.search(rf'<section id="{endpoint.name}">.*?</section>', html, re.DOTALL)
        assert section
        said = re.findall(r"<code>([^<]*)</code>", section[0])
        assert set(endpoint.all_parameters(KINDS["json"])) <= set(said)
        assert set(openapi.columns(db, endpoint)) <= set(said)


def addresses(html: str) -> list[str]:
    """Where the page leads in the API."""
    return sorted({one for one in map(unescape, re.findall(r'href="([^"]+)"', html)) if one.startswith("/api")})


def test_every_link_of_the_page_leads_to_an_answer(api: Client, html: str) -> None:
    """Of a file of every row one row is made, and it is asked whether all of them would fit."""
    links = [unescape(one) for one in re.findall(r'href="([^"]+)"', html)]
    anchors = {one[1:] for one in links if one.startswith("#")}
    assert anchors <= set(re.findall(r'id="([^"]+)"', html))
    assert len(addresses(html)) > 40
    files = 0
    for address in addresses(html):
        suffix = address.rpartition(".")[2]
        whole = suffix in KINDS and not KINDS[suffix].pages and "?" not in address and CHARTS not in address
        got = api.get(f"{address}?limit=1" if whole else address)
        assert got.status == 200, address
        if whole:
            assert 1 < int(got.headers["x-total-count"]) <= KINDS[suffix].rows, address
            files += 1
    assert files == 2 * len(ENDPOINTS)
    assert {one for one in links if not one.startswith(("/api", "#"))} == {"/", STYLE}


@pytest.mark.drill
def test_every_file_of_the_page_is_made_whole(api: Client, html: str) -> None:
    for address in addresses(html):
        assert api.get(address).status == 200, address


def test_every_kind_of_problem_is_explained_where_its_type_leads(html: str) -> None:
    anchors = set(re.findall(r'id="([^"]+)"', html))
    assert set(problems.KINDS) <= anchors


def test_the_figures_on_the_page_are_those_of_the_database(html: str, db: Database, api: Client) -> None:
    assert f"{db.figure.height:,} figures of {db.table['metric'].height} measures" in html
    assert db.data_version in html
    newest = api.get("/api/v1/observations?metric=vacancy_rate&area=383&with=standing&limit=1").json["rows"][0]
    row = re.search(r'<tr><th scope="row">Leeds</th>(.*?)</tr>', html)
    assert row
    cells = re.findall(r"<td>(.*?)</td>", row[1])
    assert cells[:6] == [
        newest["metric"], newest["period"], f"{newest['value']:g}", "%", "observed", str(newest["rank"])
    ]  # fmt: skip


def test_examples_ask_for_what_is_declared() -> None:
    for endpoint in ENDPOINTS.values():
        for example in endpoint.examples:
            assert set(example.parameters) <= set(endpoint.all_parameters(KINDS["json"]))


def test_a_download_that_is_too_large_names_the_address_of_the_whole(api: Client) -> None:
    assert api.get(WHOLE_FILE).status == 200


def test_the_page_opens_with_a_sentence_and_says_its_language(html: str) -> None:
    assert html.startswith('<!doctype html><html lang="en-GB">')
    assert re.search(r'<h1>[^<]+</h1><p class="sentence">[^<]+\.</p>', html)


def test_the_page_of_a_small_database_holds_no_example_that_it_cannot_answer(live: Any) -> None:
    names = {"101": '<b onmouseover="x">Council</b>'}
    figures = [Figure("waits", council, 5.0) for council in small.COUNCILS]
    small.write(live, metrics=[small.metric(title="<script>alert(1)</script>")], figures=figures, names=names)
    api = Client()
    html = api.get("/api").body.decode("utf-8")
    assert "<script" not in html
    assert "<b " not in html
    for address in {unescape(one) for one in re.findall(r'href="(/api[^"]*)"', html)}:
        assert api.get(address).status == 200, address
    assert api.get("/api/v1/openapi.json").json["components"]["parameters"]["metric"]["example"] == ["waits"]
