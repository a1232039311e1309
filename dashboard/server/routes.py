"""What this server answers beside Streamlit's pages: the API, briefings, and assets, each by its content's name."""

from __future__ import annotations

import logging
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from dashboard.api import routes as api
from dashboard.api.replies import ClientHeaders
from dashboard.briefings import routes as briefings
from dashboard.data.model import DatabaseError
from dashboard.data.versions import store
from dashboard.ops.location import DEFAULT_PATH
from dashboard.pages.shared.assets import FOREVER, Asset, embed_script, script, shapes, style

ROOT = DEFAULT_PATH.parent.parent

log = logging.getLogger(__name__)


def all_shapes(name: str) -> list[Asset]:
    """The shapes of the version in place; of the archived ones too, where `name` is none of its."""
    assets = []
    try:
        for version in store().versions():
            with suppress(DatabaseError):  # one that is damaged
                assets.append(shapes(store().at(version)))
            if assets and assets[-1].name == name:
                break
    except DatabaseError:
        log.warning("no database: the shapes of the map cannot be served")
    return assets


async def asset(request: Request) -> Response:
    """An asset by name; 404 for any other, which a browser with an old page will meet after a new release."""
    known = [style(), script(), embed_script()]
    if request.path_params["name"].startswith("shapes-"):
        # An archived version may have to be read first, while others are answered.
        known += await run_in_threadpool(all_shapes, request.path_params["name"])
    for known_asset in known:
        if known_asset.name == request.path_params["name"]:
            packed = ClientHeaders(accept_encoding=request.headers.get("accept-encoding", "")).takes_gzip
            headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
            if packed:
                headers["Content-Encoding"] = "gzip"
            return Response(
                known_asset.packed if packed else known_asset.content,
                media_type=known_asset.media_type,
                headers=headers,
            )
    return Response("There is no such file; load the page again.", 404, media_type="text/plain")


# Streamlit takes a folder pages/ beside the script for pages of its own, until the first reader's run has reached
# st.navigation: that reader, if a link led into a page, would get the page without its choices.
PagesManager.uses_pages_directory = False

ROUTES = [
    Route("/assets/{name}", asset),
    *api.routes(lambda: style().url, lambda: embed_script().url),
    *briefings.routes(),
]


def ensure_database(path: Path = DEFAULT_PATH) -> None:
    """Build the database when there is none yet, and say so: the first start of a fresh clone."""
    if path.exists():
        return
    print(f"{path.name} is not there yet: building it from data/releases, which takes a few seconds.", flush=True)
    # The ETL is another program: the dashboard shares nothing with it but the file.
    subprocess.run([sys.executable, "-m", "etl", "build"], cwd=ROOT, check=False)
