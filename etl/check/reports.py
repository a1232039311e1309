"""Whether the record of inspections is borne out by the reports themselves, where their PDFs are at hand."""

from __future__ import annotations

from datetime import date

import polars as pl

from etl.model import REJECT, EtlError, Loaded
from etl.sources.ofsted_reports import read_day

# A report that says otherwise than the record; and, by its days, that its inspection is not in the record as it should.
DISAGREES, UNLIKE = "E_DISAGREES", ("E_DISAGREES", "E_DATES", "E_NO_INSPECTION")


def refuse_graded_otherwise(reports: Loaded) -> None:
    """Raise EtlError for the first report whose grades are not those of the record (E_DISAGREES)."""
    _refuse(_rejects(reports).filter(pl.col("rule") == DISAGREES))


def refuse_record(inspection: pl.DataFrame, reports: Loaded, before: Loaded | None) -> None:
    """Raise EtlError for the first report that a new record contradicts, or lacks though it came out before its newest.

    `inspection` is of the record, `reports` were read with it, and `before` with the record in place: what was refused
    then says nothing.
    """
    newest = inspection["published"].max()
    known = _rejects(before)["file"].to_list() if before else []
    new = _rejects(reports).filter(pl.col("rule").is_in(UNLIKE) & ~pl.col("file").is_in(known))
    older = [file for file in new["file"] if isinstance(newest, date) and read_day(file) <= newest]
    _refuse(new.filter(pl.col("file").is_in(older)))


def _rejects(reports: Loaded) -> pl.DataFrame:
    return reports.tables.get("reject", pl.DataFrame(schema=REJECT))


def _refuse(rejects: pl.DataFrame) -> None:
    for row in rejects.head(1).iter_rows(named=True):
        raise EtlError(f"{row['rule']}: {row['file']}: {row['message']}")
