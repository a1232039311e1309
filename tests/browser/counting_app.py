"""The dashboard with one address more, which counts what the server holds of readers' figures (for test_own.py)."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import cast

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit.runtime import get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from dashboard.analysis.local_figures import Finding, Own
from dashboard.files.uploads import Cell
from dashboard.server import app as server_app

MAIN = Path(__file__).resolve().parents[2] / "dashboard" / "main.py"


async def held(_request: Request) -> JSONResponse:
    """How many figures, findings and cells are in the memory of this process, and how many files have an address."""
    gc.collect()
    kinds = [type(thing) for thing in gc.get_objects()]
    runtime = get_instance()
    uploads = cast("MemoryUploadedFileManager", runtime.uploaded_file_mgr).file_storage
    return JSONResponse(
        {
            "figures": kinds.count(Own),
            "findings": kinds.count(Finding),
            "cells": kinds.count(Cell),
            "uploads": sum(map(len, uploads.values())),
            "sessions": len(runtime._session_mgr.list_active_sessions()),
        }
    )


server_app.prepare()

app = st.App(
    str(MAIN),
    routes=[Route("/held", held), *server_app.routes()],
    middleware=server_app.middleware(),
    lifespan=server_app.lifespan,
    on_script_error=server_app.report_failure,
)
