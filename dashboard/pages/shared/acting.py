"""Which of the choices that pages share act on what is shown; the others are not drawn, and kept."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data import places
from dashboard.data.database import Database

# The choices beside that of a council, and how wide they are.
WIDTHS = {"metric": 4, "period": 2, "benchmark": 3}
# The parts of Inspections that show no measure beside the grades.
OF_GRADES = ("Reports over time", "Regions", "What came next", "What Ofsted asked for")


def acting(db: Database, page: str) -> set[str]:
    """Which of the choices of a measure, a period and a benchmark change anything on what is shown of a page."""
    if page == "own":
        return {"metric", "benchmark"}
    if page == "inspections":
        part = st.session_state.get("part", st.query_params.get("part"))
        return set() if part in OF_GRADES else {"metric", "period"}
    if page == "council":
        council = st.session_state["la"] or ""
        if not places.find_council(db, council):
            # Without a council there is a list of them; one that ended is shown in all periods, and not compared.
            return {"metric"} if places.find_ended(db, council) else set()
    return set(WIDTHS)


def keep(db: Database, drawn: set[str]) -> None:
    """Keep the choices that a page does not draw itself for those that do; Streamlit forgets what is not drawn."""
    # The words that each may be; a period is checked where it is drawn.
    known: dict[str, Collection[str] | None] = {
        "la": {*db.authorities.values(), *db.ended.values()},
        "metric": {metric.title for metric in db.metrics.values()},
        "period": None,
        "benchmark": {benchmark.label for benchmark in BENCHMARKS.values()},
    }
    for name, words in known.items():
        kept = st.session_state.get(name, st.query_params.get(name))
        if name not in drawn and kept and (words is None or kept in words):
            st.session_state[name] = kept
