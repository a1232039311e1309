"""The table of contents: page settings, the pages, the choices they share."""

from pathlib import Path

import streamlit as st

from dashboard import session

HERE = Path(__file__).parent

st.set_page_config("Child Protection Monitor", page_icon="🧭", layout="wide", initial_sidebar_state="collapsed")

page = st.navigation(
    {
        "Where is it worst?": [
            st.Page("pages/england.py", title="England", icon=":material/flag:", default=True),
            st.Page("pages/map.py", title="Map", icon=":material/map:"),
            st.Page("pages/inspections.py", title="Inspections", icon=":material/fact_check:"),
        ],
        "Who is best?": [st.Page("pages/best.py", title="Best councils", icon=":material/star:")],
        "How is my council doing?": [
            st.Page("pages/council.py", title="Council", icon=":material/account_balance:"),
            st.Page("pages/compare.py", title="Compare", icon=":material/compare_arrows:"),
        ],
        "Figures": [st.Page("pages/data.py", title="Data", icon=":material/table:")],
    },
    position="top",
)
st.logo(str(HERE / "assets" / "logo.svg"), size="large")
session.page_style()
db = session.database()
st.session_state["headline"] = st.container()
# The Data page filters by many measures and councils at once; of what the others share it needs only the benchmark.
session.choices(db, only="benchmark" if page.title == "Data" else None)
body, foot = st.container(), st.container()
# Before the page, which may stop early: its links need the script all the same.
with foot:
    session.footer(db)
    session.page_script()
with body:
    page.run()
