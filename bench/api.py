"""The API as programs ask it: the first answer to each question, and how many cached ones come from one process."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection

from bench.report import Line
from bench.server import Server

FIRST_MS, A_SECOND = 200, 200
FORMATS = ("json", "csv", "parquet")
CLIENTS, SECONDS, ROUNDS = 16, 1.0, 5
CACHED = {
    "a measure's whole history, JSON": "/api/v1/observations.json?metric=vacancy_rate&limit=10000",
    "a measure's newest period, CSV": "/api/v1/benchmarks.csv?metric=vacancy_rate&newest=true",
    "one council's figures, Parquet": "/api/v1/observations.parquet?area=383&newest=true",
}


def lines(server: Server) -> list[Line]:
    """What the API of a running server costs; nobody may have asked it before."""
    first = "First answer to a question: every measure's whole history, ms"
    cached = f"Time for a kept answer, ms: {CLIENTS} programs asking one process without a pause"
    limit = {"json": "&limit=10000", "csv": "", "parquet": ""}
    ask = asking(server)
    metrics = [row["metric_id"] for row in json.loads(ask("/api/v1/metrics"))["rows"]]
    ask("/api/v1/observations?limit=1")  # what is made once a data version is made
    measured = []
    for suffix in FORMATS:
        path = f"/api/v1/observations.{suffix}?with=standing,trend{limit[suffix]}&metric="
        measured.append(
            Line(first, suffix, [_ms(ask, path + metric) for metric in metrics], target=FIRST_MS, always=True)
        )
    for name, path in CACHED.items():
        asking(server)(path)
        target = 1000 / A_SECOND
        measured.append(
            Line(cached, name, [1000 / _rate(server, path) for _ in range(ROUNDS)], target=target, always=True)
        )
    return measured


def asking(server: Server) -> Callable[[str], bytes]:
    """One program that keeps its connection; raises RuntimeError for any answer but a good one."""
    connection = HTTPConnection(server.address, timeout=30)

    def ask(path: str) -> bytes:
        connection.request("GET", path)
        reply = connection.getresponse()
        body = reply.read()
        if reply.status != 200:
            raise RuntimeError(f"{path} answered {reply.status}: {body[:300]!r}")
        return body

    return ask


def _ms(ask: Callable[[str], bytes], path: str) -> float:
    start = time.perf_counter()
    ask(path)
    return (time.perf_counter() - start) * 1000


def _rate(server: Server, path: str) -> float:
    """Answers a second, to several programs at once."""
    counts, stop = [0] * CLIENTS, threading.Event()

    def run(number: int) -> None:
        ask = asking(server)
        while not stop.is_set():
            ask(path)
            counts[number] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - start)
