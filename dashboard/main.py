"""The table of contents: page settings, the pages, the choices they share."""

from pathlib import Path

import streamlit as st

from dashboard.data.names import PRODUCT
from dashboard.pages.shared import session
from dashboard.server import app
from dashboard.views.tables import help as helping
from dashboard.views.text.help import how_to_read

HERE = Path(__file__).parent
run = app.begin_run()

# Before the pages: without an icon here Streamlit would ask a server on the internet for that of the page.
st.set_page_config(PRODUCT, page_icon="🧭", layout="wide", initial_sidebar_state="collapsed")

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
            st.Page("pages/own.py", title="Your own figures", icon=":material/edit_note:"),
        ],
        "What is being done?": [
            st.Page("pages/leadership.py", title="Leadership", icon=":material/groups:"),
            st.Page("pages/progress.py", title="Progress", icon=":material/trending_up:"),
        ],
        "Figures": [
            st.Page("pages/briefings.py", title="Briefings", icon=":material/description:"),
            st.Page("pages/data.py", title="Data", icon=":material/table:"),
            st.Page("pages/methods.py", title="Methods", icon=":material/menu_book:"),
            # In the foot of every page instead, where people look for it.
            st.Page("pages/accessibility.py", title="Accessibility", visibility="hidden"),
        ],
    },
    position="top",
)
# So that tabs and steps back are told apart.
st.set_page_config(f"{page.title} · {PRODUCT}")
st.logo(str(HERE / "assets" / "logo.svg"), size="large")
session.page_style()
session.version()
db = session.database()
st.session_state["headline"] = st.container()
st.html(helping.how_to_read(how_to_read(page.url_path or app.FIRST)))
st.session_state["page"] = page.url_path
# The Data page filters by many measures and councils at once, and draws what it shares with others among them; the
# Methods page is of all measures and councils; the statement is of none.
if page.title in ("Leadership", "Progress"):
    session.notices(db)
    with st.container(key="choices"), st.columns([3, 9])[0]:
        session.only_council(db)
elif page.title not in ("Data", "Methods", "Briefings", "Accessibility"):
    session.choices(db, periods=page.title != "Your own figures")
    st.set_page_config(f"{session.tab_title(db, page.title)} · {PRODUCT}")
body, foot = st.container(), st.container()
# Before the page, which may stop early: its links need the script all the same.
with foot:
    session.footer(db)
    session.page_script()
with body, run.record(page.url_path or app.FIRST, db.data_version):
    page.run()
