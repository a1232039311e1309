"""A view as data: the requests to the API that give what a page shows, and ready lines that read the answer.

Of each page the first request gives what its chart is drawn from, and the lines read that one. A view of the newest
period asks for the newest, whichever that is then; a frozen one names its data version.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dashboard.analysis import selection
from dashboard.analysis.benchmarks import BENCHMARKS, Benchmark
from dashboard.analysis.benchmarks.rules import Group, Target
from dashboard.analysis.selection import FigureQuery
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, STRANDS, Metric, Period
from dashboard.files.exports.rows import PARTS
from dashboard.views.text import formats

BASE = "/api/v1"
# Fields of FigureQuery -> parameters of the API.
PARAMETERS = {
    "metrics": "metric", "themes": "theme", "areas": "area", "kinds": "kind", "regions": "region", "types": "type",
    "neighbours_of": "neighbours_of", "periods": "period", "newest": "newest", "statuses": "status",
    "leaders": "leaders",
}  # fmt: skip
ALL = tuple(PARTS)
# The groups of columns that need a benchmark.
COMPARED = ("benchmark", "gap", "interval")
COUNCILS = ("local_authority",)
FORMATS = {"csv": "CSV", "json": "JSON", "parquet": "Parquet"}
JUDGEMENTS = tuple(f"judgement_{strand}" for strand in STRANDS)


# The tables with a column `period`.
WITH_PERIODS = ("observations", "standings", "benchmarks")


@dataclass(frozen=True)
class Address:
    """One request to the API."""

    what: str
    """What it asks for, in words."""
    table: str
    parameters: tuple[tuple[str, str], ...] = ()

    def url(self, root: str, suffix: str, version: str | None = None) -> str:
        """Its whole address; `root` is where the dashboard is, `version` a data version to keep to."""
        pairs = [*self.parameters, *([("version", version)] if version else [])]
        query = "&".join(f"{name}={quote(value, safe=',')}" for name, value in pairs)
        return f"{root}{BASE}/{self.table}.{suffix}" + (f"?{query}" if query else "")


@dataclass(frozen=True)
class View:
    """What a page shows, as requests to the API."""

    addresses: tuple[Address, ...]
    metrics: tuple[str, ...]
    """Whose sources a citation names; all, if there is none."""


@dataclass(frozen=True)
class Lines:
    """Ready lines for one program."""

    program: str
    how: str
    """What to do with them."""
    text: str


def lines(address: Address, root: str, version: str | None = None) -> list[Lines]:
    """Lines that read the answer to one request, for each program; they need nothing but what is named.

    DuckDB's own way to read addresses is an extension, which many networks do not let through: Python fetches the file.
    """
    # Of periods the first thousands look like numbers, and then comes 2024/25.
    text = ', colClasses = c(period = "character")' if address.table in WITH_PERIODS else ""
    parquet, csv = (address.url(root, suffix, version) for suffix in ("parquet", "csv"))
    return [
        Lines(
            "Python with polars",
            "",
            "import polars as pl\nfrom urllib.request import urlopen\n\n"
            f'rows = pl.read_parquet(urlopen("{parquet}").read())',
        ),
        Lines(
            "Python with duckdb",
            "",
            "import duckdb\nfrom urllib.request import urlretrieve\n\n"
            f'file, _ = urlretrieve("{parquet}", "{address.table}.parquet")\nrows = duckdb.read_parquet(file)',
        ),
        Lines("R", "", f'rows <- read.csv("{csv}", na.strings = "", encoding = "UTF-8"{text})'),
        Lines("Excel", "Data, Get Data, From Web: paste this address, and load.", csv),
    ]


def england(db: Database, metric: Metric, period: Period, benchmark: Benchmark, nine: Sequence[Metric]) -> View:
    """The front page: the chosen measure, the nine measures, England and its regions."""
    ids = tuple(one.metric_id for one in nine)
    return View(
        (
            _councils(db, metric, period, benchmark),
            _figures(
                "All councils in the measures of this page", FigureQuery(ids, kinds=COUNCILS, newest=True), benchmark
            ),
            _figures(
                "England and its regions, every measure",
                FigureQuery(kinds=("england", "region"), newest=True),
                parts=(),
            ),
            Address("Publications, and when each came out", "releases"),
            Address("What the loaded editions changed", "changes"),
        ),
        tuple(dict.fromkeys([metric.metric_id, *ids])),
    )


def map_of(
    db: Database, metric: Metric, period: Period, benchmark: Benchmark, beside: tuple[Metric, Period] | None = None
) -> View:
    """The map, and the second one beside it."""
    shown = [(metric, period), *([beside] if beside else [])]
    return View(
        (
            *(_councils(db, one, when, benchmark) for one, when in shown),
            Address("All areas, with their codes", "areas"),
        ),
        tuple(dict.fromkeys(one.metric_id for one, _ in shown)),
    )


def council(
    db: Database, area_id: str, metric: Metric, period: Period, benchmark: Benchmark, theme: str | None = None,
    few: Sequence[str] = (),
) -> View:  # fmt: skip
    """A council's page: its measures (of a theme, or `few`), one over time and beside its neighbours, its reports."""
    name = db.names[area_id]
    themes = (theme,) if theme else ()
    measures = tuple(one.metric_id for one in db.metrics.values() if theme in (None, one.theme))
    what = f"measures of {theme.lower()}" if theme else "the measures that matter most" if few else "every measure"
    return View(
        (
            _figures(
                f"{name}: {what}, newest period",
                FigureQuery(tuple(few), themes=themes, areas=(area_id,), newest=True),
                benchmark,
            ),
            _over_time(metric, f"{name} and England", (area_id, ENGLAND)),
            _figures(
                f"{name} and its statistical neighbours: {_when(db, metric, period)}",
                FigureQuery((metric.metric_id,), neighbours_of=area_id, **_period(db, metric, period)),
                benchmark,
            ),
            Address(f"{name}: inspections since 2013", "inspections", (("area", area_id),)),
            Address(f"{name}: what Ofsted asked for", "recommendations", (("area", area_id),)),
        ),
        tuple(dict.fromkeys([metric.metric_id, *measures])),
    )


def compare(
    db: Database, area_ids: Sequence[str], metric: Metric, period: Period, benchmark: Benchmark, theme: str,
    beside: tuple[Metric, Period] | None = None,
) -> View:  # fmt: skip
    """Councils side by side: in one measure, over time, measure by measure, and all councils in a second measure."""
    areas = tuple(area_ids)
    who = f"{len(areas)} councils" if len(areas) > 1 else db.names[areas[0]]
    metric_ids = (metric.metric_id,)
    second = [_councils(db, *shown, benchmark) for shown in ((metric, period), beside) if shown and beside]
    measures = [other.metric_id for other in db.metrics.values() if other.theme == theme]
    return View(
        (
            _figures(
                f"{who}: {_when(db, metric, period)}",
                FigureQuery(metric_ids, areas=areas, **_period(db, metric, period)),
                benchmark,
            ),
            _over_time(metric, f"{who} and England", (*areas, ENGLAND)),
            _figures(
                f"{who}: measures of {theme.lower()}, newest period",
                FigureQuery(themes=(theme,), areas=areas, newest=True),
                benchmark,
            ),
            *second,
        ),
        tuple(dict.fromkeys([*metric_ids, *measures, *([beside[0].metric_id] if beside else [])])),
    )


def best(db: Database, metric: Metric, period: Period, benchmark: Benchmark) -> View:
    """Best councils: all that could be among them, their rank in every year, and how leaders were judged."""
    addresses = [_councils(db, metric, period, benchmark)]
    if metric.ranked:
        parameters = (("metric", metric.metric_id),)
        addresses.append(
            Address(f"Rank and quarter of all councils in every period: {metric.title}", "standings", parameters)
        )
    addresses.append(Address("The latest inspection of each council", "inspections", (("newest", "true"),)))
    return View(tuple(addresses), (metric.metric_id,))


def inspections(
    db: Database, area_id: str | None, region_id: str | None, *, latest: bool, strand: str,
    beside: tuple[Metric, Period] | None = None, benchmark: Benchmark | None = None,
    asked: bool = False, theme: str | None = None,
) -> View:  # fmt: skip
    """Inspections: the latest judgements of councils, every report, judgements at each 31 March, and a measure.

    Of recommendations (`asked`) those of a theme come first.
    """
    where = f" in {db.names[region_id]}" if region_id else ""
    regions = (region_id,) if region_id else ()
    region = (("region", region_id),) if region_id else ()
    judged = f"judgement_{strand}"
    now = _figures(
        f"The latest judgements of all councils{where}, a row a council",
        FigureQuery(JUDGEMENTS, kinds=COUNCILS, regions=regions, newest=True),
        shape="wide",
    )
    reports = Address(f"Every inspection since 2013{where}", "inspections", region)
    years = _figures(
        f"{db.metrics[judged].title} at each 31 March{where}",
        FigureQuery((judged,), kinds=COUNCILS, regions=regions),
        parts=(),
    )
    addresses = [now, reports, years] if latest else [reports, now, years]
    if asked:
        about = (("about", theme),) if theme else ()
        addresses.insert(0, Address(f"What Ofsted asked for{where}", "recommendations", (*region, *about)))
    if area_id:
        addresses.append(Address(f"{db.names[area_id]}: inspections since 2013", "inspections", (("area", area_id),)))
    if beside and benchmark:
        addresses.append(_councils(db, *beside, benchmark))
    return View(tuple(addresses), (*JUDGEMENTS, *([beside[0].metric_id] if beside else [])))


def commitment(metric: Metric) -> View:
    """A commitment: England and all councils in its measure, every period."""
    query = FigureQuery((metric.metric_id,), kinds=("england", *COUNCILS))
    what = f"England and all councils, every period: {metric.title}"
    return View((_figures(what, query, parts=("standing", "trend")),), (metric.metric_id,))


def data(
    db: Database, query: FigureQuery, benchmark: Benchmark, parts: Collection[str], shape: selection.Shape
) -> View:
    """The Data page: its own query."""
    metrics = query.metrics
    if query.themes:
        of_themes = db.table["metric"].filter(db.table["metric"]["theme"].is_in(query.themes))["metric_id"]
        metrics = tuple(one for one in of_themes if one in (metrics or (one,)))
    return View((_figures("These figures", query, benchmark, parts, shape),), metrics)


def methods() -> View:
    """Methods: the measures, publications and areas behind all figures, and what new editions changed."""
    return View(
        (
            Address("Every measure, with what there is of it", "metrics"),
            Address("Publications, and when each came out", "releases"),
            Address("All areas, with their codes", "areas"),
            Address("What the loaded editions changed", "changes"),
        ),
        (),
    )


def _councils(db: Database, metric: Metric, period: Period, benchmark: Benchmark) -> Address:
    """All councils in one measure and period, with all there is beside a figure."""
    query = FigureQuery((metric.metric_id,), kinds=COUNCILS, **_period(db, metric, period))
    return _figures(f"All councils: {_when(db, metric, period)}", query, benchmark)


def _over_time(metric: Metric, who: str, area_ids: tuple[str, ...]) -> Address:
    query = FigureQuery((metric.metric_id,), areas=area_ids)
    return _figures(f"{who}, every period: {metric.title}", query, parts=("standing", "trend"))


def _period(db: Database, metric: Metric, period: Period) -> dict[str, Any]:
    """The filter of a period: the newest is asked for as such, so that the query follows new figures."""
    return {"newest": True} if period == db.latest(metric.metric_id) else {"periods": (period.label,)}


def _when(db: Database, metric: Metric, period: Period) -> str:
    newest = period == db.latest(metric.metric_id)
    return f"{metric.title}, {'newest period' if newest else formats.period_label(metric, period.end)}"


def _figures(
    what: str, query: FigureQuery, benchmark: Benchmark | None = None, parts: Collection[str] = ALL,
    shape: selection.Shape = "long",
) -> Address:  # fmt: skip
    """A request for figures; what it lacks, as a benchmark whose details are not chosen yet, is left out."""
    parameters: list[tuple[str, str]] = []
    for field in query.filters():
        value: Any = getattr(query, field)
        values = ("true",) if value is True else (value,) if isinstance(value, str) else value
        # Several in one; a name with a comma in it stands alone.
        together = [value for value in values if "," not in value]
        alone = [value for value in values if "," in value]
        parameters += [(PARAMETERS[field], one) for one in (*([",".join(together)] if together else []), *alone)]
    if shape == "wide":
        return Address(what, "observations", (*parameters, ("shape", "wide")))
    compared_with = _benchmark_parameters(query, benchmark)
    beside = [part for part in ALL if part in parts and (compared_with or part not in COMPARED)]
    if beside:
        parameters.append(("with", ",".join(beside)))
    if compared_with and set(COMPARED) & set(beside):
        parameters += compared_with
    return Address(what, "observations", tuple(parameters))


def _benchmark_parameters(query: FigureQuery, benchmark: Benchmark | None) -> list[tuple[str, str]]:
    """A benchmark as the API takes it; nothing where its details are missing, or are for other measures."""
    if benchmark is None:
        return []
    parameters = [("benchmark", benchmark.id)]
    if benchmark.spread != BENCHMARKS[benchmark.id].spread:
        parameters.append(("limits", "differences" if benchmark.spread else "chance"))
    rule = benchmark.rule
    if isinstance(rule, Group):
        return [*parameters, ("group", ",".join(rule.area_ids))] if rule.area_ids else []
    if isinstance(rule, Target):
        of_these = rule.number is not None and query.metrics == (rule.metric_id,)
        return [*parameters, ("target", f"{rule.number:.15g}")] if of_these else []
    return parameters
