"""Texts beside the buttons of a download: what it holds, which formats are not available, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from dashboard.files.exports import ONE_FILE, WHOLE_FILE


def label(words: str) -> str:
    """What the buttons beside it are for."""
    return f'<p class="downloads">{escape(words)}</p>'


def refused(reasons: Mapping[str, Sequence[str]]) -> str:
    """Which formats are not offered: reason -> names of formats. The whole database is named as a link."""
    link = f'<a href="{WHOLE_FILE}" download>{WHOLE_FILE}</a>'
    refusals = (
        escape(why.replace(ONE_FILE, _either(names))).replace(WHOLE_FILE, link) for why, names in reasons.items()
    )
    return "".join(f'<p class="refused">{refusal}</p>' for refusal in refusals)


def _either(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
