"""What every page has around it: style, script and logo."""

from __future__ import annotations

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Logo_pb2 import Logo
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.pages.shared import assets


def page_style() -> None:
    """The style sheet of every page, by address: Streamlit sends what is written here again at each rerun."""
    st.html(f'<style>@import url("{assets.style().url}");</style>')


def logo() -> None:
    """The logo, as `st.logo` draws it, which imports numpy to look at it: 12 MB of a server."""
    context = get_script_run_ctx()
    if context is not None:
        message = ForwardMsg()
        message.logo.image, message.logo.size = assets.logo(), "large"
        message.logo.image_type = Logo.ImageType.IMAGE
        context.enqueue(message)


def page_script() -> None:
    """The script of every page: links that keep the reader's place, no single-key shortcuts."""
    st.html(f'<script src="{assets.script().url}"></script>', unsafe_allow_javascript=True)
