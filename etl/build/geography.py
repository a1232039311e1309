"""Where the councils are: boundaries small enough to send, the tile map, and both as drawn shapes.

Made again after a reorganisation, and committed: a build reads what is written here (map_files.py), without GeoPandas.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import polars as pl
import shapely

from etl.build.map_files import BOUNDARIES, SHAPES, SHAPES_SCHEMA, TILES, GeographyError, read_features, read_json

Box = tuple[int, int, int, int]  # left, top, width, height
Shape = tuple[str, str, str, int, int]

# One unit is 326 m, a third of a pixel where the map is 640 pixels high: whole units are exact enough,
# and make short paths. map_geometry.py sends these to the browser; a test holds the two equal.
BOXES: dict[str, Box] = {
    "england": (0, 0, 1754, 2000),
    # In the North Sea, clear of Flamborough Head. At four and a half times the scale of the country
    # most boroughs are wider than the 24 pixels that WCAG 2.2 asks of a target.
    "london": (1440, 24, 806, 624),
    "tiles": (0, 0, 1750, 1595),
}
# Half the width and a quarter of the height of a hexagon: 50 : 29 is regular to half a percent.
TILE_X, TILE_Y = 50, 29

COUNCILS = 153
LONDON = "E09"  # how the GSS codes of the 33 boroughs begin
ENGLAND = (-6.5, 49.8, 2.0, 55.9)  # degrees: west, south, east, north
DEGREES, NATIONAL_GRID = "EPSG:4326", "EPSG:27700"
MENDED_SHARE = 0.001  # how much of its area a boundary may change by being mended
TOLERANCE_METRES = 520  # the finest that keeps boundaries.geojson under 280 kB
ATTRIBUTION = (
    "Source: Office for National Statistics licensed under the Open Government Licence v.3.0. "
    "Contains OS data © Crown copyright and database right."
)

TILES_SCHEMA = pl.Schema([("la_number", pl.String()), ("column", pl.Int64()), ("row", pl.Int64())])


def simplify(boundaries: Path, tiles: Path, to: Path) -> None:
    """Write boundaries, tiles and the shapes that they give into `to`; none unless both files are right.

    Neighbours stay joined and no council vanishes, however small.
    """
    councils = _simplified(_councils(boundaries), boundaries)
    cells = _cells(tiles, set(councils["la_number"]))
    collection = {"type": "FeatureCollection", "attribution": ATTRIBUTION} | councils.set_index(
        "la_number", drop=False
    ).to_geo_dict()
    shapes = draw(collection["features"], cells)
    to.mkdir(parents=True, exist_ok=True)
    (to / BOUNDARIES).write_text(json.dumps(collection, separators=(",", ":"), ensure_ascii=False) + "\n", "utf-8")
    cells.write_csv(to / TILES)
    shapes.write_csv(to / SHAPES)


def draw_again(folder: Path) -> None:
    """Write the shapes that the boundaries and tiles of a folder give: what a change of BOXES asks for."""
    draw_committed(folder).write_csv(folder / SHAPES)


def draw_committed(folder: Path) -> pl.DataFrame:
    """The shapes that the boundaries and tiles of a folder give."""
    try:
        cells = pl.read_csv(folder / TILES, schema=TILES_SCHEMA)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise GeographyError(f"{folder / TILES} cannot be read ({error}): restore it from git") from error
    return draw(read_features(folder / BOUNDARIES), cells)


def draw(features: list[dict[str, Any]], cells: pl.DataFrame) -> pl.DataFrame:
    """Every council as SVG paths in the units of BOXES, from simplified boundaries and tiles.

    `view` is where it is drawn: `boundaries`, `london` (the boroughs again, enlarged) or `tiles`;
    x and y are a point well inside it.
    """
    councils = gpd.GeoDataFrame.from_features(features, crs=DEGREES).to_crs(NATIONAL_GRID)
    boroughs = councils[councils["gss_code"].str.startswith(LONDON)]
    return pl.DataFrame(
        [
            *_drawn(councils, "boundaries", BOXES["england"]),
            *_drawn(boroughs, "london", BOXES["london"]),
            *_hexagons(cells),
        ],
        schema=SHAPES_SCHEMA,
        orient="row",
    )


def _councils(path: Path) -> gpd.GeoDataFrame:
    """The councils as published, with la_number, gss_code and name, or a GeographyError."""
    features = read_features(path)
    for feature in features:
        properties, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
        if not re.fullmatch(r"\d{3}", str(properties.get("old_la_code"))):
            raise GeographyError(f"{path}: {properties} has no three-digit old_la_code (DfE number): add it")
        if not properties.get("la_code") or not properties.get("la_name"):
            raise GeographyError(f"{path}: {properties} has no la_code (GSS) or no la_name: add it")
        if geometry.get("type") not in ("Polygon", "MultiPolygon") or not geometry.get("coordinates"):
            raise GeographyError(f"{path}: {properties} has no boundary: take a file with every polygon")
        if not _has_rings(geometry):
            raise GeographyError(
                f"{path}: the boundary of {properties['la_name']} is not of closed rings of points: download it again"
            )
    councils = gpd.GeoDataFrame.from_features(features, crs=DEGREES).rename(
        columns={"old_la_code": "la_number", "la_code": "gss_code", "la_name": "name"}
    )
    councils["la_number"] = councils["la_number"].astype(str)
    _refuse_repeats(list(councils["la_number"]), path)
    if len(councils) != COUNCILS:
        raise GeographyError(
            f"{path} has {len(councils)} councils, not {COUNCILS}: take a file of England's upper-tier "
            "authorities; after a reorganisation change COUNCILS in etl/build/geography.py and the tiles too"
        )
    west, south, east, north = ENGLAND
    x0, y0, x1, y1 = councils.bounds.to_numpy().T
    outside = councils["name"][(x0 < west) | (y0 < south) | (x1 > east) | (y1 > north)]
    if len(outside):
        raise GeographyError(
            f"{path}: {_listed(outside)} outside England's {ENGLAND}: coordinates must be WGS84 degrees, "
            "longitude first, not metres of the National Grid"
        )
    return councils.sort_values("la_number")[["la_number", "gss_code", "name", "geometry"]]


def _has_rings(geometry: dict[str, Any]) -> bool:
    """Whether it is of rings of numbers that end where they begin: libraries close open rings, and pass NaN."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    try:
        rings = [ring for polygon in polygons for ring in polygon]
        return (
            all(map(len, polygons))
            and all(len(ring) >= 4 and ring[0] == ring[-1] for ring in rings)
            and all(math.isfinite(x) and math.isfinite(y) for ring in rings for x, y, *_ in ring)
        )
    except (TypeError, ValueError, OverflowError):
        return False


def _simplified(councils: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """Fewer points, in degrees to four decimals (about 10 m), exterior rings clockwise as d3 wants them."""
    ground = councils.to_crs(NATIONAL_GRID)
    invalid = ~ground.is_valid
    mended = ground.loc[invalid, "geometry"].make_valid(method="structure", keep_collapsed=False)
    # A boundary that crosses itself at a point is mended; one that is another shape then was not a boundary.
    moved = (mended.area - ground.area[invalid]).abs() > MENDED_SHARE * mended.area
    if moved.any():
        raise GeographyError(
            f"{path}: the boundary of {_listed(ground['name'][invalid][moved])} crosses itself, or has a hole outside "
            "it: download it again, or take another file"
        )
    ground.loc[invalid, "geometry"] = mended
    _refuse_gaps(ground, f"{path} as published")
    ground["geometry"] = ground.geometry.simplify_coverage(TOLERANCE_METRES)
    small = ground.to_crs(DEGREES)
    small["geometry"] = small.geometry.set_precision(0.0001).orient_polygons(exterior_cw=True)
    lost = small["name"][small.is_empty | ~small.is_valid]
    if len(lost):
        raise GeographyError(f"{path}: simplified away: {', '.join(lost)}; lower TOLERANCE_METRES")
    _refuse_gaps(small, f"{path}, simplified,")
    return small


def _refuse_gaps(councils: gpd.GeoDataFrame, what: str) -> None:
    torn = councils["name"][~councils.geometry.invalid_coverage_edges().is_empty]
    if len(torn):
        raise GeographyError(
            f"{what} does not join up at the borders of {_listed(torn)}: neighbours must share every "
            "point of their border; take the boundaries from one ONS file"
        )


def _listed(names: Iterable[str]) -> str:
    shown = [str(name) for name in names]
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")


def _refuse_repeats(numbers: list[str], path: Path) -> None:
    repeated = sorted({number for number in numbers if numbers.count(number) > 1})
    if repeated:
        raise GeographyError(f"{path} has {', '.join(repeated)} more than once: keep one feature a council")


def _cells(path: Path, numbers: set[str]) -> pl.DataFrame:
    """Column and row of each council's tile, rows counted downwards, odd ones half a tile to the right."""
    layout = read_json(path)
    if not isinstance(layout, dict) or not layout.get("hexes") or layout.get("layout") != "odd-r":
        raise GeographyError(f"{path} is not a tile map: it must be HexJSON with hexes in the odd-r layout")
    hexes = list(layout["hexes"].values())
    found = [str(cell.get("old")) for cell in hexes]
    unplaced = [cell for cell in hexes if not (isinstance(cell.get("q"), int) and isinstance(cell.get("r"), int))]
    if unplaced:
        raise GeographyError(f"{path}: {unplaced[0]} has no whole q and r: say which tile it is")
    _refuse_repeats(found, path)
    if set(found) != numbers:
        raise GeographyError(
            f"{path}: no tile for {sorted(numbers - set(found))}, no boundary for "
            f"{sorted(set(found) - numbers)}: give each council one tile, by its DfE number in `old`"
        )
    # HexJSON counts rows upwards. From an even top, odd rows stay odd and so keep their shift.
    top = max(cell["r"] for cell in hexes)
    top += top % 2
    cells = pl.DataFrame(
        [(number, cell["q"], top - cell["r"]) for number, cell in zip(found, hexes, strict=True)],
        schema=TILES_SCHEMA,
        orient="row",
    ).sort("la_number")
    shared = cells.filter(pl.struct("column", "row").is_duplicated())
    if shared.height:
        raise GeographyError(f"{path}: one tile for {shared['la_number'].to_list()}: give each its own")
    return cells


def _drawn(councils: gpd.GeoDataFrame, view: str, box: Box) -> Iterator[Shape]:
    """The councils scaled into a box, north upwards and centred."""
    left, top, width, height = box
    x0, y0, x1, y1 = councils.total_bounds
    scale = min(width / (x1 - x0), height / (y1 - y0))
    origin = np.array([left + (width - scale * (x1 - x0)) / 2, top + (height - scale * (y1 - y0)) / 2])
    placed = shapely.transform(
        councils.geometry.to_numpy(), lambda ground: origin + scale * (ground - [x0, y1]) * [1, -1]
    )
    # The centre of the largest circle inside lies further from the borders than a centroid, which for
    # a council around a city can lie in that city.
    centres = shapely.get_coordinates(shapely.maximum_inscribed_circle(placed, tolerance=1))[::2]
    for number, name, shape, (x, y) in zip(councils["la_number"], councils["name"], placed, centres, strict=True):
        if not (path := _path(shape)):
            raise GeographyError(f"{name} vanishes on the map ({view}): BOXES in etl/build/geography.py are too small")
        yield number, view, path, round(x), round(y)


def _path(shape: Any) -> str:
    """SVG path data in whole units; islets and slivers that round to nothing are left out."""
    rings = (
        np.rint(shapely.get_coordinates(ring)).astype(int)
        for polygon in shapely.get_parts(shape)
        for ring in (polygon.exterior, *polygon.interiors)
    )
    return "".join(_ring(points) for points in rings)


def _ring(points: np.ndarray[Any, np.dtype[np.int_]]) -> str:
    steps = np.diff(points, axis=0)
    steps = steps[steps.any(axis=1)][:-1]  # the last step is what `z` draws
    if len(steps) < 2:
        return ""
    moves = " ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-")
    return f"M{points[0, 0]} {points[0, 1]}l{moves}z"


def _hexagons(cells: pl.DataFrame) -> Iterator[Shape]:
    outline = f"l{TILE_X} {TILE_Y}v{2 * TILE_Y}l-{TILE_X} {TILE_Y}-{TILE_X}-{TILE_Y}v-{2 * TILE_Y}z"
    for number, column, row in cells.iter_rows():
        x = TILE_X * (2 * column + 1 + row % 2)
        y = TILE_Y * (3 * row - 1)
        yield number, "tiles", f"M{x} {y - 2 * TILE_Y}{outline}", x, y
