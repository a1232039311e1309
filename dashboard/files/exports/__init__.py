"""Frames as files: what a page shows, with codes, statuses, symbols, source and licence in every row (rule `pages`)."""

from dashboard.files.exports.columns import COLUMNS, TREND_COLUMNS, table
from dashboard.files.exports.dictionary import dictionary, meaning
from dashboard.files.exports.export import ONE_FILE, WHOLE_FILE, CannotBeMadeError, Export, TooLarge
from dashboard.files.exports.formats import FORMATS, Format, turn
from dashboard.files.exports.text import FORMULA, csv
from dashboard.files.exports.workbook import Sheet, workbook
from dashboard.views.text.citing import citation, cite, cited

__all__ = [
    "COLUMNS", "FORMATS", "FORMULA", "ONE_FILE", "TREND_COLUMNS", "WHOLE_FILE", "CannotBeMadeError", "Export", "Format",
    "Sheet", "TooLarge", "citation", "cite", "cited", "csv", "dictionary", "meaning", "table", "turn", "workbook",
]  # fmt: skip
