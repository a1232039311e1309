"""The dashboard with faults: a damaged value where the best councils are found, where a measure is chosen, in a file.

Each says what nobody must read: the secret of the environment, where we lie, and what a reader typed.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NoReturn

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from dashboard.analysis import best
from dashboard.files import exports
from dashboard.pages.shared import session
from dashboard.server import app as server_app

SECRET = os.environ["SECRET_OF_THE_TEST"]
MAIN = Path(__file__).resolve().parents[2] / "dashboard" / "main.py"


def damaged(*_: Any, **__: Any) -> NoReturn:
    """As where a number is text: the error holds the value, and its cause more."""
    typed = str(st.session_state.get("la"))
    try:
        float(f"{typed} {SECRET}")
    except ValueError as error:
        raise KeyError(f"{MAIN}: {typed} {SECRET}") from error
    raise AssertionError


def broken(_request: Request) -> Response:
    """A route that fails."""
    raise KeyError(f"{MAIN}: {SECRET}")


def half(_request: Request) -> Response:
    """A route that fails in the middle of its answer."""

    async def parts() -> AsyncIterator[str]:
        yield "the first half"
        raise KeyError(f"{MAIN}: {SECRET}")

    return StreamingResponse(parts())


server_app.prepare()
setattr(best, "who", damaged)  # noqa: B010 - a name that mypy knows cannot be set - mypy would not have it otherwise
setattr(session, "_take_measure", damaged)  # noqa: B010 - a name that mypy knows cannot be set
setattr(exports, "csv", damaged)  # noqa: B010 - a name that mypy knows cannot be set

app = st.App(
    str(MAIN),
    routes=[Route("/broken", broken), Route("/half", half), *server_app.routes()],
    middleware=server_app.middleware(),
    lifespan=server_app.lifespan,
    on_script_error=server_app.report_failure,
)
