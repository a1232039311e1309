"""What a page says of choices in its address that are none of those it knows."""

from __future__ import annotations

import math
from difflib import get_close_matches

import streamlit as st

from dashboard.pages.components.unknown_council import MOST_NOTICES
from dashboard.views import tables
from dashboard.views.text.markdown import literal


def target_notice() -> None:
    """Report a target that is no number."""
    target = st.query_params.get("target")
    try:
        good = not target or 0 <= float(target) < math.inf
    except ValueError:
        good = False
    if not good:
        typed = tables.plain(target or "")
        st.warning(f"“{typed}” cannot be a target: type a number from 0 up.", icon=":material/search_off:")


def notice(key: str, what: str, known: list[str]) -> None:
    """Report an unknown name in the address, with the nearest known one."""
    for name in st.query_params.get_all(key)[:MOST_NOTICES]:
        if name and name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f" Did you mean {literal(near[0])}?" if near else " Choose one below."
            st.warning(f"There is no {what} called “{tables.plain(name)}”.{hint}", icon=":material/search_off:")
            # A link replaces all that is chosen under its name.
            if near and len(st.query_params.get_all(key)) == 1:
                st.html(tables.instead([(near[0], {key: near[0]}, "")]))
