"""Markup that escapes by default: what is put into a tag is escaped unless it is markup itself."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import cache

SPECIAL = re.compile("""[&<>"']""").search


class Html(str):
    """Markup of ours. Joined to a str with + or in an f-string it is a plain str again, which the next tag escapes."""

    __slots__ = ()


class Cell(Html):
    """A cell of a table with its own tag, for one that has attributes."""

    __slots__ = ()


def escape(content: object) -> str:
    """Markup as it is, all else escaped."""
    if isinstance(content, Html):
        return content
    text = str(content)
    return html.escape(text) if SPECIAL(text) else text


def _text(content: object) -> str:
    text = str(content)
    return html.escape(text) if SPECIAL(text) else text


def join(*parts: object, by: str = "") -> Html:
    """Parts one after the other."""
    return Html((by and escape(by)).join(map(escape, parts)))


def attributes(**given: object) -> str:
    """Attributes as in a tag: none for None, no value for True; names as in `class_` and `aria_label`."""
    said = ""
    for key, value in given.items():
        if value is True:
            said += f" {_name(key)}"
        elif value is not None:
            said += f' {_name(key)}="{_text(value)}"'
    return said


@cache
def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def tag(name: str, *content: object, **given: object) -> Html:
    """An element with its content."""
    return Html(f"<{name}{attributes(**given)}>{''.join(map(escape, content))}</{name}>")


def td(*content: object, **given: object) -> Cell:
    """A cell with attributes; one without is put into its tag by the table."""
    return Cell(tag("td", *content, **given))


def th(*content: object, scope: str, **given: object) -> Cell:
    """A heading of a column or a row."""
    return Cell(tag("th", *content, scope=scope, **given))


def span(css: str, *content: object) -> Html:
    """Words of a kind inside a cell; `css` are classes of ours."""
    # Without `tag`, as what follows: there are a thousand of them on a page. Markup is put into f-strings slowly.
    return Html('<span class="' + css + '">' + "".join(map(escape, content)) + "</span>")


def period(*content: object) -> Html:
    """Small words below what they belong to."""
    return Html('<span class="period">' + "".join(map(escape, content)) + "</span>")


def bold(*content: object) -> Html:
    return Html("<b>" + "".join(map(escape, content)) + "</b>")


def small(*content: object) -> Html:
    return Html("<small>" + "".join(map(escape, content)) + "</small>")


def note(*content: object) -> Html:
    """Small print below a picture or a table."""
    return tag("p", *content, class_="note")


def items(contents: Iterable[object], **given: object) -> Html:
    """A list."""
    return tag("ul", *(tag("li", content) for content in contents), **given)


def image_address(svg: str) -> str:
    """A drawing of ours as the address of an image, for pages: Streamlit takes SVG out of HTML."""
    # `urllib.parse.quote` goes through it letter by letter.
    for letter, written in (('"', "'"), ("%", "%25"), ("#", "%23"), ("<", "%3C"), (">", "%3E")):
        svg = svg.replace(letter, written)
    return f"data:image/svg+xml,{svg}"


def outside(words: str, url: str, rel: str = "noopener") -> Html:
    """A link to a page that is not ours."""
    return tag("a", words, href=url, rel=rel)
