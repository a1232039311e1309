"""The data versions archived beside the database: asked for by name, read once, and refused in words."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dashboard.data import versions
from dashboard.data.contents import Contents
from dashboard.data.database import Database
from dashboard.data.model import DatabaseError
from dashboard.data.versions import ARCHIVED_IN_MEMORY, Store
from tests.dashboard import small
from tests.dashboard.small import Figure

NAMES = ("first", "second", "third", "fourth")


def edition(path: Path, version: str, value: float) -> Path:
    """A made-up database of one version, in which all councils have one value."""
    figures = [Figure("waits", council, value) for council in small.COUNCILS]
    return small.write(path, metrics=[small.metric()], figures=figures, version=version)


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Versions "first" to "fourth", in which all values are 1 to 4."""
    folder = tmp_path_factory.mktemp("editions")
    return {name: edition(folder / f"{name}.duckdb", name, float(at)) for at, name in enumerate(NAMES, start=1)}


@pytest.fixture
def store(tmp_path: Path, editions: dict[str, Path]) -> Store:
    """The last version in place, and all four archived, as a build leaves them."""
    archive = tmp_path / "versions"
    archive.mkdir()
    for at, path in enumerate(editions.values()):
        shutil.copyfile(path, archive / path.name)
        # Built a second apart.
        os.utime(archive / path.name, (1_000_000_000 + at, 1_000_000_000 + at))
    shutil.copyfile(editions["fourth"], tmp_path / "monitor.duckdb")
    return Store(tmp_path / "monitor.duckdb")


def value(db: Database) -> float:
    """The one value of a made-up version."""
    (found,) = db.figure["value"].unique()
    return float(found)


def test_a_version_is_asked_for_by_its_name(store: Store) -> None:
    assert {name: value(store.at(name)) for name in NAMES} == {"first": 1, "second": 2, "third": 3, "fourth": 4}
    assert store.at("fourth") is store.current()  # what is in place is not held twice
    assert store.versions() == ["fourth", "third", "second", "first"]


def test_an_archived_version_is_read_once_and_two_stay(store: Store) -> None:
    first, second = store.at("first"), store.at("second")
    assert (store.at("first"), store.at("second")) == (first, second)
    assert ARCHIVED_IN_MEMORY == 2
    store.at("third")
    assert store.at("second") is second
    assert store.at("first") is not first  # asked for longest ago, it went
    assert value(first) == 1  # whoever still holds it is not disturbed


@pytest.mark.parametrize(
    "name",
    ["fifth", "", ".", "..", "../monitor", "versions/first", "first.duckdb", "FIRST", "first\0", "a" * 9_999],
)  # fmt: skip
def test_any_other_name_is_refused_with_the_archived_ones(store: Store, name: str) -> None:
    with pytest.raises(DatabaseError) as refused:
        store.at(name)
    words = str(refused.value)
    assert words == "That data version is not kept. Kept: fourth (in place now), third, second, first."


def test_no_name_reaches_a_file_outside_the_folder(tmp_path: Path, store: Store, editions: dict[str, Path]) -> None:
    outside = edition(tmp_path / "outside.duckdb", "../outside", 9.0)
    assert outside.exists()
    for name in ("../outside", str(outside), str(outside.with_suffix("")), "outside"):
        with pytest.raises(DatabaseError, match="is not kept"):
            store.at(name)


def test_nothing_is_archived_where_there_is_no_folder(tmp_path: Path, editions: dict[str, Path]) -> None:
    alone = Store(editions["first"])
    assert alone.versions() == ["first"]
    with pytest.raises(DatabaseError, match=r"Kept: first \(in place now\)\.$"):
        alone.at("second")


def test_a_damaged_version_is_said_so_and_read_once_until_it_changes(
    store: Store, editions: dict[str, Path], caplog: pytest.LogCaptureFixture
) -> None:
    damaged = store.path.parent / "versions" / "second.duckdb"
    damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            with pytest.raises(
                DatabaseError, match=r"cannot be read: .*Kept: fourth \(in place now\), third, first\.$"
            ):
                store.at("second")
    assert len(caplog.messages) == 1
    assert str(store.path.parent) not in caplog.messages[0]
    shutil.copyfile(editions["second"], damaged)
    assert value(store.at("second")) == 2


def test_a_file_under_the_name_of_another_version_is_not_taken_for_it(store: Store, editions: dict[str, Path]) -> None:
    shutil.copyfile(editions["first"], store.path.parent / "versions" / "second.duckdb")
    with pytest.raises(DatabaseError, match="cannot be read"):
        store.at("second")


def test_a_version_without_the_tables_of_today_is_not_shown(store: Store) -> None:
    """A page would ask it for what it does not hold."""
    with duckdb.connect(str(store.path.parent / "versions" / "first.duckdb")) as connection:
        connection.execute("DROP TABLE series_break")
    with pytest.raises(DatabaseError, match="its tables are not those of today"):
        store.at("first")
    assert value(store.at("second")) == 2


def test_what_is_no_longer_archived_is_no_longer_shown_even_if_it_is_in_memory(store: Store) -> None:
    assert value(store.at("first")) == 1
    (store.path.parent / "versions" / "first.duckdb").unlink()
    with pytest.raises(DatabaseError, match="is not kept"):
        store.at("first")


def test_the_version_in_place_before_is_there_once_another_takes_its_place(
    store: Store, editions: dict[str, Path]
) -> None:
    before = store.current()
    draft = store.path.with_suffix(".draft")
    shutil.copyfile(editions["first"], draft)
    draft.replace(store.path)
    assert store.current().data_version == "first"
    assert value(store.at("fourth")) == value(before) == 4


def test_a_store_without_a_good_file_in_place_says_the_remedy(tmp_path: Path, editions: dict[str, Path]) -> None:
    (tmp_path / "versions").mkdir()
    shutil.copyfile(editions["first"], tmp_path / "versions" / "first.duckdb")
    with pytest.raises(DatabaseError, match=r"Run `python -m etl build`"):
        Store(tmp_path / "monitor.duckdb").at("first")


def test_a_version_that_was_asked_for_is_not_read_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking again costs a look at a file and at a folder, and opens none."""
    read = list[Path]()

    class Counted(Database):
        def __init__(self, path: Path, how: Callable[[Path], Contents]) -> None:
            read.append(path)
            super().__init__(path, how)

    monkeypatch.setattr(versions, "Database", Counted)
    first = store.at("first")
    assert [path.stem for path in read] == ["monitor", "first"]
    assert all(store.at("first") is first for _ in range(200))
    assert len(read) == 2


def test_eight_threads_get_the_version_they_asked_for(store: Store) -> None:
    wrong: list[str] = []

    def ask(at: int) -> None:
        for turn in range(6):
            name = NAMES[(at + turn) % 4]
            if value(store.at(name)) != NAMES.index(name) + 1:
                wrong.append(name)

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
