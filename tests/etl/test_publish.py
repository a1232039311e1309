"""What publishing keeps, what a roll-back puts in place, and who may do either."""

from __future__ import annotations

import os
import re
import shutil
import threading
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from etl.locks import BusyError, locked
from etl.model import EtlError
from etl.publish import live_database
from etl.publish.live_database import DATABASE, Version
from tests.etl import small
from tests.etl.helpers import Command


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("three") / "data"
    folder.mkdir()
    for version in ("a", "b", "c"):
        small.put(folder, version)
    return folder


@pytest.fixture
def data(three: Path, tmp_path: Path) -> Path:
    """A data folder in which the versions `a`, `b` and `c` were published, one after the other."""
    return Path(shutil.copytree(three, tmp_path / "data"))


def names(data: Path) -> list[str]:
    """What `versions` lists, the live one in brackets."""
    return [f"[{version.name}]" if version.live else version.name for version in live_database.versions(data)]


def files(data: Path) -> list[str]:
    return sorted(str(path.relative_to(data)) for path in data.rglob("*") if path.is_file())


def roll_back(data: Path, name: str | None = None) -> str:
    with live_database.alone(data):
        return live_database.rollback(data, name)


def test_a_published_database_is_in_place_and_archived_and_nothing_else_is_left(tmp_path: Path) -> None:
    assert small.put(tmp_path, "a") == tmp_path / DATABASE
    assert files(tmp_path) == [DATABASE, "versions/a.duckdb"]
    assert small.version_of(tmp_path / DATABASE) == small.version_of(tmp_path / "versions" / "a.duckdb") == "a"
    assert live_database.versions(tmp_path) == [Version("a", datetime(2026, 8, 20), live=True)]


def test_the_last_three_versions_are_archived(data: Path) -> None:
    assert names(data) == ["[c]", "b", "a"]
    small.put(data, "d")
    assert names(data) == ["[d]", "c", "b"]
    assert files(data) == [DATABASE, "versions/b.duckdb", "versions/c.duckdb", "versions/d.duckdb"]


def test_a_version_that_is_built_again_is_archived_once(data: Path) -> None:
    small.put(data, "c")
    assert names(data) == ["[c]", "b", "a"]


def test_what_damages_the_file_that_is_served_leaves_the_archived_version_alone(data: Path) -> None:
    with (data / DATABASE).open("r+b") as served:
        served.write(b"damage")
    assert small.version_of(data / "versions" / "c.duckdb") == "c"


def test_a_refused_database_changes_nothing(data: Path) -> None:
    def refuse(database: duckdb.DuckDBPyConnection) -> None:
        assert database.execute("SELECT data_version FROM build").fetchall() == [("d",)]
        raise EtlError("E_CHECK: no")

    before = {file: (data / file).read_bytes() for file in files(data)}
    with live_database.alone(data), pytest.raises(EtlError, match=r"^E_CHECK: no$"):
        live_database.publish(data, small.SCHEMA, small.tables("d"), refuse)
    assert {file: (data / file).read_bytes() for file in files(data)} == before
    assert names(data) == ["[c]", "b", "a"]


def test_a_live_database_that_was_never_archived_is_archived_before_it_is_replaced(data: Path) -> None:
    (data / "versions" / "c.duckdb").unlink()
    assert names(data) == ["[c]", "b", "a"]
    small.put(data, "d")
    assert names(data) == ["[d]", "c", "b"]


def test_of_a_live_file_that_cannot_be_read_nothing_is_archived(data: Path) -> None:
    (data / DATABASE).write_bytes(b"<html>")
    assert names(data) == ["c", "b", "a"]
    small.put(data, "d")
    assert names(data) == ["[d]", "c", "b"]


def test_a_log_that_somebody_left_beside_the_live_file_is_not_applied_to_the_new_one(data: Path) -> None:
    with duckdb.connect(str(data / DATABASE)) as writer:
        writer.execute("PRAGMA disable_checkpoint_on_shutdown")
        writer.execute("DELETE FROM figure WHERE value > 10")
    assert (data / f"{DATABASE}.wal").exists()
    small.put(data, "d")
    assert not (data / f"{DATABASE}.wal").exists()
    assert small.version_of(data / DATABASE) == "d"


def test_a_clock_that_was_put_back_does_not_confuse_the_order(data: Path) -> None:
    for archived in (data / "versions").iterdir():
        os.utime(archived, (archived.stat().st_atime, archived.stat().st_mtime + 86_400))
    small.put(data, "d")
    small.put(data, "e")
    assert names(data) == ["[e]", "d", "c"]


def test_a_roll_back_goes_one_version_back_each_time(data: Path) -> None:
    assert roll_back(data) == "b"
    assert names(data) == ["c", "[b]", "a"]
    assert small.version_of(data / DATABASE) == "b"
    assert roll_back(data) == "a"
    with pytest.raises(EtlError, match=r"^E_VERSION: there is no earlier version\. Kept: a, b, c\. Name one of"):
        roll_back(data)
    assert small.version_of(data / DATABASE) == "a"


def test_a_roll_back_may_name_the_version_and_go_forward_too(data: Path) -> None:
    assert roll_back(data, "a") == "a"
    assert roll_back(data, "c") == "c"
    assert names(data) == ["[c]", "b", "a"]


def test_after_a_new_build_the_version_before_is_the_one_that_was_rolled_back_to(data: Path) -> None:
    roll_back(data)
    small.put(data, "d")
    assert names(data) == ["[d]", "b", "c"]
    assert roll_back(data) == "b"


def test_a_live_file_that_cannot_be_read_is_mended_by_the_newest_version(data: Path) -> None:
    with (data / DATABASE).open("r+b") as served:
        served.truncate(1000)
    assert roll_back(data) == "c"
    assert small.version_of(data / DATABASE) == "c"


def test_a_roll_back_archives_a_live_version_that_was_not_archived(data: Path) -> None:
    (data / "versions" / "c.duckdb").unlink()
    assert roll_back(data) == "b"
    assert names(data) == ["c", "[b]", "a"]


@pytest.mark.parametrize("name", ["d", "../../c", "c.duckdb", "*", ""])
def test_only_an_archived_version_can_be_named(data: Path, name: str) -> None:
    with pytest.raises(EtlError, match=r"^E_VERSION: there is no .*\. Kept: a, b, c\."):
        roll_back(data, name)
    assert names(data) == ["[c]", "b", "a"]


def test_an_archived_version_that_is_damaged_is_not_put_in_place(data: Path) -> None:
    archived = data / "versions" / "b.duckdb"
    with duckdb.connect(str(archived), read_only=True) as connection:
        info = "SELECT max(block_id), any_value(block_size) FROM pragma_storage_info('figure'), pragma_database_size()"
        block, size = connection.execute(info).fetchall()[0]
    was = archived.stat()
    with archived.open("r+b") as file:
        # Three headers come before the blocks: it opens as if nothing were wrong.
        file.seek(3 * 4096 + block * size + 100)
        file.write(b"damage")
    os.utime(archived, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert names(data) == ["[c]", "b", "a"]
    with pytest.raises(EtlError, match=r"^E_VERSION: the kept version b is damaged \(.*untouched\.$"):
        roll_back(data)
    assert small.version_of(data / DATABASE) == "c"
    assert DATABASE + ".draft" not in files(data)


def test_drafts_of_builders_that_died_are_removed_at_the_next_start(data: Path) -> None:
    left = [f"{DATABASE}.draft", f"{DATABASE}.draft.wal", f"{DATABASE}.draft.4711", "versions/d.draft"]
    for name in left:
        (data / name).write_bytes(b"left")
    with live_database.alone(data):
        assert not set(left) & set(files(data))
    assert names(data) == ["[c]", "b", "a"]


def test_who_comes_second_is_told_who_was_first_and_since_when(tmp_path: Path) -> None:
    with live_database.alone(tmp_path):
        with pytest.raises(BusyError) as told, live_database.alone(tmp_path):
            pass
        assert re.fullmatch(
            rf"E_BUSY: another build is running here \(process {os.getpid()}, since \d\d:\d\d:\d\d UTC\)\. "
            r"Nothing was changed\. Wait until it has ended\.",
            str(told.value),
        )
    assert files(tmp_path) == []


def test_the_lock_file_of_a_dead_builder_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / live_database.LOCK).write_text("process 4711, since 03:00:00 UTC", "utf-8")
    small.put(tmp_path, "a")
    assert files(tmp_path) == [DATABASE, "versions/a.duckdb"]


def test_the_lock_is_never_held_by_two(tmp_path: Path) -> None:
    holders, together, turns = [0], [0], [0]

    def take() -> None:
        for _ in range(100):
            try:
                with locked(tmp_path / "lock", "test"):
                    holders[0] += 1
                    together[0] = max(together[0], holders[0])
                    turns[0] += 1
                    holders[0] -= 1
            except BusyError:
                continue

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [1]
    assert turns[0] > 10
    assert files(tmp_path) == []


def test_the_commands_list_the_versions_and_roll_back(data: Path, command: Command) -> None:
    listed = command("versions", "--data", data)
    assert listed.status == 0
    assert listed.out.splitlines() == [
        "c, built 20 August 2026 at 00:00 UTC, in place",
        "b, built 20 August 2026 at 00:00 UTC",
        "a, built 20 August 2026 at 00:00 UTC",
    ]
    ran = command("rollback", "--data", data)
    assert (ran.status, ran.out) == (0, "data version b is in place\n")
    assert command("rollback", "c", "--data", data).status == 0
    unknown = command("rollback", "z", "--data", data)
    assert (unknown.status, unknown.err.splitlines()[0][:43]) == (2, "E_VERSION: there is no version 'z'. Kept: a")


def test_without_a_version_the_commands_say_what_to_do(tmp_path: Path, command: Command) -> None:
    assert command("versions", "--data", tmp_path).err == (
        "E_VERSION: there is no version yet. Run `python -m etl build`.\n"
    )
    assert command("rollback", "--data", tmp_path).err.startswith(
        "E_VERSION: there is no earlier version. Kept: none. "
    )


@pytest.mark.parametrize("told", ["build", "rollback"])
def test_a_command_that_comes_second_ends_with_status_3(data: Path, command: Command, told: str) -> None:
    with live_database.alone(data):
        ran = command(told, "--data", data)
    assert (ran.status, ran.out) == (3, "")
    assert ran.err.strip().startswith(f"E_BUSY: another build is running here (process {os.getpid()}, since ")
    assert names(data) == ["[c]", "b", "a"]


def test_a_data_folder_that_is_not_there_is_said_in_words(tmp_path: Path, command: Command) -> None:
    ran = command("rollback", "--data", tmp_path / "nowhere")
    assert ran.status == 2
    assert ran.err.startswith("E_WRITE: monitor.duckdb could not be written: No such file or directory. ")
