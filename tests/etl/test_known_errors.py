"""Figures that cannot be right are withheld, and the declaration does not outlive the error."""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl
import pytest

from etl.check.known_errors import KNOWN_ERRORS, withhold
from etl.model import OBSERVATION, EtlError

HULL, SEPTEMBER_2017 = "810", date(2017, 9, 30)


def printed(value: float | None) -> pl.DataFrame:
    """Two made-up rows: Hull's turnover of 2017 with this value, and that of the year after."""
    same = {"metric_id": "turnover_rate", "area_id": HULL, "status": "observed", "return_id": HULL, "source_id": "s"}
    wrong = {"period_end": SEPTEMBER_2017, "period": "2017", "value": value, "numerator": 0.0, "denominator": 240.0}
    right = {"period_end": date(2018, 9, 30), "period": "2018", "value": 9.5, "numerator": 20.0, "denominator": 210.0}
    rows = [{**same, **wrong, "file": "f", "line": 7}, {**same, **right, "file": "f.csv", "line": 8}]
    return pl.DataFrame(rows, schema=OBSERVATION)


def test_a_known_error_is_withheld_with_what_is_printed() -> None:
    rows, withheld = withhold(printed(0.0))
    wrong, right = rows.iter_rows(named=True)
    assert (wrong["value"], wrong["status"], wrong["symbol"]) == (None, "low_reliability", "printed 0.0")
    assert (wrong["numerator"], wrong["denominator"], wrong["line"]) == (None, None, 7)
    assert (right["value"], right["status"], right["numerator"]) == (9.5, "observed", 20.0)
    assert withheld.select("metric_id", "area_id", "printed").rows() == [("turnover_rate", HULL, 0.0)]


def test_a_repaired_figure_stops_the_build_until_the_declaration_is_gone() -> None:
    with pytest.raises(EtlError, match=r"^E_REPAIRED: f, line 7: turnover_rate of 810 .* remove it from"):
        withhold(printed(8.1))


def test_an_edition_without_the_year_needs_no_repair() -> None:
    rows, withheld = withhold(printed(0.0).slice(1))
    assert rows["value"].to_list() == [9.5]
    assert withheld.is_empty()


def test_every_declared_error_is_in_the_database_and_withheld(database: duckdb.DuckDBPyConnection) -> None:
    declared = {(metric_id, error.area_id, error.period_end) for error in KNOWN_ERRORS for metric_id in error.printed}
    rows = database.execute(
        """
        SELECT metric_id, area_id, period_end FROM known_error JOIN observation USING (metric_id, area_id, period_end)
        WHERE value IS NULL AND status = 'low_reliability' AND symbol LIKE 'printed %'
        """
    ).fetchall()
    assert set(rows) == declared


def test_what_is_withheld_stands_nowhere(database: duckdb.DuckDBPyConnection) -> None:
    for table in ("standing", "change"):
        assert database.execute(
            f"SELECT count(*) FROM {table} JOIN known_error USING (metric_id, area_id, period_end)"
        ).fetchall() == [(0,)]
