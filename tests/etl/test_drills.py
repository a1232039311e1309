"""Drills: builders that are killed, meet each other or run out of disk, files that rot, readers that read meanwhile.

Whatever happens, what is served is one whole version, the last or the new. `make test` kills at one step of each kind;
every other step, and what takes many versions, many flips or many builders, is of `make drill`.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Container, Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from _pytest.mark import ParameterSet

from dashboard.data.database import Database
from dashboard.data.model import DatabaseError
from dashboard.data.versions import Store
from etl.build import builder as build
from etl.model import EtlError
from etl.publish import live_database
from etl.publish.live_database import DATABASE
from tests import disks
from tests.etl import small

# Every step at which a build says where it is. What is served is the new version from the swap on.
BEFORE = ("locked", "database", "table figure", "commit", "checkpoint", "checks", "to disk", "keep the last")
BEFORE_SWAP = (*BEFORE, "keep the new", "swap")
AFTER_SWAP = ("swapped", "kept", "done")
# While rows are written; with both copies whole; with the new one in place, but not kept yet.
OF_EACH_KIND = ("commit", "swap", "swapped")
# A process of its own publishes the tiny version argv[2] and kills itself, uncatchably, at the step argv[3].
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.etl import small

def at(step):
    if step == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

small.put(Path(sys.argv[1]), sys.argv[2], at)
"""
BUILD = "import sys; from pathlib import Path; from etl.build import builder; builder.build(Path(sys.argv[1]))"
# Both commands that write, one after the other, and their exit statuses.
BOTH = """
import sys
from etl.__main__ import main

data = sys.argv[1]
for told in ("build", "rollback"):
    sys.argv = ["etl", told, "--data", data]
    try:
        main()
    except SystemExit as ended:
        print(told, ended.code)
"""
# A builder that reads nothing before all others have tried.
WAITS = """
import sys, time
from pathlib import Path
from etl.locks import BusyError
from tests.etl import small

def at(step):
    print(step, flush=True)
    while step == "locked" and not (Path(sys.argv[1]) / "go").exists():
        time.sleep(0.01)

try:
    small.put(Path(sys.argv[1]), sys.argv[2], at)
except BusyError as error:
    print(error)
    sys.exit(3)
"""


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    small.put(folder, "a")
    small.put(folder, "b")
    return folder


@pytest.fixture
def data(two: Path, tmp_path: Path) -> Path:
    """A data folder in which the tiny versions `a` and `b` were published."""
    return Path(shutil.copytree(two, tmp_path / "data"))


@pytest.fixture(scope="session")
def two_measures(database_path: Path) -> dict[str, pl.DataFrame]:
    return small.cut(database_path)


def drilled(all_: Iterable[object], quick: Container[object]) -> list[ParameterSet]:
    """All of these as parameters, of which `make test` takes the quick ones."""
    return [pytest.param(one, marks=[] if one in quick else [pytest.mark.drill]) for one in all_]


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=small.REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def files(data: Path) -> list[str]:
    return sorted(str(path.relative_to(data)) for path in data.rglob("*") if path.is_file())


def archived(*versions: str) -> list[str]:
    """The files of a folder with nothing in it but a database and these versions."""
    return [DATABASE, *(f"versions/{version}.duckdb" for version in sorted(versions))]


def together(calls: list[Callable[[], None]]) -> None:
    """Make these calls at the same time, and fail if any of them does."""
    failures: list[BaseException] = []

    def one(call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - a failed assertion of a thread is the test's
            failures.append(error)

    threads = [threading.Thread(target=one, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


# Killed


def test_the_drill_knows_every_step(data: Path) -> None:
    steps: list[str] = []
    small.put(data, "c", steps.append)
    steps.remove("table build")
    assert steps == [*BEFORE_SWAP, *AFTER_SWAP]
    assert len(steps) >= 11


@pytest.mark.parametrize("step", drilled([*BEFORE_SWAP, *AFTER_SWAP], OF_EACH_KIND))
def test_a_builder_killed_at_any_step_leaves_the_last_or_the_new_version_whole(data: Path, step: str) -> None:
    with start(KILLED, data, "c", step) as killed:
        assert killed.wait(timeout=60) == -9, killed.communicate()
    live = "b" if step in BEFORE_SWAP else "c"
    assert small.version_of(data / DATABASE) == live
    assert [version.name for version in live_database.versions(data) if version.live] == [live]

    small.put(data, "d")
    assert small.version_of(data / DATABASE) == "d"
    assert files(data) == (archived("a", "b", "d") if live == "b" else archived("b", "c", "d"))
    with live_database.alone(data):
        assert live_database.rollback(data) == live


@pytest.mark.slow
def test_a_build_killed_at_any_of_100_moments_leaves_the_last_or_the_new_version_whole(
    database_path: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(database_path.parent, tmp_path / "data"))
    before = Database(data / DATABASE).data_version
    (data / "schema.sql").write_bytes((data / "schema.sql").read_bytes() + b"\n")
    after = build.build(data).data_version
    began = time.monotonic()
    with start(BUILD, data) as whole:
        assert whole.wait(timeout=60) == 0
    duration = time.monotonic() - began

    moments = random.Random(2026)
    served, left = [], 0
    for _ in range(100):
        with live_database.alone(data):
            live_database.rollback(data, before)
        with start(BUILD, data) as killed:
            try:
                killed.wait(timeout=moments.uniform(0, duration))
            except subprocess.TimeoutExpired:
                killed.kill()
        served.append(Database(data / DATABASE).data_version)
        left += any(".draft" in name for name in files(data))
    assert set(served) <= {before, after}
    assert before in served
    assert left > 0
    assert build.build(data).data_version == after
    assert [path.name for path in data.iterdir() if path.is_file() and ".duckdb" in path.name] == [DATABASE]
    assert not list((data / "versions").glob("*.draft"))


@pytest.mark.parametrize("step", drilled(["copy", "read whole", "swap", "swapped"], OF_EACH_KIND))
def test_a_roll_back_killed_at_any_step_leaves_one_or_the_other_version_whole(data: Path, step: str) -> None:
    code = KILLED.replace("small.put(Path(sys.argv[1]), sys.argv[2], at)", "").replace(
        "from tests.etl import small", "from etl.publish import live_database"
    )
    code += "\ndata = Path(sys.argv[1])\nwith live_database.alone(data): live_database.rollback(data, None, at)"
    with start(code, data, "", step) as killed:
        assert killed.wait(timeout=60) == -9, killed.communicate()
    assert small.version_of(data / DATABASE) == ("a" if step == "swapped" else "b")
    with live_database.alone(data):
        assert live_database.rollback(data, "a") == "a"
    assert files(data) == archived("a", "b")


# Two at once


@pytest.mark.parametrize("builders", drilled([2, 8], [2]))
def test_of_builders_started_at_once_one_builds_and_the_others_end_with_status_3(data: Path, builders: int) -> None:
    started = [start(WAITS, data, "c") for _ in range(builders)]
    try:
        deadline = time.monotonic() + 60
        while sum(one.poll() is not None for one in started) < builders - 1 and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        (data / "go").touch()
    said = {one: one.communicate(timeout=60) for one in started}
    assert sorted(one.returncode for one in started) == [0] + [3] * (builders - 1), said
    builder = next(one for one in started if one.returncode == 0)
    for one, (words, _) in said.items():
        assert one is builder or f"another build is running here (process {builder.pid}, since " in words
    (data / "go").unlink()
    assert small.version_of(data / DATABASE) == "c"
    assert files(data) == archived("a", "b", "c")


# No room, no rights


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB of its own."""
    with disks.disk(tmp_path / "disk", 8) as where:
        yield where


@pytest.mark.needs_root
def test_a_disk_that_is_full_at_any_moment_leaves_the_served_file_as_it_was(disk: Path) -> None:
    small.put(disk, "a")
    small.put(disk, "b")
    before = {name: (disk / name).read_bytes() for name in files(disk)}
    refused = 0
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    for room in (0, 4_096, 100_000, 500_000, 1_000_000, 1_400_000, 2_000_000, 4_000_000):
        filler.write_bytes(bytes(free - room))
        try:
            small.put(disk, "c")
        except EtlError as error:
            refused += 1
            assert str(error).startswith("E_WRITE: monitor.duckdb could not be written: "), error  # noqa: PT017 - or none
            filler.unlink()
            assert {name: (disk / name).read_bytes() for name in files(disk)} == before
    # A new version needs room for itself and for the copy that is kept.
    assert refused == 7
    assert small.version_of(disk / DATABASE) == "c"


def test_a_folder_nobody_may_write_to_is_said_in_words(data: Path) -> None:
    without_rights: list[str] = []
    if os.geteuid() == 0:
        # Root may write anywhere, unless it gives that up.
        if shutil.which("setpriv") is None:
            pytest.skip("Root may write to any folder, and setpriv is not here to give that right up.")
        without_rights = ["setpriv", "--bounding-set", "-dac_override"]
    folders = (data, data / "versions")
    for folder in folders:
        folder.chmod(0o555)
    try:
        ran = subprocess.run(
            [*without_rights, sys.executable, "-c", BOTH, str(data)],
            cwd=small.REPOSITORY, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert ran.stdout.split() == ["build", "2", "rollback", "2"], ran.stderr
        assert "Traceback" not in ran.stderr
        words = "E_WRITE: monitor.duckdb could not be written: Permission denied. Make room or give"
        assert ran.stderr.count(words) == 2
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert small.version_of(data / DATABASE) == "b"
    assert files(data) == archived("a", "b")


# Damage


def same(one: Database, other: Database) -> bool:
    return one.table.keys() == other.table.keys() and all(
        one.table[name].equals(other.table[name]) for name in one.table
    )


def overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)
    # Later than any tick of the clock.
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000_000))


@pytest.mark.parametrize("flips", drilled([16, 200], [16]))
def test_a_flipped_byte_or_a_cut_of_the_served_file_is_never_served_as_data(
    two_measures: dict[str, pl.DataFrame], tmp_path: Path, flips: int
) -> None:
    served = small.put_marked(tmp_path, two_measures, 1)
    whole = served.read_bytes()
    store = Store(served)
    good = store.current()
    chance = random.Random(2026)
    # Most of the file is zeros of no meaning; and every fourth flip is in the headers.
    used = np.flatnonzero(np.frombuffer(whole, np.uint8))
    headers = used[used < 3 * 4096]
    noticed = 0
    for number in range(flips):
        at = int(chance.choice(headers if number % 4 == 0 else used))
        overwrite(served, at, bytes([whole[at] ^ (1 << chance.randrange(8))]))
        now = store.current()
        assert now is good or same(now, good)
        noticed += now is good
        overwrite(served, at, whole[at : at + 1])
        good = now
    assert noticed >= flips / 2

    for share in (0.999, 0.5, 0.01):
        os.truncate(served, int(len(whole) * share))
        now = store.current()
        # The last block may be one that nothing is in.
        assert now is good or (share == 0.999 and same(now, good))
        good = now
    with pytest.raises(DatabaseError):
        Store(served).current()

    small.put_marked(tmp_path, two_measures, 2)
    assert store.current().data_version == "0002"


@pytest.mark.parametrize(
    "of_another_kind",
    [
        "DELETE FROM build",
        "ALTER TABLE source ADD COLUMN new_in_a_later_version VARCHAR",
        "ALTER TABLE metric DROP COLUMN caveat",
        "ALTER TABLE build RENAME COLUMN data_version TO version",
    ],
)
def test_a_sound_database_of_another_schema_does_not_take_readers_down(
    two_measures: dict[str, pl.DataFrame], tmp_path: Path, of_another_kind: str
) -> None:
    store = Store(small.put_marked(tmp_path, two_measures, 1))
    good = store.current()
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(other)) as connection:
        connection.execute(f"ATTACH '{tmp_path / DATABASE}' AS live (READ_ONLY)")
        for name in two_measures:
            connection.execute(f'CREATE TABLE "{name}" AS FROM live."{name}"')
        connection.execute("DETACH live")
        connection.execute(of_another_kind)
    other.replace(tmp_path / DATABASE)
    now = store.current()
    assert now is good or now.metrics == good.metrics


# Readers meanwhile

PUBLISHES = """
import pickle, sys
from pathlib import Path
from tests.etl import small

tables = small.cut(Path(sys.argv[2]))
for number in range(2, 2 + int(sys.argv[3])):
    small.put_marked(Path(sys.argv[1]), tables, number)
"""


@pytest.mark.drill
def test_readers_of_50_versions_published_one_after_the_other_never_see_one_torn_or_an_older_one(
    two_measures: dict[str, pl.DataFrame], database_path: Path, tmp_path: Path
) -> None:
    store = Store(small.put_marked(tmp_path, two_measures, 1))
    with start(PUBLISHES, tmp_path, database_path, 50) as publisher:
        seen: list[list[int]] = [[] for _ in range(8)]

        def read(versions: list[int]) -> None:
            while publisher.poll() is None:
                database = store.current()
                number = int(database.data_version)
                assert {metric.caveat for metric in database.metrics.values()} == {f"{number:04}"}
                assert database.figure["value"].drop_nulls().unique().to_list() == [small.MARKED + number]
                versions.append(number)
                time.sleep(0.02)

        together([lambda versions=versions: read(versions) for versions in seen])  # type: ignore[misc]
        assert publisher.wait() == 0, publisher.communicate()
    assert store.current().data_version == "0051"
    for versions in seen:
        assert versions == sorted(versions)
        assert len(set(versions)) > 25
    assert [version.name for version in live_database.versions(tmp_path)] == ["0051", "0050", "0049"]


@pytest.mark.parametrize("questions_each", [12, pytest.param(200, marks=pytest.mark.drill)])
def test_sixteen_threads_that_ask_at_once_get_right_answers_only(database_path: Path, questions_each: int) -> None:
    store = Store(database_path)
    truth = Database(database_path)
    questions = [(metric, period.end) for metric, periods in truth.periods.items() for period in periods[:3]]

    @cache
    def right(metric: str, end: date) -> str:
        return digest(metric, end, truth)

    def digest(metric: str, end: date, database: Database) -> str:
        rows = database.councils(metric, end).select("area_id", "value", "rank", "quarter", "status")
        return hashlib.sha256(rows.write_csv().encode()).hexdigest()

    asked = [random.Random(asker).choices(questions, k=questions_each) for asker in range(16)]
    for question in {one for of_asker in asked for one in of_asker}:
        right(*question)
    all_here = threading.Barrier(16)

    def ask(of_asker: list[tuple[str, date]]) -> None:
        all_here.wait()
        for question in of_asker:
            assert digest(*question, store.current()) == right(*question)

    together([lambda of_asker=of_asker: ask(of_asker) for of_asker in asked])  # type: ignore[misc]
