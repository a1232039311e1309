"""Pictures by address: drawn once for each data version, one at a time, and cached while they are asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from dashboard.api import answers, chart_links
from dashboard.api.answers import Answer, AnswerCache
from dashboard.api.chart_requests import ChartRequest
from dashboard.api.problems import problem
from dashboard.data.database import Database
from dashboard.files import exports
from dashboard.pictures.choices import CannotBeDrawnError
from dashboard.pictures.drawn import Drawn
from dashboard.views.svg import picture as pictures
from dashboard.views.svg.png import png

# Pictures are drawn one at a time, beside the answers of the API and the pages; so many may wait, some three seconds.
DRAWING = ThreadPoolExecutor(1, thread_name_prefix="charts")
MOST_WAITING = 16
# Nobody waits longer, not even behind the packs of others.
MOST_SECONDS = 20
RETRY_SECONDS = 5
# Of each data version that is in use.
MOST_CACHED_BYTES, MOST_CACHED = 12_000_000, 400
# A picture that is opened by itself runs nothing and fetches nothing, and nobody frames it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


@dataclass(frozen=True)
class File:
    """A format of a picture, or of its rows."""

    suffix: str
    label: str
    """On a link."""
    media_type: str
    make: Callable[[ChartRequest, Drawn], bytes]
    picture: bool = False
    packed: bool = False
    """Whether it is packed already."""


def draw(request: ChartRequest) -> Drawn:
    """The picture; raises Problem where there is none of these choices, or nothing to draw."""
    try:
        drawn = request.kind.draw(request.db, request.choices)
        made = drawn.picture.drawn
        if callable(made) and not made(pictures.HIGH)["data"]:
            raise CannotBeDrawnError("There is nothing to draw: no council has a figure of these choices.")
    except CannotBeDrawnError as error:
        raise problem("not-together", str(error)) from error
    return drawn


def _svg(request: ChartRequest, drawn: Drawn) -> bytes:
    return pictures.svg(drawn.picture, *_size(request)).encode()


def _png(request: ChartRequest, drawn: Drawn) -> bytes:
    scale = pictures.CARD_SCALE if request.card else pictures.SCALE
    return png(pictures.svg(drawn.picture, *_size(request)), *_size(request), scale=scale)


def _size(request: ChartRequest) -> tuple[int, int]:
    return (pictures.CARD_WIDE, pictures.CARD_HIGH) if request.card else (pictures.WIDE, pictures.HIGH)


def _csv(_: ChartRequest, drawn: Drawn) -> bytes:
    return exports.csv(drawn.rows())


def _xlsx(request: ChartRequest, drawn: Drawn) -> bytes:
    export = exports.Export(
        chart_links.file_name(request.db, request.kind, request.choices), drawn.picture.title, drawn.rows(),
        request.db.data_version, tuple(chart_links.pairs(request.db, request.kind, request.choices)),
        metrics=drawn.metrics,
    )  # fmt: skip
    return exports.FORMATS["xlsx"].make(request.db, export)


FILES = {
    file.suffix: file
    for file in (
        File("svg", chart_links.FORMATS["svg"], pictures.MEDIA_TYPE, _svg, picture=True),
        File("png", chart_links.FORMATS["png"], "image/png", _png, picture=True, packed=True),
        File("csv", chart_links.FORMATS["csv"], "text/csv; charset=utf-8", _csv),
        File("xlsx", chart_links.FORMATS["xlsx"], exports.FORMATS["xlsx"].media_type, _xlsx, packed=True),
    )
}


def make(request: ChartRequest, file: File) -> Answer:
    """The file of a picture; raises Problem where it cannot be drawn."""
    return answers.document(file.make(request, draw(request)), binary=file.packed)


_CACHES: WeakKeyDictionary[Database, AnswerCache] = WeakKeyDictionary()
_LOCK = threading.Lock()


def cache(db: Database) -> AnswerCache:
    """The pictures of a data version, which go with it: they never take the room of other answers."""
    with _LOCK:
        return _CACHES.setdefault(db, AnswerCache(MOST_CACHED_BYTES, MOST_CACHED))
