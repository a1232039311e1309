"""The log: every line is JSON with what belongs to it, and none holds who reads, what they typed or gave."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from dashboard.ops import errors, logs, timing
from dashboard.ops.settings import read
from tests.hosting.helpers import log_put_back
from tests.hosting.running import Client, Running

TYPED = "Ambridge-under-Edge"
BROWSER = "Mozilla/5.0 (of-the-test)"
OWN = "23.4567"
HEAD = ("time", "level", "event")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log of this process goes, as JSON; put back in the end."""
    to = io.StringIO()
    with log_put_back():
        logs.set_up(read({"MONITOR_LOG_FORMAT": "json"}), to)
        yield to


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def failed(typed: str) -> Exception:
    """An error with a cause, as it was raised; both say what was typed."""
    try:
        try:
            float(typed)
        except ValueError as error:
            raise RuntimeError(f"cannot use {typed}") from error
    except RuntimeError as error:
        return error
    raise AssertionError


def test_an_event_is_one_line_with_what_belongs_to_it(stream: io.StringIO) -> None:
    logs.event("page", page="map", ms=1.5, rows=153, error=None, said='a "quoted"\nline')
    (line,) = lines(stream)
    assert list(line) == [*HEAD, "page", "ms", "rows", "said"]
    assert (line["level"], line["event"], line["said"]) == ("info", "page", 'a "quoted"\nline')
    assert datetime.fromisoformat(line["time"]).utcoffset() is not None


def test_an_error_is_told_by_kind_and_place_all_the_way_down_and_not_by_what_it_says(stream: io.StringIO) -> None:
    error = failed(TYPED)
    logging.getLogger("dashboard.anything").error("the page failed", exc_info=error)
    logs.event("error", error, error=errors.reference(error))
    for line in lines(stream):
        assert line["kind"] == "RuntimeError"
        assert line["where"][-1].startswith("tests/hosting/test_logs.py:")
        assert "raise RuntimeError(" in line["where"][-1]
        assert line["cause"]["kind"] == "ValueError"
        assert line["level"] == "error"
    assert TYPED not in stream.getvalue()


def test_who_develops_may_have_that_too() -> None:
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(logs.Lines(as_json=False, messages=True))
    handler.handle(logging.makeLogRecord({"name": "dashboard", "msg": "x", "exc_info": (None, failed(TYPED), None)}))
    assert "message=cannot use" in said.getvalue()
    assert "caused by ValueError" in said.getvalue()
    assert "tests/hosting/test_logs.py:" in said.getvalue()


def test_of_a_librarys_line_only_its_wording_is_kept(stream: io.StringIO) -> None:
    logging.getLogger("some.library").warning("Invalid value %r for %s", TYPED, "la")
    logging.getLogger("some.library").error(ValueError(TYPED))
    logging.getLogger("dashboard.x").warning("%s cannot be read", "monitor.duckdb")
    found = [line["message"] for line in lines(stream)]
    assert found[:3] == ["Invalid value %r for %s", "ValueError", "monitor.duckdb cannot be read"]
    assert TYPED not in stream.getvalue()


def test_an_error_that_causes_itself_or_has_no_end_is_told_shortly() -> None:
    one, two = RuntimeError(), RuntimeError()
    one.__cause__, two.__cause__ = two, one
    assert "cause" not in errors.describe(one)["cause"]
    chain = [RuntimeError() for _ in range(50)]
    for error, cause in pairwise(chain):
        error.__cause__ = cause
    assert str(errors.describe(chain[0])).count("'kind'") == errors.MOST_CAUSES


def test_an_error_has_one_reference_and_another_has_another() -> None:
    one, two = ValueError("x"), ValueError("x")
    assert errors.reference(one) == errors.reference(one) != errors.reference(two)
    assert errors.reference(one) in errors.message_for_reader(one)
    assert "write to us@example.org" in errors.message_for_reader(one, "us@example.org")


def test_questions_count_once_however_many_they_ask_in_turn(stream: io.StringIO) -> None:
    @timing.query
    def inner() -> pl.DataFrame:
        return pl.DataFrame({"a": [1, 2, 3]})

    @timing.query
    def outer() -> pl.DataFrame:
        return inner().head(2)

    run = timing.begin_run()
    with run.record("map", "v1"):
        assert outer().height == 2
        assert inner().height == 3
    (line,) = lines(stream)
    assert (line["event"], line["page"], line["data_version"], line["rows"]) == ("page", "map", "v1", 5)
    assert line["ms"] >= line["query_ms"] >= 0
    assert timing.end_run() is None


def test_a_run_that_fails_is_logged_with_its_reference_and_can_still_be_asked_for(stream: io.StringIO) -> None:
    error = failed("x")
    run = timing.begin_run()
    with pytest.raises(RuntimeError), run.record("map", "v1"):
        raise error
    assert lines(stream)[0]["error"] == errors.reference(error)
    assert timing.end_run() is run
    assert timing.end_run() is None


def test_the_servers_log_has_a_line_for_each_page_and_answer_and_nothing_of_the_reader(server: Running) -> None:
    version = server.wait_for("ready")["data_version"]
    headers = {"User-Agent": BROWSER, "X-Forwarded-For": "203.0.113.77", "Cookie": f"name={TYPED}"}
    with Client(server, headers=headers) as reader:
        reader.run("council", la=TYPED, metric=TYPED, group=TYPED, target=TYPED, version=TYPED)
        reader.run("data", newest="true", metrics=TYPED, area=TYPED, q=TYPED)
        reader.run("own", la="Leeds", own=TYPED, metric="Average caseload")
        (value,) = [label for label in reader.ids if "your value" in label]
        reader.choose(value, OWN)
        reader.press("Add")
        assert OWN[:4] in reader.run("own", la="Leeds", metric="Average caseload")
        reader.choose(value, f"{TYPED} {OWN}")
        assert "number" in reader.run("own", la="Leeds", metric="Average caseload")
        reader.run(TYPED)
    for address in (
        f"/api/v1/areas?limit=2&name={TYPED}", f"/api/v1/{TYPED}", f"/{TYPED}?la={TYPED}", f"/assets/{TYPED}",
        f"/api/v1/observations?metric={TYPED}", "/api/v1/areas?limit=2", f"/briefings/{TYPED}.pdf", f"/media/{TYPED}",
    ):  # fmt: skip
        server.ask(address, user_agent=BROWSER, x_forwarded_for="203.0.113.77", referer=f"https://a.example/{TYPED}")
    server.ask("/", host=f"{TYPED}.example")
    answer = server.wait_for("answer", page="/api/v1/areas", status=200)
    assert (answer["rows"], answer["data_version"], answer["method"]) == (answer["rows"], version, "GET")
    assert answer["rows"] > 150
    assert answer["bytes"] > 0
    assert {line["status"] for line in server.lines() if line["event"] == "answer" and line["page"] == "/api"} >= {
        400,
        404,
    }
    for page in ("council", "data", "own"):
        line = server.wait_for("page", page=page)
        assert {"ms", "query_ms", "rows", "data_version"} <= set(line)
        assert line["ms"] > 0
    assert server.wait_for("page", page="data")["rows"] > 0
    for line in server.lines():
        assert tuple(line)[:3] == HEAD
        # Uvicorn's own lines are none of these; of its errors, which other tests provoke, there may be some.
        assert line["level"] == "error" or not str(line.get("of")).startswith(("uvicorn", "websockets")), line
    log = server.log.read_text("utf-8")
    for one in (TYPED, TYPED.lower(), "Mozilla", "203.0.113", "127.0.0.1", "Leeds", OWN, "Cookie", "?"):
        assert one not in log, one


def test_what_a_run_keeps_to_is_made_once_a_run_and_anew_in_the_next() -> None:
    made = iter(range(10))
    assert [timing.once_per_run(lambda: next(made)) for _ in range(2)] == [0, 1]
    timing.begin_run()
    assert [timing.once_per_run(lambda: next(made)) for _ in range(3)] == [2, 2, 2]
    timing.begin_run()
    assert timing.once_per_run(lambda: next(made)) == 3
    timing.end_run()
    assert timing.once_per_run(lambda: next(made)) == 4
