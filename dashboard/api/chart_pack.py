"""All pictures of a council for slides, in one ZIP file."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

from dashboard.analysis import england
from dashboard.api import answers, chart_links, charts
from dashboard.api.answers import Answer
from dashboard.api.chart_requests import ChartRequest
from dashboard.api.problems import Problem, problem
from dashboard.files import exports
from dashboard.pictures.kinds import KINDS, Kind
from dashboard.pictures.measures import draw_over_time

MEDIA_TYPE = "application/zip"
# What the pack is asked for by: a council, and what it is compared with.
KIND = Kind(
    "council", "All pictures of a council", "A ZIP file of a council's pictures for slides: the headline measures over "
    "time, the chosen measure on the map and in order, and Ofsted's reports.", KINDS["trend"].parameters,
    "/council", draw_over_time, needs=("la",),
)  # fmt: skip


def wanted(request: ChartRequest) -> list[ChartRequest]:
    """The pictures of the pack, in the order in which they are shown."""
    db, chosen = request.db, request.choices
    measures = [chosen.metric, *(one for one in england.chosen(db, england.NINE) if one is not chosen.metric)]
    first = [replace(request, kind=KINDS[name]) for name in ("map", "grades" if chosen.metric.graded else "order")]
    trends = [
        replace(request, kind=KINDS["trend"], choices=replace(chosen, metric=one, period=db.latest(one.metric_id)))
        for one in measures
        if not one.graded
    ]
    return [*first, *trends, replace(request, kind=KINDS["reports"])]


def make(request: ChartRequest) -> Answer:
    """The file; raises Problem where no council is named. A picture that cannot be drawn is left out."""
    db = request.db
    if request.choices.area_id is None:
        raise problem("not-together", "The pack is of one council: name it with la, as in la=Leeds.", parameter="la")
    file, said = io.BytesIO(), []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        for at, one in enumerate(wanted(request), 1):
            try:
                drawn = charts.draw(one)
            except Problem:
                continue
            name = f"{at:02}-{chart_links.file_name(db, one.kind, one.choices)}.png"
            # Without a date of its own, a member is of 1 January 1980: equal packs are equal bytes.
            _add(packed, name, charts.FILES["png"].make(one, drawn))
            said.append(f"{name}\n  {drawn.picture.title}. {drawn.picture.sentence}\n  {drawn.picture.source}\n")
        words = f"{exports.citation(db, ())}\n\n" + "\n".join(said)
        _add(packed, "README.txt", words.encode())
    return answers.document(file.getvalue(), binary=True)


def _add(packed: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name)
    member.external_attr = 0o644 << 16
    packed.writestr(member, content)
