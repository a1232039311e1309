"""A reply: ETags, what is kept and for how long, gzip, parts of files, other sites, and no database."""

from __future__ import annotations

import gzip
import json
import random
import re

import polars as pl
import pytest
from starlette.applications import Starlette

from dashboard.api import answers, routes
from dashboard.api.answers import Answer, AnswerCache
from dashboard.api.endpoints import ENDPOINTS, KINDS
from dashboard.api.replies import ClientHeaders
from dashboard.api.request_parsing import ApiRequest
from dashboard.data.database import Database
from dashboard.server import routes as server
from tests.api.client import Client

ADDRESSES = (
    *(endpoint.path(suffix) + "?limit=5" for endpoint in ENDPOINTS.values() for suffix in ("", *KINDS)),
    "/api", "/api/v1/openapi.json", "/api/v1/monitor.duckdb", "/api/v1/monitor.duckdb.sha256",
)  # fmt: skip
OBSERVATIONS = "/api/v1/observations?metric=vacancy_rate"
PARQUET = "/api/v1/observations.parquet?metric=vacancy_rate"


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


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_what_is_read_by_ranges_is_as_long_as_head_says_and_never_packed(api: Client, kind: str) -> None:
    address = f"/api/v1/observations.{kind}?metric=vacancy_rate"
    whole = api.get(address, accept_encoding="identity").raw
    for coding in ("", "gzip", "gzip, br", "*"):
        head = api.ask("HEAD", address, accept_encoding=coding)
        assert (head.headers["accept-ranges"], int(head.headers["content-length"])) == ("bytes", len(whole))
        assert "content-encoding" not in head.headers
        for part, expected in (
            ("bytes=0-99", whole[:100]),
            ("bytes=-8", whole[-8:]),
            (f"bytes={len(whole) - 5}-", whole[-5:]),
            ("bytes=1000-70000", whole[1000:70001]),
        ):
            got = api.get(address, accept_encoding=coding, range=part)
            assert (got.status, got.raw) == (206, expected)
            assert "content-encoding" not in got.headers
    assert api.get(address, accept_encoding="gzip").body == whole


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_client_that_takes_gzip_and_has_it_is_told_the_tag_that_it_was_sent_with(api: Client, address: str) -> None:
    got = api.get(address, accept_encoding="gzip")
    again = api.get(address, accept_encoding="gzip", if_none_match=got.headers["etag"])
    assert (got.status, again.status) == (200, 304)
    assert again.headers["etag"] == got.headers["etag"]


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


def test_one_question_has_one_tag_however_it_is_asked(api: Client) -> None:
    ways = (
        "metric=vacancy_rate,agency_rate&newest=true",
        "metric=agency_rate,vacancy_rate&newest=true",
        "newest=true&metric=agency_rate&metric=vacancy_rate",
        "metric=agency%5Frate%2Cvacancy_rate&newest=true",
    )
    assert len({api.get(f"/api/v1/observations?{way}").headers["etag"] for way in ways}) == 1
    assert "newest" not in api.get("/api/v1/observations?newest=false&limit=1").json["next"]


def test_a_question_that_names_its_version_may_be_cached_for_ever(api: Client, db: Database) -> None:
    frozen, live = api.get(f"{OBSERVATIONS}&version={db.data_version}"), api.get(OBSERVATIONS)
    assert frozen.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert frozen.body == live.body
    file = api.get(f"/api/v1/monitor.duckdb?version={db.data_version}")
    assert "immutable" in file.headers["cache-control"]


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True), ("gzip, deflate, br", True), ("br;q=1.0, gzip;q=0.8", True), ("*", True), ("GZIP", True),
        ("", False), ("identity", False), ("br", False), ("gzip;q=0", False), ("gzip;q=0.000, *", False),
        ("*;q=0", False), ("xgzip", False),
    ],
)  # fmt: skip
def test_whoever_takes_gzip_gets_it(api: Client, accepted: str, packed: bool) -> None:
    assert ClientHeaders(accept_encoding=accepted).takes_gzip is packed
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
    api = Client()
    got = api.get("/api/v1/areas?limit=9")
    assert (got.status, got.headers["retry-after"]) == (503, "5")
    assert got.json["type"] == "/api#busy"
    assert api.get("/api/v1/areas?limit=8").status == 200  # what is kept need not wait


def test_the_whole_server_has_the_api_beside_what_else_it_serves(api: Client) -> None:
    whole_server = Client(Starlette(routes=server.ROUTES))
    assert whole_server.get("/api/v1/areas").body == api.get("/api/v1/areas").body
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', whole_server.get("/api").body.decode("utf-8"))
    style = whole_server.get(sheet)
    assert (style.status, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert b"body.api" in style.body


def test_a_shelf_holds_what_was_asked_for_last_and_never_more_than_it_may() -> None:
    cache, made = AnswerCache(100), {name: Answer(name.encode() * 30, 30) for name in "abcd"}
    for name in "abc":
        cache.put(name, made[name])
    assert cache.get("a") is made["a"]
    cache.put("d", made["d"])
    assert [name for name in "abcd" if cache.get(name)] == ["a", "c", "d"]
    cache.put("d", Answer(b"d" * 40, 40))  # the same again takes the place of the first
    assert [name for name in "abcd" if cache.get(name)] == ["a", "c", "d"]
    cache.put("too large", Answer(b"x" * 101, 101))
    assert not [name for name in "abcd" if cache.get(name)]
    few = AnswerCache(100, 2)
    for name in "abc":
        few.put(name, Answer(b"", 0))
    assert [name for name in "abc" if few.get(name)] == ["b", "c"]


def test_an_answer_is_made_once_and_packed_once(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = list[str]()
    make = answers.make

    def counted(asked: ApiRequest) -> Answer:
        calls.append(asked.query)
        return make(asked)

    monkeypatch.setattr(answers, "make", counted)
    for headers in ({}, {"accept_encoding": "gzip"}, {}):
        got = api.get("/api/v1/areas?limit=11", **headers)
        assert got.body == api.get("/api/v1/areas?limit=11").body
    assert len(calls) == 1
    assert gzip.decompress(api.get("/api/v1/areas?limit=11", accept_encoding="gzip").raw)


def test_a_csv_file_names_the_types_of_its_columns(api: Client) -> None:
    """CSV on the Web: software that guesses takes 2025 for a number, and stops at 2024/25."""
    asked = "area=Leeds&with=gap&benchmark=best_quarter"
    got = api.get(f"/api/v1/observations.csv?{asked}")
    (address,) = re.findall(r'<([^>]*)>; rel="describedby"; type="application/csvm\+json"', got.headers["link"])
    described = json.loads(api.get(address).body)
    assert described["url"] == address.replace(".csv-metadata.json", ".csv")
    columns = {one["name"]: one["datatype"] for one in described["tableSchema"]["columns"]}
    assert [*columns] == [one.strip('"') for one in got.body.decode().splitlines()[0].split(",")]
    assert {columns[name] for name in ("period", "la_number", "gss_code")} == {"string"}
    assert (columns["period_end"], columns["value"]) == ("date", "number")
    kinds = {"date": pl.Date, "number": pl.Float64, "integer": pl.Int64, "boolean": pl.Boolean, "string": pl.String}
    rows = pl.read_csv(got.body, schema_overrides={name: kinds[kind] for name, kind in columns.items()})
    assert {"2025", "2024/25"} <= set(rows["period"])
