"""A chart: a Plotly figure as we set it, with a name for screen readers."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import streamlit as st
from plotly.basedatatypes import BaseFigure

from dashboard.views.charts.style import CONFIG


class Finished(BaseFigure):  # type: ignore[misc]
    """A figure that is sent as it stands.

    Of a dictionary Plotly checks and copies every part, some 3 ms, and adds a template of its own, half as long as the
    figure. The tests have Plotly check instead (tests/dashboard/test_charts.py).
    """

    def __init__(self, figure: dict[str, Any]) -> None:
        self.__dict__["figure"] = figure

    def to_dict(self) -> dict[str, Any]:
        """The dictionary itself."""
        figure: dict[str, Any] = self.__dict__["figure"]
        return figure


def chart(figure: dict[str, Any], key: str, alt: str) -> None:
    """Draw it with our own layout and no buttons; nothing where it has nothing to draw, which Plotly refuses."""
    if figure["data"]:
        # Streamlit hands each figure to Plotly twice. With the same revision Plotly sees that nothing is new and draws
        # it once: half of what a browser does for it.
        layout = {**figure["layout"], "datarevision": crc32(repr(figure).encode())}
        st.plotly_chart(Finished({**figure, "layout": layout}), key=key, theme=None, config=CONFIG, alt=alt)
