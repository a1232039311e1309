"""What a reader hears, message by message: words that are read as HTML, words that are read as Markdown, failures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.ops import errors
from tests.hosting.running import Client

# What our tables, headings and notes are made of (dashboard/views/tables), and nothing that acts.
TAGS = {
    "a", "abbr", "article", "b", "br", "button", "caption", "code", "cite", "dd", "details", "div", "dl", "dt",
    "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "header", "i", "img", "kbd", "label", "li",
    "link", "nav", "ol", "p", "path", "pre", "q", "script", "section", "small", "span", "strong", "style", "sub",
    "summary", "sup", "svg", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
SAFE = re.compile(r"(https://|mailto:|[/?#])(?!/)|https?://(localhost|127\.0\.0\.1)[:/]")
# A script or a style sheet of ours, by the name that its content has.
OF_OURS = re.compile(r"/assets/(page|style)-[0-9a-f]{12}\.(js|css)")
# Marks with which Markdown would begin a link or a picture.
LINKS = re.compile(r"(?<!\\)\](\(|\[)|(?<!\\)<(https?|javascript):")


class Tags(HTMLParser):
    """HTML as a browser reads it: every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def ask(reader: Client, page: str, query: Mapping[str, str]) -> str:
    """One run of a page at an address, under whatever names: all text it was sent. Messages before it are forgotten."""
    asked = BackMsg()
    asked.rerun_script.page_name, asked.rerun_script.query_string = page, urlencode(query)
    asked.rerun_script.widget_states.widgets.extend(reader.chosen.values())
    del reader.messages[:]
    start = len(reader.heard)
    reader.send(asked)
    reader.until("script_finished")
    return reader.heard[start:].decode("utf-8", "replace")


def wrong(html: str, tags: frozenset[str] | set[str] = frozenset(TAGS)) -> list[str]:
    """What in some HTML acts, or leads elsewhere than it may."""
    found = []
    for tag, attributes in Tags(html).found:
        if tag not in tags:
            found.append(f"<{tag}>")
        if tag in ("script", "link") and not OF_OURS.fullmatch(attributes.get("src") or attributes.get("href") or ""):
            found.append(f"<{tag} {attributes}>")
        for name, value in attributes.items():
            if name.startswith("on") or name in ("srcdoc", "formaction", "action"):
                found.append(f"{name}={value}")
            elif name == "href" and not SAFE.match(value):
                found.append(f"href={value}")
            elif name == "src" and not value.startswith(("/", "data:image/")):
                found.append(f"src={value}")
    return found


def failures(messages: list[ForwardMsg], said: str) -> list[str]:
    """Elements that show a failure, ours and Streamlit's."""
    shown = [one.exception.message for one in elements(messages) if one.WhichOneof("type") == "exception"]
    return shown + ([errors.SORRY] if errors.SORRY in said else [])


def html(messages: list[ForwardMsg]) -> list[str]:
    """All that is read as HTML."""
    return [one.html.body for one in elements(messages) if one.WhichOneof("type") == "html"]


def markdown(messages: list[ForwardMsg]) -> Iterator[str]:
    """All that is read as Markdown: headings, notices, labels, tips, buttons' words."""
    for one in elements(messages):
        kind = one.WhichOneof("type")
        drawn: Any = getattr(one, kind) if kind else None
        if kind == "markdown":
            assert not drawn.allow_html
        for name in ("body", "label", "help", "caption") if kind not in (None, "html") else ():
            words = getattr(drawn, name, "")
            if isinstance(words, str):
                yield words
        if kind == "button_group":
            yield from (option.content for option in drawn.options)
        elif kind == "dataframe":
            columns: dict[str, dict[str, Any]] = json.loads(drawn.columns or "{}")
            yield from (str(column.get("help") or "") for column in columns.values())
    for message in messages:
        yield message.delta.add_block.expandable.label


def elements(messages: list[ForwardMsg]) -> list[Any]:
    """All that is drawn."""
    return [one.delta.new_element for one in messages if one.WhichOneof("type") == "delta"]
