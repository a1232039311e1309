"""How long page runs and queries take, and how many rows queries find: for the log and the metrics."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from time import perf_counter
from typing import ParamSpec, TypeVar, cast

import polars as pl

from dashboard.ops import errors, logs
from dashboard.ops.metrics import QUERIES, RERUNS

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Run:
    """One run of a page, which begins when the object is made."""

    began: float = field(default_factory=perf_counter)
    page: str = ""
    data_version: str = ""
    query_ms: float = 0.0
    rows: int = 0
    inside: bool = False
    """Whether a query is running: queries that it makes in turn count as part of it."""
    counted: bool = True
    """Whether it is a reader's, who is counted and logged."""
    cached: object = None
    """What stays the same throughout the run (see `once_per_run`)."""

    @contextmanager
    def record(self, page: str, data_version: str) -> Iterator[None]:
        """Time and log the run of a page, however it ends."""
        self.page, self.data_version, reference = page, data_version, None
        try:
            yield
        except Exception as error:
            reference = errors.reference(error)
            raise
        finally:
            if reference is None:
                end_run()
            ms = (perf_counter() - self.began) * 1000
            if self.counted and not _warming.is_set():
                RERUNS.labels(page=page).observe(ms)
                logs.event(
                    "page", page=page, data_version=data_version, ms=round(ms, 1),
                    query_ms=round(self.query_ms, 1), rows=self.rows, error=reference,
                )  # fmt: skip


_RUN: ContextVar[Run | None] = ContextVar("run", default=None)
_warming = threading.Event()


def begin_run(*, counted: bool = True) -> Run:
    """Begin a run in this thread."""
    run = Run(counted=counted)
    _RUN.set(run)
    return run


def end_run() -> Run | None:
    """End the run of this thread, and return it, if there is one."""
    run = _RUN.get()
    _RUN.set(None)
    return run


def once_per_run(make: Callable[[], R]) -> R:
    """What `make` gives, the same throughout a run, however often it is asked for; made again where nothing runs.

    It is for the data version, so that a page never shows two.
    """
    run = _RUN.get()
    if run is None:
        return make()
    if run.cached is None:
        run.cached = make()
    return cast("R", run.cached)


@contextmanager
def warming() -> Iterator[None]:
    """While pages are warmed up: such runs are not counted."""
    _warming.set()
    try:
        yield
    finally:
        _warming.clear()


def query(ask: Callable[P, R]) -> Callable[P, R]:
    """Time a query; the rows of a frame that it returns are counted for the page that runs."""
    name = f"{ask.__module__.rpartition('.')[2]}.{ask.__name__}"

    @wraps(ask)
    def timed(*args: P.args, **kwargs: P.kwargs) -> R:
        run = _RUN.get()
        if run is not None and run.inside:
            return ask(*args, **kwargs)
        if run is not None:
            run.inside = True
        start = perf_counter()
        try:
            result = ask(*args, **kwargs)
        finally:
            ms = (perf_counter() - start) * 1000
            if not _warming.is_set():
                QUERIES.labels(question=name).observe(ms)
            if run is not None:
                run.inside = False
                run.query_ms += ms
        if run is not None and isinstance(result, pl.DataFrame):
            run.rows += result.height
        return result

    return timed
