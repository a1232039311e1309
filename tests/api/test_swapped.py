"""The database is swapped, torn and lost under the server: who asks gets only right answers, or is told why none."""

from __future__ import annotations

import gc
import hashlib
import io
import random
import shutil
import threading
import time
import weakref
from pathlib import Path

import polars as pl
import pytest

from dashboard.api.endpoints import KINDS
from dashboard.data.versions import store
from tests.api.client import Client, Got
from tests.api.helpers import write

VALUES = {"2026-01-01-aaaaaaaa": 1.0, "2026-02-02-bbbbbbbb": 2.0}
ADDRESSES = (
    "/api/v1/observations.json", "/api/v1/observations.csv?with=standing,trend", "/api/v1/observations.parquet",
    "/api/v1/benchmarks.parquet?benchmark=best_quarter", "/api/v1/standings.json?limit=7&offset=3",
)  # fmt: skip


def values(got: Got) -> set[float]:
    """The values an answer holds."""
    kind = got.headers["content-type"]
    if kind == "application/json":
        return {row["value"] for row in got.json["rows"]}
    if kind.startswith("text/csv"):
        return set(pl.read_csv(got.body)["value"])
    return set(pl.read_parquet(io.BytesIO(got.body))["value"])


def publish(source: Path, target: Path) -> None:
    """As a build does: a copy under another name takes the place of the old file."""
    draft = target.with_suffix(".draft")
    draft.write_bytes(source.read_bytes())
    draft.replace(target)


def test_sixteen_programs_get_only_right_answers_while_the_file_is_swapped(live: Path, tmp_path: Path) -> None:
    editions = {version: tmp_path / f"{version}.duckdb" for version in VALUES}
    for version, path in editions.items():
        write(path, version, VALUES[version])
    first, second = editions.values()
    publish(first, live)
    api, stop = Client(), threading.Event()
    assert api.get(ADDRESSES[0]).status == 200  # from here on there is a last good version
    wrong, seen, counts = list[str](), set[str](), [0] * 16
    bodies: dict[str, bytes] = {}

    def ask(number: int) -> None:
        chance = random.Random(number)
        while not stop.is_set():
            address = chance.choice(ADDRESSES)
            headers = {"accept_encoding": "gzip"} if number % 2 else {}
            try:
                # Some ask what nobody has asked before, so that answers are made all the while.
                fresh = f"{'&' if '?' in address else '?'}limit={chance.randrange(8, 30)}"
                got = api.get(address + (fresh if "limit" not in address else ""), **headers)
                version = got.headers["x-data-version"]
                if got.status != 200 or values(got) != {VALUES[version]}:
                    wrong.append(f"{address}: {got.status}, {version}: {got.body[:200]!r}")
                if bodies.setdefault(got.headers["etag"], got.body) != got.body:
                    wrong.append(f"{address}: two answers under one tag")
                seen.add(version)
                counts[number] += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, a program would have met it
                wrong.append(repr(error))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    end, swaps = time.monotonic() + 60, 0
    # Torn four times and lost twice at least, and until every program was answered from both.
    while (swaps < 20 or min(counts) == 0 or seen != set(VALUES)) and time.monotonic() < end:
        publish(second if swaps % 2 == 0 else first, live)
        swaps += 1
        time.sleep(0.05)
        if swaps % 5 == 0:
            live.write_bytes(b"torn")
        elif swaps % 7 == 0:
            live.unlink()
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong[:3] == []
    assert swaps >= 20
    assert seen == set(VALUES)
    assert min(counts) > 0


def test_a_download_that_is_under_way_is_not_disturbed_by_a_swap(live: Path) -> None:
    one, two = VALUES
    write(live, one, 1.0)
    api = Client()
    whole = api.get("/api/v1/monitor.duckdb")
    half = len(whole.raw) // 2
    front = api.get("/api/v1/monitor.duckdb", range=f"bytes=0-{half - 1}").raw
    write(live, two, 2.0)
    rest = api.get("/api/v1/monitor.duckdb", range=f"bytes={half}-", if_range=whole.headers["etag"])
    # The rest would be of another file: the client is given that one whole instead, under its own name.
    assert rest.status == 200
    assert rest.headers["x-data-version"] == two
    assert front + rest.raw != whole.raw


def test_pages_of_a_version_that_was_replaced_are_its_own_or_none(live: Path) -> None:
    one, two = VALUES
    write(live, one, 1.0)
    api = Client()
    page = api.get("/api/v1/observations?limit=10").json
    write(live, two, 2.0)
    got = api.get(page["next"])
    assert got.status == 404  # it is not kept: half an answer of one version and half of another is none
    archive = live.parent / "versions"
    archive.mkdir()
    write(archive / f"{one}.duckdb", one, 1.0)
    assert {row["value"] for row in api.get(page["next"]).json["rows"]} == {1.0}


def test_other_questions_formats_and_data_have_other_tags(live: Path) -> None:
    api, tags = Client(), set()
    for version in ("2026-01-01-aaaaaaaa", "2026-02-02-bbbbbbbb"):
        write(live, version)
        for query in ("", "?limit=5", "?limit=5&offset=5", "?area=101", "?with=standing"):
            tags |= {api.get(f"/api/v1/observations.{suffix}{query}").headers["etag"] for suffix in KINDS}
        tags |= {api.get(path).headers["etag"] for path in ("/api/v1/standings", "/api", "/api/v1/monitor.duckdb")}
    assert len(tags) == 2 * (5 * 3 + 3)


def test_an_archived_version_is_answered_from_and_others_say_what_is(live: Path) -> None:
    archive = live.parent / "versions"
    archive.mkdir()
    write(archive / "2026-01-01-aaaaaaaa.duckdb", "2026-01-01-aaaaaaaa", 1.0)
    write(archive / "2026-02-02-bbbbbbbb.duckdb", "2026-02-02-bbbbbbbb", 2.0)
    shutil.copy(archive / "2026-02-02-bbbbbbbb.duckdb", live)
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


def test_a_version_that_was_replaced_goes_with_all_that_was_cached_of_it(live: Path) -> None:
    write(live, "2026-01-01-aaaaaaaa")
    api = Client()
    for path in ("/api", "/api/v1/observations", "/api/v1/benchmarks.csv?area=101", "/api/v1/monitor.duckdb"):
        assert api.get(path).status == 200
    before = weakref.ref(store().current())
    write(live, "2026-02-02-bbbbbbbb")
    assert api.get("/api/v1/observations").headers["x-data-version"] == "2026-02-02-bbbbbbbb"
    gc.collect()
    assert before() is None


@pytest.mark.parametrize("content", [None, b"", b"<html>503 Service Unavailable</html>" * 99, b"\x00" * 20_000])
def test_without_a_readable_database_it_says_so(live: Path, content: bytes | None) -> None:
    if content is not None:
        live.write_bytes(content)
    api = Client()
    paths = ("/api", "/api/v1/observations.csv", "/api/v1/monitor.duckdb", "/api/v1/openapi.json")
    for path in paths:
        got = api.get(path)
        assert got.status == 503
        assert got.headers["content-type"] == "application/problem+json"
        assert got.headers["retry-after"] == "5"
        assert got.headers["cache-control"] == "no-store"
        assert got.json["type"] == "/api#no-database"
        assert str(live.parent) not in got.body.decode("utf-8")
    write(live, "2026-01-01-aaaaaaaa")
    # Which kind of damage it was matters to no address.
    for path in paths if content is None else paths[:2]:
        assert api.get(path).status == 200, path
