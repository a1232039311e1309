"""Charts as they are sent: Plotly has nothing to change about them, and an empty one is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import plotly.io
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import comparing
from dashboard.components import chart
from dashboard.database import Database, Metric

MAIN = str(Path(__file__).resolve().parents[2] / "dashboard" / "main.py")
LEEDS = {"la": "Leeds"}
# What decides which charts a page draws.
ADDRESSES: list[tuple[str, dict[str, str]]] = [
    ("england", {}),
    ("map", {}),
    ("map", {**LEEDS, "compare_metric": "Social worker agency rate"}),
    ("map", {"metric": "Ofsted judgement: impact of leaders"}),
    ("council", LEEDS),
    ("council", {**LEEDS, "picture": "By size, with limits of chance"}),
    ("council", {**LEEDS, "metric": "Ofsted judgement: impact of leaders"}),
    ("compare", LEEDS),
    ("inspections", {"part": "Reports over time"}),
    ("inspections", {"part": "Regions"}),
    ("inspections", {"part": "What came next"}),
    ("inspections", {"part": "Ratings and measures"}),
    ("leadership", {}),
    ("leadership", LEEDS),
    ("progress", {}),
    ("progress", LEEDS),
]

pytestmark = pytest.mark.usefixtures("served")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every figure that is drawn, as it is sent."""
    found: list[dict[str, Any]] = []

    class Seen(chart.Finished):
        def __init__(self, figure: dict[str, Any]) -> None:
            found.append(figure)
            super().__init__(figure)

    monkeypatch.setattr(chart, "Finished", Seen)
    return found


def opened(page: str, query: dict[str, str]) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=60)
    if page != "england":
        app.switch_page(f"pages/{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize(("page", "query"), ADDRESSES, ids=lambda one: one if isinstance(one, str) else "-".join(one))
def test_plotly_has_nothing_to_change_about_a_chart(
    page: str, query: dict[str, str], sent: list[dict[str, Any]]
) -> None:
    """It is sent as we made it, unchecked: what Plotly would make of it must be the same but for its own template."""
    app = opened(page, query)
    assert not app.exception
    assert not app.error
    assert sent or page in ("leadership", "progress")
    for figure in sent:
        checked = json.loads(plotly.io.to_json(go.Figure(figure), validate=True))
        checked["layout"].pop("template", None)
        ours = json.loads(plotly.io.to_json(figure, validate=False))
        # To a template of ours Plotly's script would see a change at each look, and draw twice.
        assert "template" not in ours["layout"]
        assert ours["layout"]["datarevision"]
        ours["layout"] = {name: one for name, one in ours["layout"].items() if one != []}
        assert ours == checked


def test_a_chart_without_anything_to_draw_is_left_out_and_the_sentence_says_so(db: Database) -> None:
    """Two measures of which no council has both: found by readers who choose evenly from the whole menus."""
    metric, second = _never_together(db)
    oldest = db.periods[metric.metric_id][-1]
    query = {**LEEDS, "metric": metric.title, "period": oldest.label, "against": second.title}
    app = opened("compare", query)
    assert not app.exception
    assert not app.error
    assert any("No council has a figure in both measures." in html.proto.body for html in app.get("html"))


def _never_together(db: Database) -> tuple[Metric, Metric]:
    """Two measures of which no council has a figure for the oldest period of the first and the one set beside it."""
    for one in db.metrics.values():
        oldest = db.periods[one.metric_id][-1]
        for other in comparing.second_measures(db, one):
            beside = comparing.period_beside(db, one, oldest, other)
            found = (db.councils(one.metric_id, oldest.end), db.councils(other.metric_id, beside.end))
            with_figure = [set(rows.filter(rows["value"].is_not_null())["area_id"]) for rows in found]
            if not one.graded and not with_figure[0] & with_figure[1]:
                return one, other
    raise AssertionError("There are none: this needs another example.")
