"""A closed part of a page, which an address or a reader opens."""

from __future__ import annotations

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer
from streamlit.runtime.scriptrunner import get_script_run_ctx


def section(label: str, key: str, *choices: str) -> ExpanderContainer:
    """A closed part of the page; open where the address chooses something in it, until the reader closes it."""
    chosen_in_it = tuple(st.query_params.get(name) for name in choices)
    is_open, anything = bool(st.session_state.get(key)), any(chosen_in_it)
    opens, before = st.session_state.get(f"{key}_opens", (False, ()))
    if key not in st.session_state or _going_back():
        opens = anything and st.query_params.get(key) != "true"
    elif chosen_in_it != before and not (is_open and anything):
        # What is open stays so where the last choice became the usual one, which no address names.
        if opens != anything:
            st.session_state[key] = is_open or anything
        opens = anything
    st.session_state[f"{key}_opens"] = opens, chosen_in_it
    return st.expander(label, opens, key=key, on_change="rerun", bind="query-params")


def _going_back() -> bool:
    """Whether the reader came here through the history of the browser, or by a link that page.js follows."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation
