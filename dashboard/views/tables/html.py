"""Markup that escapes by default: what is put into a tag is escaped unless it is markup itself."""

from __future__ import annotations

import html
from collections.abc import Iterable
from functools import cache


class Html(str):
    """Markup of ours. Joined to a str with + or in an f-string it is a plain str again, which the next tag escapes."""

    __slots__ = ()


class Cell(Html):
    """A cell of a table with its own tag, for one that has attributes."""

    __slots__ = ()


def escape(content: object) -> str:
    """Markup as it is, all else escaped."""
    return content if isinstance(content, Html) else html.escape(str(content))


def join(*parts: object, by: str = "") -> Html:
    """Parts one after the other."""
    return Html(escape(by).join(map(escape, parts)))


def attributes(**given: object) -> str:
    """Attributes as they stand in a tag: none for None, no value for True; names as in `class_` and `aria_label`."""
    return "".join(
        f" {_name(key)}" if value is True else f' {_name(key)}="{html.escape(str(value))}"'
        for key, value in given.items()
        if value is not None
    )


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
    """Words of a kind inside a cell."""
    return tag("span", *content, class_=css)


def period(*content: object) -> Html:
    """Small words below what they belong to."""
    return span("period", *content)


def bold(*content: object) -> Html:
    return tag("b", *content)


def small(*content: object) -> Html:
    return tag("small", *content)


def note(*content: object) -> Html:
    """Small print below a picture or a table."""
    return tag("p", *content, class_="note")


def items(contents: Iterable[object], **given: object) -> Html:
    """A list."""
    return tag("ul", *(tag("li", content) for content in contents), **given)


def outside(words: str, url: str, rel: str = "noopener") -> Html:
    """A link to a page that is not ours."""
    return tag("a", words, href=url, rel=rel)
