"""The Compare page as a script: councils and measures of every kind, its list, and addresses nobody would type."""

from __future__ import annotations

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.analysis import compare, queries
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data.database import Database
from dashboard.views.text import formats
from dashboard.views.text.grammar import opening as opens
from tests.dashboard.beside import first_sentence, newest
from tests.dashboard.helpers import Page, html, opened
from tests.dashboard.helpers import sentences as shown

served = pytest.mark.usefixtures("served")


def columns(app: AppTest) -> list[str]:
    """The councils of the heat table."""
    (table,) = re.findall(r'<div class="scroll"[^>]*><table class="heat rows">.*?</table></div>', html(app), re.DOTALL)
    page = Page(table)
    return [
        name.removeprefix("◆ ") for name in page.rows[0][1:] if name not in {one.label for one in BENCHMARKS.values()}
    ]


@served
@pytest.mark.parametrize(
    "council",
    ["Leeds", "Kingston upon Thames", "Isles of Scilly", "City of London", "Cumberland", "Westminster", None],
)
def test_the_page_opens_for_every_kind_of_council_and_measure(db: Database, council: str | None) -> None:
    app = opened("Compare", **({"la": council} if council else {}))
    numbers = {name: area_id for area_id, name in db.authorities.items()}
    chosen = numbers[council] if council else None
    for metric_id in (
        "vacancy_rate", "conferences_in_15_days", "judgement_leaders", "children", "plan_rate", "long_plan_rate",
        "caseholder_share", "age_11_standard_on_plan", "children_social_care_spend_per_child", "income_deprivation",
    ):  # fmt: skip
        app.selectbox(key="metric").set_value(db.metrics[metric_id].title).run()
        assert not app.exception, (council, metric_id)
        area_ids = compare.together(chosen, compare.start(db, newest(db, metric_id), db.metrics[metric_id], chosen))
        if not area_ids:
            assert shown(app) == ["Choose up to 10 councils to see them side by side."]
            continue
        first, rest = opens(first_sentence(db, area_ids, chosen, metric_id))
        assert shown(app)[0] == first
        assert rest in unescape(html(app))
        assert columns(app) == [db.names[area_id] for area_id in area_ids]
        assert not app.warning


@served
def test_a_list_in_the_address_is_compared_in_its_order_after_the_council() -> None:
    app = opened("Compare", la="Leeds", councils=["York", "Bradford", "Leeds"])
    assert columns(app) == ["Leeds", "York", "Bradford"]
    assert "Leeds is always first, and is the dark diamond; the others are your own choice." in unescape(html(app))
    assert [button.label for button in app.button] == ["Back to its neighbours"]
    app.button(key="back").click().run()
    assert columns(app)[:2] == ["Leeds", "Portsmouth"]
    assert len(columns(app)) == 10
    assert not app.button


@served
def test_the_list_of_a_council_gives_way_to_the_next_councils_until_it_is_changed(db: Database) -> None:
    app = opened("Compare", la="Leeds")
    app.selectbox(key="la").set_value("York").run()
    assert columns(app) == ["York", *(db.names[one] for one in queries.neighbours(db, "816")[:9])]
    app.multiselect(key="councils").set_value(["Kent", "Bury"]).run()
    assert columns(app) == ["York", "Kent", "Bury"]
    app.selectbox(key="la").set_value("Leeds").run()
    assert columns(app) == ["Leeds", "Kent", "Bury"]
    app.selectbox(key="la").set_value("Bury").run()
    assert columns(app) == ["Bury", "Kent", "Leeds"]  # marked now; who was marked takes its place


@served
def test_names_that_are_not_known_are_said_so_and_the_others_are_compared() -> None:
    app = opened("Compare", la="Leeds", councils=["York", "Ledes", "Cumbria"], against="Average caselaod")
    assert not app.exception
    assert columns(app) == ["Leeds", "York"]
    assert [warning.value for warning in app.warning] == [
        "There is no council called “Ledes”. Did you mean Leeds?",
        "Cumbria was replaced in April 2023 by Cumberland and Westmorland and Furness.",
        "There is no measure called “Average caselaod”. Did you mean Average caseload?",
    ]
    assert app.selectbox(key="against").value == "Average caseload"


@served
@pytest.mark.parametrize("council", [None, "Leeds"])
def test_of_more_than_ten_the_first_ten_are_compared_and_it_is_said(db: Database, council: str | None) -> None:
    names = list(db.authorities.values())[:12]
    app = opened("Compare", councils=names, **({"la": council} if council else {}))
    assert not app.exception
    assert columns(app) == ([council] if council else []) + names[: 9 if council else 10]
    (warning,) = (one.value for one in app.warning)
    assert warning == (
        f"At most 10 councils stand side by side: {formats.listed(names[9 if council else 10 :])} are left out."
    )


@served
def test_all_removed_leaves_the_council_alone_or_an_invitation() -> None:
    app = opened("Compare", la="Leeds")
    app.multiselect(key="councils").set_value([]).run()
    assert shown(app)[0].endswith("Add councils to set beside Leeds.")
    assert columns(app) == ["Leeds"]
    app = opened("Compare")
    app.multiselect(key="councils").set_value([]).run()
    assert not app.exception
    assert shown(app) == ["Choose up to 10 councils to see them side by side."]
    app.button(key="back").click().run()
    assert len(columns(app)) == 10


@served
def test_the_second_measure_is_another_than_the_first_and_its_period_is_on_the_axis() -> None:
    app = opened("Compare", la="Leeds", metric="Average caseload")
    assert app.selectbox(key="against").value == "Social worker vacancy rate"
    assert "Average caseload" not in app.selectbox(key="against").options
    app.selectbox(key="against").set_value("Re-referrals within 12 months").run()
    assert "Correlation does not show cause." in html(app)
    figure = next(chart for chart in app.get("plotly_chart") if "Leadership grade" in chart.proto.spec)
    assert "year to 31 March 2025" in figure.proto.spec
    assert "30 September 2025" in figure.proto.spec


@served
def test_tables_are_drawn_when_they_are_opened_and_hold_what_the_pictures_show() -> None:
    closed, wide = opened("Compare", la="Leeds"), opened("Compare", la="Leeds", order="true", years="true", both="true")
    assert html(closed).count("<table") == 1
    assert html(wide).count("<table") == 4
    assert not wide.exception


@served
def test_every_topic_and_benchmark_opens(db: Database) -> None:
    app = opened("Compare", la="Kingston upon Thames")
    for number, topic in enumerate(compare.themes(db)):
        app.segmented_control(key="topic").set_value(topic)
        app.selectbox(key="benchmark").set_value(list(BENCHMARKS.values())[number % len(BENCHMARKS)].label).run()
        assert not app.exception, topic
        assert f"{topic}: every measure in its newest period" in unescape(html(app))


@served
def test_no_address_breaks_the_page() -> None:
    hostile: list[dict[str, str | list[str]]] = [
        {"councils": ["<img src=x onerror=alert(1)>", "Leeds"]},
        {"councils": ["[click](javascript:alert(1))"] * 30},
        {"councils": ["L" * 20_000, "\x00\x01"]},
        {"councils": "", "la": "Leeds"},
        {"councils": ["Leeds", "Leeds"], "la": "Leeds", "against": "<script>alert(1)</script>"},
        {"topic": "Nothing", "against": "Ofsted judgement: impact of leaders", "order": "perhaps", "both": "-1"},
        {"la": "Nowhere", "councils": ["Leeds"], "period": "1066", "metric": "{{7*7}}"},
        {"metric": "Social worker vacancy rate", "period": "2017", "la": "Cumberland"},
    ]
    for query in hostile:
        app = opened("Compare", **query)
        assert not app.exception, query
        seen = html(app) + "".join(warning.value for warning in app.warning)
        assert "<img src=x" not in seen
        assert "<script>alert" not in seen
        assert "](" not in seen
