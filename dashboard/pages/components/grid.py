"""A table of figures as a grid to scroll and sort: typed columns, heads and codes in words."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import polars as pl
import streamlit as st
from streamlit.column_config import DateColumn, LinkColumn, NumberColumn, SelectboxColumn, TextColumn
from streamlit.elements.lib.column_config_utils import (
    INDEX_IDENTIFIER,
    marshall_column_config,
    process_config_mapping,
    update_column_config,
)
from streamlit.elements.lib.layout_utils import LayoutConfig
from streamlit.proto.Dataframe_pb2 import Dataframe

from dashboard.analysis import selection
from dashboard.data.database import Database
from dashboard.data.names import UNSAID
from dashboard.files import exports
from dashboard.views.text.markdown import literal

# Of so many rows it scrolls; fewer leave no room below them.
MOST, HEIGHT = 15, 560
AREA = 190
ENDS = ("", "_low", "_high")
FIGURES = tuple(f"{name}{end}" for name in ("value", "change") for end in ENDS)
COMPARED = tuple(f"{name}{end}" for name in ("benchmark", "gap", "shortfall") for end in ENDS)
HEADS = {
    "metric": "Measure", "area_kind": "Area type", "la_number": "LA number", "gss_code": "GSS code",
    "status": "Data status",
}  # fmt: skip
WORDS = {
    "status": {status: words for words, status in selection.STATUSES.items()},
    "area_kind": {"england": "England", "region": "Region", "local_authority": "Council"},
    "polarity": {
        "lower_is_better": "Lower is better", "higher_is_better": "Higher is better", "neutral": "Neither is better",
    },
    "trend": {
        "getting better": "Getting better", "getting worse": "Getting worse", "rising": "Rising", "falling": "Falling",
        "no clear trend": "No clear trend", UNSAID: "No trend",
    },
}  # fmt: skip


def as_shown(db: Database, table: pl.DataFrame) -> pl.DataFrame:
    """Rows of `rows.to_long` or `rows.to_wide` with the decimals of each measure; what is compared has two more.

    A figure worked out here has nine digits in the file, which no column is wide enough for.
    """
    decimals = {row["metric_id"]: row["decimals"] for row in db.table["metric"].iter_rows(named=True)}
    if "metric_id" not in table.columns:
        numbers = [one for one, kind in table.schema.items() if one in decimals and kind.is_numeric()]
        return table.with_columns(pl.col(one).round(decimals[one]) for one in numbers)
    scale = pl.lit(10.0) ** pl.col("metric_id").replace_strict(decimals, return_dtype=pl.Int64)

    def rounded(name: str, more: float) -> pl.Expr:
        return ((pl.col(name) * scale * more).round() / (scale * more)).alias(name)

    return table.with_columns(
        *(rounded(name, 1.0) for name in FIGURES if name in table.columns),
        *(rounded(name, 100.0) for name in COMPARED if name in table.columns),
    )


def grid(db: Database, table: pl.DataFrame, alt: str) -> None:
    """Draw rows of `rows.to_long` or `rows.to_wide`: as in the file, but rounded; codes are only printed in words."""
    # As `st.dataframe` does it, which takes 30 MB of every server for pyarrow, and more for pandas.
    sent = Dataframe(alt=alt, placeholder="", editing_mode=Dataframe.READ_ONLY)
    config = process_config_mapping(_columns(db, table))
    update_column_config(config, INDEX_IDENTIFIER, {"hidden": True})
    marshall_column_config(sent, config)
    into = BytesIO()
    # Words that come again are sent once: a third of the bytes.
    words = as_shown(db, table).with_columns(pl.col(pl.String).cast(pl.Categorical))
    words.write_ipc_stream(into, compat_level=pl.CompatLevel.oldest())
    sent.arrow_data.data = into.getvalue()
    room = LayoutConfig(width="stretch", height=HEIGHT if table.height > MOST else "content")
    st._main._enqueue("dataframe", sent, layout_config=room)  # noqa: SLF001 - all else of it is public


def _columns(db: Database, table: pl.DataFrame) -> dict[str, Any]:
    """How each column is headed and printed, with its meaning at hand."""
    metrics = {row["metric_id"]: row for row in db.table["metric"].iter_rows(named=True)}
    columns: dict[str, Any] = {}
    for name, kind in table.schema.items():
        measure, beside = name, ""
        for suffix in ("_status", "_joint_return"):
            if name.endswith(suffix) and name.removesuffix(suffix) in metrics:
                measure, beside = name.removesuffix(suffix), suffix[1:]
        if measure in metrics:
            metric = metrics[measure]
            meaning = f"{metric['title']} ({metric['unit']})"
            head = metric["short_title"] if not beside else f"{metric['short_title']}: {_head(beside).lower()}"
        else:
            head, meaning = _head(name), exports.meaning(db, name)
        meaning = literal(meaning)  # a tip is Markdown, a head is not
        columns[name] = _column(beside or name, kind, head, meaning, _format(metrics, table, name))
    return columns


def _head(name: str) -> str:
    return HEADS.get(name) or name.replace("_", " ").capitalize()


def _format(metrics: dict[str, Any], table: pl.DataFrame, name: str) -> str | None:
    """How a figure is printed: "%.1f" where all in its column have as many decimals; else as it is rounded."""
    if name in metrics:
        return f"%.{metrics[name]['decimals']}f"
    if name not in FIGURES or "metric_id" not in table.columns:
        return None
    found = {metrics[one]["decimals"] for one in table["metric_id"].unique() if one in metrics}
    return f"%.{found.pop()}f" if len(found) == 1 else None


def _column(name: str, kind: pl.DataType, head: str, meaning: str, printed: str | None = None) -> Any:
    if words := WORDS.get(name):
        return SelectboxColumn(head, options=list(words), format_func=lambda code: words[str(code)], help=meaning)
    if name == "area":
        return TextColumn(head, pinned=True, width=AREA, help=meaning)
    if name == "page":
        return LinkColumn(head, help=meaning)
    if kind == pl.Date:
        return DateColumn(head, format="D MMM YYYY", help=meaning)
    return NumberColumn(head, help=meaning, format=printed) if kind.is_numeric() else TextColumn(head, help=meaning)
