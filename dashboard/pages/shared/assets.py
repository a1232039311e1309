"""Files of every page, each under a name that holds a hash of it: the style, the script and the shapes of the map."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dashboard.data.database import Database
from dashboard.views.charts.map_geometry import geometry

ASSETS = Path(__file__).resolve().parents[2] / "assets"
FOREVER = "public, max-age=31536000, immutable"


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
def embed_script() -> Asset:
    """The script of a chart in a frame of another site."""
    return _asset("embed", "js", (ASSETS / "embed.js").read_bytes(), "text/javascript")


@cache
def style() -> Asset:
    """The style sheet of every page: how it looks, then what those need who see, move or print it otherwise."""
    sheets = [(ASSETS / f"{name}.css").read_bytes() for name in ("style", "share", "first_words", "access")]
    return _asset("style", "css", b"\n".join(sheets), "text/css")


def shapes(db: Database) -> Asset:
    """The shapes of the map, as of a data version."""
    return db.cached(
        "shapes",
        lambda: _asset("shapes", "json", geometry(db.table["map_shape"], db.names), "application/json"),
    )
