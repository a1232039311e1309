"""Text that is safe to open: nothing that a spreadsheet would run, nothing invisible; and tables as CSV."""

from __future__ import annotations

import io

import polars as pl

# A spreadsheet takes a cell that begins so for a formula; a quote before it makes it text (OWASP ASVS 1.2.10). A sign
# alone is none: "-" is what publishers print where they give no reason.
FORMULA = r"^(?:[=+\-@＝＋－＠](?s:.)|[\t\r\n\x00])"
# Invisible characters that act: control characters other than tab and line breaks, marks that turn the direction of
# reading round, spaces without width, and what no XML may hold. They are shown as MARK in every file.
UNSEEN = (
    r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB"
    r"\uFFFE\uFFFF]"
)
MARK = "\N{REPLACEMENT CHARACTER}"
# Characters of a spreadsheet's cell, counted as Excel counts them (UTF-16). Of a longer one in a CSV file it puts the
# rest into the next cell, where it might be a formula.
LONGEST = 32_767
CUT = "… [cut here: a spreadsheet's cell holds no more]"


def seen(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a mark in place of each invisible character that acts, in cells and names of columns."""
    return _replaced(frame, pl.all().str.replace_all(UNSEEN, MARK))


def visible(text: str) -> str:
    """The same of one text."""
    return str(pl.Series([text]).str.replace_all(UNSEEN, MARK)[0])


def csv(frame: pl.DataFrame) -> bytes:
    """UTF-8 CSV that no spreadsheet takes for formulas: text that begins like one has a quote before it.

    Text that is longer than a spreadsheet's cell may be is cut, and says so.
    """
    buffer = io.BytesIO()
    guarded = _replaced(seen(frame), pl.all().str.replace(FORMULA, "'$0"))
    fitted(guarded).write_csv(buffer, quote_style="non_numeric")
    return buffer.getvalue()


def fitted(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with texts cut that are longer than a spreadsheet's cell may be."""
    # No text has more characters than bytes.
    long = [one.name for one in frame if one.dtype == pl.String and (one.str.len_bytes() > LONGEST).any()]
    return frame.with_columns(pl.col(long).map_elements(_fitted, return_dtype=pl.String)) if long else frame


def _fitted(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST:
        return text
    return units[: 2 * (LONGEST - len(CUT))].decode("utf-16-le", errors="ignore") + CUT


def _replaced(frame: pl.DataFrame, change: pl.Expr) -> pl.DataFrame:
    names = pl.DataFrame({"name": frame.columns}, {"name": pl.String}).select(change)["name"]
    frame = frame.rename(dict(zip(frame.columns, names, strict=True)))
    text = [name for name, kind in frame.schema.items() if kind == pl.String]
    return frame.with_columns(frame.select(text).select(change)) if text else frame
