"""How long runs of pages and questions to the data take, and how many rows are found: for the log and the metrics."""

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
    """One run of a page: begun when it is made."""

    began: float = field(default_factory=perf_counter)
    page: str = ""
    data_version: str = ""
    query_ms: float = 0.0
    rows: int = 0
    inside: bool = False
    """Whether a question is being answered: what it asks in turn is part of it."""
    kept: object = None
    """What the whole run keeps to (see `kept`)."""

    @contextmanager
    def of(self, page: str, data_version: str) -> Iterator[None]:
        """Watch the run of a page to its end, however it ends."""
        self.page, self.data_version, reference = page, data_version, None
        try:
            yield
        except Exception as error:
            reference = errors.reference(error)
            raise
        finally:
            if reference is None:
                end()
            ms = (perf_counter() - self.began) * 1000
            if not _warming.is_set():
                RERUNS.labels(page=page).observe(ms)
                logs.event(
                    "page", page=page, data_version=data_version, ms=round(ms, 1),
                    query_ms=round(self.query_ms, 1), rows=self.rows, error=reference,
                )  # fmt: skip


_RUN: ContextVar[Run | None] = ContextVar("run", default=None)
_warming = threading.Event()


def begin() -> Run:
    """A run that begins now, in this thread."""
    run = Run()
    _RUN.set(run)
    return run


def end() -> Run | None:
    """Nothing runs in this thread from now on; what did, if anything."""
    run = _RUN.get()
    _RUN.set(None)
    return run


def kept(make: Callable[[], R]) -> R:
    """What `make` gives, the same throughout a run, however often it is asked for; anew where nothing runs.

    It is for the version of the data: a page of two would be torn.
    """
    run = _RUN.get()
    if run is None:
        return make()
    if run.kept is None:
        run.kept = make()
    return cast("R", run.kept)


@contextmanager
def warming() -> Iterator[None]:
    """Runs meanwhile are our own, and nobody's to count."""
    _warming.set()
    try:
        yield
    finally:
        _warming.clear()


def query(asks: Callable[P, R]) -> Callable[P, R]:
    """Time a function that asks the data; rows that it finds as a frame count for the page that asks."""
    name = f"{asks.__module__.rpartition('.')[2]}.{asks.__name__}"

    @wraps(asks)
    def timed(*args: P.args, **kwargs: P.kwargs) -> R:
        run = _RUN.get()
        if run is not None and run.inside:
            return asks(*args, **kwargs)
        if run is not None:
            run.inside = True
        start = perf_counter()
        try:
            found = asks(*args, **kwargs)
        finally:
            ms = (perf_counter() - start) * 1000
            if not _warming.is_set():
                QUERIES.labels(question=name).observe(ms)
            if run is not None:
                run.inside = False
                run.query_ms += ms
        if run is not None and isinstance(found, pl.DataFrame):
            run.rows += found.height
        return found

    return timed
