"""Charts as they are sent: Plotly has nothing to change about them, and an empty one is left out."""

from __future__ import annotations

import json
from typing import Any

import plotly.graph_objects as go
import plotly.io
import pytest

from dashboard.analysis import compare
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.pages.components import chart
from tests.dashboard.helpers import opened

LEEDS = {"la": "Leeds"}
# What decides which charts a page draws, and how many it draws at least.
ADDRESSES: list[tuple[str, dict[str, str], int]] = [
    ("England", {}, 1),
    ("Map", {}, 1),
    ("Map", {**LEEDS, "compare_metric": "Social worker agency rate"}, 1),
    ("Map", {"metric": "Ofsted judgement: impact of leaders"}, 1),
    ("Council", {**LEEDS, "detail": "true"}, 2),
    ("Council", {**LEEDS, "detail": "true", "picture": "Funnel plot"}, 2),
    ("Council", {**LEEDS, "metric": "Ofsted judgement: impact of leaders"}, 1),
    ("Compare", LEEDS, 3),
    ("Inspections", {"part": "Reports over time"}, 1),
    ("Inspections", {"part": "Regions"}, 2),
    ("Inspections", {"part": "What came next"}, 1),
    ("Inspections", {"part": "Ratings and measures"}, 1),
    ("Leadership", {}, 1),
    ("Leadership", {**LEEDS, "part": "Directors in post"}, 1),
    ("Progress", LEEDS, 0),
]
# And with a register and commitments, which are kept by hand.
WITH_REGISTER: list[tuple[str, dict[str, str], int]] = [
    ("Leadership", {**LEEDS, "part": "Directors in post"}, 2),
    ("Leadership", {**LEEDS, "part": "The programme"}, 1),
    ("Progress", {}, 2),
    ("Progress", LEEDS, 2),
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


def named(one: object) -> str:
    return "-".join(one) if isinstance(one, dict) else str(one)


@pytest.mark.parametrize(("page", "query", "charts"), ADDRESSES, ids=named)
def test_plotly_has_nothing_to_change_about_a_chart(
    page: str, query: dict[str, str], charts: int, sent: list[dict[str, Any]]
) -> None:
    assert not opened(page, **query).error
    assert len(sent) >= charts
    as_plotly_would_send(sent)


@pytest.mark.usefixtures("with_rows")
@pytest.mark.parametrize(("page", "query", "charts"), WITH_REGISTER, ids=named)
def test_plotly_has_nothing_to_change_about_a_chart_of_what_is_kept_by_hand(
    page: str, query: dict[str, str], charts: int, sent: list[dict[str, Any]]
) -> None:
    assert not opened(page, **query).error
    assert len(sent) >= charts
    as_plotly_would_send(sent)


def as_plotly_would_send(figures: list[dict[str, Any]]) -> None:
    """Each is sent as we made it, unchecked: what Plotly would make of it is the same but for its own template."""
    for figure in figures:
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
    app = opened("Compare", **query)
    assert not app.error
    assert any("No council has a figure in both measures." in html.proto.body for html in app.get("html"))


def _never_together(db: Database) -> tuple[Metric, Metric]:
    """Two measures of which no council has a figure for the oldest period of the first and the one set beside it."""
    for one in db.metrics.values():
        oldest = db.periods[one.metric_id][-1]
        for other in compare.second_measures(db, one):
            beside = compare.period_beside(db, one, oldest, other)
            found = (db.councils(one.metric_id, oldest.end), db.councils(other.metric_id, beside.end))
            with_figure = [set(rows.filter(rows["value"].is_not_null())["area_id"]) for rows in found]
            if not one.graded and not with_figure[0] & with_figure[1]:
                return one, other
    raise AssertionError("There are none: this needs another example.")
