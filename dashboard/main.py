"""The table of contents: page settings, the pages, the choices they share."""

from pathlib import Path

import streamlit as st

from dashboard import session

st.set_page_config("Child Protection Monitor", page_icon="🧭", layout="wide", initial_sidebar_state="collapsed")

page = st.navigation(
    [
        st.Page("pages/map.py", title="Map", icon=":material/map:", default=True),
        st.Page("pages/council.py", title="Council", icon=":material/account_balance:"),
        st.Page("pages/data.py", title="Data", icon=":material/table:"),
    ],
    position="top",
)
st.html(Path(__file__).parent / "style.css")
db = session.database()
st.session_state["headline"] = st.container()
session.choices(db)
page.run()
session.page_script()
