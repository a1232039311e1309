"""A full server asks readers to come again, lets those who are there go on, and takes others once somebody leaves."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
from websockets.exceptions import InvalidStatus

from bench.reader import Reader
from bench.server import Server
from dashboard.ops import metrics
from dashboard.server.capacity import Capacity
from tests.hosting.helpers import empty
from tests.hosting.running import Client, Got, Running

HTML = "text/html"


@contextmanager
def entered(server: Running) -> Iterator[Client]:
    """A reader who tries until there is a place: whoever left a moment ago may still hold theirs."""
    with ExitStack() as inside:
        for _ in range(100):
            with suppress(InvalidStatus):
                yield inside.enter_context(Client(server))
                return
            time.sleep(0.1)
        raise AssertionError("There was never a place.")


def test_the_fourth_of_three_is_asked_to_come_again_and_let_in_once_somebody_leaves(server: Running) -> None:
    empty(server)
    refused_before = server.sample("monitor_refused_total")
    with ExitStack() as there:
        readers = [there.enter_context(Client(server)) for _ in range(3)]
        for reader in readers:
            reader.run("map")
        assert server.sample("monitor_sessions") == 3

        got = server.ask("/council?la=Leeds", accept=HTML)
        assert (got.status, got.headers["retry-after"]) == (503, "7")
        accessible(got)
        assert "come again in 7 seconds" in got.text
        with pytest.raises(InvalidStatus) as refused, Client(server):
            pass
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["Retry-After"] == "7"
        assert "x-frame-options" in refused.value.response.headers
        assert server.sample("monitor_refused_total") == refused_before + 2

        # Who is there goes on, and what is no page is answered.
        for reader in readers:
            assert "Average caseload" in reader.run("map", metric="Average caseload")
        for address in ("/livez", "/readyz", "/api", "/api/v1/areas?limit=1", "/_stcore/health", "/favicon.png"):
            assert server.ask(address).status == 200, address

        readers[0].connection.close()
        with entered(server) as late:
            assert "Social worker vacancy rate" in late.run("map")
    empty(server)
    assert server.ask("/council", accept=HTML).status == 200


def accessible(got: Got) -> None:
    """Plain HTML: named, in English, one heading, no script, nothing fetched, and it does not load itself anew."""
    assert got.headers["content-type"].startswith(HTML)
    assert '<html lang="en-GB">' in got.text
    assert re.search(r"<title>[^<]+ · Child Protection Monitor</title>", got.text)
    assert got.text.count("<h1>") == got.text.count("<main>") == 1
    for never in ("<script", "http-equiv", "src=", "<link", "url(", "onload"):
        assert never not in got.text
    assert '<a href="">Try again</a>' in got.text


def test_readers_of_the_measurements_find_their_place_too(server: Running) -> None:
    """With the client that measures (bench/reader.py): a whole page, a choice, and the place is free again."""
    empty(server)
    of_bench = Server(server.process.pid, server.host)
    with ExitStack() as there:
        for _ in range(3):
            there.enter_context(Reader(of_bench, "map"))
        with pytest.raises(InvalidStatus), Reader(of_bench, "map"):
            pass
    with entered(server) as one:
        one.run("map")
    with Reader(of_bench, "map") as reader:
        assert reader.choose("Measure", reader.options("Measure")[5]).words


def test_a_crowd_at_once_leaves_no_place_lost_and_no_more_taken_than_there_are(server: Running) -> None:
    empty(server)
    inside: list[int] = []
    refused: list[int] = []
    lock, go = threading.Lock(), threading.Barrier(20)

    def come() -> None:
        go.wait()
        try:
            with Client(server):
                with lock:
                    inside.append(1)
                time.sleep(1)
        except InvalidStatus as answer:
            refused.append(answer.response.status_code)

    crowd = [threading.Thread(target=come) for _ in range(20)]
    for one in crowd:
        one.start()
    most = 0
    while any(one.is_alive() for one in crowd):
        most = max(most, int(server.sample("monitor_sessions")))
        time.sleep(0.05)
    assert most <= 3
    assert set(refused) <= {503}
    assert len(inside) + len(refused) == 20
    assert len(inside) >= 3
    empty(server)


def test_a_tenth_of_the_places_is_for_readers_who_were_here_before() -> None:
    """Who loads a page again gives up their place a moment before."""
    capacity = Capacity(20, taken=17)
    assert not capacity.is_full(known=False)
    capacity.taken = 18
    assert capacity.is_full(known=False)
    assert not capacity.is_full(known=True)
    with capacity.take_place() as got:
        assert got
        assert capacity.taken == 19
    capacity.taken = 20
    assert capacity.is_full(known=True)
    with capacity.take_place() as got:
        assert not got
    assert capacity.taken == 20


def test_whoever_is_refused_is_counted() -> None:
    before = metrics.text(metrics.REFUSED.collect())
    assert Capacity(1, taken=1).is_full(known=True)
    assert metrics.text(metrics.REFUSED.collect()) != before
