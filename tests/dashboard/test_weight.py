"""What an answer weighs, and that a cache is bounded by it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dashboard.data import database
from dashboard.data.weight import weigh
from tests.dashboard import small
from tests.dashboard.small import Figure


def test_a_frame_weighs_its_numbers_and_its_texts() -> None:
    numbers = pl.DataFrame({"value": [float(number) for number in range(1000)]})
    assert weigh(numbers) == 8000
    texts = pl.DataFrame({"name": ["Leeds"] * 1000})
    assert weigh(numbers.hstack(texts)) == 8000 + weigh(texts)
    assert weigh(texts) >= 1000 * 16


def test_many_rows_weigh_as_the_first_of_them() -> None:
    row = {"name": "Leeds", "value": 7.5}
    assert weigh([row] * 1000) == pytest.approx(1000 * weigh(row), rel=0.1)
    assert weigh([{**row, "rows": list(range(200))}] * 100) > 10 * weigh([row] * 100)
    assert weigh([]) < weigh([row])


def test_small_answers_are_kept_up_to_a_weight_and_those_asked_for_last_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SMALL_ANSWERS", 10 * weigh("x" * 1000))
    db = small.database(tmp_path, metrics=[small.metric()], figures=[Figure("waits", "101", 1.0)])
    made = list[int]()

    def ask(number: int) -> None:
        def make() -> str:
            made.append(number)
            return f"{number}".rjust(1000)

        assert db.cached(number, make, small=True) == f"{number}".rjust(1000)

    for number in range(10):
        ask(number)
    ask(0)
    ask(10)  # which takes the place of 1
    for number in (0, 2, 9, 10):
        ask(number)
    assert made == list(range(11))
    ask(1)
    assert made[-1] == 1
    db.cached("long", lambda: "x" * 100_000, small=True)
    for number in (0, 1):
        ask(number)
    assert made[-2:] == [0, 1]
