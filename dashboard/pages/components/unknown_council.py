"""What a page says of names in its address that are no council of today."""

from __future__ import annotations

import streamlit as st

from dashboard.data import places
from dashboard.data.database import Database
from dashboard.views import tables
from dashboard.views.text.markdown import literal

# Of more wrong names in an address than this only the first are reported.
MOST_NOTICES = 3


def say_unknown_councils(db: Database, key: str, *, own_page: bool = False) -> None:
    """Report such names in one choice of the address, with links to the councils that may be meant.

    With `own_page` the page itself is about a council that ended.
    """
    known, ended = set(db.authorities.values()), {name: area_id for area_id, name in db.ended.items()}
    for name in [one for one in dict.fromkeys(st.query_params.get_all(key)) if one and one not in known][:MOST_NOTICES]:
        if own_page and name in ended:
            continue
        found = places.explain(db, name)
        if name in ended:
            st.warning(literal(found.words), icon=":material/history:")
            st.html(tables.councils_instead([db.names[one] for one in found.area_ids], name))
            continue
        st.warning(
            f"There is no council called “{tables.plain(name)}”. {literal(found.words)}", icon=":material/search_off:"
        )
        if found.area_ids:
            st.html(tables.councils_instead([db.names[one] for one in found.area_ids]))
