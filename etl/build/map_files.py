"""The files of data/geography as a build reads them.

geography.py writes them with GeoPandas, whose import and projections were a fifth of the work of a build.
"""

import json
from pathlib import Path
from typing import Any

import polars as pl

from etl.model import EtlError

BOUNDARIES, TILES, SHAPES = "boundaries.geojson", "tiles.csv", "map_shapes.csv"
SHAPES_SCHEMA = pl.Schema(
    [
        ("area_id", pl.String()),
        ("view", pl.String()),
        ("path", pl.String()),
        ("x", pl.Int64()),
        ("y", pl.Int64()),
    ]
)


class GeographyError(EtlError):
    """A boundary or tile file is not what the map needs; shown without a traceback."""


def read_map(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """boundary(area_id, geojson) and map_shape(area_id, view, path, x, y), or a GeographyError."""
    boundaries = pl.DataFrame(
        {
            "area_id": feature["properties"]["la_number"],
            "geojson": json.dumps(feature["geometry"], separators=(",", ":")),
        }
        for feature in read_features(folder / BOUNDARIES)
    )
    shapes = _read_shapes(folder / SHAPES)
    if set(shapes["area_id"]) != set(boundaries["area_id"]):
        raise GeographyError(f"{folder / SHAPES} draws other councils than {BOUNDARIES} holds: they belong together")
    return boundaries, shapes


def read_json(path: Path) -> Any:
    """A JSON file, or a GeographyError that says what it is instead."""
    try:
        text = path.read_text("utf-8-sig", errors="replace").strip()
    except OSError as error:
        raise GeographyError(f"{path} cannot be read ({error.strerror}): see that it is there") from error
    if not text:
        raise GeographyError(f"{path} is empty: download it again")
    if text.startswith("<"):
        raise GeographyError(f"{path} is a web page, not JSON: the address has moved or wants a sign-in")
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        raise GeographyError(f"{path} is not JSON, or is cut short ({error}): download it again") from error
    except RecursionError as error:
        raise GeographyError(f"{path} is nested deeper than any map: download it again") from error


def read_features(path: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON file, or a GeographyError."""
    collection = read_json(path)
    if isinstance(collection, dict) and collection.get("error"):
        raise GeographyError(f"{path} is an error of the map server ({str(collection['error'])[:200]}): ask it again")
    features = collection.get("features") if isinstance(collection, dict) else None
    if not features or not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise GeographyError(f"{path} has no features: it must be a GeoJSON FeatureCollection of councils")
    # ArcGIS says this in either place when it sends only the first page of the result.
    if collection.get("exceededTransferLimit") or (collection.get("properties") or {}).get("exceededTransferLimit"):
        raise GeographyError(f"{path} holds only part of the councils (exceededTransferLimit): ask for all")
    return features


def _read_shapes(path: Path) -> pl.DataFrame:
    try:
        shapes = pl.read_csv(path, schema_overrides=SHAPES_SCHEMA)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise GeographyError(f"{path} cannot be read ({error})") from error
    if shapes.schema != SHAPES_SCHEMA or shapes.null_count().sum_horizontal().item():
        raise GeographyError(f"{path} is not the shapes of a map: it must have {', '.join(SHAPES_SCHEMA)} in each row")
    return shapes


def _refuse_constant(name: str) -> None:
    # Python reads NaN and Infinity, which JSON has not.
    raise ValueError(f"{name} is not a number")
