"""The words of the ETL: sources, releases, metrics, statuses, and the shape of an observation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from etl.areas import Areas
    from etl.releases import Cells

ENGLAND = "E92000001"
# What a share is multiplied by, of those units that are one.
SCALES = {"%": 100.0, "per 10,000 children": 10_000.0}
# Units of which a change or a trend says nothing: grades are an order, and months since something pass by themselves.
WITHOUT_CHANGE = ("grade", "months")
OGL = "Open Government Licence v3.0"


class Polarity(StrEnum):
    """Which way is better. A neutral metric is never ranked and has no best (rule `better-side`)."""

    LOWER_IS_BETTER = "lower_is_better"
    HIGHER_IS_BETTER = "higher_is_better"
    NEUTRAL = "neutral"


class Status(StrEnum):
    """Why a value is there, or why it is not. A value exists exactly when observed (rule `missing`)."""

    OBSERVED = "observed"
    SUPPRESSED = "suppressed"
    NOT_APPLICABLE = "not_applicable"
    NOT_AVAILABLE = "not_available"
    LOW_RELIABILITY = "low_reliability"
    LOW_NONZERO = "low_nonzero"
    NOT_GIVEN = "not_given"
    UNSPECIFIED = "unspecified"
    NO_ROW = "no_row"


# The symbols of the Department for Education's open data standard, and `k` of its looked-after files.
DFE_SYMBOLS: Mapping[str, Status] = {
    "c": Status.SUPPRESSED,
    "z": Status.NOT_APPLICABLE,
    "x": Status.NOT_AVAILABLE,
    "u": Status.LOW_RELIABILITY,
    "low": Status.LOW_NONZERO,
    "k": Status.LOW_NONZERO,
}


class PeriodKind(StrEnum):
    """What a published year label means: a date, or a year up to one. Its words go before the date."""

    AT_30_SEPTEMBER = "at 30 September"
    YEAR_TO_30_SEPTEMBER = "year to 30 September"
    AT_31_MARCH = "at 31 March"
    YEAR_TO_31_MARCH = "year to 31 March"
    AT_30_JUNE = "at 30 June"
    ACADEMIC_YEAR = "academic year"
    FINANCIAL_YEAR = "financial year"
    INDICES = "in the Indices of Deprivation"
    LATEST_JUDGEMENT = "latest judgement at"

    def end(self, year: int) -> date:
        """The last day of the period a publisher labels with this year; of a double year (202425), the second."""
        if self in (PeriodKind.AT_30_SEPTEMBER, PeriodKind.YEAR_TO_30_SEPTEMBER):
            return date(year, 9, 30)
        if self is PeriodKind.AT_30_JUNE:
            return date(year, 6, 30)
        if self is PeriodKind.ACADEMIC_YEAR:
            return date(year, 7, 31)
        return date(year, 3, 31)


@dataclass(frozen=True)
class Shortfall:
    """How a gap is worded in real units (rule `gaps`): which count moves, and what is held fixed."""

    words: str
    """What is counted, plural, as in "12 posts to fill"."""
    moves: str
    """`numerator` (fewer of these) or `denominator` (more of these)."""
    holding: str
    """What stays as published, as in "the number of posts"."""


@dataclass(frozen=True)
class Metric:
    """One published measure, and how its value is read from a file of its source."""

    id: str
    title: str
    short_title: str
    noun: str
    """How a sentence names it: "the <noun> was 14.2%"."""
    theme: str
    definition: str
    unit: str
    polarity: Polarity
    polarity_reason: str
    """Why that way is better, or why neither is, in one sentence."""
    period_kind: PeriodKind
    file: str = ""
    """The file of the release that holds it; may be left out when the release has only one."""
    column: str = ""
    """The published column with the value, or, for a rate per 10,000 children, with the count."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Which rows of the file, where a table holds several groups: column -> its text."""
    decimals: int = 1
    per_10_000_children: bool = False
    """Divide `column` by children aged 0 to 17 in the middle of the year before (rule `rates`)."""
    share: bool = False
    """Derive the value: `column` / `denominator`, in percent, where only the counts are published."""
    derived: bool = False
    """Calculated here by the source's own reader, in a way its definition or caveat says."""
    england_only: bool = False
    """Published for England as a whole: councils have no figure, and none is missing."""
    councils_only: bool = False
    """Of councils alone: England and the regions have no figure, and none is missing."""
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    """Published columns, added up, that the value is made of."""
    denominator_where: Mapping[str, str] = field(default_factory=dict)
    """Which rows hold the denominator, where those are not the rows of the value: a total of the same group."""
    unknown: tuple[str, ...] = ()
    """Published columns of unknown records in the denominator (rule `unknown`): not in the numerator."""
    unknown_where: Mapping[str, str] = field(default_factory=dict)
    """Which rows hold them, where those are not the rows of the value."""
    minimum_denominator: float | None = None
    """A return under this is shown, but not ranked, and sets no cut, benchmark or axis (rule `very-small`)."""
    interval: bool = False
    """Whether the value is a share of its denominator, so that a Wilson interval holds (rule `chance`)."""
    shortfall: Shortfall | None = None
    may_exceed_100: bool = False
    hidden_counts: tuple[int, int] | None = None
    """The smallest and largest count that the publisher's rule hides (`c`), where zeros are printed."""
    adds_up: bool = False
    """A count: what England and a region print is the sum of their councils'."""
    rounding: tuple[float, float] = (0.0, 5.0)
    """What a count as printed may be off, of a council and of England or a region: those are rounded to ten."""
    england_apart: float = 0.0
    """As a share: what England's count may differ from the sum of its parts, where each person counts once in it."""
    weight: str = ""
    """The metric whose count is what England's and a region's figure is the mean by, where no counts are printed."""
    mean_within: tuple[float, float] = (0.0, 0.0)
    """What England's, and a region's, may be off that mean beside rounding, where the weight is not quite the right
    one: a quarter more than in any edition."""
    same_as: str = ""
    """The metric of another table whose count is this one's denominator."""
    same_within: float = 0.0
    """As a share: what the two may differ, where tables count nearly the same: a quarter more than in any edition."""
    made: str = ""
    """How the source's own reader derives it, after "Worked out here:"; of others the counts say it."""
    next_due: str = ""
    """When its next figures are due, as `2026-10`, where not with the source's release."""
    former_title: str = ""
    """What it was called in addresses before."""
    always_low: bool = False
    """A percentage that no council has above 1.5: not one printed from 0 to 1 by mistake."""
    caveat: str = ""


@dataclass(frozen=True)
class File:
    """A published file: where it lies below the folder of published files, and which sheet is read."""

    path: str
    """One that ends in `*.pdf` stands for every PDF of a folder."""
    sheet: str = ""
    """A regular expression, for spreadsheets: sheets are renamed at each edition."""
    header: str = ""
    """A cell of the header row, for spreadsheets, whose header moves."""
    names: str = ""
    """A cell of a row of machine names, which columns are called by: for spreadsheets whose headers change."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns that part a table into groups of rows, each with the groups that are extracted."""
    columns: tuple[str, ...] = ()
    """The columns that are extracted; all when none is named."""
    years: str = ""
    """The column of its years or days, where that is not `time_period`."""
    newest: str = ""
    """The newest year or day it holds, where that is not the release's."""
    url: str = ""
    """Where `fetch` downloads it from; by hand where none is known (`etl.fetch.published_files` says how)."""

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def many(self) -> bool:
        """Whether it stands for the files of a folder, each of which is loaded or refused by itself."""
        return self.name.startswith("*")


@dataclass(frozen=True)
class Release:
    """One edition of a source, as published."""

    id: str
    title: str
    published: str
    """ISO date, as exact as is known: `2025-09-25`, or `2026-02` where only the month is."""
    page: str
    files: tuple[File, ...]
    newest: str = ""
    """The newest year of its tables, as printed there: `2025`, or `202425` for a school year."""
    following: str = ""
    """The edition that follows it, where that is known, as in "as at 31 March 2026, published"."""
    next_due: str = ""
    """The month in which the next edition is due, as `2026-10`, where the publisher says it."""


@dataclass(frozen=True)
class Loaded:
    """What a source gives to the database: rows by table, and its ledger (one row a file)."""

    tables: Mapping[str, pl.DataFrame]
    ledger: pl.DataFrame

    @staticmethod
    def of(
        tables: Mapping[str, pl.DataFrame],
        ledger: Iterable[tuple[object, ...]],
        rejects: Iterable[tuple[object, ...]] = (),
    ) -> Loaded:
        """These tables, rows of LEDGER, and rows of REJECT where there are any."""
        refused = pl.DataFrame(list(rejects), schema=REJECT, orient="row")
        return Loaded(
            {**tables, **({"reject": refused} if refused.height else {})},
            pl.DataFrame(list(ledger), schema=LEDGER, orient="row"),
        )


@dataclass(frozen=True)
class Sum:
    """Columns of a file whose numbers must add up to another's, within their rounding."""

    file: str
    parts: tuple[str, ...]
    total: str
    unplaced: float = 0.0
    """As a share of the total, the most that may stand in no part: a quarter more than in any edition."""


@dataclass(frozen=True)
class Previous:
    """The edition before the one that is loaded, read only to say what the new one changed."""

    release: Release
    files: Mapping[str, str]
    """Its file -> the file of the edition that is loaded which took its place."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Its column -> what the column is called now."""


@dataclass(frozen=True)
class Source:
    """One official publication, its newest release, its metrics, and how it is read."""

    id: str
    title: str
    publisher: str
    release: Release
    load: Callable[[Source, Cells, Context], Loaded]
    metrics: tuple[Metric, ...] = ()
    licence: str = OGL
    symbols: Mapping[str, Status] = field(default_factory=lambda: DFE_SYMBOLS)
    needs: tuple[str, ...] = ()
    """Sources that are loaded before this one."""
    previous: Previous | None = None
    sums: tuple[Sum, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Context:
    """What a source may look at while it is read: the areas, and what was loaded before it."""

    areas: Areas
    loaded: Mapping[str, Loaded]


OBSERVATION = pl.Schema(
    [
        ("metric_id", pl.String()),
        ("area_id", pl.String()),
        ("period_end", pl.Date()),
        ("period", pl.String()),
        ("value", pl.Float64()),
        ("status", pl.String()),
        ("symbol", pl.String()),
        ("numerator", pl.Float64()),
        ("denominator", pl.Float64()),
        ("unknown", pl.Float64()),
        # The range in which the true value lies, where that is not exact: both or neither.
        ("value_low", pl.Float64()),
        ("value_high", pl.Float64()),
        ("return_id", pl.String()),
        ("source_id", pl.String()),
        ("file", pl.String()),
        ("line", pl.Int64()),
    ]
)
LEDGER = pl.Schema(
    [
        ("source_id", pl.String()),
        ("file", pl.String()),
        ("sha256", pl.String()),
        ("rows_read", pl.Int64()),
        ("rows_loaded", pl.Int64()),
        ("rows_rejected", pl.Int64()),
        ("rows_duplicate", pl.Int64()),
    ]
)
REJECT = pl.Schema(
    {**dict.fromkeys(("source_id", "file", "line", "raw", "rule", "message"), pl.String()), "line": pl.Int64()}
)
# The remedy for a file that is not what it should be.
AGAIN = "Download the file again from the source's page."
MENDED = "Report it to the publisher; do not load the file until it is mended."
WHICH_IS_RIGHT = "The publisher must say which is right; do not load the file until then."
NEW_NAME = "If the name is a new variant, add it to data/local_authorities.csv."
NEW_COUNCIL = "If it is a new council, add it to data/local_authorities.csv and data/successions.csv."
COUNCIL_DATES = "Check the authority's dates in data/local_authorities.csv."


def fill(rows: pl.DataFrame, schema: pl.Schema, **same: object) -> pl.DataFrame:
    """`rows` with the columns of a schema: the `same` in all rows, or null, where they have none."""
    filled = rows.with_columns(pl.lit(value).alias(name) for name, value in same.items())
    absent = [pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in filled.columns]
    return filled.with_columns(absent).select(schema.names()).match_to_schema(schema)


def to_observations(rows: pl.DataFrame, **same: object) -> pl.DataFrame:
    """`rows` as OBSERVATION: observed, and each area reporting for itself, unless they say otherwise."""
    defaults = {"status": pl.lit(str(Status.OBSERVED)), "return_id": pl.col("area_id")}
    filled = rows.with_columns(pl.lit(value).alias(name) for name, value in same.items())
    absent = [value.alias(name) for name, value in defaults.items() if name not in filled.columns]
    return fill(filled.with_columns(absent), OBSERVATION)


class EtlError(Exception):
    """An error outside the code: a message with a remedy, shown without a traceback."""


class SourceError(EtlError):
    """A published file is not what its source declares. The rule's name comes first, then where, then what to do."""

    def __init__(
        self, rule: str, what: str, remedy: str, file: str, line: int | None = None, column: str | None = None
    ) -> None:
        where = file + (f", line {line}" if line is not None else "") + (f", column {column!r}" if column else "")
        super().__init__(f"{rule}: {where}: {what} {remedy}")
        self.rule, self.file, self.line, self.column = rule, file, line, column
