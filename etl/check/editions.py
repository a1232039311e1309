"""Whether a file is of the edition that it is declared as: its newest year, and no copy of another edition."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import polars as pl

from etl.model import Loaded, Metric, Source, SourceError
from etl.releases import Cells

YEAR = "time_period"
# Of figures that may be equal by chance: so many, and so large a share of all.
MANY, NEARLY_ALL, FEW = 100, 0.95, 0.5
OTHER = "Take the file of this edition from the source's page; of a newer one, declare it in the source's module."
_FIGURE = ["metric_id", "return_id", "period_end"]


Editions = Mapping[str, Loaded]
"""Editions in place, by title."""


def refuse_other_year(source: Source, cells: Cells, loaded: Loaded, find_editions: Callable[[], Editions]) -> None:
    """Refuse a file whose newest year is not the one that its release declares (E_EDITION).

    One whose figures are those of an edition that `find_editions` gives is named as that.
    """
    new = loaded.tables.get("observation")
    for file in source.release.files:
        declared = file.newest or source.release.newest
        years = cells.frame.filter((pl.col("file") == file.name) & (pl.col("column") == (file.years or YEAR)))["text"]
        if not declared or years.is_empty():
            continue
        newest = max(_as_day(text.strip()) for text in years)
        if newest != declared:
            copied = "" if new is None else _name_copy(new.filter(pl.col("file") == file.name), find_editions())
            what = f"the newest it holds is {newest!r}, and that of {source.release.title!r} is {declared!r}.{copied}"
            raise SourceError("E_EDITION", what, OTHER, file.name, column=file.years or YEAR)


def _as_day(text: str) -> str:
    """A day as 2026-08-20, however it is printed; what is none as it is."""
    if day := re.fullmatch(r"(\d\d)/(\d\d)/(\d\d)", text):
        return f"20{day[3]}-{day[2]}-{day[1]}"
    return text.removesuffix("T00:00:00")


def _name_copy(new: pl.DataFrame, editions: Editions) -> str:
    """Which edition has the same figures, in words; empty where none has."""
    equal = {}
    for title, edition in editions.items():
        both = _joined(new, edition.tables["observation"], "0y")
        if both.height >= MANY:
            equal[title] = (both["value"] == both["other"]).sum() / both.height
    title = max(equal, key=lambda one: equal[one], default="")
    if not title or equal[title] < NEARLY_ALL:
        return ""
    return (
        f" {equal[title]:.0%} of its figures are those of {title!r}, which is loaded already: it is an older edition."
    )


def refuse_moved(source: Source, loaded: Loaded, editions: Editions) -> None:
    """Refuse years that hold the figures which an edition in place has of the year before (E_EDITION)."""
    new = loaded.tables.get("observation")
    if new is None:
        return
    names = {metric.id: metric for metric in source.metrics}
    for title, edition in editions.items():
        if "observation" not in edition.tables:
            continue
        figures = edition.tables["observation"]
        before, same = _joined(new, figures, "1y"), _joined(new, figures, "0y")
        kept = same.group_by("metric_id", "period_end").agg((pl.col("value") == pl.col("other")).mean().alias("kept"))
        moved = (
            before.group_by("metric_id", "period_end", "file")
            .agg((pl.col("value") == pl.col("other")).mean().alias("moved"), pl.len().alias("figures"))
            .filter((pl.col("figures") >= MANY) & (pl.col("moved") >= NEARLY_ALL))
            .join(kept, on=["metric_id", "period_end"], how="left")
            .filter(pl.col("kept").fill_null(0.0) < FEW)
            .filter(pl.col("metric_id").is_in(list(names)))
            .sort("period_end", "metric_id", descending=[True, False])
        )
        for metric_id, end, file in moved.select("metric_id", "period_end", "file").iter_rows():
            metric: Metric = names[metric_id]
            what = (
                f"{metric.title.lower()} in the year {end.year} has the figures that {title!r} has of {end.year - 1}: "
                "the years look wrongly labelled."
            )
            raise SourceError("E_EDITION", what, OTHER, file)


def _joined(new: pl.DataFrame, old: pl.DataFrame, by: str) -> pl.DataFrame:
    """Figures of councils with those of another edition, this much earlier: value and other."""
    wanted = old.filter(pl.col("value").is_not_null()).select(
        "metric_id", "return_id", pl.col("period_end").dt.offset_by(by), pl.col("value").alias("other")
    )
    return new.filter(pl.col("value").is_not_null()).unique(_FIGURE).join(wanted.unique(_FIGURE), on=_FIGURE)
