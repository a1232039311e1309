"""A view as data, in HTML: links to copy, the citation, addresses of the API and lines that read them.

A button copies the text beside it; page.js does it, since a strict content security policy lets no other script run.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dashboard.api.view_data import FORMATS, Address, Lines


def frozen(words: str, live: str, *, newest: bool) -> str:
    """The notice over a frozen view; `live` is the address of the same view without a data version."""
    # page.js takes the data version out of the address, and follows the link without reloading the page.
    see = f' <a data-choose data-without="version" href="{escape(live)}">See the newest figures</a>.'
    return f'<p class="frozen" role="note">{escape(words)}{"" if newest else see}</p>'


def view(
    addresses: Sequence[Address], lines: Sequence[Lines], *, live: str, frozen: str, citation: str, root: str,
    version: str, keep: bool,
) -> str:  # fmt: skip
    """All that the expander holds.

    `live` and `frozen` are links to the view, `version` the data version shown, `root` where the dashboard is. With
    `keep` the addresses name the version, as the view does.
    """
    held = version if keep else None
    items = "".join(f"<li>{_address(one, root, held)}</li>" for one in addresses)
    follow = (
        f"These addresses and lines keep to {version}, as this view does."
        if keep
        else f"They follow new figures. With version={version} among its parameters an address keeps to these."
    )
    return (
        '<div class="as-data"><div class="links-out">'
        + copied("Live link", "Shows the newest figures, whenever it is opened.", live)
        + copied("Frozen link", f"Shows the figures of {version}, for as long as that version is kept.", frozen)
        + copied("Citation", "", citation, plain=True)
        + f'</div><h2>As data</h2><ul class="addresses">{items}</ul><p class="note">{escape(follow)} '
        f'<a href="{escape(root)}/api">What can be asked</a></p>'
        f"<h2>Lines that read the first of them</h2><div>{''.join(_lines(one) for one in lines)}</div></div>"
    )


def _address(address: Address, root: str, version: str | None) -> str:
    urls = {suffix: address.url(root, suffix, version) for suffix in FORMATS}
    others = ", ".join(
        f'<a href="{escape(url)}" aria-label="{FORMATS[suffix]}: {escape(address.what)}" download>{FORMATS[suffix]}</a>'
        for suffix, url in urls.items()
    )
    return copied(address.what, "", urls["csv"], more=f'<span class="formats">{others}</span>')


def _lines(lines: Lines) -> str:
    return copied(lines.program, lines.how, lines.text)


def copied(what: str, how: str, text: str, *, plain: bool = False, more: str = "") -> str:
    """A text under its name, with a button that copies it."""
    hint = f'<span class="period">{escape(how)}</span>' if how else ""
    kind = ' class="plain"' if plain else ""
    return (
        f'<div class="copied"><p><b>{escape(what)}</b>{hint}{more}</p>'
        f'<button type="button" data-copies="{escape(what)}" aria-label="Copy {escape(what)}">Copy</button>'
        f'<pre{kind} tabindex="-1">{escape(text)}</pre></div>'
    )
