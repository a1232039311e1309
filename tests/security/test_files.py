"""The nine payloads in what is no page: briefings in three forms, the API and its refusals, names of downloads."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from streamlit.proto.BackMsg_pb2 import BackMsg

from dashboard.briefings.urls import FORMS
from tests.hosting.running import Client, Running
from tests.security import websocket_messages
from tests.security.conftest import Names
from tests.security.helpers import LOOK
from tests.security.payloads import PAYLOADS

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

AREAS = ("383", "E12000003", "E92000001")
# What a PDF can be told to do when it is opened or clicked, but for following a link.
ACTS = (
    "/JS",
    "/JavaScript",
    "/AA",
    "/OpenAction",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/EmbeddedFiles",
    "/RichMedia",
)
# Tags of a web page that stands alone, with its drawings.
ALONE = websocket_messages.TAGS | {
    "html", "head", "meta", "title", "style", "body", "main", "svg", "g", "path", "circle", "line", "rect", "text",
    "defs", "pattern", "polygon", "tspan", "article", "desc", "hr", "colgroup", "col", "input", "form",
}  # fmt: skip


@pytest.mark.parametrize("area_id", AREAS)
def test_a_briefing_as_a_web_page_has_no_markup_of_others(server: Running, area_id: str) -> None:
    got = server.ask(f"/briefings/{area_id}.html")
    assert got.status == 200
    assert "window.ran" in got.text
    assert websocket_messages.wrong(got.text, ALONE - {"script", "form", "input"}) == []
    assert "script-src" not in got.headers["content-security-policy"]
    assert "default-src 'none'" in got.headers["content-security-policy"]


def test_a_briefing_in_word_holds_it_as_text_and_links_to_nothing_but_pages(server: Running) -> None:
    got = server.ask("/briefings/383.docx")
    with zipfile.ZipFile(io.BytesIO(got.body)) as document:
        parts = {name: document.read(name) for name in document.namelist() if name.endswith((".xml", ".rels"))}
    assert b"window.ran" in parts["word/document.xml"]
    assert not [name for name in parts if "vba" in name.lower() or "embeddings" in name or "activeX" in name]
    for name, content in parts.items():
        root = ElementTree.fromstring(content)  # well-formed, whatever is in the names
        tags = {one.tag.rpartition("}")[2] for one in root.iter()}
        assert not tags & {
            "script",
            "img",
            "iframe",
            "altChunk",
            "object",
            "instrText",
            "fldSimple",
        } or name.startswith(("word/footer", "word/header")), name
        for one in root.iter():
            if one.tag.endswith("}Relationship") and one.get("TargetMode") == "External":
                assert (one.get("Target") or "").startswith("https://"), name


def test_a_briefing_as_a_pdf_does_nothing_when_it_is_opened(server: Running) -> None:
    reader = PdfReader(io.BytesIO(server.ask("/briefings/383.pdf").body))
    assert "window.ran" in re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))
    seen: set[int] = set()

    def look(one: Any) -> Iterator[tuple[str, Any]]:
        one = one.get_object()
        if id(one) in seen:
            return
        seen.add(id(one))
        if isinstance(one, dict):
            for key, value in one.items():
                yield str(key), value
                yield from look(value) if hasattr(value, "get_object") else ()
        elif isinstance(one, list):
            for value in one:
                yield from look(value) if hasattr(value, "get_object") else ()

    held = list(look(reader.trailer["/Root"]))
    assert [key for key, _ in held if key in ACTS] == []
    addresses = [str(value) for key, value in held if key == "/URI"]
    assert [one for one in addresses if not one.startswith("https://")] == []


@pytest.mark.parametrize("area_id", ["383", "E92000001"])
@pytest.mark.parametrize("form", FORMS)
def test_a_briefings_file_is_called_by_plain_letters(server: Running, area_id: str, form: str) -> None:
    said = server.ask(f"/briefings/{area_id}.{form}", "HEAD" if form != "html" else "GET").headers
    assert re.fullmatch(r'(inline|attachment); filename="[\w.,() -]+"', said["content-disposition"], re.ASCII)


@pytest.mark.parametrize("page", ["map", "compare", "council", "data", "inspections"])
def test_what_a_page_offers_for_download_is_called_by_plain_letters(server: Running, names: Names, page: str) -> None:
    with Client(server) as reader:
        # A council's file stands in a closed part of its page.
        reader.run(page, la=names.leeds, areas=names.leeds, **({"every": "true"} if page == "council" else {}))
        assert reader.downloads
        for number, file_id in enumerate(reader.downloads.values()):
            asked = BackMsg()
            operation = asked.backend_operation_request
            operation.request_id, operation.session_id = f"file {number}", reader.session
            operation.deferred_file.file_id = file_id
            reader.send(asked)
            answer = reader.until("backend_operation_response").backend_operation_response
            got = server.ask(answer.deferred_file.url)
            assert got.status == 200
            assert re.fullmatch(r'attachment; filename="[\w.,() -]+"', got.headers["content-disposition"], re.ASCII)
            assert not got.headers["content-type"].startswith("text/html")
            assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_refusal_is_json_for_a_program_and_never_a_page(server: Running, payload: str) -> None:
    for asked in (
        f"/api/v1/areas?{urlencode({payload: '1'})}",
        f"/api/v1/areas?{urlencode({'kind': payload})}",
        f"/api/v1/figures?{urlencode({'metric': payload, 'area': payload, 'version': payload})}",
        f"/api/v1/{quote(payload, safe='')}",
    ):
        got = server.ask(asked, accept="text/html")
        assert 400 <= got.status < 500
        assert got.headers["content-type"].partition(";")[0] in ("application/problem+json", "text/html")
        if "json" in got.headers["content-type"]:
            assert isinstance(json.loads(got.body), dict)
        else:
            assert websocket_messages.wrong(got.text, ALONE) == []
        assert got.headers["x-content-type-options"] == "nosniff"
        assert (
            "script-src" not in got.headers["content-security-policy"]
            or "'self'" in got.headers["content-security-policy"]
        )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_answer_in_plain_words_repeats_what_was_asked_for_as_markup(server: Running, payload: str) -> None:
    for path in ("/", "/briefings/", "/assets/", "/media/", "/static/", "/_stcore/", "/council/"):
        got = server.ask(f"{path}{quote(payload, safe='')}?{urlencode({payload: payload})}", accept="text/html")
        assert got.status in (400, 404)
        assert "window.ran" not in got.text or not got.headers["content-type"].startswith("text/html")
        assert "evil.example" not in got.text or not got.headers["content-type"].startswith("text/html")


@pytest.mark.browser
@pytest.mark.parametrize(
    "path",
    [
        "/api", "/api/v1/openapi.json", "/api/v1/metrics.json", "/briefings/383.html", "/briefings/E92000001.html",
        f"/api/v1/areas?{urlencode({'kind': PAYLOADS[0], PAYLOADS[1]: PAYLOADS[8]})}",
        f"/briefings/{quote(PAYLOADS[0], safe='')}.html",
        f"/{quote(PAYLOADS[4], safe='')}?{urlencode({'la': PAYLOADS[1]})}",
    ],
    ids=lambda one: str(one)[:30],
)  # fmt: skip
def test_a_browser_runs_none_of_it(reader: BrowserContext, server: Running, path: str) -> None:
    page, asked, root = reader.new_page(), list[str](), f"http://127.0.0.1:{server.port}"
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{root}{path}")
    page.wait_for_timeout(100)
    assert page.evaluate(LOOK) == []
    assert [one for one in asked if not one.startswith((f"{root}/", "data:"))] == []
    page.close()
