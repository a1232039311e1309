"""The addresses of the API: each declared once, with its parameters, what it answers with and examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from dashboard.api import parameters as given
from dashboard.api import tables
from dashboard.api.parameters import Parameter
from dashboard.api.tables import Rows, Values
from dashboard.data.database import Database

BASE = "/api/v1"
WHOLE = f"{BASE}/monitor.duckdb"
# The most characters of a query: room for all that can be asked at once.
MOST_CHARACTERS = 16_000


@dataclass(frozen=True)
class Kind:
    """A format an answer can have."""

    suffix: str
    label: str
    media_type: str
    rows: int
    """How many rows at most when no limit is given."""
    most_rows: int
    pages: bool = False
    """Whether the body itself says that there are more rows: then an answer may hold fewer than there are."""
    binary: bool = False

    @property
    def limit(self) -> Parameter:
        default = f"{self.rows:,}" if self.pages else "all; refused where they are more"
        return replace(given.LIMIT, highest=self.most_rows, default=default)


# Of one file; all figures together have half as many rows. It is written in parts, and cached packed.
MOST_ROWS = 250_000

KINDS = {
    kind.suffix: kind
    for kind in (
        Kind("json", "JSON", "application/json", 1_000, 10_000, pages=True),
        Kind("csv", "CSV", "text/csv; charset=utf-8", MOST_ROWS, MOST_ROWS),
        Kind("parquet", "Parquet", "application/vnd.apache.parquet", MOST_ROWS, MOST_ROWS, binary=True),
    )
}


@dataclass(frozen=True)
class Example:
    """A request worth trying, in words and as parameters."""

    words: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Endpoint:
    """One address, in every format."""

    name: str
    title: str
    about: str
    parameters: tuple[Parameter, ...]
    """Its own; all have limit, offset and version beside them."""
    find: Callable[[Database, Values], Rows]
    examples: tuple[Example, ...]
    shown: tuple[str, ...]
    """The columns of its example on the page for people."""

    def path(self, suffix: str = "") -> str:
        """Its address; without a suffix that of JSON."""
        return f"{BASE}/{self.name}{f'.{suffix}' if suffix else ''}"

    def all_parameters(self, kind: Kind) -> dict[str, Parameter]:
        """Every parameter by name, as the format has them."""
        return {parameter.name: parameter for parameter in (*self.parameters, kind.limit, given.OFFSET, given.VERSION_)}


WHICH = (
    given.METRIC, given.THEME, given.AREA, given.KIND, given.REGION, given.TYPE, given.NEIGHBOURS_OF, given.PERIOD,
    given.NEWEST, given.STATUS, given.LEADERS,
)  # fmt: skip
MARK = (given.BENCHMARK, given.GROUP, given.TARGET)
COMPARE_WITH = (*MARK, given.LIMITS)
PLACE = (given.COUNCIL, given.REGION, given.TYPE)

ENDPOINTS = {
    endpoint.name: endpoint
    for endpoint in (
        Endpoint(
            "observations",
            "Figures",
            "Every figure there is, or the reason why there is none, with where it is from.",
            (*WHICH, given.WITH, *COMPARE_WITH, given.SHAPE),
            tables.observations,
            (
                Example(
                    "Social worker vacancies in Leeds over the years, with rank and trend",
                    {"metric": "vacancy_rate", "area": "383", "with": "standing,trend"},
                ),
                Example(
                    "Leeds and its ten statistical neighbours, newest vacancy rates",
                    {"metric": "vacancy_rate", "neighbours_of": "383", "newest": "true"},
                ),
                Example(
                    "Vacancies and agency workers side by side, a row a council",
                    {
                        "metric": "vacancy_rate,agency_rate",
                        "kind": "local_authority",
                        "newest": "true",
                        "shape": "wide",
                    },
                ),
                Example(
                    "What was suppressed in 2025, to protect small numbers", {"period": "2025", "status": "suppressed"}
                ),
            ),
            ("area", "metric", "period", "value", "unit", "status", "rank", "ranked", "trend"),
        ),
        Endpoint(
            "standings",
            "Standings",
            "Where councils stand in the measures that have a better and a worse side: best is 1, ties share the "
            "smallest rank, a joint return counts once. Quarter 1 is the best.",
            tuple(parameter for parameter in WHICH if parameter.name not in ("kind", "status")),
            tables.standings,
            (
                Example(
                    "Every council's rank and quarter in vacancies, newest period",
                    {"metric": "vacancy_rate", "newest": "true"},
                ),
                Example("Where Leeds stands in everything", {"area": "383", "newest": "true"}),
            ),
            ("area", "metric", "period", "value", "unit", "rank", "tied", "ranked", "quarter"),
        ),
        Endpoint(
            "benchmarks",
            "Benchmarks",
            "Councils beside a benchmark: its value and how many are behind it, how far the council is from it (a "
            "shortfall is positive) in the measure's unit and in real ones, and whether chance could explain that.",
            (*(parameter for parameter in WHICH if parameter.name != "kind"), *COMPARE_WITH),
            tables.compared,
            (
                Example(
                    "How far every council is from the best quarter in vacancies",
                    {"metric": "vacancy_rate", "newest": "true", "benchmark": "best_quarter"},
                ),
                Example(
                    "The same against a target of 10%",
                    {"metric": "vacancy_rate", "newest": "true", "benchmark": "target", "target": "10"},
                ),
            ),
            ("area", "metric", "period", "value", "unit", "benchmark", "gap", "shortfall", "verdict"),
        ),
        Endpoint(
            "inspections",
            "Inspections",
            "Every Ofsted inspection of children's services since 2013, with the grade of all that was judged.",
            (*PLACE, given.FRAMEWORK, given.NEWEST_INSPECTION),
            tables.inspections,
            (
                Example("Inspections of Leeds", {"area": "383"}),
                Example("The newest inspection of every council", {"newest": "true"}),
            ),
            ("area", "framework", "published", "overall", "leaders", "protection"),
        ),
        Endpoint(
            "recommendations",
            "Recommendations",
            "What Ofsted asked councils to improve, in its words, from the inspection reports that are read. The "
            "themes are ours.",
            (*PLACE, given.ABOUT, given.NATIONAL_FRAMEWORK),
            tables.recommendations,
            (
                Example("What Ofsted asked of Leeds", {"area": "383"}),
                Example("All recommendations about pathway plans", {"about": "Pathway plans"}),
            ),
            ("area", "published", "position", "words", "national_framework", "themes"),
        ),
        Endpoint(
            "neighbours",
            "Statistical neighbours",
            "The ten councils most like each council by DfE's model, nearest first.",
            PLACE,
            tables.neighbours,
            (Example("Those of Leeds", {"area": "383"}),),
            ("area", "closeness_rank", "neighbour", "closeness"),
        ),
        Endpoint(
            "partners",
            "Councils to learn from",
            "For each council the similar ones that reach the benchmark where it does not, with how Ofsted judged "
            "them: those judged Good or Outstanding first.",
            (given.TODAY, given.METRIC, *MARK),
            tables.partners,
            (
                Example(
                    "Councils that Sandwell could learn from on vacancies", {"area": "333", "metric": "vacancy_rate"}
                ),
            ),
            ("area", "metric", "value", "partner", "closeness_rank", "partner_value", "partner_rank", "leaders"),
        ),
        Endpoint(
            "releases",
            "Releases",
            "The publications behind the figures, each in the edition that is loaded, with its licence.",
            (given.SOURCE,),
            tables.releases,
            (Example("All of them", {}),),
            ("source", "publisher", "release", "released", "figures"),
        ),
        Endpoint(
            "changes",
            "Changes",
            "What the loaded editions say otherwise than those before them: new periods, revisions, withdrawals.",
            (given.CHANGE, given.METRIC, given.AREA, given.SOURCE),
            tables.changes,
            (Example("All of them", {}), Example("Figures that were revised", {"kind": "revised"})),
            ("kind", "metric", "area", "period_end", "before", "after"),
        ),
        Endpoint(
            "metrics",
            "Measures",
            "Every measure: what it is, its unit, which way is better, how it is worked out and what there is of it.",
            (given.METRIC, given.THEME, given.SOURCE),
            tables.metrics,
            (Example("All of them", {}), Example("Those of the workforce", {"theme": "Workforce"})),
            ("metric_id", "metric", "unit", "polarity", "newest_period"),
        ),
        Endpoint(
            "areas",
            "Areas",
            "England, its regions and every council, today's and ended ones, with their codes.",
            (given.AREA, given.KIND, given.REGION, given.TYPE),
            tables.areas,
            (Example("All of them", {}), Example("The councils of Yorkshire and The Humber", {"region": "E12000003"})),
            ("area_id", "area", "area_kind", "gss_code", "region"),
        ),
    )
}
