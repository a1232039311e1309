"""The entry point: `streamlit run streamlit_app.py` finds `app` and serves it."""

import os

import streamlit as st

# Our frames are small: to share their work with other threads costs more than the work. Read as polars is imported.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
# One place to allocate in instead of eight, each of which keeps what was freed in it for half a second: some 80 MB less
# while a page sorts all figures.
os.environ.setdefault("_RJEM_MALLOC_CONF", "narenas:1")

from dashboard.server import app as server_app

server_app.prepare()

app = st.App(
    "dashboard/main.py",
    routes=server_app.routes(),
    middleware=server_app.middleware(),
    lifespan=server_app.lifespan,
    on_script_error=server_app.report_failure,
)
