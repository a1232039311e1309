"""A file that is handed over to this session alone, and one that is made in the browser: neither gets an address.

Streamlit's own uploader puts a file under an address of the server until somebody takes it away, and its download
button does so with what is downloaded. Here the browser reads the file and hands it over with the reader's other
choices, and a download is made of what the page holds already.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard.pages.components import served

# What is sent is longer than the file by a third.
LONGEST_NAME = 100


def unpacked(value: object, most: int) -> tuple[str, bytes] | None:
    """Name and content of a file as the browser hands it over; None of anything else.

    What is longer than `most` bytes comes without its content but one byte more, so that it is refused as too large.
    """
    if not isinstance(value, Mapping):
        return None
    name, content = value.get("name"), value.get("content")
    if not isinstance(name, str) or not isinstance(content, str):
        return None
    if len(content) > (most + 2) // 3 * 4:
        return name[:LONGEST_NAME], bytes(most + 1)
    try:
        return name[:LONGEST_NAME], base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return None


def file_field(label: str, *, most: int, taken: int, on_file: Callable[[], None], key: str) -> None:
    """Draw a field for one file of at most so many bytes; `on_file` finds it by `handed_over`.

    `taken` is how many were: once it counts one more, the browser knows that the file was read.
    """
    data = {"kind": "take", "label": label, "most": most, "taken": taken, "accept": ".csv,.txt,.xlsx,.ods"}
    served("own_files")(key=key, data=data, on_file_change=on_file)


def file_button(label: str, name: str, text: str, *, key: str) -> None:
    """Draw a button that saves a text as a CSV file, made in the browser."""
    data: dict[str, Any] = {"kind": "give", "label": label, "name": name, "text": text}
    served("own_files")(key=key, data=data)


def handed_over(key: str) -> object:
    """What the browser handed over with this interaction; None at any other."""
    state = st.session_state.get(key)
    return state.get("file") if isinstance(state, Mapping) else None
