"""Replicas that die, are told to stop and come again, and figures that change under them: what readers see of it."""

from __future__ import annotations

import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.drills.helpers import STOPPED, asked_all_the_time, publish, ready, shows, until, version
from tests.drills.replicas import LEFT_OUT_SECONDS, NAMES, Replicas
from tests.hosting.running import Client, Got

RESTARTING = 1012


# They die


@pytest.mark.drill
def test_when_a_replica_is_killed_all_is_answered_and_its_readers_go_on_with_the_other(
    replicas: Replicas,
) -> None:
    cookie = replicas.cookie_of("a")
    with Client(replicas.proxy, headers={"Cookie": cookie}) as reader:
        said = reader.run("council", la="Leeds", metric="Average caseload")
        assert "Leeds" in said
        with asked_all_the_time(replicas.proxy) as bad:
            time.sleep(0.5)
            replicas.kill("a")
            with pytest.raises(ConnectionClosed):
                reader.until("never")
            # The browser asks anew, with what stands in its address.
            with Client(replicas.proxy, headers={"Cookie": cookie}) as again:
                assert "Leeds" in again.run("council", la="Leeds", metric="Average caseload")
            time.sleep(0.5)
        assert bad == []
    assert replicas.of(cookie) == "b"
    # And one that joins again takes its readers again.
    replicas.start("a")
    until(lambda: replicas.of(cookie) == "a", 3 * LEFT_OUT_SECONDS)
    with Client(replicas.proxy, headers={"Cookie": cookie}) as again:
        again.run("council", la="Leeds")
    replicas.servers["a"].wait_for("page", page="council")


@pytest.mark.drill
def test_when_one_dies_the_moment_the_other_is_back_nobody_is_refused(replicas: Replicas) -> None:
    """nginx leaves out for five seconds whom it could not reach; when nobody else is there, it asks all the same."""
    with asked_all_the_time(replicas.proxy) as bad:
        replicas.kill("a")
        time.sleep(0.5)
        replicas.start("a")
        replicas.kill("b")
        time.sleep(1)
    assert bad == []


# They are told to stop


def test_a_replica_told_to_stop_answers_what_was_asked_and_sends_its_readers_away(
    replicas: Replicas,
) -> None:
    server, cookie = replicas.servers["b"], replicas.cookie_of("b")
    letters: list[Got] = []
    # Each takes half a second to be set, and nobody asked for them before.
    asking = [
        threading.Thread(target=lambda one=one: letters.append(server.ask(f"/briefings/{one}.pdf")))
        for one in ("301", "302", "303", "304")
    ]
    with Client(replicas.proxy, headers={"Cookie": cookie}) as reader, asked_all_the_time(replicas.proxy) as bad:
        reader.run("council", la="Leeds")
        for thread in asking:
            thread.start()
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            reader.until("never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == RESTARTING
        # Nobody new comes in, and what was begun is brought to its end.
        with pytest.raises(ConnectionRefusedError):
            ready(server)
        assert server.process.poll() is None
        with Client(replicas.proxy, headers={"Cookie": cookie}) as again:
            assert "Leeds" in again.run("council", la="Leeds")
        for thread in asking:
            thread.join()
        assert server.process.wait(20) in STOPPED
    assert bad == []
    assert [(one.status, one.body[-6:].strip()) for one in letters] == [(200, b"%%EOF")] * 4
    assert server.lines()[-1]["event"] == "stopped"


@pytest.mark.drill
def test_with_nothing_to_finish_a_replica_is_gone_at_once(replicas: Replicas) -> None:
    """Long before any of its time-outs; in how many seconds, `make drill` measures."""
    server = replicas.servers["a"]
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) in STOPPED
    assert server.lines()[-1]["event"] == "stopped"


# Figures change


@pytest.fixture
def in_place(replicas: Replicas, published: Path, tmp_path: Path) -> Iterator[str]:
    """The version that both show; it is put back in the end."""
    before = tmp_path / "before.duckdb"
    shutil.copyfile(published, before)
    yield version(before)
    before.replace(published)
    for name in NAMES:
        until(lambda name=name: shows(replicas.servers[name], version(published)), 10)  # type: ignore[misc]


@pytest.mark.drill
def test_a_new_data_version_reaches_both_replicas_and_their_open_pages(
    replicas: Replicas, published: Path, in_place: str, tmp_path: Path
) -> None:
    readers = {name: Client(replicas.proxy, headers={"Cookie": replicas.cookie_of(name)}) for name in NAMES}
    with readers["a"], readers["b"]:
        for reader in readers.values():
            assert in_place in reader.run("methods")
        publish(published, "2026-12-24-00000002", tmp_path)
        for name in NAMES:
            until(lambda name=name: shows(replicas.servers[name], "2026-12-24-00000002"), 10)  # type: ignore[misc]
            assert "2026-12-24-00000002" in readers[name].run("methods")
    for _ in range(4):
        got = replicas.proxy.ask("/api/v1/areas?limit=1")
        assert got.headers["x-data-version"] == "2026-12-24-00000002"


@pytest.mark.drill
def test_a_file_that_is_cut_short_takes_both_out_of_turn_and_no_page_from_anybody(
    replicas: Replicas, published: Path, in_place: str
) -> None:
    with Client(replicas.proxy) as reader:
        reader.run("council", la="Leeds")
        with published.open("r+b") as file:
            file.truncate(published.stat().st_size // 2)
        for name in NAMES:
            until(lambda name=name: ready(replicas.servers[name])[0] == 503, 10)  # type: ignore[misc]
            assert f"readers are shown {in_place}" in ready(replicas.servers[name])[1]
        # What watches us all learns it; readers do not.
        assert replicas.proxy.ask("/readyz").status == 503
        assert "Leeds" in reader.run("council", la="Leeds", metric="Average caseload")
        with Client(replicas.proxy) as new:
            assert "Leeds" in new.run("council", la="Leeds")
        assert replicas.proxy.ask("/").status == 200
        assert replicas.proxy.ask("/api/v1/areas?limit=1").status == 200
