"""The application as it is served: routes and middleware before Streamlit, the start, and failing pages."""

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
from typing import Literal
from urllib.parse import urlencode

import streamlit as st
import streamlit.logger
from prometheus_client import Counter, Histogram
from prometheus_client.metrics_core import InfoMetricFamily
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from streamlit import config, file_util
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from dashboard.data import places
from dashboard.data.model import DatabaseError
from dashboard.data.remote import REFUSED as REFUSED_DATABASES
from dashboard.data.remote import Remote
from dashboard.data.versions import store
from dashboard.ops import errors, logs, metrics, timing
from dashboard.ops.settings import Settings, WrongSettingsError, settings, unknown
from dashboard.pages import components
from dashboard.server import feeds, index_html, page_runs, search_engines
from dashboard.server import routes as server
from dashboard.server.access import AccessControl
from dashboard.server.capacity import Capacity
from dashboard.server.error_middleware import ErrorMiddleware
from dashboard.server.headers import SecurityHeaders, policy
from dashboard.server.health import Health
from dashboard.server.page_routes import Packing, PageRoutes
from dashboard.server.page_runs import PageClient, run_page
from dashboard.server.websocket_filter import WebSocketFilter

DASHBOARD = Path(__file__).parents[1]
MAIN = DASHBOARD / "main.py"
# The page at /, by the name of its file (main.py).
FIRST = "england"
# Pages that show nothing much until a council is chosen.
OF_A_COUNCIL = ("council", "compare", "own")
# How often we check whether the file was replaced, so that no reader need wait for it to be read.
FOLLOW_SECONDS = 5
WAIT_SECONDS = 0.5
# A page that is warmed up may take so long.
PAGE_SECONDS = 60
WRONG_SETTINGS = 2

log = logging.getLogger(__name__)


def prepare() -> Settings:
    """Read the settings and begin to log; wrong settings end the program here, in words, with exit status 2."""
    try:
        server_settings = settings()
        _refuse_base_path(config.get_option("server.baseUrlPath"))
        logs.set_up(server_settings)
        if server_settings.metrics_port is not None:
            _listen(server_settings.metrics_address, server_settings.metrics_port)
    except WrongSettingsError as wrong:
        print(f"The dashboard was not started.\n{wrong}", file=sys.stderr, flush=True)
        sys.exit(WRONG_SETTINGS)
    for warning in unknown(os.environ):
        log.warning(warning)
    _take_over_streamlits_log()
    if "MONITOR_DATABASE" not in os.environ:
        server.ensure_database()
    return server_settings


def _refuse_base_path(path: str) -> None:
    if path:
        raise WrongSettingsError(
            f"STREAMLIT_SERVER_BASE_URL_PATH is “{path}”: the dashboard is served at the root of a host alone, as "
            "its links, files and API begin there. Leave it out, and give it a host name of its own."
        )


def routes() -> list[BaseRoute]:
    """All routes but Streamlit's own: ours first, then pages, files and 404."""
    server_settings = settings()
    ours: list[BaseRoute] = [*server.ROUTES, Route("/livez", health().livez), Route("/readyz", health().readyz)]
    paths = ["/", *(f"/{page}" for page in _pages() if page != FIRST)]
    ours += search_engines.routes(paths, index=server_settings.index, https=server_settings.hsts)
    ours += feeds.routes(https=server_settings.hsts)
    if server_settings.metrics_path:
        ours.append(Route(server_settings.metrics_path, metrics.endpoint(_metrics)))
    return [*ours, page_routes()]


def middleware() -> list[Middleware]:
    """What every request passes before Streamlit sees it, outermost first."""
    server_settings = settings()
    return [
        Middleware(
            SecurityHeaders, policy=policy(_index_html()), hsts=server_settings.hsts, forever=(components.UNDER,)
        ),
        Middleware(ErrorMiddleware, contact=server_settings.contact),
        Middleware(
            AccessControl,
            capacity=capacity(),
            retry_seconds=server_settings.retry_seconds,
            hosts=server_settings.hosts,
            other_origins=lambda: config.get_option("server.corsAllowedOrigins"),
        ),
        *([Middleware(WebSocketFilter, script=MAIN)] if server_settings.filter_messages else []),
        Middleware(Packing),
    ]


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """While the server runs: pages are warmed up before the first reader comes, and new data are read as they come."""
    _take_over_streamlits_log()
    components.known()
    following = remote()
    if following is not None:
        following.start()
    tasks = [asyncio.create_task(_warm_up()), asyncio.create_task(_follow_data())]
    try:
        yield
    finally:
        if following is not None:
            following.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        logs.event("stopped")


def begin_run() -> timing.Run:
    """Begin to time a run of main.py; its errors must not be shown in a headline that the run before drew."""
    st.session_state.pop("headline", None)
    context = get_script_run_ctx()
    return timing.begin_run(counted=context is None or context.session_id not in page_runs.SESSIONS)


def visibility(table: str) -> Literal["visible", "hidden"]:
    """Whether the menu shows a page on a table that the operator fills: hidden while it is empty."""
    with contextlib.suppress(DatabaseError):
        if not store().current().table[table].is_empty():
            return "visible"
    return "hidden"


def report_failure(error: Exception) -> bool:
    """Tell the reader that the page failed, with a reference, and log the error."""
    run = timing.end_run()
    logs.log_error(error, "page", **({"page": run.page, "data_version": run.data_version} if run else {}))
    # In place of the first sentence, if the page came so far; where a choice fails, at the top.
    place = st.session_state.get("headline") if run else None
    with place if place is not None else contextlib.nullcontext():
        st.error(errors.message_for_reader(error, settings().contact), icon=":material/error:")
    return True


@cache
def health() -> Health:
    """The health of this process."""
    following = remote()
    return Health(store, settings().data_age_days, following.status if following else None)


@cache
def remote() -> Remote | None:
    """What keeps the database of this process the same as that at an address, where it has one."""
    server_settings = settings()
    if isinstance(server_settings.database, Path):
        return None
    return Remote(
        server_settings.database,
        store,
        seconds=server_settings.database_seconds,
        older=server_settings.database_older,
        keep=server_settings.database_folder is not None,
    )


@cache
def capacity() -> Capacity:
    """The capacity of this process."""
    return Capacity(settings().sessions)


@cache
def page_routes() -> PageRoutes:
    """The routes of pages and files in this process."""
    files = Path(file_util.get_static_dir())
    return PageRoutes(
        _index_html(),
        _pages(),
        FIRST,
        files,
        capacity(),
        settings().retry_seconds,
        XSRF_COOKIE_NAME,
        _official_name,
        robots="index, follow" if settings().index else "noindex",
        https=settings().hsts,
    )


def _official_name(area: str) -> str | None:
    try:
        db = store().current()
    except DatabaseError:
        return None
    area_id = places.find_area(db, area)
    return db.names[area_id] if area_id else None


@cache
def _index_html() -> str:
    return index_html.adapt_index_html((Path(file_util.get_static_dir()) / "index.html").read_text("utf-8"))


def _metrics() -> bytes:
    known, following = health(), remote()
    gauges: list[tuple[str, str, float | None]] = [
        ("monitor_data_age_seconds", "Since the data that readers are shown were built.", known.data_age()),
        ("monitor_ready", "Whether /readyz says 200.", known.verdict().ready),
        ("monitor_sessions", "Open pages, each with a WebSocket.", capacity().taken),
        ("monitor_sessions_most", "How many may be open (MONITOR_SESSIONS).", capacity().most),
    ]
    counted: list[Counter | Histogram] = [
        metrics.RERUNS,
        metrics.QUERIES,
        metrics.ANSWERS,
        metrics.ERRORS,
        metrics.REFUSED,
    ]
    if following:
        gauges += [
            ("monitor_address_good", "Whether readers are shown what the address holds.", following.is_good()),
            (
                "monitor_address_unasked_seconds",
                "Since it was last asked for its database.",
                following.seconds_since_look(),
            ),
        ]
        counted.append(REFUSED_DATABASES)
    version = InfoMetricFamily("monitor_data_version", "The data version that readers are shown.", known.data_version())
    gauge_families = (metrics.gauge(*gauge) for gauge in gauges)
    return metrics.text([version, *gauge_families, *(family for metric in counted for family in metric.collect())])


def _listen(address: str, port: int) -> None:
    try:
        metrics.listen(address, port, _metrics)
    except OSError as error:
        why = f"nothing can listen there at {address} ({error.strerror}). Take another, or free it."
        raise WrongSettingsError(f"MONITOR_METRICS_PORT is “{port}”: {why}") from error


async def _warm_up() -> None:
    """Run every page once, so that nothing is imported, compiled or calculated while the first reader waits."""
    # Without a database there is nothing to run; it may still come.
    while await asyncio.to_thread(_version) is None:  # noqa: ASYNC110 - a file that comes is no event
        await asyncio.sleep(WAIT_SECONDS)
    start, pages = perf_counter(), 0
    try:
        if settings().warm:
            pages = await _run_pages()
    except Exception as error:  # noqa: BLE001 - readers come all the same; the first of them wait
        logs.log_error(error, "start")
    finally:
        health().warm.set()
    seconds = round(perf_counter() - start, 1)
    logs.event("ready", at=_address(), data_version=_version(), pages=pages, seconds=seconds)
    if settings().warm:
        await asyncio.to_thread(page_routes().pack_files)


async def _run_pages() -> int:
    """Run every page once, and return how many there are."""
    db = await asyncio.to_thread(lambda: store().current())
    council = next(iter(db.authorities.values()))
    pages = _pages()
    with timing.warming():
        for page in pages:
            chosen = urlencode({"la": council}) if page in OF_A_COUNCIL else ""
            await run_page("" if page == FIRST else page, chosen, PageClient(), PAGE_SECONDS)
    return len(pages)


def _pages() -> list[str]:
    return sorted(path.stem for path in (DASHBOARD / "pages").glob("[!_]*.py"))


async def _follow_data() -> None:
    """Read a file that was replaced before a reader asks for it."""
    shown = _version()
    while True:
        await asyncio.sleep(FOLLOW_SECONDS)
        served = await asyncio.to_thread(_version)
        if served != shown:
            logs.event("data", data_version=served, before=shown)
            shown = served


def _version() -> str | None:
    try:
        return store().current().data_version
    except DatabaseError:
        return None


def _address() -> str:
    host = config.get_option("server.address") or "localhost"
    return f"http://{'localhost' if host in ('0.0.0.0', '::') else host}:{config.get_option('server.port')}"  # noqa: S104 - compared


def _take_over_streamlits_log() -> None:
    """Have Streamlit's loggers write through ours, those it has and those it will make."""
    streamlit.logger.setup_formatter = logs.take_over
    for logger in streamlit.logger._loggers.values():  # noqa: SLF001 - Streamlit lists them nowhere else
        logs.take_over(logger)
    # We log a page's errors ourselves, with a reference; only syntax errors never get to us.
    streamlits = logging.getLogger("streamlit.error_util")
    streamlits.filters[:] = [lambda record: bool(record.exc_info and isinstance(record.exc_info[1], SyntaxError))]
