"""Every figure: choose measures, areas and periods, see the rows, download them."""

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from dashboard.analysis import selection
from dashboard.api import view_data
from dashboard.data.measure_names import other_names
from dashboard.files.exports import rows as exports_rows
from dashboard.files.exports.rows import to_long, to_wide
from dashboard.files.pages import data
from dashboard.pages.components.grid import grid
from dashboard.pages.components.one_of import one_of
from dashboard.pages.shared import session
from dashboard.pages.shared.downloads import downloads
from dashboard.views.text.explore import explored, nothing

# Rows of the grid; a file holds all.
SHOWN = 750
# What each filter is called in a message about an unknown word in the address; then its text while nothing is chosen.
FIRST = {
    "metrics": ("measure", "All measures"),
    "areas": ("area", "All areas"),
    "periods": ("period", "All periods"),
}
MORE = {
    "themes": ("theme", "All themes"),
    "kinds": ("kind of area", "England, regions and councils"),
    "regions": ("region", "All regions"),
    "types": ("type of council", "All types"),
    "neighbours_of": ("council", "Choose a council"),
    "leaders": ("grade", "Any judgement"),
    "statuses": ("reason", "All figures and reasons"),
}
SHAPES: dict[str, selection.Shape] = {"Long": "long", "Wide": "wide"}
LONG, WIDE = SHAPES
LAID_OUT = "Long: a row a figure. Wide: a row an area and period, a column a measure."
RANK, FORMER_RANK = "Rank", "Standing"
PARTS = {RANK if part == "standing" else part.capitalize(): part for part in exports_rows.PARTS}
FIRST_PARTS = [RANK, "Benchmark", "Gap"]

db = session.database()
known = selection.filter_options(db)


def filtered(field: str, placeholder: str) -> Any:
    """Draw one filter; what it leaves, as FigureQuery takes it."""
    label, names = selection.LABELS[field], list(known[field])
    if field == "neighbours_of":
        name = st.selectbox(label, names, index=None, key=field, bind="query-params", placeholder=placeholder)
        return known[field].get(name or "")
    others = other_names(db) if field == "metrics" else {}

    def take() -> None:
        st.session_state[field] = list(dict.fromkeys(others.get(name, name) for name in st.session_state[field]))

    chosen = st.multiselect(
        label, [*names, *others], key=field, bind="query-params", placeholder=placeholder, wrap=True, on_change=take,
        filter_mode="contains" if others else "fuzzy",
    )  # fmt: skip
    return tuple(known[field][name] for name in chosen)


def reset() -> None:
    """Reset the choices of this page; those that pages share stay."""
    for field in known:
        st.session_state[field] = None if field == "neighbours_of" else []
    st.session_state.update({"newest": False, "shape": LONG, "with": FIRST_PARTS, "more_open": False})


# A link that was shared earlier.
if FORMER_RANK in (named := st.query_params.get_all("with")):
    st.query_params["with"] = [RANK if name == FORMER_RANK else name for name in named]
    st.rerun()
session.notices(db)
for field, (what, _) in (FIRST | MORE).items():
    session.notice(field, what, list(known[field]))
session.notice("newest", "choice", ["true", "false"])
session.notice("shape", "shape", list(SHAPES))
session.notice("with", "group of columns", list(PARTS))

chosen: dict[str, Any] = {}
with st.container(key="filters"):
    *places, last = st.columns([8, 8, 6, 3], vertical_alignment="bottom")
    for (field, (_, placeholder)), place in zip(FIRST.items(), places, strict=True):
        with place:
            chosen[field] = filtered(field, placeholder)
    chosen["newest"] = last.toggle(
        selection.LABELS["newest"], key="newest", bind="query-params", help="Of each measure its newest period alone."
    )
# At first the address says what is set, then the session, which is ahead of it.
more = [field for field in MORE if st.session_state.get(field, st.query_params.get(field))]
# Open it stays, whatever is taken out of it.
st.session_state["more_open"] = bool(more) or st.session_state.get("more_open", False)
with st.expander(f"More filters ({len(more)} set)" if more else "More filters", st.session_state["more_open"]):
    for (field, (_, placeholder)), place in zip(MORE.items(), [*st.columns(4), *st.columns(4)], strict=False):
        with place:
            chosen[field] = filtered(field, placeholder)
query = selection.FigureQuery(**chosen)

with st.container(key="view", horizontal=True, vertical_alignment="bottom"):
    shape = one_of("Rows and columns", list(SHAPES), "shape", default=LONG, help=LAID_OUT)
    beside = st.pills(
        "Add columns", list(PARTS), selection_mode="multi", default=FIRST_PARTS, key="with",
        bind="query-params", disabled=shape == WIDE, wrap=True,
    )  # fmt: skip
    session.choose_benchmark()
    if query.filters() or shape == WIDE or beside != FIRST_PARTS:
        st.button("Reset", type="tertiary", icon=":material/restart_alt:", on_click=reset)
session.choose_benchmark_details(db)
benchmark, parts = session.benchmark(), [PARTS[name] for name in beside]


def answered() -> tuple[str, int, pl.DataFrame, pl.DataFrame]:
    """The first sentence, how many rows there are, the first of them, and of which measures, periods and areas."""
    rows = selection.rows(db, query)
    if rows.is_empty():
        return nothing(db, query), 0, rows, rows
    sentence = explored(db, rows, selection.spotlight(db, rows, benchmark), benchmark)
    kinds = rows.select("metric_id", "period_end", "kind").unique()
    if shape == WIDE:
        shown = to_wide(db, rows, SHOWN)
        return sentence, selection.height(rows, "wide"), shown, shown
    # By their numbers: a slice would keep all rows as long as it is cached.
    return sentence, rows.height, to_long(db, rows[list(range(min(SHOWN, rows.height)))], parts, benchmark), kinds


# What every reader sees first is calculated once.
first = ("data", shape, *parts, benchmark)
sentence, among, shown, figures = answered() if query.filters() else db.cached(first, answered)
session.headline("Data", sentence)
if not among:
    st.stop()
if among > SHOWN:
    st.caption(f"Showing {SHOWN:,} of {among:,} rows. The files hold all of them.")
grid(db, shown, "The chosen figures")
view = (db, query, benchmark, parts, SHAPES[shape])
downloads(
    db,
    # A session holds the query; its rows are found again when they are asked for.
    partial(data.export, *view, session.addresses(db)[1]),
    data.file_name(db, query),
    figures=figures,
    rows=among,
    label=f"Download {'all ' if among > 1 else ''}{among:,} row{'' if among == 1 else 's'}",
)
session.as_data(db, partial(view_data.data, *view))
