"""Under a chart or map: its picture, its rows, links to it and the code that embeds it, in one closed line of HTML."""

from __future__ import annotations

from html import escape

from dashboard.api import chart_links
from dashboard.api.chart_links import FORMATS
from dashboard.data.database import Database
from dashboard.files.pictures.choices import Choices
from dashboard.files.pictures.kinds import Kind
from dashboard.pages.components.as_data import copied
from dashboard.views.tables.html import Html

WHAT = {"png": "PNG for slides", "svg": "SVG to edit", "csv": "figures as CSV", "xlsx": "figures for Excel"}
NOT_EMBEDDED = "Other sites cannot show it in a frame: the operator of this server has named none."


def share(db: Database, kind: Kind, choices: Choices, root: str, *, frozen: bool, embeds: bool) -> Html:
    """The line of one picture; `root` is where the dashboard is.

    A page that is `frozen` at a data version gives its pictures of that version. `embeds` says whether other sites may
    show the picture in a frame.
    """
    version = db.data_version if frozen else None
    links = " · ".join(
        f'<a href="{escape(chart_links.chart(db, kind, choices, suffix, version))}" download '
        f'aria-label="{escape(f"{kind.title}: {WHAT[suffix]}")}">{escape(WHAT[suffix])}</a>'
        for suffix in FORMATS
    )
    live, kept = (root + chart_links.page(db, kind, choices, one) for one in (version, db.data_version))
    frame = (
        f'<iframe src="{escape(root + chart_links.embed(db, kind, choices, version))}" title="{escape(kind.title)}" '
        'width="100%" height="720" style="border: 0" loading="lazy"></iframe>'
    )
    code = copied("Embed code", "For a page of yours.", frame) if embeds else f'<p class="note">{NOT_EMBEDDED}</p>'
    return Html(
        f'<details class="share"><summary>Use and share: {escape(kind.title.lower())}</summary><div class="to-share">'
        f"<p>{links}</p>"
        + copied("Live link", "Shows the newest figures.", live)
        + copied("Frozen link", f"Shows the figures of {db.data_version}.", kept)
        + code
        + "</div></details>"
    )
