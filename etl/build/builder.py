"""Releases -> data/monitor.duckdb: schema, areas, each source, ranks, checks, swap. All or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from etl import areas as area_files
from etl import releases
from etl.areas import Areas, alive
from etl.build import commitments, leadership_register, map_files, operator_files, ranges, ranks, trends
from etl.build.operator_files import Finding, OperatorPaths
from etl.check import changes, database, kinds_of_proof, known_errors, reconcile_lait, reports, validation
from etl.extract import editions
from etl.model import OBSERVATION, Context, EtlError, Loaded, Metric, PeriodKind, Source, Status, to_observations
from etl.publish import live_database
from etl.readers import inspections, reconcile_ofsted
from etl.sources import all_sources, ofsted_reports, ofsted_visits

DATA = Path(__file__).resolve().parents[2] / "data"
DATABASE = live_database.DATABASE
# What rates and spending per child are divided by.
CHILDREN, AGED = "children", "children aged 0 to 17 in the middle of the year"
# What is published and what is worked out from it; what inspection reports ask for; the tables of the operator's files.
SCHEMA = ("schema.sql", "schema_standing.sql", "schema_reports.sql", "schema_operator.sql")


@dataclass(frozen=True)
class Built:
    """What a build made."""

    path: Path
    data_version: str
    observations: int
    warnings: tuple[Finding, ...] = ()
    """Warnings about the operator's files."""


def build(
    data: Path = DATA,
    progress: Callable[[str], None] = lambda _words: None,
    sources: list[Source] | None = None,
    operator_paths: OperatorPaths | None = None,
    *,
    accept_empty: bool = False,
) -> Built:
    """Build `data/monitor.duckdb` from `data/releases`, the reference files beside it and the operator's files.

    The database is made under another name and takes its place only when every check holds: EtlError (with the rule,
    the place and the remedy) leaves the last good one untouched. The same happens where the live database has rows
    of the operator's files and the files have none any more, unless that is accepted.
    """
    with live_database.alone(data):
        tables, warnings = _tables(
            data, sources or all_sources(), operator_paths or operator_files.choose_paths(data), progress
        )
        if not accept_empty:
            operator_files.refuse_loss(data / DATABASE, tables)
        path = live_database.publish(data, schema(data), tables, database.check, progress)
    return Built(path, tables["build"]["data_version"][0], tables["observation"].height, warnings)


def schema(data: Path) -> str:
    """The statements that make all tables."""
    return "\n".join((data / name).read_text("utf-8") for name in SCHEMA)


def _tables(
    data: Path, sources: list[Source], operator_paths: OperatorPaths, progress: Callable[[str], None]
) -> tuple[dict[str, pl.DataFrame], tuple[Finding, ...]]:
    """Every table of the database, by name, in the order of their references; and the warnings."""
    progress("areas")
    areas = area_files.read(data)
    progress("what is kept by hand")
    contents = (operator_files.read_file(operator_paths.register), operator_files.read_file(operator_paths.commitments))
    posts = leadership_register.check(contents[0], areas, datetime.now(UTC).date(), operator_paths.register.name)
    metrics = [metric for source in sources for metric in source.metrics]
    promised = commitments.check(contents[1], metrics, operator_paths.commitments.name)
    # Both are checked before either is refused.
    operator_files.refuse_errors(posts, promised)
    loaded: dict[str, Loaded] = {}
    validated, changed = [], []
    for source in sources:
        progress(source.title)
        cells = releases.read(data / "releases", source)
        loaded[source.id] = source.load(source, cells, Context(areas, loaded))
        accepted = releases.is_accepted(data / "releases", releases.path(Path(), source.release).name)
        validated.append(validation.validate(source, cells, loaded[source.id], areas, loaded, accepted=accepted))
        changed.append(_changed(data / "releases", source, loaded, areas))
    progress("figures that are printed twice")
    twice = reconcile_lait.require_agreement(data, areas, sources)

    inspection, judgement = _gathered(loaded, "inspection"), _gathered(loaded, "judgement")
    link = _gathered(loaded, "inspection_link").unique("inspection_id", keep="first", maintain_order=True)
    inspection = (
        inspection.join(link, on="inspection_id", how="left", suffix="_link", validate="1:1", maintain_order="left")
        .with_columns(pl.coalesce("url", "url_link").alias("url"), pl.coalesce("ended", "ended_link").alias("ended"))
        .select(inspections.INSPECTION.names())
    )
    snapshot = _gathered(loaded, "snapshot")
    reconcile_ofsted.check_snapshot(snapshot, inspection, judgement, areas)
    reports.refuse_graded_otherwise(loaded[ofsted_reports.SOURCE.id])
    graded = _gathered(loaded, "report_grade")
    # Those of Ofsted's own files are in the snapshot already.
    graded = graded.join(inspection.filter(pl.col("source_id") != inspections.OFFICIAL), on="inspection_id", how="semi")
    visit = _gathered(loaded, "visit")
    # What readers of sources compared with another published table themselves.
    compared = [pair for one in loaded.values() if "compared" in one.tables for pair in one.tables["compared"].rows()]
    progress("standings")
    metric = _metrics(sources)
    observation = pl.concat([_gathered(loaded, "observation"), inspections.observations(inspection, judgement, areas)])
    observation, known_error = known_errors.withhold(observation)
    observation = with_missing_rows(observation, metric, areas).sort("metric_id", "period_end", "area_id")
    suppression = ranges.check_suppression(observation, areas.area, metrics)
    observation = ranges.with_ranges(observation, metric, metrics, suppression)
    population = ranks.find_population(observation, metric, areas.area)
    cuts = ranks.quarter_cuts(population, observation, areas.area)
    breaks = trends.series_breaks(metric)
    progress("map")
    boundary, shape = _map(data / "geography")
    released = max(source.release.published for source in sources)
    tables = {
        "build": pl.DataFrame(
            {
                "data_version": [f"{released}-{_fingerprint(data, *contents)}"],
                "built_at": [datetime.now(UTC).replace(tzinfo=None, microsecond=0)],
            }
        ),
        "source": _sources(sources),
        "load_ledger": pl.concat(one.ledger for one in loaded.values()),
        "reject": _gathered(loaded, "reject"),
        "warning": pl.concat(one.warning for one in validated),
        "area": areas.area,
        "area_code": areas.code,
        "area_name": areas.name,
        "succession": areas.succession,
        "place": areas.place,
        "neighbour": _gathered(loaded, "neighbour"),
        "metric": metric,
        "observation": observation,
        "proof": _proofs([*(one.proof for one in validated), twice], snapshot, graded, visit, dict(compared), metric),
        "suppression_check": suppression,
        "known_error": known_error,
        "what_changed": pl.concat(changed),
        "standing": ranks.rank_councils(observation, population, cuts),
        "quarter_cut": cuts,
        "change": ranks.changes(observation, metric, breaks),
        "series_break": breaks,
        "trend": trends.trends(observation, metric, areas.area, breaks),
        "inspection": inspection,
        "judgement": judgement,
        "visit": visit,
        "recommendation": _gathered(loaded, "recommendation"),
        "theme": _gathered(loaded, "theme"),
        "recommendation_theme": _gathered(loaded, "recommendation_theme"),
        "leadership_post": posts.table,
        "commitment": promised.table,
        "boundary": boundary,
        "map_shape": shape,
    }
    return tables, (*posts.warnings, *promised.warnings)


def with_missing_rows(observation: pl.DataFrame, metric: pl.DataFrame, areas: Areas) -> pl.DataFrame:
    """The observations and, for every authority that existed but has no row, one with the status `no_row`.

    Rows without a value of authorities that did not exist then are dropped. School outcomes of a year are those of
    children of 31 March in it: it is the councils of that day that report them.
    """
    kinds = metric.select("metric_id", "period_kind", pl.col("source_id").alias("metric_source"))
    of_school = pl.col("period_kind") == str(PeriodKind.ACADEMIC_YEAR)
    day = pl.when(of_school).then(pl.date(pl.col("period_end").dt.year(), 3, 31)).otherwise("period_end").alias("day")
    published = observation.join(kinds, on="metric_id", maintain_order="left").with_columns(day)

    # Of measures that are published for England only, no council lacks a figure.
    local = published.filter(pl.col("area_id").is_in(areas.authorities["area_id"].to_list()))["metric_id"].unique()
    periods = (
        published.filter(pl.col("metric_id").is_in(local.to_list()))
        .select("metric_id", "period_end", "period", "day", "metric_source")
        .unique(["metric_id", "period_end"])
    )
    living = pl.DataFrame(
        [(day, area_id) for day in periods["day"].unique() for area_id in alive(areas, day)],
        schema={"day": pl.Date, "area_id": pl.String},
        orient="row",
    )
    expected = periods.join(living, on="day")
    dates = areas.authorities.select("area_id", "start_date", "end_date")
    not_then = (pl.col("start_date") > pl.col("day")) | (pl.col("end_date") < pl.col("day"))
    existing = published.join(dates, on="area_id", how="left", maintain_order="left").filter(
        ~(not_then.fill_null(False) & pl.col("value").is_null())
    )
    missing = expected.join(existing, on=["metric_id", "area_id", "period_end"], how="anti").rename(
        {"metric_source": "source_id"}
    )
    return pl.concat([existing.select(OBSERVATION.names()), to_observations(missing, status=str(Status.NO_ROW))])


def _proofs(
    found: list[pl.DataFrame],
    snapshot: pl.DataFrame,
    graded: pl.DataFrame,
    visit: pl.DataFrame,
    compared: dict[str, int],
    metric: pl.DataFrame,
) -> pl.DataFrame:
    """The table proof: of each metric and proof, what it says and how many figures it bears out, and does not.

    `snapshot` has Ofsted's own table of judgements and days, `graded` the grades read from reports, and `compared` how
    many figures of a metric its reader found in another table.
    """
    judged = {
        f"judgement_{strand}": snapshot[strand].count() + graded.filter(pl.col("strand") == strand).height
        for strand in inspections.Strand
    }
    judged[inspections.MONTHS] = snapshot.height + graded["inspection_id"].n_unique()
    visits = dict(visit.group_by(pl.col("kind").replace_strict(ofsted_visits.METRICS)).len().iter_rows())
    counts = [
        *((metric_id, kinds_of_proof.TWICE, count, 0) for metric_id, count in (judged | compared).items() if count),
        *((metric_id, kinds_of_proof.FITS, count, 0) for metric_id, count in visits.items()),
    ]
    rows = pl.concat([*found, pl.DataFrame(counts, schema=kinds_of_proof.PROOF, orient="row")])
    return (
        rows.join(metric.select("metric_id", "position"), on="metric_id")
        .group_by("position", "metric_id", "proof")
        .agg(pl.col("proved").sum(), pl.col("unproved").sum())
        .sort("position", pl.col("proof").cast(pl.Enum(list(kinds_of_proof.SAYS))))
        .select(
            "metric_id",
            "proof",
            pl.col("proof").replace_strict(kinds_of_proof.SAYS).alias("says"),
            "proved",
            "unproved",
        )
    )


def _metrics(sources: list[Source]) -> pl.DataFrame:
    # The order of the menu: the product's purpose first, context last.
    themes = (
        "Workforce",
        "Child protection",
        "Front door",
        "Looked after and leaving care",
        "Outcomes of children in need",
        "Factors at assessment",
        "Inspection",
        "Money",
        "Context",
    )
    as_declared = (
        "title", "short_title", "noun", "theme", "unit", "decimals", "polarity_reason", "definition", "england_only",
        "councils_only", "minimum_denominator", "may_exceed_100",
    )  # fmt: skip
    declared: list[tuple[Source, Metric]] = [(source, metric) for source in sources for metric in source.metrics]
    declared.sort(
        key=lambda pair: (themes.index(pair[1].theme) if pair[1].theme in themes else len(themes), pair[1].theme)
    )
    return pl.DataFrame(
        [
            {
                "metric_id": metric.id,
                **{name: getattr(metric, name) for name in as_declared},
                "position": position,
                "polarity": str(metric.polarity),
                "source_id": source.id,
                "period_kind": str(metric.period_kind),
                "derived": metric.derived or metric.per_10_000_children or metric.share,
                "made": _made(metric),
                "numerator": " + ".join(metric.numerator)
                or (metric.column if metric.per_10_000_children or metric.share else None),
                "denominator": " + ".join(metric.denominator) or (CHILDREN if metric.per_10_000_children else None),
                "unknown": ", ".join(metric.unknown_where.values()) or " + ".join(metric.unknown) or None,
                "has_interval": metric.interval,
                "shortfall": metric.shortfall.words if metric.shortfall else None,
                "shortfall_moves": metric.shortfall.moves if metric.shortfall else None,
                "shortfall_holding": metric.shortfall.holding if metric.shortfall else None,
                "caveat": metric.caveat or None,
                "next_due": metric.next_due or source.release.next_due or None,
                "former_title": metric.former_title or None,
            }
            for position, (source, metric) in enumerate(declared, start=1)
        ],
        infer_schema_length=None,
    )


def _made(metric: Metric) -> str | None:
    """How a derived value is worked out, in the columns it is made of; None of what is as published."""
    if metric.made or not (metric.derived or metric.per_10_000_children or metric.share):
        return metric.made or None
    above = " + ".join(metric.numerator) or metric.column
    below = " + ".join(metric.denominator) or CHILDREN
    if below == CHILDREN:
        below = f"{AGED} {'in which it began' if metric.period_kind is PeriodKind.FINANCIAL_YEAR else 'before'}"
    times = {"%": " × 100", "per 10,000 children": " × 10,000"}.get(metric.unit, "")
    return f"{above} ÷ {below}{times}"


def _sources(sources: list[Source]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "source_id": source.id,
            "title": source.title,
            "publisher": source.publisher,
            "release": source.release.title,
            "released": source.release.published,
            "next_release": source.release.following or None,
            "next_due": source.release.next_due or None,
            "previous_release": source.previous.release.title if source.previous else None,
            "page": source.release.page,
            "licence": source.licence,
            "note": source.note or None,
        }
        for source in sources
    )


def _changed(folder: Path, source: Source, loaded: dict[str, Loaded], areas: Areas) -> pl.DataFrame:
    """What the edition that is loaded changed from the one before; nothing where we do not have that one."""
    if source.previous is None:
        return pl.DataFrame(schema=changes.WHAT_CHANGED)
    before = editions.before(source)
    cells = editions.read_before(folder, source)
    metrics = [metric.id for metric in before.metrics]
    now = loaded[source.id].tables["observation"].filter(pl.col("metric_id").is_in(metrics))
    return changes.between(before.load(before, cells, Context(areas, loaded)).tables, {"observation": now})


def _map(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """boundary and map_shape, as `etl geography` wrote them."""
    try:
        return map_files.read_map(folder)
    except map_files.GeographyError as error:
        raise EtlError(
            f"E_GEOGRAPHY: {error}. Restore {folder.name}/ from git, or run `python -m etl geography` again."
        ) from error


def _gathered(loaded: dict[str, Loaded], table: str) -> pl.DataFrame:
    return pl.concat(one.tables[table] for one in loaded.values() if table in one.tables)


def _fingerprint(data: Path, *contents: bytes) -> str:
    """A short hash of everything a build depends on: releases, reference files, schema and the ETL's own rules.

    The operator's files count by their content, wherever they lie.
    """
    code = Path(__file__).resolve().parents[1]
    inputs = [
        *sorted((data / "releases").glob("*.parquet")),
        *sorted(
            path
            for path in data.glob("*.csv")
            if path.name not in (operator_files.REGISTER, operator_files.COMMITMENTS)
        ),
        *sorted((data / "geography").iterdir()),
        *(data / name for name in SCHEMA),
        *sorted(code.rglob("*.py")),
    ]
    digest = hashlib.sha256()
    for content in contents:
        digest.update(b"%d\0" % len(content) + content)
    for path in inputs:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:8]
