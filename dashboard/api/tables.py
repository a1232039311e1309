"""What each endpoint answers with: which rows there are, and any part of them as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from dashboard.analysis import benchmarks, selection
from dashboard.analysis import recommendations as asking
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT, Benchmark
from dashboard.analysis.partners import learning_partners
from dashboard.api.problems import Problem, problem
from dashboard.data import places
from dashboard.data.database import Database
from dashboard.data.model import STRANDS
from dashboard.files.exports.rows import to_long, to_wide
from dashboard.views.text.explore import nothing

Values = Mapping[str, Any]
# Of a joint return, a former code and the like: several in one cell.
SEVERAL = "; "
CITED = ("source", "publisher", "release", "released", "page", "licence")
COUNCIL = pl.col("kind") == "local_authority"


@dataclass(frozen=True)
class Rows:
    """The rows a request finds, in an order in which no two share a place."""

    count: int
    part: Callable[[int, int], pl.DataFrame]
    """(offset, count) -> those rows, as they are given away; the columns do not depend on which."""
    why: str = ""
    """Why there are none, in words."""


def why_none(db: Database, values: Values, why: str = "No row matches these filters.") -> str:
    """Why no row matches: which of the areas asked for ended, and what else stands in the way."""
    ended = [area_id for area_id in values.get("area", ()) if area_id in db.ended]
    return " ".join([*(places.explain_end(db, area_id).words for area_id in ended), why])


def observations(db: Database, values: Values) -> Rows:
    """Figures, or the reasons why there is none; where no row matches, which filter stands in the way."""
    found = _observations(db, values)
    if found.count:
        return found
    return replace(found, why=why_none(db, values, nothing(db, to_figure_query(values))))


def _observations(db: Database, values: Values) -> Rows:
    parts = values.get("with", ())
    if values.get("shape") == "wide":
        if others := [name for name in ("with", "benchmark", "group", "target", "limits") if name in values]:
            raise _not_together(f"shape=wide holds values alone: leave out {' and '.join(others)}.", others[0])
        return _whole(to_wide(db, _find_figures(db, values)))
    if {"benchmark", "group", "target", "limits"} & values.keys():
        parts = (*parts, "benchmark")
    return _figures(db, _find_figures(db, values), parts, find_benchmark(db, values))


def standings(db: Database, values: Values) -> Rows:
    """Figures that have a rank."""
    rows = _find_figures(db, values).filter(pl.col("rank").is_not_null())
    return _figures(db, rows, ("standing",), BENCHMARKS[DEFAULT])


def compared(db: Database, values: Values) -> Rows:
    """Figures of councils beside a benchmark."""
    rows = _find_figures(db, values).filter(COUNCIL)
    return _figures(db, rows, ("benchmark", "gap", "interval"), find_benchmark(db, values))


def metrics(db: Database, values: Values) -> Rows:
    """Measures as declared, with what there is of each, in the order of the menus."""
    known = (
        db.whole("metric_id", "period_end", "period", "kind", "value")
        .group_by("metric_id")
        .agg(
            pl.col("period_end").n_unique().alias("periods"),
            pl.col("period").sort_by("period_end").first().alias("first_period"),
            pl.col("period").sort_by("period_end").last().alias("newest_period"),
            pl.col("period_end").max().alias("newest_period_end"),
            (COUNCIL & pl.col("value").is_not_null() & (pl.col("period_end") == pl.col("period_end").max()))
            .sum()
            .alias("councils_with_a_value"),
            pl.len().alias("figures"),
        )
    )
    rows = _filter_rows(db.table["metric"], values, metric="metric_id", theme="theme", source="source_id")
    return _whole(
        rows.sort("position")
        .join(known, on="metric_id", how="left", maintain_order="left")
        .rename({"title": "metric"})
        .drop("position")
        .pipe(_with_sources, db)
    )


def areas(db: Database, values: Values) -> Rows:
    """England, regions, councils of today and ended ones, each by name."""
    former = db.table["area_code"].join(
        db.area.select("area_id", pl.col("gss_code").alias("now")), on="area_id", how="left"
    )
    succession = db.table["succession"].with_columns(
        pl.col("predecessor_id", "successor_id").replace_strict(db.names, return_dtype=pl.String).name.suffix("_name")
    )
    rows = db.area.join(_in_regions(db, values), on="area_id", how="semi") if "region" in values else db.area
    rows = _filter_rows(rows, values, area="area_id", kind="kind", type="authority_type")
    order = pl.col("kind").replace_strict({"england": 0, "region": 1, "local_authority": 2}, return_dtype=pl.Int8)
    return _whole(
        rows.sort(order, "name")
        .join(
            _join_values(former.filter(pl.col("gss_code") != pl.col("now")), "area_id", "gss_code", "former_gss_codes"),
            on="area_id", how="left", maintain_order="left",
        )
        .join(
            _join_values(succession, "successor_id", "predecessor_id_name", "succeeds"),
            left_on="area_id", right_on="successor_id", how="left", maintain_order="left",
        )
        .join(
            _join_values(succession, "predecessor_id", "successor_id_name", "succeeded_by"),
            left_on="area_id", right_on="predecessor_id", how="left", maintain_order="left",
        )
        .select(
            "area_id", pl.col("name").alias("area"), pl.col("kind").alias("area_kind"), "la_number", "gss_code",
            "former_gss_codes", "authority_type", "region_id", _region(db), "start_date", "end_date", "succeeds",
            "succeeded_by", "very_small", _version(db),
        )
    )  # fmt: skip


def inspections(db: Database, values: Values) -> Rows:
    """Inspections with the grades they gave, the newest report first."""
    grades = db.table["judgement"].pivot(on="strand", on_columns=list(STRANDS), index="inspection_id", values="grade")
    rows = _of_councils(db, db.table["inspection"], values).sort(
        "published", "name", "inspection_id", descending=[True, False, False]
    )
    if values.get("newest"):
        rows = rows.unique("area_id", keep="first", maintain_order=True)
    return _whole(
        _filter_rows(rows, values, framework="framework")
        .join(grades, on="inspection_id", how="left", maintain_order="left")
        .pipe(_with_sources, db)
        .select(
            "inspection_id", pl.col("name").alias("area"), "la_number", "gss_code", _region(db), "framework", "type",
            "started", "ended", "published", *STRANDS, "url", *CITED, "data_version",
        )
    )  # fmt: skip


def recommendations(db: Database, values: Values) -> Rows:
    """What reports ask councils to improve, the newest report first."""
    found = asking.recommendations(db)
    for name, holds in (("about", asking.has_theme), ("national_framework", asking.names_part)):
        if name in values:
            found = found.filter(pl.any_horizontal(holds(one) for one in values[name]))
    places = found.select("area_id", "inspection_id", "position")
    return _whole(
        _of_councils(db, places, values)
        .select("inspection_id", "position")
        .join(found, on=["inspection_id", "position"])
        .sort("published", "name", "position", descending=[True, False, False])
        .pipe(_with_sources, db)
        .select(
            "inspection_id", pl.col("name").alias("area"), "la_number", "gss_code", "region", "published", "position",
            "words", "reference", "national_framework", "themes", pl.col("page_of_report"), "url", *CITED,
            "data_version",
        )
    )  # fmt: skip


def neighbours(db: Database, values: Values) -> Rows:
    """Each council's ten statistical neighbours, nearest first, council by council."""
    others = db.area.select(
        pl.col("area_id").alias("neighbour_id"),
        pl.col("name").alias("neighbour"),
        pl.col("la_number").alias("neighbour_la_number"),
        pl.col("gss_code").alias("neighbour_gss_code"),
    )
    return _whole(
        _of_councils(db, db.table["neighbour"], values)
        .sort("name", "closeness_rank")
        .join(others, on="neighbour_id", how="left", maintain_order="left")
        .with_columns(pl.lit("statistical_neighbours").alias("source_id"))
        .pipe(_with_sources, db)
        .select(
            pl.col("name").alias("area"), "la_number", "gss_code", "closeness_rank", "closeness", "neighbour",
            "neighbour_la_number", "neighbour_gss_code", *CITED, "data_version",
        )
    )  # fmt: skip


# A figure, and between which two it lies.
ENDS = ("", "_low", "_high")
# Of a learning partner and its evidence.
PARTNER = {
    "area": pl.String, "area_id": pl.String, "la_number": pl.String, "gss_code": pl.String, "metric": pl.String,
    "metric_id": pl.String, "unit": pl.String, "period_end": pl.Date, "value": pl.Float64, "value_low": pl.Float64,
    "value_high": pl.Float64, "benchmark": pl.Float64, "benchmark_low": pl.Float64, "benchmark_high": pl.Float64,
    "partner": pl.String, "partner_la_number": pl.String, "closeness_rank": pl.Int64, "closeness": pl.String,
    "named_rank": pl.Int64, "partner_value": pl.Float64, "partner_value_low": pl.Float64,
    "partner_value_high": pl.Float64, "partner_rank": pl.Int64, "partner_ranked": pl.Int64, "leaders": pl.String,
    "leaders_on": pl.Date, "protection": pl.String, "source_id": pl.String,
}  # fmt: skip


def partners(db: Database, values: Values) -> Rows:
    """Learning partners of councils, a row a partner and measure, in the order of `learning_partners`."""
    codes = {area_id: rest for area_id, *rest in db.area.select("area_id", "la_number", "gss_code").iter_rows()}
    metrics = [db.metrics[one] for one in values["metric"] if one in db.metrics] if "metric" in values else None
    benchmark = find_benchmark(db, values)
    rows = [
        (
            db.names[area_id], area_id, *codes[area_id], each.metric.title, each.metric.metric_id, each.metric.unit,
            each.there["period_end"],
            *(each.here[f"{of}{end}"] for of in ("value", "benchmark") for end in ENDS),
            one.name, codes[one.area_id][0], one.closeness_rank, one.closeness, one.named_rank,
            *(each.there[f"value{end}"] for end in ENDS),
            each.there["rank"], each.there["ranked"], one.leaders, one.leaders_on, one.protection,
            each.there["source_id"],
        )
        for area_id in values.get("area", db.authorities)
        for one in learning_partners(db, area_id, benchmark, metrics, len(db.names))
        for each in one.evidence
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema=PARTNER, orient="row").pipe(_with_sources, db)
    return _whole(
        table.select(*[name for name in PARTNER if name not in ("area_id", "source_id")], *CITED, "data_version")
    )


def releases(db: Database, values: Values) -> Rows:
    """The publications, each in the edition that is loaded, the newest first."""
    figures = db.whole("source_id").group_by("source_id").agg(pl.len().alias("figures"))
    return _whole(
        _filter_rows(db.table["source"], values, source="source_id")
        .sort("released", "source_id", descending=[True, False])
        .join(figures, on="source_id", how="left", maintain_order="left")
        .rename({"title": "source"})
        .with_columns(pl.col("figures").fill_null(0), _version(db))
    )


def changes(db: Database, values: Values) -> Rows:
    """What the loaded editions changed from those before them."""
    titles = db.table["metric"].select("metric_id", pl.col("title").alias("metric"), "unit", "position")
    places = db.area.select("area_id", pl.col("name").alias("area"), "la_number", "gss_code")
    rows = _filter_rows(
        db.table["what_changed"], values, kind="kind", metric="metric_id", area="area_id", source="source_id"
    )
    return _whole(
        rows.join(titles, on="metric_id", how="left", maintain_order="left")
        .join(places, on="area_id", how="left", maintain_order="left")
        .sort("source_id", "kind", "position", "period_end", "area", "before", "after", nulls_last=False)
        .pipe(_with_sources, db)
        .select(
            "source_id", "kind", "metric", "metric_id", "unit", "area", "la_number", "gss_code", "period_end",
            "before", "after", "moved_by", *CITED, "data_version",
        )
    )  # fmt: skip


def to_figure_query(values: Values) -> selection.FigureQuery:
    """The filters of an address as the Data page asks them."""
    fields = {
        "metrics": "metric", "themes": "theme", "areas": "area", "kinds": "kind", "regions": "region", "types": "type",
        "neighbours_of": "neighbours_of", "periods": "period", "newest": "newest", "statuses": "status",
        "leaders": "leaders",
    }  # fmt: skip
    return selection.FigureQuery(**{field: values[name] for field, name in fields.items() if name in values})


def _find_figures(db: Database, values: Values) -> pl.DataFrame:
    return selection.rows(db, to_figure_query(values))


def _figures(db: Database, rows: pl.DataFrame, parts: tuple[str, ...], benchmark: Benchmark) -> Rows:
    return Rows(rows.height, lambda offset, most: to_long(db, rows.slice(offset, most), parts, benchmark))


# What limits allow for: the usual differences between councils too, or not.
LIMITS = {"differences": True, "chance": False}


def find_benchmark(db: Database, values: Values) -> Benchmark:
    """The benchmark asked for, with the limits asked for."""
    return benchmarks.with_limits(_asked(db, values), LIMITS.get(values.get("limits", "")))


def _asked(db: Database, values: Values) -> Benchmark:
    """The benchmark asked for: a group or a target alone says which one is meant."""
    group, target = values.get("group"), values.get("target")
    implied = "group" if group else "target" if target is not None else DEFAULT
    chosen = values.get("benchmark", implied)
    if group and chosen != "group":
        raise _not_together(f"group is for benchmark=group; the benchmark asked for is {chosen}.", "group")
    if target is not None and chosen != "target":
        raise _not_together(f"target is for benchmark=target; the benchmark asked for is {chosen}.", "target")
    if chosen == "group":
        if not group:
            raise _not_together("benchmark=group needs the councils of the group, as in group=383,380.", "group")
        return benchmarks.with_group(db, group)
    if chosen == "target":
        if target is None:
            raise _not_together("benchmark=target needs the number, as in target=10.", "target")
        metric = db.metrics.get(values["metric"][0]) if len(values.get("metric", ())) == 1 else None
        if metric is None:
            raise _not_together("A target is in the unit of one measure of councils: ask for one metric.", "metric")
        return benchmarks.with_target(target, metric)
    return BENCHMARKS[chosen]


def _not_together(detail: str, parameter: str) -> Problem:
    return problem("not-together", detail, parameter=parameter)


def _whole(table: pl.DataFrame) -> Rows:
    return Rows(table.height, table.slice)


def _filter_rows(rows: pl.DataFrame, values: Values, **columns: str) -> pl.DataFrame:
    """The rows that hold what was asked for: parameter -> the column of it."""
    for name, column in columns.items():
        if name in values:
            rows = rows.filter(pl.col(column).is_in(values[name]))
    return rows


def _of_councils(db: Database, rows: pl.DataFrame, values: Values) -> pl.DataFrame:
    """Rows with the names, codes and regions of their councils; those of the councils asked for."""
    places = db.area.select("area_id", "name", "la_number", "gss_code", "region_id", "authority_type")
    if "region" in values:
        rows = rows.join(_in_regions(db, values), on="area_id", how="semi")
    return _filter_rows(rows.join(places, on="area_id"), values, area="area_id", type="authority_type")


def _in_regions(db: Database, values: Values) -> pl.DataFrame:
    """area_id of the councils in the regions asked for; London's are those of Inner and Outer London."""
    parts = db.area.filter((pl.col("kind") == "region") & pl.col("region_id").is_in(values["region"]))["area_id"]
    return db.area.filter(COUNCIL & pl.col("region_id").is_in([*values["region"], *parts])).select("area_id")


def _with_sources(rows: pl.DataFrame, db: Database) -> pl.DataFrame:
    """Rows with where each is from."""
    sources = db.table["source"].rename({"title": "source"}).select("source_id", *CITED)
    return rows.join(sources, on="source_id", how="left", maintain_order="left").with_columns(_version(db))


def _join_values(rows: pl.DataFrame, by: str, column: str, name: str) -> pl.DataFrame:
    """Several values of each in one cell, in order."""
    return rows.sort(column).group_by(by).agg(pl.col(column).str.join(SEVERAL).alias(name))


def _region(db: Database) -> pl.Expr:
    return pl.col("region_id").replace_strict(db.names, default=None, return_dtype=pl.String).alias("region")


def _version(db: Database) -> pl.Expr:
    return pl.lit(db.data_version).alias("data_version")
