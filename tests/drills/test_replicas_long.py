"""Long drills: deaths and new data under readers who never stop, a replica that hangs, a disk that is full."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from etl.build import builder
from tests.drills.helpers import SETTINGS, STOPPED, asked_all_the_time, publish, ready, shows, until, version
from tests.drills.replicas import LEFT_OUT_SECONDS, NAMES, Replicas, behind_nginx
from tests.etl.helpers import NOT_COMMITTED
from tests.hosting.running import ROOT, Client

pytestmark = pytest.mark.drill
READERS = 8
VERSION = re.compile(r"2026-12-24-(\d{8})")


@pytest.fixture(scope="module")
def crowded(published: Path) -> Iterator[Replicas]:
    """Two replicas with room for all of these readers on either."""
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed: `make drill` installs it where it may.")
    with behind_nginx(published, **{**SETTINGS, "MONITOR_SESSIONS": "60"}) as found:
        yield found


class Reader(threading.Thread):
    """Reads one page again and again, and comes again whenever the line is cut."""

    def __init__(self, replicas: Replicas, number: int, page: str, done: threading.Event) -> None:
        super().__init__()
        self._replicas, self._page, self._done = replicas, page, done
        self._cookie = {"Cookie": f"route={number:x}c5"}
        self.runs, self.cut, self.gaps = 0, 0, list[float]()
        self.versions: list[str] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        last = time.monotonic()
        while not self._done.is_set():
            try:
                with Client(self._replicas.proxy, headers=self._cookie) as client:
                    while not self._done.is_set():
                        said = client.run(self._page, la="Leeds")
                        self.gaps.append(time.monotonic() - last)
                        last = time.monotonic()
                        self.runs += 1
                        self.versions += VERSION.findall(said)[:1]
                        if "Leeds" not in said or "Sorry" in said:
                            self.wrong.append(said[-500:])
                        self._done.wait(0.2)
            except ConnectionClosed:
                self.cut += 1
            except (InvalidStatus, OSError) as error:
                self.wrong.append(repr(error))


@contextmanager
def reading(replicas: Replicas, page: str) -> Iterator[list[Reader]]:
    """Eight readers read meanwhile."""
    done = threading.Event()
    readers = [Reader(replicas, number, page, done) for number in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        yield readers
    finally:
        done.set()
        for reader in readers:
            reader.join(60)


def test_readers_are_back_in_three_seconds_and_a_replica_that_is_told_to_stop_is_gone_in_two(
    crowded: Replicas,
) -> None:
    """Seconds of a machine that does nothing else meanwhile."""
    crowded.whole()
    cookie = crowded.cookie_of("a")
    with Client(crowded.proxy, headers={"Cookie": cookie}) as reader:
        reader.run("council", la="Leeds", metric="Average caseload")
        crowded.kill("a")
        killed = time.monotonic()
        with pytest.raises(ConnectionClosed):
            reader.until("never")
        with Client(crowded.proxy, headers={"Cookie": cookie}) as again:
            assert "Leeds" in again.run("council", la="Leeds", metric="Average caseload")
        assert time.monotonic() - killed < 3
    crowded.start("a")
    assert until(lambda: crowded.of(cookie) == "a", 3 * LEFT_OUT_SECONDS) < LEFT_OUT_SECONDS + 2
    with Client(crowded.proxy, headers={"Cookie": cookie}) as reader:
        reader.run("council", la="Leeds")
        told = time.monotonic()
        crowded.servers["a"].process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed):
            reader.until("never")
        assert time.monotonic() - told < 2
        assert crowded.servers["a"].process.wait(5) in STOPPED
    crowded.whole()
    told = time.monotonic()
    crowded.servers["b"].process.send_signal(signal.SIGTERM)
    assert crowded.servers["b"].process.wait(5) in STOPPED
    assert time.monotonic() - told < 2
    crowded.whole()


def test_ten_deaths_under_eight_readers_and_no_question_goes_without_its_answer(crowded: Replicas) -> None:
    crowded.whole()
    with reading(crowded, "council") as readers, asked_all_the_time(crowded.proxy) as bad:
        for number in range(10):
            time.sleep(1)
            crowded.kill(NAMES[number % 2])
            time.sleep(1)
            crowded.whole()
    gaps = sorted(gap for reader in readers for gap in reader.gaps)
    print(
        f"{sum(reader.runs for reader in readers)} pages, {sum(reader.cut for reader in readers)} lines cut, "
        f"longest without a page {gaps[-1]:.1f} s"
    )
    assert bad == []
    assert [reader.wrong for reader in readers] == [[]] * READERS
    assert sum(reader.cut for reader in readers) >= 10


def test_fifty_versions_under_eight_readers_none_torn_none_backwards(
    crowded: Replicas, published: Path, tmp_path: Path
) -> None:
    crowded.whole()
    before = tmp_path / "before.duckdb"
    shutil.copyfile(published, before)
    try:
        with reading(crowded, "methods") as readers, asked_all_the_time(crowded.proxy) as bad:
            for number in range(1, 51):
                publish(published, f"2026-12-24-{number:08}", tmp_path)
                time.sleep(1)
            for name in NAMES:
                until(lambda name=name: shows(crowded.servers[name], "2026-12-24-00000050"), 20)  # type: ignore[misc]
            time.sleep(2)
        print(f"{sum(reader.runs for reader in readers)} pages of {len(set(readers[0].versions))} versions")
        assert bad == []
        for reader in readers:
            assert reader.wrong == []
            assert reader.cut == 0
            assert reader.versions == sorted(reader.versions)
            assert reader.versions[-1] == "00000050"
            assert len(set(reader.versions)) > 10
    finally:
        before.replace(published)
        for name in NAMES:
            until(lambda name=name: shows(crowded.servers[name], version(published)), 20)  # type: ignore[misc]


def test_a_replica_that_hangs_is_left_out_after_one_question_and_taken_back(crowded: Replicas) -> None:
    """It holds its port and says nothing: what was asked of it is asked of the other after fifteen seconds."""
    crowded.whole()
    cookie = crowded.cookie_of("a")
    crowded.servers["a"].process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert crowded.proxy.ask("/", cookie=cookie).status == 200
        assert 14 < time.monotonic() - began < 18
        began = time.monotonic()
        assert crowded.proxy.ask("/", cookie=cookie).status == 200
        with Client(crowded.proxy, headers={"Cookie": cookie}) as reader:
            assert "Leeds" in reader.run("council", la="Leeds")
        assert time.monotonic() - began < 3
    finally:
        crowded.servers["a"].process.send_signal(signal.SIGCONT)
    until(lambda: crowded.of(cookie) == "a", LEFT_OUT_SECONDS + 3)


@pytest.mark.needs_root
def test_on_a_full_disk_a_build_says_so_and_readers_keep_what_they_have(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("A small disk is mounted, which needs root.")
    disk = tmp_path / "disk"
    disk.mkdir()
    size = (
        (builder.DATA / "monitor.duckdb").stat().st_size if (builder.DATA / "monitor.duckdb").exists() else 70_000_000
    )
    # Room for the database, its archived copy and the releases, and for half of another one.
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={int(size * 2.7)}", "small", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("This machine lets nobody mount anything.")
    try:
        data = disk / "data"
        shutil.copytree(builder.DATA, data, ignore=NOT_COMMITTED)
        live = builder.build(data).path
        digest = hashlib.sha256(live.read_bytes()).digest()
        with behind_nginx(live, **SETTINGS) as replicas, Client(replicas.proxy) as reader:
            said = reader.run("council", la="Leeds")
            built = subprocess.run(
                [sys.executable, "-m", "etl", "build", "--data", str(data)],
                cwd=ROOT, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert built.returncode == 2, built.stdout + built.stderr
            assert "E_WRITE" in built.stderr
            assert "No space left on device" in built.stderr
            print(built.stderr)
            assert hashlib.sha256(live.read_bytes()).digest() == digest
            for name in NAMES:
                assert ready(replicas.servers[name])[0] == 200
            assert "Leeds" in reader.run("council", la="Leeds")
            assert said
            with Client(replicas.proxy) as new:
                assert "Leeds" in new.run("map", la="Leeds")
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
