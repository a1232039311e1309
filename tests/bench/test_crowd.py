"""Readers in a crowd are readers: they choose, go on, are refused and come again; and what fails is counted."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench import crowd, soak, views
from bench.crowd import Crowd, Plan, Seen, User
from bench.reader import Reader
from bench.server import Server
from bench.tab import Tab
from tests import loops
from tests.hosting.running import running

PLACES = 5
COUNCILS = ("Leeds", "Camden", "Kingston upon Thames", "Isles of Scilly")
FAST = Plan(seconds=5, councils=COUNCILS, think=0.4, arrival=0.5)


@pytest.fixture(scope="module")
def server(database_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product with few places, which asks those it refuses to come again in a second."""
    log = tmp_path_factory.mktemp("crowd") / "server.log"
    with running(database_path, log, MONITOR_SESSIONS=str(PLACES), MONITOR_RETRY_SECONDS="1") as found:
        yield Server(found.process.pid, f"127.0.0.1:{found.port}")


@pytest.mark.drill
def test_readers_are_answered_on_every_kind_of_page_and_nothing_fails(server: Server) -> None:
    # Long enough that each of four has opened a few pages.
    step = loops.run(crowd.step([server], 4, replace(FAST, seconds=20)))
    assert step.seen.errors == {}
    assert step.seen.refused == 0
    assert step.inside == 4
    assert len(step.seen.ms) == sum(map(len, step.seen.by_page.values())) >= 10
    assert {"council", "england", "map"} <= step.seen.by_page.keys()
    assert step.seen.received > 10_000 * len(step.seen.ms)
    assert step.cpu > 0
    assert step.client_cpu > 0


@pytest.mark.drill
def test_what_a_reader_chooses_is_what_the_page_says(server: Server) -> None:
    """Else a crowd would measure pages that answer nothing."""
    with Reader(server, "council", la="Leeds") as reader:
        assert reader.tab.shown.keys() == {"tables", "rows"}
        for council in ("Camden", "Isles of Scilly"):
            assert council in reader.choose("Council", council).words
        reader.tab.go("map", {"la": "Camden", "metric": "Caseload"})
        assert "Camden" in reader.run().words
        assert reader.tab.failed == []


@pytest.mark.drill
def test_more_than_there_are_places_for_are_asked_to_come_again_and_let_in_when_others_leave(server: Server) -> None:
    recovery = loops.run(crowd.overfill(server, PLACES * 2, 2, FAST))
    assert recovery.full.seen.refused > 0
    assert recovery.full.inside <= PLACES
    assert recovery.full.seen.errors == {}
    # Somebody new was let in and answered; how soon that must be is a target of the benchmark's own.
    assert recovery.seconds < math.inf
    assert recovery.after.seen.refused == 0
    assert recovery.after.users == 2


def test_a_server_that_is_gone_is_an_error_for_each_who_comes() -> None:
    gone = Server(0, "127.0.0.1:9")
    user = User(gone, FAST, Seen, random.Random(1))
    assert loops.run(user.come(Tab("map"))) == float("inf")


def test_what_a_page_complains_of_is_counted() -> None:
    tab = Tab()
    tab.asks()
    complaint, end = ForwardMsg(), ForwardMsg()
    complaint.delta.new_element.alert.format = Alert.ERROR
    complaint.delta.new_element.alert.body = "Sorry"
    end.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    assert not tab.hears(complaint.SerializeToString())
    assert tab.hears(end.SerializeToString())
    assert tab.failed == ["Sorry"]
    tab.asks()
    assert tab.failed == []


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([5.0], 0.95, 5.0),
        (list(map(float, range(1, 101))), 0.95, 95.0),
        (list(map(float, range(1, 101))), 0.5, 50.0),
        ([3.0, 1.0, 2.0], 0.99, 3.0),
    ],
)
def test_a_quantile_is_a_time_that_somebody_waited(values: list[float], share: float, expected: float) -> None:
    assert crowd.quantile(values, share) == expected


@pytest.mark.drill
def test_the_pandas_baseline_answers_on_every_page_that_is_measured(database_path: Path, tmp_path: Path) -> None:
    with views.serve_pandas_baseline(database_path, tmp_path) as server:
        for view in views.PANDAS_VIEWS:
            with Reader(server, view.page, **view.query) as reader:
                for choice in view.choices:
                    reader.choose(choice, next(views.options(reader.options(choice))))


@pytest.mark.drill
def test_readers_who_leave_leave_nothing_running(server: Server) -> None:
    async def come_and_go() -> int:
        there = Crowd([server], FAST)
        there.come(3)
        await there.measure(1)
        await there.leave()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return len(there)

    assert loops.run(come_and_go()) == 0


@pytest.mark.slow
def test_readers_for_a_minute_leave_no_memory_behind(database_path: Path, tmp_path: Path) -> None:
    """The two hours of `python -m bench soak` in small, once a server keeps all that it ever keeps."""
    with running(database_path, tmp_path / "server.log", MONITOR_WARM="yes") as found:
        server = Server(found.process.pid, f"127.0.0.1:{found.port}")
        loops.run(crowd.step([server], 10, Plan(90, COUNCILS, think=0.5)))
        seen = loops.run(soak.soak(server, 10, 1, Plan(60, COUNCILS, think=1), seconds=6))
    assert seen.errors == 0
    assert seen.growth < soak.GROWTH
    assert len(seen.samples) > 5
