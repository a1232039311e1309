"""The table of contents: page settings, the pages, the choices they share."""

import streamlit as st

from dashboard.data.names import PRODUCT
from dashboard.pages.shared import frame, session
from dashboard.server import app
from dashboard.views import tables
from dashboard.views.tables import help as helping
from dashboard.views.text.help import how_to_read

run = app.begin_run()

# Before the pages: without an icon here Streamlit would ask a server on the internet for that of the page.
st.set_page_config(PRODUCT, page_icon="🧭", layout="wide", initial_sidebar_state="collapsed")

page = st.navigation(
    {
        # Without a heading: links that stand in the bar.
        "": [
            st.Page("pages/england.py", title="England", default=True),
            st.Page("pages/map.py", title="Map"),
            st.Page("pages/council.py", title="Council"),
            st.Page("pages/compare.py", title="Compare"),
            st.Page("pages/inspections.py", title="Inspections"),
            st.Page("pages/briefings.py", title="Briefings"),
            st.Page("pages/data.py", title="Data"),
        ],
        "More": [
            st.Page("pages/best.py", title="Best councils"),
            st.Page("pages/own.py", title="Your own figures"),
            st.Page("pages/leadership.py", title="Leadership"),
            # Only its address, while no commitment is recorded: there is nothing to see.
            st.Page("pages/progress.py", title="Progress", visibility=app.visibility("commitment")),
            st.Page("pages/methods.py", title="Methods"),
            # In the foot of every page instead, where people look for it.
            st.Page("pages/accessibility.py", title="Accessibility", visibility="hidden"),
        ],
    },
    position="top",
)
# So that tabs and steps back are told apart.
st.set_page_config(f"{page.title} · {PRODUCT}")
frame.logo()
frame.page_style()
session.version()
db = session.database()
st.session_state["headline"] = st.container()
st.html(helping.how_to_read(how_to_read(page.url_path or app.FIRST)))
st.session_state["page"] = page.url_path
# The Data page filters by many measures and councils at once, and draws what it shares with others among them; the
# Methods page is of all measures and councils; the statement is of none.
if page.title in ("Leadership", "Progress"):
    session.notices(db)
    with st.container(key="choices"):
        line = st.container()
        with st.columns([3, 9])[0]:
            session.only_council(db)
        line.html(tables.choices_line([st.session_state["la"] or "No council chosen"]))
    session.keep(db, {"la"})
elif page.title in ("Data", "Methods", "Briefings", "Accessibility"):
    session.keep(db, {"benchmark"} if page.title in ("Data", "Briefings") else set())
else:
    session.choices(db, page.url_path or app.FIRST)
    st.set_page_config(f"{session.tab_title(db, page.title)} · {PRODUCT}")
body, st.session_state["below"], foot = st.container(), st.container(), st.container()
# Before the page, which may stop early: its links need the script all the same.
with foot:
    session.footer(db)
    frame.page_script()
with body, run.record(page.url_path or app.FIRST, db.data_version):
    page.run()
