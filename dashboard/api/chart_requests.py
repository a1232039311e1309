"""What the address of a picture asks for: its parameters, named and worded as in the address of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from dashboard.analysis import inspections, progress
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.api import chart_links, tables
from dashboard.api import parameters as given
from dashboard.api.parameters import VERSION_, Allowed, Parameter, find_metric_id
from dashboard.api.problems import Problem, problem
from dashboard.api.request_parsing import find_version, parse_query, read_values
from dashboard.data.database import Database
from dashboard.data.model import GRADES, Metric, Period
from dashboard.files.pictures.choices import COLOUR_SCHEMES, DEFAULT_METRIC, LIMITS, VIEWS, Choices
from dashboard.files.pictures.kinds import Kind, main_kind
from dashboard.views.tables import STRAND_NAMES

# The ids of limits, as other addresses have them, beside the words of the pages.
LIMITS_BY_ID = {"chance": "Chance alone", "differences": "Chance and usual differences"}
SIZES = ("slide", "card")


@dataclass(frozen=True)
class ChartRequest:
    """A picture that can be drawn, unless its choices do not go together."""

    db: Database
    kind: Kind
    choices: Choices
    frozen: bool
    """Whether a data version was named."""
    card: bool = False
    """Whether it is for the preview of a link."""

    @property
    def version(self) -> str | None:
        """The data version that was named."""
        return self.db.data_version if self.frozen else None

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others about the same data."""
        held = chart_links.pairs(self.db, self.kind, self.choices)
        if self.kind.daily:
            held.append(("day", f"{datetime.now(UTC).date()}"))
        return self.kind.name, *(f"{name}={value}" for name, value in held), "card" if self.card else ""


def _measures(db: Database) -> Allowed:
    titles = {one.title: one.metric_id for one in db.metrics.values()}
    return Allowed({one: one for one in db.metrics}, titles, partial(find_metric_id, db))


def _labels(db: Database) -> Allowed:
    labels = {period.label for periods in db.periods.values() for period in periods}
    return Allowed({label: label for label in sorted(labels)}, {})


def _worded(words: Mapping[str, str]) -> Callable[[Database], Allowed]:
    """Values that may be given in the words of the pages too."""
    return lambda _db: Allowed({one: one for one in words.values()}, dict(words), words.get)


def _days(db: Database) -> Allowed:
    ends = [period.end for period in db.periods.get(inspections.judgement("leaders"), ())]
    words = {f"{end:%-d %B %Y}": f"{end}" for end in ends}
    return Allowed({f"{end}": f"{end}" for end in ends}, words, words.get)


def _commitments(db: Database) -> Allowed:
    return Allowed({one.label: one.label for one in progress.commitments(db)}, {})


def _regions(db: Database) -> Allowed:
    names = {db.names[one]: one for one in inspections.regions(db)}
    return Allowed({one: one for one in names.values()}, names, names.get)


PARAMETERS = {
    one.name: one
    for one in (
        replace(
            given.TODAY, name="la", many=False, default="none is marked",
            meaning="The council that is marked, by name, DfE's three-digit number, or any GSS code it has or had.",
        ),
        Parameter(
            "metric", "The measure, by its title on the pages or its metric_id (see /api/v1/metrics).",
            allowed=_measures, default="the social worker vacancy rate", example="caseload",
        ),
        Parameter(
            "period", "The period, by the publisher's label.", allowed=_labels, default="the newest of the measure",
            example="2025",
        ),
        replace(
            given.BENCHMARK, meaning="What councils are compared with, by its words on the pages or its id.",
            allowed=_worded({one.label: one.id for one in BENCHMARKS.values()}),
        ),
        given.GROUP,
        given.TARGET,
        replace(given.LIMITS, allowed=_worded({words: one for one, words in LIMITS_BY_ID.items()})),
        Parameter(
            "colour", "How councils are coloured.", allowed=_worded({one: one for one in COLOUR_SCHEMES}),
            default="the first that the measure has", example="Value",
        ),
        Parameter(
            "view_as", "A map of boundaries, or of tiles of the same size.",
            allowed=_worded({one: one for one in VIEWS}), default="Map", example="Tiles",
        ),
        replace(
            given.TODAY, name="councils", many=True, ordered=True, default="those that the page begins with",
            meaning="The councils that are compared, at most ten.",
        ),
        Parameter(
            "against", "The second measure, by its title or its metric_id.", allowed=_measures,
            default="the average caseload", example="agency_rate",
        ),
        Parameter(
            "judgement", "What Ofsted judged.", allowed=_worded({words: one for one, words in STRAND_NAMES.items()}),
            default="leaders", example="protection",
        ),
        Parameter(
            "region", "Only this region, by its name or GSS code.", allowed=_regions, default="all of England",
            example="E12000003",
        ),
        Parameter("at", "The day of judgements.", allowed=_days, default="the newest"),
        Parameter(
            "after", "The grade whose next is looked at.", allowed=_worded({one: one for one in GRADES}),
            default=GRADES[-1], example="Good",
        ),
        Parameter("commitment", "A commitment, by its words.", allowed=_commitments, default="the first"),
    )
}  # fmt: skip
SIZE = Parameter(
    "size", "slide: 16 to 9, as PNG 1920 by 1080. card: for the preview of a link, 1200 by 630.",
    allowed=_worded({one: one for one in SIZES}), default="slide", example="card",
)  # fmt: skip


def declared(kind: Kind, *, sized: bool = False) -> dict[str, Parameter]:
    """The parameters of a kind, by name; `sized` with the size of a picture."""
    own = [PARAMETERS[name] for name in kind.parameters]
    return {one.name: one for one in (*own, *([SIZE] if sized else []), VERSION_)}


def parse(
    raw: bytes,
    kind: Kind,
    current: Callable[[], Database],
    at_version: Callable[[str], Database],
    *,
    sized: bool = False,
) -> ChartRequest:
    """The request that was sent; raises Problem with its mistakes, and DatabaseError where there is no data."""
    query = parse_query(raw)
    db = find_version(query, current, at_version)
    values = read_values(db, query, declared(kind, sized=sized))
    frozen = values.pop("version", None) is not None
    return ChartRequest(db, kind, _choices(db, values), frozen, values.get("size") == "card")


def preview(db: Database, page: str, query: str) -> str:
    """The address of the picture for the preview of a link to a page.

    What is wrong in the address of the page is left out, as the page itself says it and goes on without.
    """
    held = parse_query(query.encode())
    known = PARAMETERS | {VERSION_.name: VERSION_}
    values: dict[str, Any] = {}
    for name, parameter in known.items():
        if name in held:
            with suppress(Problem):
                values[name] = parameter.read(db, held[name])
    values.pop(VERSION_.name, None)
    try:
        choices = _choices(db, values)
    except Problem:
        choices = _choices(db, {name: values[name] for name in ("la", "metric") if name in values})
    kind = main_kind(page, choices, held.get("part", [""])[0])
    # With the version: what stores a preview shows it with the words of that time.
    return chart_links.chart(db, kind, choices, "png", db.data_version, ("size", "card"))


def _choices(db: Database, values: Mapping[str, Any]) -> Choices:
    default = DEFAULT_METRIC if DEFAULT_METRIC in db.metrics else next(iter(db.metrics))
    metric = db.metrics[values.get("metric", default)]
    limits = LIMITS[LIMITS_BY_ID[values["limits"]]] if "limits" in values else None
    of_measure = {**values, "metric": (metric.metric_id,)}
    return Choices(
        metric=metric,
        period=_period(db, metric, values.get("period")),
        benchmark=tables.find_benchmark(db, of_measure),
        area_id=values.get("la"),
        limits=limits,
        colour=values.get("colour"),
        view=VIEWS[values.get("view_as", "Map")],
        councils=values.get("councils", ()),
        against=db.metrics[values["against"]] if "against" in values else None,
        strand=values.get("judgement", "leaders"),
        region_id=values.get("region"),
        at=date.fromisoformat(values["at"]) if "at" in values else None,
        after=values.get("after", GRADES[-1]),
        commitment=values.get("commitment"),
    )


def _period(db: Database, metric: Metric, label: str | None) -> Period:
    periods = db.periods[metric.metric_id]
    found = next((one for one in periods if label in (None, one.label)), None)
    if found is None:
        listed = [one.label for one in periods]
        detail = f"{metric.title} was not published for {label}."
        raise problem("not-together", detail, parameter="period", value=label, allowed=listed)
    return found
