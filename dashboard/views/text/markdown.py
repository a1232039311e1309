"""Words of the data where Streamlit reads Markdown: headings, labels, notices and tips show them as they are."""

from __future__ import annotations

import re

# What begins a picture, a link, emphasis, code or a formula. No published name holds any of them.
_ACTS = re.compile(r"[\\`*_~$\[\]<]")


def literal(text: str) -> str:
    """A text as Markdown that shows just that."""
    return _ACTS.sub(r"\\\g<0>", text)
