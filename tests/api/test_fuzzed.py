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
PHASES = ("examples", "coverage", "fuzzing")


def with_parameters_of_their_own() -> list[str]:
    """Addresses that together take every parameter there is: the edges of one are tried once, not at each address."""
    paths, known = ["/api/v1/monitor.duckdb"], set[int]()
    for endpoint in ENDPOINTS.values():
        own = {id(one) for one in endpoint.parameters}
        if not own <= known:
            paths.append(endpoint.path())
            known |= own
    return paths


def fuzz(
    api: Client, paths: list[str] | None = None, phases: tuple[str, ...] = PHASES, **settings: int | bool
) -> tuple[list[str], int]:
    """What a run of schemathesis finds, and how much it asked: examples, edges of parameters, questions it makes up."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.app)
    schema.config.phases.update(phases=list(phases))
    # Its usual ten seconds would make this a test of how busy the machine is.
    schema.config.request_timeout = 120
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
    return failures, asked


@pytest.fixture
def small_api(live: Path) -> Client:
    """The API over a small database of two years."""
    figures = [
        Figure("waits", council, number / 7, year=year)
        for year in (2024, 2025)
        for number, council in enumerate(small.COUNCILS)
    ]
    small.write(live, metrics=[small.metric()], figures=figures)
    return Client()


def test_schemathesis_finds_nothing_by_examples_and_questions_of_its_own(small_api: Client) -> None:
    failures, asked = fuzz(small_api, SOME, ("examples", "fuzzing"), max_examples=2, deterministic=True)
    assert failures == []
    assert asked >= 3 * len(SOME)


def test_schemathesis_finds_nothing_at_the_edges_of_any_parameter(small_api: Client) -> None:
    failures, asked = fuzz(small_api, with_parameters_of_their_own(), ("coverage",), deterministic=True)
    assert failures == []
    assert asked > 500


def test_the_addresses_whose_edges_are_tried_take_every_parameter_there_is() -> None:
    tried = with_parameters_of_their_own()
    kind = KINDS["json"]
    every = {name for endpoint in ENDPOINTS.values() for name in endpoint.all_parameters(kind)}
    taken = {
        name for endpoint in ENDPOINTS.values() if endpoint.path() in tried for name in endpoint.all_parameters(kind)
    }
    assert taken == every
    assert ENDPOINTS["observations"].path() in tried


@pytest.mark.drill
def test_schemathesis_finds_nothing_at_the_edges_of_every_address(small_api: Client) -> None:
    failures, asked = fuzz(small_api, SOME, max_examples=2, deterministic=True)
    assert failures == []
    assert asked > 2000


@pytest.mark.slow
def test_schemathesis_finds_nothing_in_the_real_figures_however_it_asks(api: Client) -> None:
    failures, asked = fuzz(api, max_examples=20)
    assert failures == []
    assert asked > 500
