"""The entry point: `streamlit run streamlit_app.py` finds `app` and serves it."""

import os

import streamlit as st

from dashboard import server

if "MONITOR_DATABASE" not in os.environ:
    server.ensure_database()

app = st.App("dashboard/main.py", routes=server.ROUTES)
