"""What it would take: the reader sets a target, or how many social workers come back, and reads what follows."""

from __future__ import annotations

import streamlit as st

from dashboard.analysis import scenarios, standard
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.views import tables
from dashboard.views.text import formats
from dashboard.views.text import scenarios as sentences

RETURNERS = "Social workers who come back"
MOST_RETURNERS = 50_000


def scenario(db: Database, area_id: str | None) -> None:
    """The section of a page on what it would take, for a council or for England; its settings are in the address."""
    levers = {db.metrics[outlook].title: db.metrics[outlook] for outlook in scenarios.LEVERS if outlook in db.metrics}
    options = [*levers, RETURNERS]
    if st.session_state.get("lever") not in options:
        st.session_state.pop("lever", None)
    left, right = st.columns([3, 2])
    lever = left.selectbox("What would change", options, key="lever", bind="query-params")
    if lever == RETURNERS:
        number = right.number_input(
            "How many", 0, MOST_RETURNERS, int(scenarios.APPEAL), 500, key="returners", bind="query-params",
            help="The appeal of 2009 was for 5,000.",
        )  # fmt: skip
        result = scenarios.returners(db, float(number))
        rate, caseload = db.metrics[scenarios.VACANCIES], db.metrics[scenarios.CASELOAD]
        sentence = sentences.returners(result, rate, caseload)
        own = next((row for row in result.rows.iter_rows(named=True) if area_id in row["area_ids"]), None)
        if area_id is not None and own is not None:
            sentence += " " + sentences.returners_here(own["name"], own, rate, caseload)
        assumptions = result.assumptions
    else:
        metric = levers[lever]
        target = _target(db, metric, right)
        if area_id is None:
            all_ = scenarios.england(db, metric, target)
            sentence, assumptions = sentences.england(all_), all_.assumptions
        else:
            outlook = scenarios.council(db, area_id, metric, target)
            sentence, assumptions = sentences.council(outlook), outlook.assumptions
    st.html(tables.sentence(sentence))
    st.html(tables.notes("Assumptions", assumptions))


def _target(db: Database, metric: Metric, where: st.delta_generator.DeltaGenerator) -> float:
    unit = "%" if metric.unit == "%" else metric.unit
    best = standard.best_quarter(db, metric) or 1.0
    decimals = formats.own_decimals(best, metric.decimals)
    highest = 100.0 if metric.unit == "%" else 1_000.0
    return where.number_input(
        f"To ({unit})", 10.0**-decimals, highest, best, 0.5, f"%.{decimals}f",
        key=f"{metric.metric_id}_target", bind="query-params",
        help=f"To begin with, what the best quarter reach now: {formats.level_quantity(best, metric)}.",
    )  # fmt: skip
