"""The list of councils a reader compares: it begins with neighbours, and is stored in the address once changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.analysis import compare
from dashboard.analysis.compare import MOST
from dashboard.data.database import Database
from dashboard.pages.components.unknown_council import say_unknown_councils
from dashboard.views.text import formats
from dashboard.views.text.markdown import literal

KEY = "councils"
# What the list began with, and for which council: an unchanged list is replaced by the next council's.
BEGAN, OF = "councils_began", "councils_of"


def council_list(db: Database, start: Sequence[str], area_id: str | None) -> tuple[list[str], bool]:
    """Draw the list; who is in it beside the chosen council, by number, and whether it is still as it began.

    `start` are the numbers it begins with. Names in the address that are no council's are reported, as are those beyond
    the tenth; the others stay.
    """
    first = [db.names[one] for one in start]
    name = db.names[area_id] if area_id else None
    _say_what_is_wrong(db, area_id)
    _give_way(first, name)
    with st.container(key="compared", horizontal=True, vertical_alignment="bottom"):
        names = st.multiselect(
            f"Side by side with {literal(formats.place(name))}" if name else "Side by side",
            list(db.authorities.values()),
            default=first,
            key=KEY,
            bind="query-params",
            persist_state="session",
            max_selections=MOST - 1 if name else MOST,
            placeholder="Choose or type councils",
            select_all=False,
            wrap=True,
        )
        as_it_began = names == first
        if not as_it_began and first:
            back = "Back to its neighbours" if name else "Back to the best and worst"
            st.button(back, key="back", on_click=partial(_set, first), icon=":material/restart_alt:")
    numbers = {known: number for number, known in db.authorities.items()}
    return [numbers[one] for one in names if one != name], as_it_began


def _say_what_is_wrong(db: Database, area_id: str | None) -> None:
    names = st.query_params.get_all(KEY)
    say_unknown_councils(db, KEY)
    beyond = compare.left_out(db, area_id, names)
    if beyond:
        words = (
            f"At most {MOST} councils stand side by side: {literal(formats.listed(beyond))} {_are(beyond)} left out."
        )
        st.warning(words, icon=":material/filter_9_plus:")


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _give_way(first: list[str], name: str | None) -> None:
    """Before the list is drawn: an unchanged list follows the choices; in a changed one the council that was chosen
    before replaces the one that is chosen now."""
    state = st.session_state
    names = state.get(KEY)
    if names is not None and BEGAN in state:
        if names == state[BEGAN]:
            names = first
        elif state[OF] != name and name in names:
            names = [state[OF] if one == name else one for one in names]
        elif name and state[OF] is None:
            names = names[: MOST - 1]
        if names != state[KEY]:
            state[KEY] = [one for one in names if one]
    state[BEGAN], state[OF] = first, name


def _set(names: list[str]) -> None:
    st.session_state[KEY] = names
