"""Briefings to take into the room: of England, regions and councils, one by one or as a pack."""

import io

import streamlit as st

from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.api import view_links
from dashboard.briefings import content, render
from dashboard.briefings.region import councils_in
from dashboard.briefings.urls import FORMS
from dashboard.data.model import ENGLAND
from dashboard.pages.components import briefing_links
from dashboard.pages.shared import session
from dashboard.views import tables
from dashboard.views.text import briefings as sentences
from dashboard.views.text import formats

ALL = "England"
PACK = "pack"

db = session.database()
names = content.areas(db)
regions = [area_id for area_id in names if area_id not in db.authorities and area_id != ENGLAND]
numbers = {name: area_id for area_id, name in names.items()}
sets = [ALL, *(names[area_id] for area_id in regions)]
session.headline("Briefings", sentences.opening(len(regions), len(db.authorities), db), kicker="Two-page briefings")

session.notice("of", "area", list(numbers))
session.notice("councils_of", "region", sets)
session.notices(db)
with st.container(key="choices"):
    areas_field, set_field, place = st.columns([4, 3, 3])
    picked = areas_field.multiselect(
        "Briefings on", list(numbers), key="of", bind="query-params", placeholder="England, a region or a council"
    )
    council_set = set_field.selectbox(
        "All councils in", sets, index=None, key="councils_of", bind="query-params",
        placeholder="England or a region",
    )  # fmt: skip
    with place:
        session.choose_benchmark()
benchmark = session.benchmark()
if benchmark.asks == "councils":
    session.choose_benchmark_details(db)
    benchmark = session.benchmark()
if benchmark.asks == "number" or (benchmark.asks and not benchmark.detail):
    # A target is of one measure, and a briefing is of many.
    st.info(f"Briefings do not use “{benchmark.label}”. This one compares with the best quarter in England.")
    benchmark = BENCHMARKS[DEFAULT]

own = st.session_state.get("la")
chosen = [numbers[name] for name in picked]
if council_set:
    chosen += list(db.authorities if council_set == ALL else councils_in(db, numbers[council_set]))
if not chosen:
    chosen = [*([numbers[own]] if own in numbers else []), ENGLAND, *regions]
shown = {area_id: names[area_id] for area_id in dict.fromkeys(chosen)}
st.html(tables.sentence(sentences.shown(list(shown.values()))))
st.html(briefing_links.table(shown, benchmark, st.session_state.get(view_links.VERSION)))

st.header("All of these in one file", anchor=False)
labels = {label[0].upper() + label[1:]: form for form, label in FORMS.items()}
session.notice("forms", "form", list(labels))
forms = st.pills(
    "Format", list(labels), selection_mode="multi", default=[*labels][:1], key="forms", bind="query-params"
)
wanted = (db.data_version, benchmark.title, tuple(shown), tuple(forms))
made = st.session_state.get(PACK)
if made is None or made[0] != wanted:
    count = f"{len(shown)} briefing{'' if len(shown) == 1 else 's'}"
    # Without a form there is nothing to make.
    if st.button(f"Make a pack of {count}", icon=":material/folder_zip:", key="make_pack", disabled=not forms):
        progress = st.progress(0.0)
        buffer = io.BytesIO()
        # Each step shows its progress; leaving the page or changing a choice stops it there.
        for done, name in render.pack(buffer, db, list(shown), [labels[form] for form in forms], benchmark):
            progress.progress(done / len(shown), f"{done} of {count} made{f', next: {name}' if name else ''}")
        progress.empty()
        made = st.session_state[PACK] = (wanted, buffer.getvalue())
if made is not None and made[0] == wanted:
    st.html(tables.sentence(sentences.ready(len(shown))))
    st.download_button(
        f"Download the pack (ZIP, {formats.number(len(made[1]) / 1e6, 1)} MB)", made[1], "briefings.zip",
        "application/zip", icon=":material/download:", on_click="ignore", key="download_pack",
    )  # fmt: skip
st.html(tables.note(sentences.ABOUT))
