"""The entry point: `streamlit run streamlit_app.py` finds `app` and serves it."""

import streamlit as st

from dashboard import server_app

server_app.prepare()

app = st.App(
    "dashboard/main.py",
    routes=server_app.routes(),
    middleware=server_app.middleware(),
    lifespan=server_app.lifespan,
    on_script_error=server_app.failed,
)
