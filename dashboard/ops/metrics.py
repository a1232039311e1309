"""Numbers to watch a server by, in OpenMetrics: counters, histograms, and what is asked when they are read."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import accumulate

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
# Upper limits of the classes of a histogram, in milliseconds.
CLASSES = (1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000)
# What a name says of its unit, which is then declared.
UNITS = ("milliseconds", "seconds", "bytes")

Labels = tuple[tuple[str, str], ...]
Value = tuple[Mapping[str, str], float]


@dataclass
class Counter:
    """A number that only grows, by its labels."""

    name: str
    meaning: str
    kind = "counter"
    _values: dict[Labels, float] = field(default_factory=lambda: defaultdict(float))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, **labels: str) -> None:
        """Count one."""
        with self._lock:
            self._values[tuple(sorted(labels.items()))] += 1

    def lines(self) -> Iterator[str]:
        """Its samples; a counter without labels is there from the start."""
        with self._lock:
            values = dict(self._values) or {(): 0.0}
        for labels, value in sorted(values.items()):
            yield _sample(f"{self.name}_total", labels, value)


@dataclass
class Histogram:
    """How long something took, in milliseconds, by its labels."""

    name: str
    meaning: str
    kind = "histogram"
    _counts: dict[Labels, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * (len(CLASSES) + 1)))
    _sums: dict[Labels, float] = field(default_factory=lambda: defaultdict(float))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, milliseconds: float, **labels: str) -> None:
        """Count one that took so long."""
        key = tuple(sorted(labels.items()))
        with self._lock:
            self._counts[key][bisect_left(CLASSES, milliseconds)] += 1
            self._sums[key] += milliseconds

    def lines(self) -> Iterator[str]:
        """Its samples."""
        with self._lock:
            counts = {labels: list(values) for labels, values in self._counts.items()}
            sums = dict(self._sums)
        for labels, values in sorted(counts.items()):
            running = list(accumulate(values))
            for limit, count in zip((*map(_number, CLASSES), "+Inf"), running, strict=True):
                yield _sample(f"{self.name}_bucket", (*labels, ("le", limit)), count)
            yield _sample(f"{self.name}_count", labels, running[-1])
            yield _sample(f"{self.name}_sum", labels, sums[labels])


@dataclass
class Gauge:
    """A number as it is when somebody asks; `ask` gives it with its labels, or nothing when there is none."""

    name: str
    meaning: str
    ask: Callable[[], Iterable[Value]]
    kind: str = "gauge"

    def lines(self) -> Iterator[str]:
        """Its samples."""
        suffix = "_info" if self.kind == "info" else ""
        for labels, value in self.ask():
            yield _sample(self.name + suffix, tuple(sorted(labels.items())), value)


Metric = Counter | Histogram | Gauge

RERUNS = Histogram("monitor_rerun_milliseconds", "From the start of a page's run to its end, by page.")
QUERIES = Histogram("monitor_query_milliseconds", "What a question to the data took, by question.")
ANSWERS = Counter("monitor_api_answers", "Answers of the API, by status.")
ERRORS = Counter("monitor_errors", "Errors that nobody expected, by where they happened.")
REFUSED = Counter("monitor_refused", "Readers who were asked to come again, since the server was full.")


def text(metrics: Iterable[Metric]) -> bytes:
    """All of them as OpenMetrics 1.0 writes them, UTF-8."""
    said = []
    for one in metrics:
        said += [f"# TYPE {one.name} {one.kind}"]
        said += [f"# UNIT {one.name} {unit}" for unit in UNITS if one.name.endswith(f"_{unit}")]
        said += [f"# HELP {one.name} {_escaped(one.meaning)}", *one.lines()]
    return "\n".join([*said, "# EOF", ""]).encode("utf-8")


def endpoint(say: Callable[[], bytes]) -> Callable[[Request], Awaitable[Response]]:
    """The same as an address of the server itself."""

    async def answer(_request: Request) -> Response:
        return Response(await run_in_threadpool(say), headers={"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"})

    return answer


def listen(address: str, port: int, say: Callable[[], bytes]) -> ThreadingHTTPServer:
    """Answer /metrics at a port of its own, in a thread; raises OSError where that cannot be."""

    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "metrics", ""
        timeout = 10

        def do_GET(self) -> None:
            found = self.path.partition("?")[0] == "/metrics"
            body = say() if found else b"There is nothing here but /metrics.\n"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", MEDIA_TYPE if found else "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Who asked is logged nowhere."""

    server = ThreadingHTTPServer((address, port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def _sample(name: str, labels: Labels, value: float) -> str:
    inside = ",".join(f'{key}="{_escaped(said)}"' for key, said in labels)
    return f"{name}{f'{{{inside}}}' if inside else ''} {_number(value)}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _escaped(said: str) -> str:
    return said.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
