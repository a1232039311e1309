"""The pages that bench/ measures: none is left out, and the floor shows as much as each."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.views import VIEWS, View
from tests.dashboard.helpers import PAGES, ROOT, html, opened


def test_every_page_is_measured() -> None:
    pages = {path.stem for path in (ROOT / "dashboard" / "pages").glob("[!_]*.py")}
    assert {view.page or "england" for view in VIEWS} == pages


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_the_floor_shows_as_much_as_the_page(view: View) -> None:
    (title,) = [title for title, path in PAGES.items() if Path(path).stem == (view.page or "england")]
    app = opened(title, **view.query)
    assert html(app).count("<table") == view.tables
    assert html(app).count("<tr") == pytest.approx(view.rows, abs=max(3, view.rows * 0.1))
    # The map and the grid count as charts; the map beside its words is a component of its own.
    assert len(app.get("plotly_chart")) + ("map" in view.parts) + len(app.dataframe) == view.charts
    for label in view.choices:
        assert label in [box.label for box in app.selectbox]
