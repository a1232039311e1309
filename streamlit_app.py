"""The entry point: `streamlit run streamlit_app.py` finds `app` and serves it."""

import os

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from dashboard import server

# dashboard/pages lies beside main.py as the pages of Streamlit's first multipage apps did: until somebody has opened the
# front page, a new server would run a page alone for every link to it.
PagesManager.uses_pages_directory = False

if "MONITOR_DATABASE" not in os.environ:
    server.ensure_database()

app = st.App("dashboard/main.py", routes=server.ROUTES)
