"""The parameters, each declared once, with its meaning and what the database allows it to be.

These declarations are used to parse an address, to explain mistakes, and for the OpenAPI document and the page for
people.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import polars as pl

from dashboard.analysis import recommendations, selection
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.api.problems import MOST_MISTAKES, Mistake, Problem, nearest, problem, shown
from dashboard.data import places
from dashboard.data.database import Database
from dashboard.data.measure_names import find_metric
from dashboard.files.exports.rows import PARTS

MOST_VALUES = 200
# Of a target: more than any figure there is.
HIGHEST = 1_000_000_000
NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,3})?", re.ASCII)
WHOLE = re.compile(r"\d{1,12}", re.ASCII)
VERSION = r"[0-9A-Za-z][0-9A-Za-z._-]{0,60}"

Words = Mapping[str, str]


@dataclass(frozen=True)
class Allowed:
    """What a parameter can be, in the order in which it is listed."""

    values: Words
    """What is taken -> what it stands for: a former GSS code -> the number of its council."""
    names: Words
    """In the words of the pages -> the value: for those who write "Leeds"."""
    find: Callable[[str], str | None] = lambda _text: None
    """What else is taken: other names -> the value."""
    explain: Callable[[str], places.Found] | None = None
    """What is said of what is not."""

    def read(self, text: str) -> str | None:
        """The value that a text stands for."""
        return self.values.get(text) or self.find(text)

    @property
    def listed(self) -> list[str]:
        """Each thing once."""
        return list(dict.fromkeys(self.values.values()))


@dataclass(frozen=True)
class Parameter:
    """One parameter of an address."""

    name: str
    meaning: str
    kind: Literal["choice", "flag", "whole", "number", "version"] = "choice"
    allowed: Callable[[Database], Allowed] | None = None
    """Of a choice."""
    many: bool = False
    """Whether it may hold several values: repeated, or with commas."""
    ordered: bool = False
    """Whether the order of its values matters."""
    default: str = ""
    """In words: what it is when it is left out."""
    lowest: int = 0
    highest: int = 0
    example: str = ""

    def an_example(self, db: Database) -> str:
        """A value that this database allows: the declared example, or the first there is."""
        if self.allowed is None:
            return self.example or (db.data_version if self.kind == "version" else "")
        known = self.known(db)
        return self.example if self.example in known.values else next(iter(known.values), "")

    def known(self, db: Database) -> Allowed:
        """What the database allows it to be, looked up once for each data version."""
        assert self.allowed is not None, self.name
        allowed = self.allowed
        # Kept by the version itself, which it may refer to: kept anywhere else it would never let it go.
        return db.cached(("known", self.allowed), lambda: allowed(db), small=True)

    def read(self, db: Database, values: Sequence[str]) -> Any:
        """The value: ids in their own order, each once; an id; True or False; a number. Raises Problem."""
        if not self.many and len(values) > 1:
            raise self._wrong(values[1], f"{self.name} may be given once, and was given {len(values)} times.")
        if self.kind == "choice":
            return self._chosen(self.known(db), values)
        if self.kind == "flag":
            return self._flag(values[0])
        if self.kind == "version":
            if not re.fullmatch(VERSION, values[0], re.ASCII):
                raise self._wrong(values[0], f"“{shown(values[0])}” cannot be the name of a data version.")
            return values[0]
        return self._number(values[0])

    def _chosen(self, known: Allowed, values: Sequence[str]) -> Any:
        # A value with a comma in it, should there ever be one, is found whole before it is taken apart.
        parts = [
            part for value in values for part in ([value] if known.read(value) or not self.many else value.split(","))
        ]
        if len(parts) > MOST_VALUES:
            detail = f"{self.name} may hold up to {MOST_VALUES} values, and holds {len(parts):,}."
            raise problem("too-long", detail, parameter=self.name)
        if len(set(parts)) < len(parts):
            twice = next(part for index, part in enumerate(parts) if part in parts[:index])
            raise self._wrong(twice, f"{self.name} holds “{shown(twice)}” more than once.")
        if wrong := [part for part in parts if not known.read(part)]:
            raise Problem([self._unknown(part, known) for part in wrong[:MOST_MISTAKES]])
        if not self.many:
            return known.read(parts[0])
        chosen = dict.fromkeys(known.read(part) for part in parts)
        return tuple(chosen if self.ordered else (value for value in known.listed if value in chosen))

    def _unknown(self, value: str, known: Allowed) -> Mistake:
        if not value:
            detail = f"{self.name} is empty: leave it out, or give one of those allowed."
            return Mistake("unknown-value", detail, self.name, value, known.listed)
        if known.explain:
            found = known.explain(value)
            detail = f"There is no {self.name} “{shown(value)}”. {found.words}"
            return Mistake("unknown-value", detail, self.name, value, known.listed, next(iter(found.area_ids), None))
        near = nearest(value, [*known.values, *known.names])
        hint = f" Did you mean {near}?" if near else ""
        if near and near not in known.values:
            hint, near = f" Did you mean {known.names[near]} ({near})?", known.names[near]
        detail = f"There is no {self.name} “{shown(value)}”.{hint}"
        return Mistake("unknown-value", detail, self.name, value, known.listed, near)

    def _flag(self, value: str) -> bool:
        if value not in ("true", "false"):
            raise self._wrong(
                value, f"{self.name} is true or false, not “{shown(value)}”.", allowed=("true", "false"),
                nearest=nearest(value, ("true", "false")),
            )  # fmt: skip
        return value == "true"

    def _number(self, value: str) -> float:
        whole = self.kind == "whole"
        number = float(value) if (WHOLE if whole else NUMBER).fullmatch(value) else math.nan
        if not self.lowest <= number <= self.highest:
            what = "a whole number" if whole else "a number"
            span = f"{self.name} is {what} from {self.lowest:,} to {self.highest:,}"
            raise self._wrong(value, f"{span}, not “{shown(value)}”.")
        return int(number) if whole else number + 0.0  # which makes 0 of -0

    def _wrong(self, value: str, detail: str, **details: Any) -> Problem:
        return problem("unknown-value", detail, parameter=self.name, value=value, **details)


def _filter_options(field: str) -> Callable[[Database], Allowed]:
    """What the Data page offers for a filter of selection.FigureQuery."""

    def allowed(db: Database) -> Allowed:
        names = selection.filter_options(db)[field]
        return Allowed({one: one for one in names.values()}, names)

    return allowed


def _metrics(db: Database) -> Allowed:
    """Measures by id, and by any of their names, in any case."""
    return replace(_filter_options("metrics")(db), find=partial(find_metric_id, db))


def find_metric_id(db: Database, text: str) -> str | None:
    """The measure that somebody means, as `find_metric` finds it, by its id."""
    found = find_metric(db, text)
    return found.metric_id if found else None


def areas(db: Database) -> Allowed:
    """Areas by number, by any GSS code they have or had, and by any of their names."""
    return _areas(db, set(db.names))


def councils(db: Database) -> Allowed:
    """The councils among them, also those that ended."""
    return _areas(db, {*db.authorities, *db.ended})


def _today(db: Database) -> Allowed:
    """The councils of today."""
    return _areas(db, set(db.authorities))


def _areas(db: Database, allowed: Collection[str]) -> Allowed:
    names = selection.filter_options(db)["areas"]
    values = {one: one for one in names.values()}
    codes = pl.concat([db.table["area_code"], db.area.select("gss_code", "area_id")])
    values = values | dict(codes.sort("gss_code").iter_rows()) | values

    def find(text: str) -> str | None:
        area_id = places.find_area(db, text)
        return area_id if area_id in allowed else None

    return Allowed(
        {one: area_id for one, area_id in values.items() if area_id in allowed},
        {name: area_id for name, area_id in names.items() if area_id in allowed},
        find,
        lambda text: places.explain(db, text),
    )


def _of(table: str, column: str) -> Callable[[Database], Allowed]:
    """What a column of a table holds."""

    def allowed(db: Database) -> Allowed:
        values = db.table[table][column].drop_nulls().unique().sort().to_list()
        return Allowed({one: one for one in values}, {})

    return allowed


def _fixed(*names: str) -> Callable[[Database], Allowed]:
    return lambda _db: Allowed({name: name for name in names}, {})


def _parts_named(db: Database) -> Allowed:
    return Allowed({one: one for one in recommendations.parts_named(db)}, {})


def _benchmarks(_db: Database) -> Allowed:
    return Allowed({one: one for one in BENCHMARKS}, {one.label: one.id for one in BENCHMARKS.values()})


def _sources(db: Database) -> Allowed:
    return Allowed({one: one for one in db.sources}, {source.title: one for one, source in db.sources.items()})


METRIC = Parameter(
    "metric", "Measures, by metric_id or any of their names (see /api/v1/metrics).", allowed=_metrics, many=True,
    default="all", example="vacancy_rate",
)  # fmt: skip
THEME = Parameter(
    "theme",
    "Measures of these themes.",
    allowed=_filter_options("themes"),
    many=True,
    default="all",
    example="Workforce",
)
AREA = Parameter(
    "area",
    "Councils by name, DfE's three-digit number or any GSS code they have or had; regions and England by name or GSS "
    "code (see /api/v1/areas).",
    allowed=areas, many=True, default="all", example="383",
)  # fmt: skip
COUNCIL = replace(
    AREA, meaning="Councils by name, DfE's three-digit number, or any GSS code they have or had.", allowed=councils
)
TODAY = replace(COUNCIL, allowed=_today)
KIND = Parameter(
    "kind", "Area types: councils, regions, England.", allowed=_filter_options("kinds"), many=True, default="all",
    example="local_authority",
)  # fmt: skip
REGION = Parameter(
    "region", "Only the councils in these regions, by GSS code; London's are those of Inner and Outer London.",
    allowed=_filter_options("regions"), many=True, default="all", example="E12000003",
)  # fmt: skip
TYPE = Parameter(
    "type", "Only councils of these types.", allowed=_filter_options("types"), many=True, default="all",
    example="Metropolitan borough",
)  # fmt: skip
NEIGHBOURS_OF = Parameter(
    "neighbours_of", "Only this council and its ten statistical neighbours.", allowed=_today, example="383"
)
PERIOD = Parameter(
    "period", "Periods, by the publisher's label.", allowed=_filter_options("periods"), many=True, default="all",
    example="2025",
)  # fmt: skip
NEWEST = Parameter("newest", "Only the newest period of each measure.", kind="flag", default="false", example="true")
STATUS = Parameter(
    "status", "Figures that are there (observed), or the reasons why there is none.",
    allowed=_filter_options("statuses"), many=True, default="all", example="suppressed",
)  # fmt: skip
LEADERS = Parameter(
    "leaders", "Only councils whose leaders Ofsted judged so in their latest inspection.",
    allowed=_filter_options("leaders"), many=True, default="all", example="Outstanding",
)  # fmt: skip
WITH = Parameter(
    "with", "Columns to add: rank, its benchmark, gap, confidence interval and trend.",
    allowed=_fixed(*PARTS), many=True, default="none", example="standing",
)  # fmt: skip
BENCHMARK = Parameter(
    "benchmark", "What councils are compared with, for the columns of benchmark, gap and interval.",
    allowed=_benchmarks, default=DEFAULT, example="england",
)  # fmt: skip
GROUP = Parameter(
    "group", "The councils whose median is the benchmark, for benchmark=group.", allowed=councils, many=True,
    ordered=True, example="383",
)  # fmt: skip
TARGET = Parameter(
    "target", "The number that is the benchmark, in the unit of the one measure asked for, for benchmark=target.",
    kind="number", highest=HIGHEST, example="10",
)  # fmt: skip
LIMITS = Parameter(
    "limits",
    "What intervals and verdicts allow for: chance alone, or chance and the usual differences between councils.",
    allowed=_fixed("chance", "differences"),
    default="differences where the benchmark is an average, chance where it is a mark to meet",
    example="chance",
)
SHAPE = Parameter(
    "shape", "long: a row a figure. wide: a row an area and period, a column a measure.",
    allowed=_fixed("long", "wide"), default="long", example="wide",
)  # fmt: skip
FRAMEWORK = Parameter(
    "framework", "Only inspections under these frameworks.", allowed=_of("inspection", "framework"), many=True,
    default="all", example="ILACS",
)  # fmt: skip
ABOUT = Parameter(
    "about", "Only recommendations about these themes.", allowed=_of("theme", "theme"), many=True, default="all",
    example="Pathway plans",
)  # fmt: skip
NATIONAL_FRAMEWORK = Parameter(
    "national_framework", "Only recommendations that name these parts of the national framework.",
    allowed=_parts_named, many=True, default="all", example="Outcome 4",
)  # fmt: skip
NEWEST_INSPECTION = replace(NEWEST, meaning="Only the newest inspection of each council.")
SOURCE = Parameter(
    "source", "Publications, by source_id (see /api/v1/releases).", allowed=_sources, many=True, default="all",
    example="social_work_workforce",
)  # fmt: skip
CHANGE = Parameter(
    "kind", "Kinds of change.", allowed=_of("what_changed", "kind"), many=True, default="all", example="revised"
)
LIMIT = Parameter("limit", "How many rows at most.", kind="whole", lowest=1, example="100")
OFFSET = Parameter(
    "offset", "How many rows to leave out first.", kind="whole", default="0", highest=HIGHEST, example="100"
)
VERSION_ = Parameter(
    "version",
    "A data version: the answer is then the same for ever, or says that this version is no longer kept.",
    kind="version", default="the newest",
)  # fmt: skip
