"""Metrics: as OpenMetrics 1.0 has them, on a port or at an address that is set, and closed otherwise."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from prometheus_client.metrics_core import InfoMetricFamily, Metric
from starlette.applications import Starlette

from dashboard.ops import metrics
from dashboard.ops.metrics import BUCKETS
from dashboard.server import app as server_app
from tests.api.client import Client
from tests.hosting.helpers import PAGES, Samples, ask_metrics, empty, forget, read
from tests.hosting.running import Client as Reader
from tests.hosting.running import Running


def test_counters_histograms_and_numbers_are_written_as_the_standard_says() -> None:
    kinds = metrics.counter("answers", "Answers.", "status"), metrics.counter("alone", "Alone.")
    waits = metrics.histogram("wait_milliseconds", 'Waits, of "all".', "page")

    def written(*asked: Metric) -> Samples:
        counted = (family for one in (*kinds, waits) for family in one.collect())
        return read(metrics.text([*asked, *counted]).decode())

    assert written() == {("alone_total", ""): 0}
    for status in ("200", "200", "404"):
        kinds[0].labels(status=status).inc()
    for wait in (0.4, 1, 3, 99_999):
        waits.labels(page='a "quoted"\nback\\slash').observe(wait)
    age, none = metrics.gauge("age_seconds", "Age.", 1.5), metrics.gauge("none", "None.", None)
    found = written(age, none, InfoMetricFamily("version", "Version.", {"version": "2026-a"}))
    page = r'page="a \"quoted\"\nback\\slash"'
    buckets = [
        found["wait_milliseconds_bucket", f'le="{limit}",{page}'] for limit in ("1.0", "2.5", "5.0", "10000.0", "+Inf")
    ]
    assert buckets == [2, 2, 3, 3, 4]
    assert found["wait_milliseconds_count", page] == 4
    assert found["wait_milliseconds_sum", page] == pytest.approx(100_003.4)
    assert found["answers_total", 'status="200"'] == 2
    assert found["age_seconds", ""] == 1.5
    assert found["version_info", 'version="2026-a"'] == 1
    assert not [name for name, _ in found if name.startswith("none") or name.endswith("_created")]


def test_classes_go_up() -> None:
    assert list(BUCKETS) == sorted(set(BUCKETS))


def test_by_itself_they_are_nowhere(app: Client) -> None:
    for path in ("/metrics", "/_stcore/metrics", "/inside/metrics"):
        assert app.get(path).status == 404


def test_they_may_be_at_an_address(few: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_METRICS_PATH", "/inside/metrics")
    monkeypatch.setenv("MONITOR_DATABASE", str(few))
    forget()
    app = Client(Starlette(routes=server_app.routes(), middleware=server_app.middleware()))
    got = app.get("/inside/metrics")
    assert got.status == 200
    assert got.headers["content-type"] == metrics.MEDIA_TYPE
    assert got.headers["cache-control"] == "no-store"
    assert "x-content-type-options" in got.headers
    assert read(got.body.decode())["monitor_sessions", ""] == 0
    assert app.get("/metrics").status == 404
    forget()


def test_the_port_of_its_own_tells_what_the_server_does(server: Running) -> None:
    empty(server)
    port = int(server.environment["MONITOR_METRICS_PORT"])
    status, kind, text = ask_metrics(port)
    assert (status, kind) == (200, metrics.MEDIA_TYPE)
    before = read(text)
    with Reader(server) as reader:
        reader.run("map")
        reader.run("council", la="Leeds")
        reader.run("data", newest="true")
        for address in ("/api/v1/areas?limit=1", "/api/v1/areas?colour=red"):
            server.ask(address)
        counted = "monitor_rerun_milliseconds_count", 'page="data"'
        for _ in range(200):  # a run ends a little after its last message
            after = read(ask_metrics(port)[2])
            if after.get(counted, 0) > before.get(counted, 0):
                break
            time.sleep(0.05)
        assert after["monitor_sessions", ""] == before["monitor_sessions", ""] + 1
    ((_, version),) = [key for key in after if key[0] == "monitor_data_version_info"]
    assert version == f'version="{server.wait_for("ready")["data_version"]}"'
    assert after["monitor_data_age_seconds", ""] > 0
    assert after["monitor_ready", ""] == 1
    assert after["monitor_sessions_most", ""] == 3

    def grown(name: str, labels: str) -> float:
        return after[name, labels] - before.get((name, labels), 0)

    for page in ("map", "council", "data"):
        assert grown("monitor_rerun_milliseconds_count", f'page="{page}"') == 1
        assert grown("monitor_rerun_milliseconds_sum", f'page="{page}"') > 0
    assert grown("monitor_query_milliseconds_count", 'question="queries.councils"') >= 1
    assert grown("monitor_query_milliseconds_count", 'question="queries.profile"') >= 1
    assert grown("monitor_query_milliseconds_count", 'question="selection.rows"') >= 1
    assert grown("monitor_api_answers_total", 'status="200"') == 1
    assert grown("monitor_api_answers_total", 'status="400"') == 1


def test_there_is_nothing_else_at_that_port(server: Running) -> None:
    port = int(server.environment["MONITOR_METRICS_PORT"])
    for path in ("/", "/metrics/x", "/api", "/../etc/passwd"):
        status, _, text = ask_metrics(port, path)
        assert (status, text) == (404, "There is nothing here but /metrics.\n")


def test_errors_are_counted_by_where_they_happened(failing: Running) -> None:
    port = int(failing.environment["MONITOR_METRICS_PORT"])

    def counted() -> list[float]:
        found = read(ask_metrics(port)[2])
        return [found.get(("monitor_errors_total", f'where="{where}"'), 0) for where in ("route", "page")]

    routes, pages = counted()
    assert failing.ask("/broken").status == 500
    with Reader(failing) as reader:
        reader.run("best")
    assert counted() == [routes + 1, pages + 1]


def test_pages_run_before_the_first_reader_are_in_no_histogram(server: Running) -> None:
    assert server.wait_for("ready")["pages"] == len(PAGES)
    found = read(ask_metrics(int(server.environment["MONITOR_METRICS_PORT"]))[2])
    runs = [line for line in server.lines() if line["event"] == "page" and line["page"] == "methods"]
    assert found.get(("monitor_rerun_milliseconds_count", 'page="methods"'), 0) == len(runs)
