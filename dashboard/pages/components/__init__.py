"""Pieces of pages with a half in the browser, and those that several pages share."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

COMPONENTS = ("council_map", "own_files", "period_slider")
HERE = Path(__file__).resolve().parents[2]
ASSETS = "assets"
# A component's name holds a hash of its files, so that what lies under its address never changes.
OWNER = "monitor"
UNDER = f"/_stcore/bidi-components/{OWNER}."


def served(stem: str) -> st.components.v2.types.ComponentRenderer:
    """A component whose script and style are the files of that name in dashboard/assets, sent by address.

    What is written here Streamlit would send again at each rerun, and the browser would run it as a script without an
    address (blob:), which our policy allows nobody.
    """
    name, registry = _name(stem), get_bidi_component_manager()
    # What an installed package says in its pyproject.toml; registered again for each runtime, of which tests make many.
    if registry.get_component_asset_root(f"{OWNER}.{name}") is None:
        registry.register_from_manifest(ComponentManifest(OWNER, "", [ComponentConfig(name, ASSETS)]), HERE)
    return _renderer(stem)


def known() -> None:
    """Have this server know all of them before a page shows one: the page may have been drawn by another server."""
    for stem in COMPONENTS:
        served(stem)


@cache
def _renderer(stem: str) -> st.components.v2.types.ComponentRenderer:
    return st.components.v2.component(f"{OWNER}.{_name(stem)}", js=f"{stem}.js", css=f"{stem}.css")


@cache
def _name(stem: str) -> str:
    files = [HERE / ASSETS / f"{stem}.{suffix}" for suffix in ("js", "css")]
    # A script may import others of its name, from beside it.
    content = b"".join(file.read_bytes() for file in [*files, *sorted((HERE / ASSETS).glob(f"{stem}_*.js"))])
    return f"{stem}_{hashlib.sha256(content).hexdigest()[:12]}"
