"""The application as it is served: what stands before Streamlit, what the start does, what a failing page says."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from time import perf_counter

# Plotly looks whether somebody has imported it, and would take it half made from a page run at the same time. It is
# there because Streamlit needs it.
import pandas  # type: ignore[import-untyped]  # noqa: F401 - before Plotly half imports it
import streamlit as st
import streamlit.logger
from prometheus_client import Counter, Histogram
from prometheus_client.metrics_core import InfoMetricFamily
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from streamlit import config, file_util
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from dashboard.data.model import DatabaseError
from dashboard.data.remote import REFUSED as REFUSED_DATABASES
from dashboard.data.remote import Remote
from dashboard.data.versions import store
from dashboard.ops import errors, logs, metrics, timing
from dashboard.ops.settings import Settings, WrongSettingsError, settings, unknown
from dashboard.pages import components
from dashboard.server import index_html
from dashboard.server import routes as server
from dashboard.server.access import Doors
from dashboard.server.capacity import Places
from dashboard.server.error_middleware import Guard
from dashboard.server.headers import Secured, policy
from dashboard.server.health import Health
from dashboard.server.page_routes import Front
from dashboard.server.websocket_filter import Wire, run_once

HERE = Path(__file__).parents[1]
MAIN = HERE / "main.py"
# The page at /, by the name of its file (main.py).
FIRST = "england"
# Pages that show nothing much until a council is chosen.
OF_A_COUNCIL = ("council", "compare", "own")
# How often it is looked whether the file was replaced, so that its first reader need not wait for it to be read.
LOOK_SECONDS = 5
WAIT_SECONDS = 0.5
WRONG_SETTINGS = 2

log = logging.getLogger(__name__)


def prepare() -> Settings:
    """Read the settings and begin to log; what is wrong ends the program here, in words, with exit status 2."""
    try:
        found = settings()
        logs.set_up(found)
        if found.metrics_port is not None:
            _listen(found.metrics_address, found.metrics_port)
    except WrongSettingsError as wrong:
        print(f"The dashboard was not started.\n{wrong}", file=sys.stderr, flush=True)
        sys.exit(WRONG_SETTINGS)
    for said in unknown(os.environ):
        log.warning(said)
    _take_over_streamlits_log()
    if "MONITOR_DATABASE" not in os.environ:
        server.ensure_database()
    return found


def routes() -> list[BaseRoute]:
    """Everything that is answered beside Streamlit's own: ours first, then pages, files and 404."""
    found = settings()
    ours: list[BaseRoute] = [*server.ROUTES, Route("/livez", health().livez), Route("/readyz", health().readyz)]
    if found.metrics_path:
        ours.append(Route(found.metrics_path, metrics.endpoint(_metrics)))
    return [*ours, front()]


def middleware() -> list[Middleware]:
    """What every request passes before Streamlit sees it, outermost first."""
    found = settings()
    return [
        Middleware(Secured, policy=policy(_shell()), hsts=found.hsts, forever=(components.UNDER,)),
        Middleware(Guard, contact=found.contact),
        Middleware(
            Doors,
            places=places(),
            retry_seconds=found.retry_seconds,
            hosts=found.hosts,
            other_origins=lambda: config.get_option("server.corsAllowedOrigins"),
        ),
        *([Middleware(Wire, script=MAIN)] if found.filter_messages else []),
    ]


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """While the server runs: pages are run once before the first reader comes, and new data are read as they come."""
    _take_over_streamlits_log()
    components.known()
    following = remote()
    if following is not None:
        following.start()
    tasks = [asyncio.create_task(_begin()), asyncio.create_task(_look())]
    try:
        yield
    finally:
        if following is not None:
            following.stop()
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        logs.event("stopped")


def begin() -> timing.Run:
    """A run of main.py begins: it is timed, and what the run before drew is no place for a complaint about this one."""
    st.session_state.pop("headline", None)
    return timing.begin()


def failed(error: Exception) -> bool:
    """Tell the reader of a page that fails that it did, with a reference, and the log all about it."""
    run = timing.end()
    logs.log_error(error, "page", **({"page": run.page, "data_version": run.data_version} if run else {}))
    # Where the sentence would stand, if the page came so far; a choice that fails is told at the top.
    place = st.session_state.get("headline") if run else None
    with place if place is not None else contextlib.nullcontext():
        st.error(errors.words(error, settings().contact), icon=":material/error:")
    return True


@cache
def health() -> Health:
    """The health of this process."""
    following = remote()
    return Health(store, settings().data_age_days, following.said if following else None)


@cache
def remote() -> Remote | None:
    """What keeps the database of this process as it is at an address, where it has one."""
    found = settings()
    if isinstance(found.database, Path):
        return None
    return Remote(
        found.database,
        store,
        seconds=found.database_seconds,
        older=found.database_older,
        keep=found.database_folder is not None,
    )


@cache
def places() -> Places:
    """The places of this process."""
    return Places(settings().sessions)


@cache
def front() -> Front:
    """The pages and files of this process."""
    files = Path(file_util.get_static_dir())
    return Front(_shell(), _pages(), FIRST, files, places(), settings().retry_seconds, XSRF_COOKIE_NAME)


@cache
def _shell() -> str:
    return index_html.ours((Path(file_util.get_static_dir()) / "index.html").read_text("utf-8"))


def _metrics() -> bytes:
    known, following = health(), remote()
    asked: list[tuple[str, str, float | None]] = [
        ("monitor_data_age_seconds", "Since the data that readers are shown were built.", known.data_age()),
        ("monitor_ready", "Whether /readyz says 200.", known.verdict().ready),
        ("monitor_sessions", "Open pages, each with a WebSocket.", places().taken),
        ("monitor_sessions_most", "How many may be open (MONITOR_SESSIONS).", places().most),
    ]
    counted: list[Counter | Histogram] = [
        metrics.RERUNS,
        metrics.QUERIES,
        metrics.ANSWERS,
        metrics.ERRORS,
        metrics.REFUSED,
    ]
    if following:
        asked += [
            ("monitor_address_good", "Whether readers are shown what the address holds.", following.is_good()),
            ("monitor_address_unasked_seconds", "Since it was last asked for its database.", following.unasked()),
        ]
        counted.append(REFUSED_DATABASES)
    version = InfoMetricFamily("monitor_data_version", "The data version that readers are shown.", known.data_version())
    gauges = (metrics.gauge(*one) for one in asked)
    return metrics.text([version, *gauges, *(family for one in counted for family in one.collect())])


def _listen(address: str, port: int) -> None:
    try:
        metrics.listen(address, port, _metrics)
    except OSError as error:
        why = f"nothing can listen there at {address} ({error.strerror}). Take another, or free it."
        raise WrongSettingsError(f"MONITOR_METRICS_PORT is “{port}”: {why}") from error


async def _begin() -> None:
    """Run every page once, so that nothing is imported, compiled or worked out while the first reader waits."""
    # Without a database there is nothing to run; it may come yet.
    while await asyncio.to_thread(_version) is None:  # noqa: ASYNC110 - a file that comes is no event
        await asyncio.sleep(WAIT_SECONDS)
    start, pages = perf_counter(), 0
    try:
        if settings().warm:
            pages = await _warm()
    except Exception as error:  # noqa: BLE001 - readers come all the same; the first of them wait
        logs.log_error(error, "start")
    finally:
        health().warm.set()
    seconds = round(perf_counter() - start, 1)
    logs.event("ready", at=_address(), data_version=_version(), pages=pages, seconds=seconds)
    if settings().warm:
        await asyncio.to_thread(front().pack)


async def _warm() -> int:
    """How many pages were run."""
    db = await asyncio.to_thread(lambda: store().current())
    council = next(iter(db.authorities.values()))
    pages = _pages()
    with timing.warming():
        for page in pages:
            await run_once("" if page == FIRST else page, {"la": council} if page in OF_A_COUNCIL else {})
    return len(pages)


def _pages() -> list[str]:
    return sorted(path.stem for path in (HERE / "pages").glob("[!_]*.py"))


async def _look() -> None:
    """Read a file that was replaced before a reader asks for it."""
    shown = _version()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        found = await asyncio.to_thread(_version)
        if found != shown:
            logs.event("data", data_version=found, before=shown)
            shown = found


def _version() -> str | None:
    try:
        return store().current().data_version
    except DatabaseError:
        return None


def _address() -> str:
    at = config.get_option("server.address") or "localhost"
    return f"http://{'localhost' if at in ('0.0.0.0', '::') else at}:{config.get_option('server.port')}"  # noqa: S104 - compared


def _take_over_streamlits_log() -> None:
    """Have Streamlit's loggers write through ours, those it has and those it will make."""
    streamlit.logger.setup_formatter = logs.take_over
    for logger in streamlit.logger._loggers.values():  # noqa: SLF001 - Streamlit lists them nowhere else
        logs.take_over(logger)
    # We log what fails on a page ourselves, with its reference; only what cannot be read as Python never gets to us.
    told = logging.getLogger("streamlit.error_util")
    told.filters[:] = [lambda record: bool(record.exc_info and isinstance(record.exc_info[1], SyntaxError))]
