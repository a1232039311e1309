"""What these tests share: pages and choices to attack, files to hand over, and what no reader may hear or run."""

from __future__ import annotations

import base64
import getpass
import json
import sys
from pathlib import Path
from urllib.parse import urlencode

import streamlit
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.hosting.running import ROOT, Client
from tests.security import websocket_messages
from tests.security.conftest import SECRETS, Names

PAGES = sorted("" if path.stem == "england" else path.stem for path in (ROOT / "dashboard" / "pages").glob("[!_]*.py"))
# Every name an address may hold a choice under.
CHOICES = (
    "la", "metric", "period", "benchmark", "group", "target", "version", "q", "section", "measure", "entry", "metrics",
    "areas", "periods", "themes", "kinds", "regions", "types", "neighbours_of", "leaders", "statuses", "newest",
    "shape", "with", "councils", "councils_of", "part", "picture", "over", "way", "topic", "theme", "compare_metric",
    "compare_period", "lever", "returners", "commitment", "judgement", "colour", "view_as", "forms", "grade", "region",
    "since", "sort", "against", "after", "at", "of", "table", "watched", "course", "vacancy_rate_target", "embed",
    "embed_options", "page", "state", "about", "framework", "words",
)  # fmt: skip
# All that could act, in the page and in the parts of it that are shadows.
LOOK = """() => {
    const found = [...window.violations];
    if (window.ran !== undefined) found.push(`a script ran: ${window.ran}`);
    const look = (root) => {
        for (const one of root.querySelectorAll('*')) {
            if (['iframe', 'frame', 'object', 'embed', 'base', 'applet', 'meta'].includes(one.localName)
                && !document.head.contains(one)) found.push(one.outerHTML);
            if (one.localName === 'script' && one.src && new URL(one.src).origin !== location.origin)
                found.push(one.outerHTML);
            for (const { name, value } of one.attributes) {
                if (name.startsWith('on') || name === 'srcdoc') found.push(`${name}=${value}`);
                if (/^[\\s\\x00-\\x1f]*(javascript|vbscript|data:text)/i.test(value)
                    && /^(.*:)?(href|src|action|formaction|data)$/.test(name)) found.push(`${name}=${value}`);
                if (name === 'src' && !/^(data:|blob:|\\.?\\/|http:\\/\\/127\\.0\\.0\\.1:)/.test(value))
                    found.push(`${name}=${value}`);
            }
            if (one.shadowRoot) look(one.shadowRoot);
        }
    };
    look(document);
    return found;
}"""
ENDINGS = ("Traceback (most recent", "site-packages", ".py:", '.py", line', "Error(", "polars.exceptions", "duckdb.")
# Of the prefix and the ending Streamlit gives the id of what a component hands over.
WAY = "Upload a file"
HANDED = "$$STREAMLIT_INTERNAL_KEY_{}__events"


def heard_of_the_machine(heard: bytes | bytearray) -> list[str]:
    """What of this machine, the program or its failures is in what a reader heard."""
    text = heard.decode("utf-8", "replace")
    places = {str(ROOT), str(Path(streamlit.__file__).parent), sys.prefix, str(Path.home()), f"/{getpass.getuser()}/"}
    return [one for one in (*(places - {"/", "//"}), *SECRETS.values(), *SECRETS, *ENDINGS) if one in text]


def hand(reader: Client, names: Names, handed: str) -> str:
    """Hand something over on the page of own figures, as the browser does with a file: all text that it was sent."""
    council, field = reader.ids["Council"], ""
    asked = BackMsg()
    rerun = asked.rerun_script
    rerun.query_string = urlencode({"la": names.leeds, "way": WAY})
    for one in websocket_messages.elements(reader.messages):
        if one.WhichOneof("type") == "button_group":
            rerun.widget_states.widgets.add(id=one.button_group.id).string_array_value.data.append(WAY)
        elif one.WhichOneof("type") == "bidi_component" and "own_files" in one.bidi_component.component_name:
            field = one.bidi_component.id
    for message in reader.messages:
        if message.WhichOneof("type") == "navigation":
            rerun.page_script_hash = message.navigation.page_script_hash
    rerun.widget_states.widgets.add(id=council, string_value=names.leeds)
    rerun.widget_states.widgets.add(id=HANDED.format(field), json_trigger_value=handed)
    del reader.messages[:]
    reader.send(asked)
    start = len(reader.heard)
    reader.until("script_finished")
    return reader.heard[start:].decode("utf-8", "replace")


def give(reader: Client, names: Names, content: bytes, name: str = "made-up.xlsx") -> list[str]:
    """Hand over a file; what the page then says, as HTML."""
    packed = base64.b64encode(content).decode("ascii")
    hand(reader, names, json.dumps([{"event": "file", "value": {"name": name, "content": packed}}]))
    return websocket_messages.html(reader.messages)


def handshake(host: str, origin: str | None, *more: str) -> bytes:
    """A browser's question for the WebSocket, as it is written."""
    lines = [
        "GET /_stcore/stream HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13", *more,
    ]  # fmt: skip
    return "\r\n".join([*lines, *([f"Origin: {origin}"] if origin is not None else []), "", ""]).encode("latin-1")
