"""Questions that cannot be answered: each is refused in words, with what is allowed and what was probably meant."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from dashboard.api import parameters, problems, request_parsing
from dashboard.api.endpoints import ENDPOINTS, KINDS, MOST_CHARACTERS
from dashboard.api.parameters import MOST_VALUES
from dashboard.api.problems import MOST_MISTAKES, REPEATED, Mistake, Problem, nearest, shown
from dashboard.data.database import Database
from tests.api.client import Client, Got

RIGHT_TO_LEFT, ZERO_WIDTH = "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{ZERO WIDTH SPACE}"
HOSTILE = [
    # SQL
    "metric=vacancy_rate' OR '1'='1", "metric=1; DROP TABLE observation; --", "area=383 UNION SELECT * FROM build",
    "period=2025'--", "theme=Workforce\"; ATTACH 'x'", "kind=local_authority) OR (1=1", "limit=1;SELECT 1",
    "offset=0 OFFSET 5", "benchmark=(SELECT 1)", "group=383) FROM area",
    # Paths, addresses and programs
    "version=../../../etc/passwd", "version=..%2f..%2fmonitor.duckdb", "version=/etc/passwd", "version=C:\\Windows",
    "version=https://example.org/x.duckdb", f"metric={Path('/etc/passwd').as_uri()}", "metric=../../schema.sql",
    "area=$(cat /etc/passwd)", "area=`id`", "area=|id", "metric={{7*7}}", "metric=${jndi:ldap://example.org}",
    "metric=<script>alert(1)</script>", "area=%0d%0aSet-Cookie:%20a=b", "version=x%0d%0aX-Injected:%201",
    # What is not seen
    "metric=%00", "metric=vacancy_rate%00", "area=383%00.csv", f"metric={RIGHT_TO_LEFT}etar_ycnacav",
    f"metric=vacancy_rate{ZERO_WIDTH}", "version=%00", "metric=%1b%5b31m", "area=%EF%BB%BF383",
    # Other alphabets and broken ones
    "metric=%ff%fe", "area=%c0%af", "area=３８３", "metric=vаcancy_rate", "limit=١٠", "limit=²", "metric=😀",
    "area=%ed%a0%80",
    # Numbers
    "limit=-1", "limit=0", "limit=nan", "limit=1e3", "limit=1.0", "limit=0x10", "limit=1_000", "limit=+5",
    "limit=99999999999999999999", "limit=10001", "offset=-1", "offset=inf", "offset=1,000", "offset=",
    "target=nan&metric=vacancy_rate", "target=inf&metric=vacancy_rate", "target=-5&metric=vacancy_rate",
    "target=1e400&metric=vacancy_rate", "target=0x1F&metric=vacancy_rate", "target=1_0&metric=vacancy_rate",
    "target=&metric=vacancy_rate", "target=9999999999&metric=vacancy_rate",
    # Not as declared
    "newest=yes", "newest=1", "newest=TRUE", "newest=", "newest=true&newest=true", "shape=LONG",
    "shape=wide&shape=wide",
    "with=everything", "with=standing,", "with=,", "metric=", "metric", "=", "=x", "metric=vacancy-rate",
    "metric=vacancy_rate,,agency_rate", "metric=vacancy_rate,vacancy_rate", "area=383&area=380,383",
    "metric=vacancy_rate;", "metric[]=vacancy_rate", "metric[$ne]=x",
    "benchmark=england,region", "limit=5&limit=6", "neighbours_of=383,380", "neighbours_of=E92000001",
    "neighbours_of=909", "area=1", "area=0383", "area=Ledes", "la=383", "__proto__=x", "callback=alert",
    # What contradicts itself
    "group=383&benchmark=england", "target=5&benchmark=england&metric=vacancy_rate", "benchmark=group",
    "benchmark=target", "target=5", "target=5&metric=vacancy_rate,agency_rate", "shape=wide&with=standing",
    "shape=wide&benchmark=england", "group=E92000001",
    # Too much
    "metric=" + "a" * 7000, "metric=" + "a," * 3000, "area=" + ",".join(["383"] * 201), "&".join(["area=383"] * 201),
    "&".join(f"p{number}=1" for number in range(300)), "x" * (MOST_CHARACTERS + 1), "metric=" + "%00" * 2000,
    "&".join(f"area={number}" for number in range(1000)),
]  # fmt: skip


def in_words(got: Got) -> Any:
    """A refusal says what is wrong so that somebody can put it right, and holds nothing that acts."""
    assert got.status in (400, 409)
    assert got.headers["content-type"] == "application/problem+json"
    assert got.headers["cache-control"] == "no-store"
    assert got.headers["access-control-allow-origin"] == "*"
    assert not [name for name in got.headers if name in ("set-cookie", "x-injected")]
    said = got.json
    assert said["type"].removeprefix("/api#") in problems.KINDS
    assert (said["status"], bool(said["title"])) == (got.status, True)
    assert (got.status == 409) is (said["type"] == "/api#not-together")
    assert len(said["detail"].split()) >= 4
    text = got.body.decode("utf-8")
    assert all(one.isprintable() for one in text)
    assert "Traceback" not in text
    assert ".py" not in text
    assert len(text) < 100_000
    return said


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_question_is_refused_in_words(api: Client, query: str, suffix: str) -> None:
    if suffix != "json" and query == "limit=10001":
        query = "limit=250001"
    sent = query if "%" in query else quote_plus(query, safe="=&,;")
    got = api.get(f"/api/v1/observations.{suffix}?{sent}")
    in_words(got)


def test_there_are_more_than_fifty_of_them() -> None:
    assert len(set(HOSTILE)) > 100


@pytest.mark.parametrize(
    "query", [b"metric=\xff\xfe", b"\x00=\x00", "metric=Ж".encode(), b"area=\xc3\x28", b"\xf0\x9f"]
)
def test_bytes_that_no_browser_sends_are_refused_too(api: Client, query: bytes) -> None:
    in_words(api.raw("GET", "/api/v1/observations", query))


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_address_refuses_what_it_does_not_declare(api: Client, name: str) -> None:
    said = in_words(api.get(f"/api/v1/{name}?colour=blue"))
    assert said["type"] == "/api#unknown-parameter"
    assert said["allowed"][-3:] == ["limit", "offset", "version"]
    assert {"limit", "version"} <= set(said["allowed"])


@pytest.mark.parametrize("path", ["/api/v1/monitor.duckdb", "/api/v1/monitor.duckdb.sha256", "/api/v1/openapi.json"])
def test_a_file_takes_a_version_alone(api: Client, path: str) -> None:
    assert in_words(api.get(f"{path}?limit=1"))["allowed"] == ["version"]
    in_words(api.get(f"{path}?version=../x"))


@pytest.mark.parametrize(
    ("query", "near", "words"),
    [
        ("metric=vacancy_rat", "vacancy_rate", "Did you mean vacancy_rate?"),
        ("metric=Social worker vacancy rat", "vacancy_rate", "vacancy_rate (Social worker vacancy rate)?"),
        ("area=Ledes", "383", "There is no area “Ledes”. Did you mean Leeds?"),
        ("area=Carlisle", "942", "There is no area “Carlisle”. Carlisle is now in Cumberland."),
        ("period=2024-25", "2024/25", "Did you mean 2024/25?"),
        ("with=standings", "standing", "Did you mean standing?"),
        ("benchmark=Best quarter in England", "best_quarter", "best_quarter (Best quarter in England)?"),
        ("newest=True", "true", "newest is true or false"),
        ("metrics=vacancy_rate", "metric", "Did you mean metric?"),
        ("theme=qqqqqq", None, "There is no theme “qqqqqq”."),
    ],
)
def test_a_slip_is_told_what_was_meant_and_what_is_allowed(
    api: Client, query: str, near: str | None, words: str
) -> None:
    said = in_words(api.get(f"/api/v1/observations?{quote(query, safe='=')}"))
    assert said.get("nearest") == near
    assert words in said["detail"]
    assert near is None or near in said["allowed"]


def test_all_mistakes_are_told_at_once(api: Client) -> None:
    said = in_words(api.get("/api/v1/observations?metric=x1&area=y1,y2&limit=0&colour=z"))
    assert [one["parameter"] for one in said["errors"]] == ["colour", "metric", "area", "area", "limit"]
    assert said["detail"] == said["errors"][0]["detail"]


def test_whoever_sends_hundreds_of_mistakes_is_told_of_ten_and_waits_for_no_more(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking for what was meant is what costs time."""
    looked = list[str]()

    def counted(text: str, known: Collection[str]) -> str | None:
        looked.append(text)
        return nearest(text, known)

    for one in (parameters, request_parsing):
        monkeypatch.setattr(one, "nearest", counted)
    # The version is read first: it says what the others may be.
    names = [name for name in ENDPOINTS["observations"].all_parameters(KINDS["json"]) if name != "version"]
    wrong = "&".join(f"{name}={','.join(f'wrong{number}' for number in range(60))}" for name in names)[:MOST_CHARACTERS]
    said = in_words(api.get(f"/api/v1/observations?{wrong}"))
    assert len(said["errors"]) == MOST_MISTAKES
    assert MOST_MISTAKES <= len(looked) < 2 * MOST_MISTAKES


def test_as_many_values_as_are_promised_are_read(api: Client, db: Database) -> None:
    numbers, codes = db.area["area_id"].to_list(), db.area.drop_nulls("la_number")["gss_code"].to_list()
    asked = [*numbers, *codes][:MOST_VALUES]
    assert len(asked) == MOST_VALUES
    assert api.get(f"/api/v1/areas?area={','.join(asked)}").json["count"] == len(numbers)


def test_a_version_that_is_not_archived_says_which_are(api: Client, db: Database) -> None:
    got = api.get("/api/v1/areas?version=2020-01-01-00000000")
    assert got.status == 404
    assert got.json["type"] == "/api#not-kept"
    assert db.data_version in got.json["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/", "/api/v1", "/api/v1/", "/api/v2/metrics", "/api/v1/metric", "/api/v1/metrics.xml", "/api/v1/metrics/",
        "/api/v1/metrics.json.csv", "/api/v1/../../etc/passwd", "/api/v1/%00", "/api/v1/observations.duckdb",
        "/api/v1/..\\x", "/api/v1/monitor.duckdb.md5", "/api/.env", "/api/v1/\N{RIGHT-TO-LEFT OVERRIDE}vsc",
    ],
)  # fmt: skip
def test_another_address_is_not_there_and_says_what_is(api: Client, path: str) -> None:
    if path == "/api/":
        assert api.get(path).status == 200  # the page, with a stroke more
        return
    got = api.get(path)
    assert got.status == 404
    assert got.json["type"] == "/api#not-found"
    assert "/api/v1/observations" in got.json["allowed"]
    assert all(one.isprintable() for one in got.body.decode("utf-8"))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "QUERY"])
@pytest.mark.parametrize("path", ["/api", "/api/v1/observations", "/api/v1/monitor.duckdb", "/api/v1/openapi.json"])
def test_nothing_but_reading_is_allowed(api: Client, path: str, method: str) -> None:
    got = api.ask(method, path)
    assert got.status == 405
    assert got.headers["allow"] == "GET, HEAD, OPTIONS"
    assert got.json["type"] == "/api#not-allowed"


def test_what_somebody_sent_is_repeated_short_and_without_what_acts() -> None:
    assert shown("a" * 1000) == "a" * REPEATED + "…"
    assert shown(f"x{RIGHT_TO_LEFT}y\x00\n") == "x\N{REPLACEMENT CHARACTER}y" + "\N{REPLACEMENT CHARACTER}" * 2


def test_what_was_meant_is_found_whichever_way_it_is_written_and_not_at_any_price() -> None:
    assert nearest("LEEDS", ["Leeds", "Lewes"]) == "Leeds"
    assert nearest("qqq", ["Leeds"]) is None
    assert nearest("a" * 100_000, ["Leeds"]) is None


def test_a_problem_has_the_status_of_its_first_mistake() -> None:
    two = Problem([Mistake("not-kept", "One."), Mistake("unknown-value", "Two.")])
    assert two.status == 404
    assert str(two.mistakes[1].detail) == "Two."
