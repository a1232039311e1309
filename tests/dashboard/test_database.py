"""The database in memory, and the store that keeps it under a file that is replaced, lost or damaged."""

from __future__ import annotations

import logging
import random
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dashboard.analysis import queries
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data import versions
from dashboard.data.database import MOST_ANSWERS, Database
from dashboard.data.model import DatabaseError
from dashboard.data.versions import Store
from tests.dashboard import small
from tests.dashboard.small import Figure


def edition(path: Path, version: str, value: float) -> Path:
    """A database of one version, all of whose 30 councils have one value."""
    figures = [Figure("waits", council, value) for council in small.COUNCILS]
    return small.write(path, metrics=[small.metric()], figures=figures, version=version)


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two good databases: in "one" all values are 1, in "two" all are 2."""
    folder = tmp_path_factory.mktemp("editions")
    return {name: edition(folder / f"{name}.duckdb", name, value) for name, value in (("one", 1.0), ("two", 2.0))}


def publish(source: Path, target: Path) -> None:
    """As a build does: a copy under another name takes the place of the old file."""
    draft = target.with_suffix(f".draft.{threading.get_ident()}")
    shutil.copyfile(source, draft)
    draft.replace(target)


def test_a_store_takes_up_a_file_that_was_replaced(tmp_path: Path, editions: dict[str, Path]) -> None:
    live = tmp_path / "monitor.duckdb"
    publish(editions["one"], live)
    store = Store(live)
    first = store.current()
    assert first.data_version == "one"
    assert store.current() is first  # nothing is read again
    publish(editions["two"], live)
    assert store.current().data_version == "two"
    assert first.figure["value"].unique().to_list() == [1.0]  # whoever still holds the old one is not disturbed


def cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def garble(path: Path) -> None:
    path.write_bytes(b"<html>503 Service Unavailable</html>" * 999)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def replace_by_another_database(path: Path) -> None:
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE something (i INT)")


def replace_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


BREAKAGES: dict[str, Callable[[Path], None]] = {
    "missing": Path.unlink,
    "cut": cut,
    "empty": empty,
    "garbage": garble,
    "another database": replace_by_another_database,
    "a folder": replace_by_a_folder,
}


@pytest.mark.parametrize("how", BREAKAGES)
def test_a_store_keeps_the_last_good_version_of_a_file_that_is(
    tmp_path: Path, editions: dict[str, Path], how: str, caplog: pytest.LogCaptureFixture
) -> None:
    live = tmp_path / "monitor.duckdb"
    publish(editions["one"], live)
    store = Store(live)
    good = store.current()
    BREAKAGES[how](live)
    with caplog.at_level(logging.ERROR):
        assert [store.current() for _ in range(3)] == [good] * 3
    assert len(caplog.messages) == 1  # a broken file is read once, not at every question
    assert "monitor.duckdb cannot be read" in caplog.messages[0]
    assert str(tmp_path) not in caplog.messages[0]
    if live.is_dir():
        live.rmdir()
    publish(editions["two"], live)
    assert store.current().data_version == "two"


@pytest.mark.parametrize("how", BREAKAGES)
def test_without_a_good_file_ever_the_error_says_the_remedy(
    tmp_path: Path, editions: dict[str, Path], how: str
) -> None:
    live = tmp_path / "monitor.duckdb"
    publish(editions["one"], live)
    BREAKAGES[how](live)
    store = Store(live)
    with pytest.raises(DatabaseError, match=r"Run `python -m etl build`"):
        store.current()
    assert how != "missing" or not live.exists()  # asking did not make one
    if live.is_dir():
        live.rmdir()
    publish(editions["two"], live)
    assert store.current().data_version == "two"


def test_a_flipped_byte_is_an_error_or_harmless_but_never_a_wrong_figure(
    tmp_path: Path, editions: dict[str, Path]
) -> None:
    whole = editions["one"].read_bytes()
    right = Database(editions["one"]).figure
    live, chance = tmp_path / "monitor.duckdb", random.Random(2026)
    refused = 0
    for _ in range(25):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        live.write_bytes(damaged)
        try:
            assert Database(live).figure.equals(right)
        except duckdb.Error:
            refused += 1
    assert refused > 0


def test_sixteen_threads_get_only_right_answers_while_the_file_is_replaced(
    tmp_path: Path, editions: dict[str, Path]
) -> None:
    live, value = tmp_path / "monitor.duckdb", {"one": 1.0, "two": 2.0}
    publish(editions["one"], live)
    store, stop, wrong = Store(live), threading.Event(), list[str]()
    assert store.current().data_version == "one"  # from here on there is a last good version
    answers, seen = [0] * 16, set[str]()

    def ask(number: int) -> None:
        while not stop.is_set():
            try:
                db = store.current()
                rows = queries.councils(db, db.metrics["waits"], db.latest("waits"), BENCHMARKS["best_quarter"])
                found = set(rows["value"].to_list() + rows["benchmark"].to_list())
                if rows.height != len(small.COUNCILS) or found != {value[db.data_version]}:
                    wrong.append(f"{db.data_version}: {found}")
                seen.add(db.data_version)
                answers[number] += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, a reader would have seen it
                wrong.append(repr(error))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    end, swaps = time.monotonic() + 60, 0
    # Until each kind of swap was made often and each reader had both: one at a time reads what is new.
    while (swaps < 35 or len(seen) < 2 or min(answers) < 5) and time.monotonic() < end:
        publish(editions["two" if swaps % 2 == 0 else "one"], live)
        swaps += 1
        if swaps % 5 == 0:
            live.write_bytes(b"torn")
        elif swaps % 7 == 0:
            live.unlink()
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert seen == {"one", "two"}
    assert swaps >= 35
    assert min(answers) >= 5


def test_the_store_reads_the_file_that_the_environment_names(
    tmp_path: Path, editions: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    versions.store.cache_clear()
    monkeypatch.setenv("MONITOR_DATABASE", str(editions["two"]))
    try:
        assert versions.store().current().data_version == "two"
        assert versions.store() is versions.store()
    finally:
        versions.store.cache_clear()


def test_a_path_with_a_quote_is_opened_and_nothing_else_is_run(tmp_path: Path, editions: dict[str, Path]) -> None:
    odd = tmp_path / "it's; DROP TABLE area; --.duckdb"
    shutil.copyfile(editions["one"], odd)
    assert Database(odd).data_version == "one"


def test_a_file_is_let_go_once_it_is_read(tmp_path: Path, editions: dict[str, Path]) -> None:
    live = tmp_path / "monitor.duckdb"
    publish(editions["one"], live)
    Database(live)
    with duckdb.connect(str(live)) as writer:  # which would be refused while anybody holds it
        writer.execute("DELETE FROM quarter_cut")


def test_the_authorities_of_today_are_153_and_the_ended_ones_are_kept(db: Database) -> None:
    assert len(db.authorities) == 153
    assert list(db.authorities.values()) == sorted(db.authorities.values())
    assert {"909": "Cumbria", "928": "Northamptonshire", "835": "Dorset (to 2019)"}.items() <= db.ended.items()
    assert not set(db.ended) & set(db.authorities)


def test_every_metric_has_periods_newest_first_and_the_newest_are_held_ready(db: Database) -> None:
    assert set(db.periods) == set(db.metrics)
    for metric_id, periods in db.periods.items():
        ends = [period.end for period in periods]
        assert ends == sorted(set(ends), reverse=True)
        assert db.latest(metric_id) == periods[0]
        assert set(db.newest.filter(pl.col("metric_id") == metric_id)["period_end"]) == {periods[0].end}


def test_each_figure_stands_once_and_a_value_is_there_exactly_when_it_is_observed(db: Database) -> None:
    keys = ["metric_id", "area_id", "period_end"]
    assert db.figure.select(keys).is_unique().all()
    assert db.figure.filter(pl.col("value").is_not_null() != (pl.col("status") == "observed")).is_empty()
    assert db.figure.filter(pl.col("value").is_nan()).is_empty()
    assert db.figure["sets_cut"].null_count() == 0


def test_the_councils_of_a_period_are_those_that_existed_then(db: Database) -> None:
    names = {
        year: set(db.councils("vacancy_rate", date(year, 9, 30))["name"]) & {"Cumbria", "Cumberland"}
        for year in (2022, 2023)
    }
    assert names == {2022: {"Cumbria"}, 2023: {"Cumberland"}}


def test_a_metric_knows_what_may_be_said_of_it(db: Database) -> None:
    kinds = {
        metric_id: (metric.ranked, metric.neutral, metric.counted, metric.graded)
        for metric_id, metric in db.metrics.items()
    }
    assert kinds["vacancy_rate"] == (True, False, False, False)
    assert kinds["plan_rate"] == (False, True, False, False)
    assert kinds["children"] == kinds["vacancies_fte"] == (False, True, True, False)
    assert kinds["judgement_overall"] == (False, False, False, True)
    with pytest.raises(FrozenInstanceError):
        db.metrics["vacancy_rate"].title = "Another"  # type: ignore[misc]


def test_an_answer_is_cached_until_others_push_it_out(tmp_path: Path) -> None:
    db = small.database(tmp_path, metrics=[small.metric()], figures=[Figure("waits", "101", 1.0)])
    made = list[str]()

    def answer(key: str) -> str:
        def make() -> str:
            made.append(key)
            return key.upper()

        return db.cached(key, make)

    assert [answer("a"), answer("a"), made] == ["A", "A", ["a"]]
    for number in range(MOST_ANSWERS - 1):
        answer(str(number))
    assert (answer("a"), made.count("a")) == ("A", 1)  # asked for last, it is the last to go
    for number in range(MOST_ANSWERS):
        answer(f"other {number}")
    assert (answer("a"), made.count("a")) == ("A", 2)


def test_an_answer_that_fails_is_not_cached(tmp_path: Path) -> None:
    db = small.database(tmp_path, metrics=[small.metric()], figures=[Figure("waits", "101", 1.0)])
    with pytest.raises(ZeroDivisionError):
        db.cached("a", lambda: 1 / 0)
    assert db.cached("a", lambda: 1) == 1
