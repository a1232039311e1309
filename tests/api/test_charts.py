"""Pictures by address: every kind as every file, its choices as on the page, bounds, and nothing that could run."""

from __future__ import annotations

import io
import threading
import xml.etree.ElementTree as ET
import zipfile
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import polars as pl
import pytest
from PIL import Image
from starlette.applications import Starlette

from dashboard.api import answers, chart_links, chart_requests, charts, embed, routes
from dashboard.api.problems import Problem
from dashboard.data.database import Database
from dashboard.files.pictures.drawn import Drawn
from dashboard.files.pictures.kinds import KINDS, Kind
from dashboard.ops.settings import Settings
from tests.api.client import Client
from tests.dashboard.helpers import Page

CHARTS = "/api/v1/charts"
JUDGED = "Ofsted+judgement%3A+impact+of+leaders"
# Those of published figures; the others are of what the operator keeps by hand, which is empty here.
PUBLISHED = [kind for kind in KINDS.values() if not kind.daily]
# What each kind needs to be drawn.
QUERIES = {"trend": "?la=Leeds", "grades": f"?metric={JUDGED}"}
HOSTILE = ("<script>alert(1)</script>", '" onload="alert(1)', "]]><!--", "javascript:alert(1)", "\x00", "Leeds&evil=1")


@pytest.mark.parametrize("kind", PUBLISHED, ids=lambda kind: kind.name)
def test_every_kind_is_given_as_picture_and_as_rows(api: Client, db: Database, kind: Kind) -> None:
    query = QUERIES.get(kind.name, "")
    got = api.get(f"{CHARTS}/{kind.name}.svg{query}")
    assert (got.status, got.headers["content-type"]) == (200, "image/svg+xml")
    assert "sandbox" in got.headers["content-security-policy"]
    picture = ET.fromstring(got.body)
    words = " ".join(picture.itertext())
    assert "Source: " in words
    assert "Licence" in words or "Facts" in words
    assert db.data_version in words
    assert got.headers["x-data-version"] == db.data_version
    assert not {one.tag.rpartition("}")[2] for one in picture.iter()} & {"script", "foreignObject", "image", "a", "use"}
    csv = api.get(f"{CHARTS}/{kind.name}.csv{query}")
    rows = pl.read_csv(csv.body, infer_schema=False)
    assert rows.height
    assert set(rows["data_version"]) == {db.data_version}
    book = zipfile.ZipFile(io.BytesIO(api.get(f"{CHARTS}/{kind.name}.xlsx{query}").body))
    assert book.testzip() is None
    assert f'filename="{kind.name}' in csv.headers["content-disposition"]


@pytest.mark.parametrize(("size", "pixels"), [("", (1920, 1080)), ("&size=card", (1200, 630))])
def test_a_picture_for_slides_and_one_for_the_preview_of_a_link(
    api: Client, size: str, pixels: tuple[int, int]
) -> None:
    got = api.get(f"{CHARTS}/trend.png?la=Leeds{size}")
    with Image.open(io.BytesIO(got.body)) as picture:
        assert (picture.format, picture.size) == ("PNG", pixels)
    assert got.headers["content-disposition"] == 'inline; filename="trend-leeds-vacancy-rate.png"'


def test_one_picture_has_one_address_whichever_names_are_used(api: Client, db: Database) -> None:
    tags = {
        api.get(f"{CHARTS}/trend.svg?{query}").headers["etag"]
        for query in (
            "la=Leeds&metric=Average+caseload",
            "metric=caseload&la=383",
            "la=E08000035&metric=Workload&benchmark=Best+quarter+in+England",
            "la=leeds&metric=caseload&period=2025&benchmark=best_quarter",
        )
    }
    assert len(tags) == 1
    request = chart_requests.parse(
        b"la=383&metric=caseload&benchmark=group&group=Bristol,+City+of&group=York",
        KINDS["order"],
        lambda: db,
        lambda _: db,
    )
    address = chart_links.chart(db, KINDS["order"], request.choices, "svg", "v1")
    assert address == (
        f"{CHARTS}/order.svg?la=Leeds&metric=Average%20caseload&benchmark=My%20group&group=Bristol%2C%20City%20of&"
        "group=York&version=v1"
    )
    again = chart_requests.parse(address.partition("?")[2].encode(), KINDS["order"], lambda: db, lambda _: db)
    assert again.choices == request.choices


def test_a_picture_is_kept_by_its_tag_and_a_frozen_one_for_ever(api: Client, db: Database) -> None:
    got = api.get(f"{CHARTS}/map.svg", accept_encoding="gzip")
    assert got.headers["cache-control"] == "public, max-age=60"
    assert api.get(f"{CHARTS}/map.svg", if_none_match=got.headers["etag"]).status == 304
    frozen = api.get(f"{CHARTS}/map.svg?version={db.data_version}")
    assert "immutable" in frozen.headers["cache-control"]
    assert frozen.body == got.body


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("trend.svg", 409, "la=Leeds"),
        ("trend.svg?la=Leedz", 400, "Did you mean Leeds?"),
        ("map.png?metric=Vacansies", 400, "There is no metric"),
        ("map.svg?period=2012", 409, "was not published for 2012"),
        ("map.svg?colour=Mauve", 400, "There is no colour"),
        (f"map.svg?metric={JUDGED}&colour=Trend", 409, "cannot be coloured by “Trend”"),
        (f"order.svg?metric={JUDGED}", 409, "is a judgement"),
        ("grades.svg", 409, "is not a judgement"),
        ("map.svg?councils=Leeds", 400, "There is no parameter “councils” here"),
        ("order.svg?benchmark=A+target", 409, "needs the number"),
        ("trend.csv?la=Leeds&size=card", 400, "There is no parameter “size” here"),
        ("pie.svg", 404, "There is nothing at"),
        *((f"{kind.name}.svg", 409, "yet") for kind in KINDS.values() if kind.daily),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(api: Client, path: str, status: int, words: str) -> None:
    got = api.get(f"{CHARTS}/{path}")
    assert (got.status, got.headers["content-type"]) == (status, "application/problem+json")
    assert words in got.json["detail"]


@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_of_an_address_gets_into_a_picture(api: Client, value: str) -> None:
    for name, parameter in chart_requests.PARAMETERS.items():
        kind = next(one for one in KINDS.values() if name in one.parameters)
        got = api.get(f"{CHARTS}/{kind.name}.svg?{name}={quote(value)}")
        assert got.status in (400, 409), (name, parameter)
        assert got.headers["content-type"] == "application/problem+json"


def test_more_pictures_than_can_wait_are_refused_politely(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = api.get(f"{CHARTS}/standard.svg")
    monkeypatch.setattr(charts, "MOST_WAITING", 0)
    client = Client()
    got = client.get(f"{CHARTS}/standard.svg?metric=caseload")
    assert (got.status, got.headers["retry-after"], got.json["type"]) == (429, "5", "/api#too-many")
    # What is drawn already need not wait, and tables are not held up.
    assert client.get(f"{CHARTS}/standard.svg").body == drawn.body
    assert client.get("/api/v1/areas?limit=3").status == 200


def test_nobody_waits_for_ever_and_what_was_begun_is_there_for_who_asks_again(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on = threading.Event(), threading.Event()
    draw = charts.draw

    def slow(request: chart_requests.ChartRequest) -> Drawn:
        began.set()
        assert go_on.wait(30)
        return draw(request)

    monkeypatch.setattr(charts, "draw", slow)
    monkeypatch.setattr(charts, "MOST_SECONDS", 0.05)
    address = f"{CHARTS}/standard.svg?metric=turnover_rate"
    got = api.get(address)
    assert (got.status, got.headers["retry-after"]) == (429, "5")
    assert began.wait(30)
    go_on.set()
    monkeypatch.setattr(charts, "MOST_SECONDS", 20)
    assert api.get(address).status == 200


@pytest.fixture
def embedding(api: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The API of a server that lets one site frame its charts."""
    assert api
    monkeypatch.setattr(routes, "settings", lambda: Settings(embed_hosts=("https://www.example.gov.uk",)))
    return Client(Starlette(routes=routes.routes(lambda: "/s.css", lambda: "/assets/embed-1.js")))


@pytest.mark.parametrize("kind", PUBLISHED, ids=lambda kind: kind.name)
def test_a_chart_with_its_table_is_a_page_of_its_own(embedding: Client, kind: Kind) -> None:
    got = embedding.get(f"/embed/{kind.name}{QUERIES.get(kind.name, '')}")
    assert (got.status, got.headers["content-type"]) == (200, "text/html; charset=utf-8")
    page = Page(got.body.decode())
    assert page.all("html")[0]["data-sites"] == "https://www.example.gov.uk"
    (picture,) = page.all("img")
    assert embedding.get(picture["src"]).headers["content-type"] == "image/png"
    assert picture["alt"]
    assert page.rows
    # Scripts and styles are files of ours; links lead to pages, not into the frame.
    assert [one.get("src") for one in page.all("script")] == ["/assets/embed-1.js"]
    assert page.all("base") == [{"target": "_blank"}]
    assert all(one["href"].startswith(("/", "https://")) for one in page.all("a"))


@pytest.mark.parametrize(
    ("page", "query", "picture"),
    [
        ("", "", "standard.png?"),
        ("council", "la=Leeds&metric=Average+caseload", "trend.png?la=Leeds&metric=Average%20caseload&"),
        ("council", f"la=hull&metric={JUDGED}", "grades.png?la=Kingston%20upon%20Hull"),
        ("council", "", "map.png?"),
        ("map", "colour=Value&view_as=Tiles&period=1&theme=x", "map.png?colour=Value&view_as=Tiles&"),
        ("compare", "councils=York&councils=Leeds", "bars.png?councils=York&councils=Leeds&"),
        ("inspections", "part=Regions&judgement=Help+and+protection", "regions.png?judgement=Help%20and%20protection&"),
        ("leadership", "part=Directors+in+post", "directors.png?"),
        ("map", "la=%3Cscript%3E&benchmark=A+target&metric=No", "map.png?"),
    ],
)
def test_a_page_has_a_picture_for_previews_of_links_to_it(
    api: Client, db: Database, page: str, query: str, picture: str
) -> None:
    address = chart_requests.preview(db, page, query)
    assert address.startswith(f"{CHARTS}/{picture}")
    assert address.endswith(f"size=card&version={db.data_version}")
    assert api.get(address.replace(".png", ".svg")).status == 200


def test_where_no_site_is_named_the_page_says_so_and_stays_out_of_frames(api: Client) -> None:
    got = api.get("/embed/standard")
    assert "frame-ancestors 'none'" in got.headers["content-security-policy"]
    assert embed.NOBODY in got.body.decode()
    assert api.get("/embed/nothing").status == 404
    assert api.get("/embed/trend").status == 409


def test_the_pictures_of_a_council_come_in_one_file(api: Client, db: Database) -> None:
    got = api.get(f"{CHARTS}/council.zip?la=Leeds&metric=caseload")
    assert (got.status, got.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(got.body)) as packed:
        names = packed.namelist()
        readme = packed.read("README.txt").decode()
        first = packed.read(names[0])
    assert len(names) == 13
    assert names[:3] == ["01-map-leeds-caseload.png", "02-order-leeds-caseload.png", "03-trend-leeds-caseload.png"]
    assert db.data_version in readme
    assert "Leeds: average caseload over time." in readme
    assert first == api.get(f"{CHARTS}/map.png?la=Leeds&metric=caseload").body
    refused = api.get(f"{CHARTS}/council.zip")
    assert (refused.status, "la=Leeds" in refused.json["detail"]) == (409, True)


def test_many_who_ask_for_one_picture_get_the_same(api: Client) -> None:
    with ThreadPoolExecutor(6) as pool:
        got = list(pool.map(lambda _: api.get(f"{CHARTS}/years.png?judgement=protection"), range(6)))
    assert {one.status for one in got} == {200}
    assert len({one.body for one in got}) == 1


def test_pictures_are_cached_apart_and_never_more_than_they_may_be(db: Database) -> None:
    kept = charts.cache(db)
    assert kept is charts.cache(db)
    assert kept is not answers.answer_cache(db)
    assert (kept._most_bytes, kept._most) == (charts.MOST_CACHED_BYTES, charts.MOST_CACHED)


def test_all_choices_but_the_wrong_ones_are_read_before_anything_is_drawn(db: Database) -> None:
    with pytest.raises(Problem) as refused:
        chart_requests.parse(b"la=X&metric=Y&nothing=1", KINDS["trend"], lambda: db, lambda _: db)
    assert [one.parameter for one in refused.value.mistakes] == ["nothing", "la", "metric"]
