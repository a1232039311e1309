"""The pages that bench/ measures: none is left out, and the baseline page shows as much as each."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.Dataframe_pb2 import Dataframe
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Html_pb2 import Html
from streamlit.proto.PlotlyChart_pb2 import PlotlyChart

from bench.server import Server
from bench.tab import MAP, Tab
from bench.views import VIEWS, Servers, View
from dashboard.pages.components import COMPONENTS
from tests.dashboard.helpers import PAGES, ROOT, opened


def test_every_page_is_measured() -> None:
    pages = {path.stem for path in (ROOT / "dashboard" / "pages").glob("[!_]*.py")}
    assert {view.page or "england" for view in VIEWS} == pages


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_what_is_changed_when_a_page_is_measured_can_be_chosen_there(view: View) -> None:
    (title,) = [title for title, path in PAGES.items() if Path(path).stem == (view.page or "england")]
    assert set(view.choices) <= {box.label for box in opened(title, **view.query).selectbox}


def test_the_baseline_page_shows_as_much_as_is_sent_to_a_page() -> None:
    page, tab = View("A page", "page"), Tab()
    tables = [
        "<p>None</p>",
        "<table><tr><td>1</td></tr><tr></tr></table>",
        "<table><tr></tr><tr></tr><tr></tr></table>",
    ]
    components = (f"monitor.{MAP}_0123456789ab", "monitor.period_slider_0123456789ab")
    for element in (
        *(Element(html=Html(body=body)) for body in tables),
        *(Element(plotly_chart=PlotlyChart(spec="{}")) for _ in range(2)),
        *(Element(bidi_component=BidiComponent(component_name=name)) for name in components),
        Element(dataframe=Dataframe()),
    ):
        tab.hears(ForwardMsg(delta=Delta(new_element=element)).SerializeToString())
    nowhere = Server(0, "")
    servers = Servers(nowhere, nowhere, nowhere, nowhere, {page.name: dict(tab.shown)})
    assert servers.baseline_of(page).query == {"charts": "4", "tables": "2", "rows": "5"}
    assert servers.baseline_of(page).parts == servers.bare_of(page).parts == ("chart",)
    assert MAP in COMPONENTS
    tab.asks()
    assert not tab.shown
