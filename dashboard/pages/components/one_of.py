"""One of a few choices that stand side by side, stored in the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st


def one_of(label: str, options: Sequence[str], key: str, *, default: str | None = None, **more: Any) -> str:
    """Draw them; the one chosen, at first `default` or else the first.

    `more` goes to st.segmented_control. An empty choice in the address is none, where Streamlit gives nothing.
    """
    first = default or options[0]
    chosen = st.segmented_control(
        label, options, default=first, required=True, key=key, bind="query-params", **more
    )  # fmt: skip
    return chosen or first
