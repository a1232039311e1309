"""Metrics to monitor a server, in OpenMetrics: counters, histograms, and gauges that are read on request."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import Counter, Histogram, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

# When a counter began would tell when the first reader came.
disable_created_metrics()  # type: ignore[no-untyped-call]
_write, MEDIA_TYPE = choose_encoder("application/openmetrics-text")
# Upper limits of a histogram's buckets, in milliseconds.
BUCKETS = (1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000)


def counter(name: str, meaning: str, *labels: str) -> Counter:
    """A number that only grows. It is in no registry: the library's own would also tell of this machine."""
    return Counter(name, meaning, labels, registry=None)


def histogram(name: str, meaning: str, *labels: str) -> Histogram:
    """How long something took, in milliseconds."""
    return Histogram(name, meaning, labels, unit="milliseconds", registry=None, buckets=BUCKETS)


RERUNS = histogram("monitor_rerun_milliseconds", "From the start of a page's run to its end, by page.", "page")
QUERIES = histogram("monitor_query_milliseconds", "What a question to the data took, by question.", "question")
ANSWERS = counter("monitor_api_answers", "Answers of the API, by status.", "status")
ERRORS = counter("monitor_errors", "Errors that nobody expected, by where they happened.", "where")
REFUSED = counter("monitor_refused", "Readers who were asked to come again, since the server was full.")


def gauge(name: str, meaning: str, value: float | None) -> Metric:
    """A number as it is just now; None where there is none."""
    return GaugeMetricFamily(name, meaning, value, unit="seconds" if name.endswith("_seconds") else "")


class _Families(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def text(families: Iterable[Metric]) -> bytes:
    """All of them as OpenMetrics 1.0, UTF-8."""
    return _write(_Families(families))


def endpoint(write: Callable[[], bytes]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint of the server itself that answers with them."""

    async def answer(_request: Request) -> Response:
        return Response(
            await run_in_threadpool(write), headers={"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
        )

    return answer


def listen(address: str, port: int, write: Callable[[], bytes]) -> ThreadingHTTPServer:
    """Answer /metrics at a port of its own, in a thread; raises OSError where the port cannot be used."""

    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "metrics", ""
        timeout = 10

        def do_GET(self) -> None:
            is_metrics = self.path.partition("?")[0] == "/metrics"
            body = write() if is_metrics else b"There is nothing here but /metrics.\n"
            self.send_response(200 if is_metrics else 404)
            self.send_header("Content-Type", MEDIA_TYPE if is_metrics else "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Requests are not logged: they would tell who asks."""

    server = ThreadingHTTPServer((address, port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
