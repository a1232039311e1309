"""One measure in one period with the councils' boundaries, for a map: GeoJSON as RFC 7946 has it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from math import isfinite
from typing import Any

import polars as pl

from dashboard.data.database import Database
from dashboard.files.exports.export import CannotBeMadeError, Export, metrics_of, rows_of
from dashboard.files.exports.text import seen
from dashboard.views.text.citing import citation, licences, sources

BOUNDARIES = "Office for National Statistics; contains OS data © Crown copyright and database right"
Ring = list[list[float]]


def refusal(figures: pl.DataFrame) -> str | None:
    """Why these rows (of Database.figure or an export) cannot be a map's, and what to choose; None if they can."""
    kind = "area_kind" if "area_kind" in figures.columns else "kind"
    if not {"metric_id", "period_end", kind} <= set(figures.columns):
        return "For GeoJSON choose the long table, one measure and one period."
    councils = figures.filter(pl.col(kind) == "local_authority")
    if councils.is_empty():
        return "For GeoJSON choose councils: regions and England have no boundary in it."
    if councils["metric_id"].n_unique() > 1 or councils["period_end"].n_unique() > 1:
        return "For GeoJSON choose one measure and one period."
    return None


def geojson(db: Database, export: Export) -> bytes:
    """A FeatureCollection: a feature a council with its boundary and its row; regions and England have none.

    Both councils of a joint return are there, each with the figure of both. What is missing is null, with its status. A
    council that has ended has no boundary (null), which RFC 7946 calls unlocated. Raises CannotBeMadeError.
    """
    if why := refusal(export.table):
        raise CannotBeMadeError(why)
    councils = seen(export.table.filter(pl.col("area_kind") == "local_authority"))
    among = export.table.height if export.among is None else export.among
    shapes = db.cached("geojson", lambda: _boundaries(db))
    metrics = metrics_of(export)
    about = {
        "type": "FeatureCollection",
        "title": export.title,
        "rows": rows_of(replace(export, table=councils, among=among)),
        "chosen": dict(export.chosen),
        "data_version": export.data_version,
        "licence": licences(sources(db, metrics)),
        "citation": citation(db, metrics, export.link),
        "boundaries": BOUNDARIES,
    }
    features = (
        f'{{"type":"Feature","id":{_json(row["la_number"])},"geometry":{shapes.get(row["la_number"], "null")},'
        f'"properties":{_json({name: _plain(one) for name, one in row.items()})}}}'
        for row in councils.iter_rows(named=True)
    )
    listed = ",\n".join(features)
    return f'{_json(about)[:-1]},"features":[\n{listed}\n]}}\n'.encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return None if isinstance(value, float) and not isfinite(value) else value


def _boundaries(db: Database) -> dict[str, str]:
    """The boundary of each council of today as GeoJSON, its rings right-handed: area_id -> geometry."""
    return {
        area_id: _json(_right_handed(json.loads(geometry)))
        for area_id, geometry in db.table["boundary"].select("area_id", "geojson").iter_rows()
    }


def _right_handed(geometry: dict[str, Any]) -> dict[str, Any]:
    """The geometry with outer rings counterclockwise and holes clockwise (RFC 7946, 3.1.6)."""
    several = geometry["type"] == "MultiPolygon"
    polygons = geometry["coordinates"] if several else [geometry["coordinates"]]
    turned = [
        [ring if _counterclockwise(ring) == (place == 0) else ring[::-1] for place, ring in enumerate(rings)]
        for rings in polygons
    ]
    return {"type": geometry["type"], "coordinates": turned if several else turned[0]}


def _counterclockwise(ring: Ring) -> bool:
    return sum(x * v - u * y for (x, y, *_), (u, v, *_) in pairwise(ring)) > 0
