"""What this server answers beside Streamlit's pages: shapes of the map and scripts, each by its content's name."""

from __future__ import annotations

import gzip
import hashlib
import logging
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from dashboard.components.council_map import geometry
from dashboard.database import DEFAULT_PATH, Database, DatabaseError, store

ASSETS = Path(__file__).parent / "assets"
ROOT = DEFAULT_PATH.parent.parent
FOREVER = "public, max-age=31536000, immutable"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asset:
    """Bytes that never change under their name, which holds a hash of them."""

    name: str
    content: bytes
    packed: bytes
    media_type: str

    @property
    def url(self) -> str:
        return f"/assets/{self.name}"


def _asset(stem: str, suffix: str, content: bytes, media_type: str) -> Asset:
    name = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
    return Asset(name, content, gzip.compress(content, mtime=0), media_type)


@cache
def script(stem: str) -> Asset:
    """A script of dashboard/assets."""
    return _asset(stem, "js", (ASSETS / f"{stem}.js").read_bytes(), "text/javascript")


@cache
def style() -> Asset:
    """The style sheet of every page."""
    return _asset("style", "css", (ASSETS / "style.css").read_bytes(), "text/css")


@cache
def _shapes(data_version: str) -> Asset:
    shapes = store().current().table["map_shape"]
    return _asset("shapes", "json", geometry(shapes), "application/json")


def shapes(db: Database) -> Asset:
    """The shapes of the map, as of a data version."""
    return _shapes(db.data_version)


async def asset(request: Request) -> Response:
    """An asset by name; 404 for any other, which a browser with an old page will meet after a new release."""
    known = [style(), script("page"), script("council_map"), script("period_slider")]
    try:
        known.append(shapes(store().current()))
    except DatabaseError:
        log.warning("no database: the shapes of the map cannot be served")
    for one in known:
        if one.name == request.path_params["name"]:
            packed = "gzip" in request.headers.get("accept-encoding", "")
            headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
            if packed:
                headers["Content-Encoding"] = "gzip"
            return Response(one.packed if packed else one.content, media_type=one.media_type, headers=headers)
    return Response("There is no such file; load the page again.", 404, media_type="text/plain")


# Streamlit takes a folder pages/ beside the script for pages of its own, until the first reader's run has reached
# st.navigation: that reader, if a link led into a page, would get the page without its choices.
PagesManager.uses_pages_directory = False

ROUTES = [Route("/assets/{name}", asset)]


def ensure_database(path: Path = DEFAULT_PATH) -> None:
    """Build the database when there is none yet, and say so: the first start of a fresh clone."""
    if path.exists():
        return
    print(f"{path.name} is not there yet: building it from data/releases, which takes a few seconds.", flush=True)
    # The ETL is another program: the dashboard shares nothing with it but the file.
    subprocess.run([sys.executable, "-m", "etl", "build"], cwd=ROOT, check=False)
