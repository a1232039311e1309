"""What this server answers beside Streamlit's pages: the API, briefings, and assets, each by its content's name."""

from __future__ import annotations

import gzip
import hashlib
import logging
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from dashboard.api import routes as api
from dashboard.briefings import routes as briefings
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
def script() -> Asset:
    """The script of every page. Those of the map and the like go with their components."""
    return _asset("page", "js", (ASSETS / "page.js").read_bytes(), "text/javascript")


@cache
def style() -> Asset:
    """The style sheet of every page: how it looks, then what those need who see, move or print it otherwise."""
    sheets = [(ASSETS / f"{name}.css").read_bytes() for name in ("style", "access")]
    return _asset("style", "css", b"\n".join(sheets), "text/css")


def shapes(db: Database) -> Asset:
    """The shapes of the map, as of a data version."""
    return db.remembered(
        "shapes",
        lambda: _asset("shapes", "json", geometry(db.table["map_shape"], db.names), "application/json"),
    )


def all_shapes(name: str) -> list[Asset]:
    """The shapes of the version in place; of those kept too, where `name` is none of its."""
    found = []
    try:
        for version in store().versions():
            with suppress(DatabaseError):  # one that is damaged
                found.append(shapes(store().at(version)))
            if found and found[-1].name == name:
                break
    except DatabaseError:
        log.warning("no database: the shapes of the map cannot be served")
    return found


async def asset(request: Request) -> Response:
    """An asset by name; 404 for any other, which a browser with an old page will meet after a new release."""
    known = [style(), script()]
    if request.path_params["name"].startswith("shapes-"):
        # A kept version may have to be read first, while others are answered.
        known += await run_in_threadpool(all_shapes, request.path_params["name"])
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

ROUTES = [Route("/assets/{name}", asset), *api.routes(lambda: style().url), *briefings.routes()]


def ensure_database(path: Path = DEFAULT_PATH) -> None:
    """Build the database when there is none yet, and say so: the first start of a fresh clone."""
    if path.exists():
        return
    print(f"{path.name} is not there yet: building it from data/releases, which takes a few seconds.", flush=True)
    # The ETL is another program: the dashboard shares nothing with it but the file.
    subprocess.run([sys.executable, "-m", "etl", "build"], cwd=ROOT, check=False)
