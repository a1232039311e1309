"""A browser's half of Streamlit's protocol for one open page: what it asks, and what it keeps of the answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Selectbox_pb2 import Selectbox
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.typing import Subprotocol

STREAM = "/_stcore/stream"
PROTOCOL = Subprotocol("streamlit")
CHARTS, MAP = ("plotly_chart", "dataframe"), "council_map"
SENTENCE = re.compile(r'<p class="sentence"[^>]*>(.*?)</p>', re.DOTALL)


@dataclass
class Tab:
    """One page, as a browser has it."""

    page: str = ""
    """Its path."""
    query: dict[str, str] = field(default_factory=dict)
    """Of its address: choices that are stored there, by their keys."""
    chosen: dict[str, WidgetState] = field(default_factory=dict)
    selectboxes: dict[str, Selectbox] = field(default_factory=dict)
    """What can be chosen, by label."""
    said: list[str] = field(default_factory=list)
    """Headings and generated sentences of the last run."""
    failed: list[str] = field(default_factory=list)
    """What the last run complained of."""
    shown: Counter[str] = field(default_factory=Counter)
    """How many charts (maps and grids among them), tables and rows of tables were sent in the last run."""
    _kept: set[str] = field(default_factory=set)
    _hashes: set[str] = field(default_factory=set)

    def go(self, page: str, query: Mapping[str, str]) -> None:
        """To another page, as by its menu: what was drawn is gone."""
        self.page, self.query = page, dict(query)
        self.chosen, self.selectboxes = {}, {}

    def options(self, label: str) -> list[str]:
        """What a selectbox offers."""
        return list(self.selectboxes[label].options)

    def choose(self, label: str, option: str) -> None:
        """Choose in a selectbox, for the next run."""
        box = self.selectboxes[label]
        self.chosen[box.id] = WidgetState(id=box.id, string_value=option)
        if box.query_param_key:
            self.query[box.query_param_key] = option

    def asks(self) -> bytes:
        """The message that asks for a run of the page as all choices stand."""
        asked = BackMsg()
        state = asked.rerun_script
        state.page_name, state.query_string = self.page, urlencode(self.query)
        state.widget_states.widgets.extend(self.chosen.values())
        state.cached_message_hashes.extend(self._kept)
        self.said, self.failed, self._hashes, self.shown = [], [], set(), Counter()
        return bytes(asked.SerializeToString())

    def hears(self, packed: bytes) -> bool:
        """Take in one message; whether it was the last of the run."""
        message = ForwardMsg.FromString(packed)
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            self._hashes.add(message.ref_hash)
        elif message.metadata.cacheable:
            self._hashes.add(message.hash)
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._read(message.delta.new_element)
        if kind == "page_not_found":
            self.failed.append(f"There is no page {self.page!r}.")
        if kind != "script_finished":
            return False
        self._kept = self._hashes
        return True

    def _read(self, element: Element) -> None:
        kind = element.WhichOneof("type")
        if kind == "selectbox":
            self.selectboxes[element.selectbox.label] = element.selectbox
        elif kind == "heading":
            self.said.append(element.heading.body)
        elif kind == "html":
            self.said += SENTENCE.findall(element.html.body)
            self.shown.update(tables=element.html.body.count("<table"), rows=element.html.body.count("<tr"))
        elif kind in CHARTS or (kind == "bidi_component" and MAP in element.bidi_component.component_name):
            self.shown["charts"] += 1
        elif kind == "exception":
            self.failed.append(element.exception.message)
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            self.failed.append(element.alert.body)
