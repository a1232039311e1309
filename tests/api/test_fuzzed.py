"""schemathesis asks what the OpenAPI document allows and what it forbids, and holds every answer against it."""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import EngineFinished, NonFatalError, ScenarioFinished

from dashboard.api.endpoints import ENDPOINTS, KINDS
from tests.api.client import Client
from tests.dashboard import small
from tests.dashboard.small import Figure

# The other formats of an address are read by the same lines: they are asked in the long run.
SOME = [*(endpoint.path() for endpoint in ENDPOINTS.values()), "/api/v1/monitor.duckdb"] + [
    ENDPOINTS["observations"].path(suffix) for suffix in KINDS
]


def found(api: Client, paths: list[str] | None = None, **settings: int | bool) -> list[str]:
    """What a run of schemathesis finds: examples, the edges of every parameter, and questions it makes up."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.app)
    schema.config.phases.update(phases=["examples", "coverage", "fuzzing"])
    schema.config.generation.update(**settings)  # type: ignore[arg-type]
    failures, asked = list[str](), 0
    for event in from_schema(schema.include(path=paths) if paths else schema).execute():
        if isinstance(event, NonFatalError):
            failures.append(f"{event.label}: {event.value}")
        if isinstance(event, ScenarioFinished):
            asked += len(event.recorder.interactions)
            failures += [
                f"{event.recorder.label}: {one.failure_info.failure}"
                for checks in event.recorder.checks.values()
                for one in checks
                if one.status == Status.FAILURE and one.failure_info
            ]
    assert isinstance(event, EngineFinished)
    assert asked > 500
    return failures


def test_schemathesis_finds_nothing(live: Path) -> None:
    figures = [
        Figure("waits", council, number / 7, year=year)
        for year in (2024, 2025)
        for number, council in enumerate(small.COUNCILS)
    ]
    small.write(live, metrics=[small.metric()], figures=figures)
    assert found(Client(), SOME, max_examples=2, deterministic=True) == []


@pytest.mark.slow
def test_schemathesis_finds_nothing_in_the_real_figures_however_it_asks(api: Client) -> None:
    assert found(api, max_examples=20) == []
