"""What goes over the wire: ETags, what is kept and for how long, gzip, parts of files, other sites, and no database."""

from __future__ import annotations

import gc
import gzip
import hashlib
import random
import re
import shutil
import weakref
from pathlib import Path

import pytest
from starlette.applications import Starlette

from dashboard import server
from dashboard.api import answers, routes
from dashboard.api.answers import Answer, Shelf
from dashboard.api.endpoints import ENDPOINTS, KINDS
from dashboard.api.reading import Asked
from dashboard.api.replies import Asking
from dashboard.database import Database, store
from tests.api.client import Client
from tests.dashboard import small
from tests.dashboard.small import Figure

ADDRESSES = (
    *(endpoint.path(suffix) + "?limit=5" for endpoint in ENDPOINTS.values() for suffix in ("", *KINDS)),
    "/api", "/api/v1/openapi.json", "/api/v1/monitor.duckdb", "/api/v1/monitor.duckdb.sha256",
)  # fmt: skip
OBSERVATIONS = "/api/v1/observations?metric=vacancy_rate"
PARQUET = "/api/v1/observations.parquet?metric=vacancy_rate"


def write(path: Path, version: str, value: float = 1.0) -> None:
    """A small database of one version, all of whose councils have one value."""
    path.unlink(missing_ok=True)
    figures = [Figure("waits", council, value) for council in small.COUNCILS]
    small.write(path, metrics=[small.metric()], figures=figures, version=version)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_is_open_named_and_never_taken_for_another_kind(api: Client, db: Database, address: str) -> None:
    got = api.get(address)
    assert got.status == 200
    assert got.headers["access-control-allow-origin"] == "*"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["vary"] == "Accept-Encoding"
    assert got.headers["cache-control"] == "public, max-age=60"
    assert got.headers["x-data-version"] == db.data_version
    assert {"etag", "link"} <= set(got.headers["access-control-expose-headers"].lower().split(", "))
    assert got.headers["etag"].startswith('"')
    assert int(got.headers["content-length"]) == len(got.raw)
    assert "set-cookie" not in got.headers


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_is_get_without_the_body(api: Client, address: str) -> None:
    head, got = api.ask("HEAD", address), api.get(address)
    assert (head.status, head.headers, head.raw) == (200, got.headers, b"")


@pytest.mark.parametrize("address", ADDRESSES)
def test_whoever_has_it_already_is_told_so(api: Client, address: str) -> None:
    got = api.get(address)
    tag = got.headers["etag"]
    for asked in (tag, f"W/{tag}", f'"other", W/{tag}', f"{tag},", "*", f'{tag[:-1]}-gzip"'):
        again = api.get(address, if_none_match=asked)
        assert (again.status, again.raw) == (304, b""), asked
        assert again.headers["etag"] == tag
        assert "content-type" not in again.headers
        assert again.headers["cache-control"] == got.headers["cache-control"]
    for asked in ('"other"', tag.strip('"'), "", '"', f'"x{tag[1:]}', "W/*"):
        assert api.get(address, if_none_match=asked).status == 200, asked


def test_other_questions_formats_and_data_have_other_tags(live: Path) -> None:
    api, tags = Client(), set()
    for version in ("2026-01-01-aaaaaaaa", "2026-02-02-bbbbbbbb"):
        write(live, version)
        for query in ("", "?limit=5", "?limit=5&offset=5", "?area=101", "?with=standing"):
            tags |= {api.get(f"/api/v1/observations.{suffix}{query}").headers["etag"] for suffix in KINDS}
        tags |= {api.get(path).headers["etag"] for path in ("/api/v1/standings", "/api", "/api/v1/monitor.duckdb")}
    assert len(tags) == 2 * (5 * 3 + 3)


def test_one_question_has_one_tag_however_it_is_asked(api: Client) -> None:
    ways = (
        "metric=vacancy_rate,agency_rate&newest=true",
        "metric=agency_rate,vacancy_rate&newest=true",
        "newest=true&metric=agency_rate&metric=vacancy_rate",
        "metric=agency%5Frate%2Cvacancy_rate&newest=true",
    )
    assert len({api.get(f"/api/v1/observations?{way}").headers["etag"] for way in ways}) == 1
    assert "newest" not in api.get("/api/v1/observations?newest=false&limit=1").json["next"]


def test_a_question_that_names_its_version_may_be_kept_for_ever(api: Client, db: Database) -> None:
    frozen, live = api.get(f"{OBSERVATIONS}&version={db.data_version}"), api.get(OBSERVATIONS)
    assert frozen.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert frozen.body == live.body
    file = api.get(f"/api/v1/monitor.duckdb?version={db.data_version}")
    assert "immutable" in file.headers["cache-control"]


def test_a_version_that_is_kept_is_answered_from_and_others_say_what_is(live: Path) -> None:
    kept = live.parent / "versions"
    kept.mkdir()
    write(kept / "2026-01-01-aaaaaaaa.duckdb", "2026-01-01-aaaaaaaa", 1.0)
    write(kept / "2026-02-02-bbbbbbbb.duckdb", "2026-02-02-bbbbbbbb", 2.0)
    shutil.copy(kept / "2026-02-02-bbbbbbbb.duckdb", live)
    api = Client()
    values = {
        version: {row["value"] for row in api.get(f"/api/v1/observations?version={version}").json["rows"]}
        for version in ("2026-01-01-aaaaaaaa", "2026-02-02-bbbbbbbb")
    }
    assert values == {"2026-01-01-aaaaaaaa": {1.0}, "2026-02-02-bbbbbbbb": {2.0}}
    assert {row["value"] for row in api.get("/api/v1/observations").json["rows"]} == {2.0}
    gone = api.get("/api/v1/observations?version=2025-01-01-00000000")
    assert gone.status == 404
    assert "2026-01-01-aaaaaaaa" in gone.json["detail"]
    whole = api.get("/api/v1/monitor.duckdb?version=2026-01-01-aaaaaaaa")
    assert whole.headers["x-data-version"] == "2026-01-01-aaaaaaaa"


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True), ("gzip, deflate, br", True), ("br;q=1.0, gzip;q=0.8", True), ("*", True), ("GZIP", True),
        ("", False), ("identity", False), ("br", False), ("gzip;q=0", False), ("gzip;q=0.000, *", False),
        ("*;q=0", False), ("xgzip", False),
    ],
)  # fmt: skip
def test_whoever_takes_gzip_gets_it(api: Client, accepted: str, packed: bool) -> None:
    assert Asking(accept_encoding=accepted).takes_gzip is packed
    got, plain = api.get(OBSERVATIONS, accept_encoding=accepted), api.get(OBSERVATIONS)
    assert (got.headers.get("content-encoding") == "gzip") is packed
    assert got.body == plain.body
    assert (got.headers["etag"] == plain.headers["etag"]) is not packed  # packed it is another representation
    assert api.get(OBSERVATIONS, if_none_match=got.headers["etag"]).status == 304
    assert int(got.headers["content-length"]) == len(got.raw)


def test_a_large_answer_is_unpacked_a_little_at_a_time() -> None:
    content = b"row,of,figures\n" * 200_000
    answer = answers.document(content)
    chunks = list(answer.chunks())
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) <= answers.CHUNK
    assert answer.size == len(content) > 100 * len(answer.packed)


@pytest.mark.parametrize("size", [0, 1, answers.CHUNK - 1, answers.CHUNK, answers.CHUNK + 1, 3 * answers.CHUNK + 17])
def test_nothing_is_lost_where_a_chunk_ends(size: int) -> None:
    for content in (b"x" * size, bytes(range(256)) * (size // 256), random.Random(size).randbytes(size)):
        answer = answers.document(content)
        assert b"".join(answer.chunks()) == content
        assert answer.size == len(content)


@pytest.mark.parametrize("address", [PARQUET, "/api/v1/monitor.duckdb"])
def test_parts_of_a_file_may_be_asked_for(api: Client, address: str) -> None:
    whole = api.get(address)
    size, tag = len(whole.raw), whole.headers["etag"]
    assert whole.headers["accept-ranges"] == "bytes"
    for asked, part in {
        "bytes=0-3": whole.raw[:4],
        "bytes=4-": whole.raw[4:],
        "bytes=-8": whole.raw[-8:],
        f"bytes=10-{size + 999}": whole.raw[10:],
        f"bytes=-{size + 999}": whole.raw,
    }.items():
        got = api.get(address, range=asked, accept_encoding="gzip", if_range=tag)
        start = whole.raw.index(part) if asked == "bytes=0-3" else size - len(part)
        assert (got.status, got.raw) == (206, part), asked
        assert got.headers["content-range"] == f"bytes {start}-{start + len(part) - 1}/{size}"
        assert "content-encoding" not in got.headers


@pytest.mark.parametrize("asked", ["bytes=", "bytes=-", "bytes=5-1", "bytes=0-1,4-5", "rows=0-1", "bytes=a-b", "junk"])
def test_what_is_no_part_gives_the_whole(api: Client, asked: str) -> None:
    got = api.get(PARQUET, range=asked)
    assert (got.status, got.raw) == (200, api.get(PARQUET).raw)


def test_a_part_of_another_file_is_not_mixed_with_this_one(api: Client) -> None:
    got = api.get(PARQUET, range="bytes=0-3", if_range='"of-another-version"')
    assert (got.status, got.raw) == (200, api.get(PARQUET).raw)


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=999999999-9999999999", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(api: Client, asked: str) -> None:
    got = api.get(PARQUET, range=asked)
    assert got.status == 416
    assert got.headers["content-range"] == f"bytes */{len(api.get(PARQUET).raw)}"
    assert got.json["type"] == "/api#no-such-range"


def test_a_table_for_reading_is_sent_whole(api: Client) -> None:
    got = api.get(OBSERVATIONS, range="bytes=0-3")
    assert got.status == 200
    assert "accept-ranges" not in got.headers


def test_scripts_of_any_site_may_read_and_nothing_else(api: Client) -> None:
    asked = {"origin": "https://example.org", "access_control_request_method": "GET"}
    got = api.ask("OPTIONS", OBSERVATIONS, **asked)
    assert (got.status, got.raw) == (204, b"")
    assert got.headers["access-control-allow-origin"] == "*"
    assert got.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert "access-control-allow-credentials" not in got.headers
    assert "If-None-Match" in got.headers["access-control-allow-headers"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_file_is_saved_under_a_name_of_ours(api: Client, suffix: str) -> None:
    got = api.get(f"/api/v1/areas.{suffix}")
    assert got.headers["content-disposition"] == f'attachment; filename="areas.{suffix}"'
    assert "content-disposition" not in api.get("/api/v1/areas.json").headers


def test_the_page_for_people_runs_no_script_and_sits_in_no_frame(api: Client) -> None:
    policy = api.get("/api").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("content", [None, b"", b"<html>503 Service Unavailable</html>" * 99, b"\x00" * 20_000])
@pytest.mark.parametrize("path", ["/api", "/api/v1/observations.csv", "/api/v1/monitor.duckdb", "/api/v1/openapi.json"])
def test_without_a_readable_database_it_says_so(live: Path, path: str, content: bytes | None) -> None:
    if content is not None:
        live.write_bytes(content)
    api = Client()
    got = api.get(path)
    assert got.status == 503
    assert got.headers["content-type"] == "application/problem+json"
    assert got.headers["retry-after"] == "5"
    assert got.headers["cache-control"] == "no-store"
    assert got.json["type"] == "/api#no-database"
    assert str(live.parent) not in got.body.decode("utf-8")
    write(live, "2026-01-01-aaaaaaaa")
    assert api.get(path).status == 200


def test_a_database_that_is_lost_or_damaged_later_leaves_the_last_good_one(live: Path) -> None:
    write(live, "2026-01-01-aaaaaaaa")
    api = Client()
    before = api.get("/api/v1/observations?with=standing").body
    live.write_bytes(b"torn")
    assert api.get("/api/v1/observations?with=standing").body == before
    live.unlink()
    assert api.get("/api/v1/observations.csv").status == 200
    file = api.get("/api/v1/monitor.duckdb")
    assert file.status == 200
    assert hashlib.sha256(file.body).hexdigest() in api.get("/api/v1/monitor.duckdb.sha256").body.decode("ascii")


def test_what_fails_within_is_said_without_its_inside_and_logged(
    api: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> Answer:
        raise ZeroDivisionError("of the inside")

    monkeypatch.setattr(answers, "make", fail)
    got = api.get("/api/v1/areas?limit=7")
    assert got.status == 500
    assert got.json["type"] == "/api#failed"
    assert "inside" not in got.body.decode("utf-8")
    assert "ZeroDivisionError" in caplog.text


def test_more_questions_than_can_wait_are_asked_to_come_again(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert api.get("/api/v1/areas?limit=8").status == 200
    monkeypatch.setattr(routes, "MOST_WAITING", 0)
    got = api.get("/api/v1/areas?limit=9")
    assert (got.status, got.headers["retry-after"]) == (503, "5")
    assert got.json["type"] == "/api#busy"
    assert api.get("/api/v1/areas?limit=8").status == 200  # what is kept need not wait


def test_a_version_that_was_replaced_is_let_go_with_all_that_was_kept_of_it(live: Path) -> None:
    write(live, "2026-01-01-aaaaaaaa")
    api = Client()
    for path in ("/api", "/api/v1/observations", "/api/v1/benchmarks.csv?area=101", "/api/v1/monitor.duckdb"):
        assert api.get(path).status == 200
    before = weakref.ref(store().current())
    write(live, "2026-02-02-bbbbbbbb")
    assert api.get("/api/v1/observations").headers["x-data-version"] == "2026-02-02-bbbbbbbb"
    gc.collect()
    assert before() is None


def test_the_whole_serverhas_the_api_beside_what_else_it_serves(api: Client) -> None:
    whole_server = Client(Starlette(routes=server.ROUTES))
    assert whole_server.get("/api/v1/areas").body == api.get("/api/v1/areas").body
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', whole_server.get("/api").body.decode("utf-8"))
    style = whole_server.get(sheet)
    assert (style.status, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert b"body.api" in style.body


def test_a_shelf_holds_what_was_asked_for_last_and_never_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "KEPT_BYTES", 100)
    shelf, made = Shelf(), {name: Answer(name.encode() * 30, 30) for name in "abcd"}
    for name in "abc":
        shelf.put(name, made[name])
    assert shelf.get("a") is made["a"]
    shelf.put("d", made["d"])
    assert [name for name in "abcd" if shelf.get(name)] == ["a", "c", "d"]
    shelf.put("d", Answer(b"d" * 40, 40))  # the same again takes the place of the first
    assert [name for name in "abcd" if shelf.get(name)] == ["a", "c", "d"]
    shelf.put("too large", Answer(b"x" * 101, 101))
    assert not [name for name in "abcd" if shelf.get(name)]


def test_an_answer_is_made_once_and_packed_once(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = list[str]()
    make = answers.make

    def counted(asked: Asked) -> Answer:
        calls.append(asked.query)
        return make(asked)

    monkeypatch.setattr(answers, "make", counted)
    for headers in ({}, {"accept_encoding": "gzip"}, {}):
        got = api.get("/api/v1/areas?limit=11", **headers)
        assert got.body == api.get("/api/v1/areas?limit=11").body
    assert len(calls) == 1
    assert gzip.decompress(api.get("/api/v1/areas?limit=11", accept_encoding="gzip").raw)
