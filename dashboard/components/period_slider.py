"""A slider over the periods of a measure, with a button that plays them one after the other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import streamlit as st


def period_slider(labels: Sequence[str], chosen: str, *, sets: str, of: str, script_url: str, key: str) -> None:
    """Draw it; `labels` are oldest first. What is chosen goes to the address, under the name `sets`.

    Each step is an ordinary rerun, so that sentence, map and table always speak of the same period. `of` names the
    measure for those who hear it.
    """
    _component(script_url)(key=key, data={"labels": list(labels), "chosen": chosen, "sets": sets, "of": of})


@cache
def _component(script_url: str) -> st.components.v2.types.ComponentRenderer:
    # By address, as the map's: Streamlit sends what is written here again and again.
    script = (
        f"const slider = import(new URL({json.dumps(script_url)}, location.origin));\n"
        "export default async (component) => (await slider).default(component);\n"
    )
    return st.components.v2.component(
        "period_slider", js=script, css=(Path(__file__).parent / "period_slider.css").read_text("utf-8")
    )
