"""Boundaries and tiles: what a published file must be to become the map, and how each that is not is refused.

The made-up files are the committed boundaries and tiles in the form in which they are published.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import polars as pl
import pytest
import shapely

from dashboard.views.charts import map_geometry
from etl.build import builder, geography, map_files
from etl.build.geography import COUNCILS
from tests.etl.helpers import Command

Json = dict[str, Any]
COMMITTED = builder.DATA / "geography"
BOUNDARIES, TILES = "councils.geojson", "councils.hexjson"
WRITTEN = (map_files.BOUNDARIES, map_files.TILES, map_files.SHAPES)
LAST_GOOD = "the last good one"


def published_boundaries() -> Json:
    """The committed boundaries with the properties that the published file has."""
    collection = json.loads((COMMITTED / "boundaries.geojson").read_text("utf-8"))
    for feature in collection["features"]:
        old = feature["properties"]
        feature["properties"] = {
            "la_code": old["gss_code"], "la_name": old["name"], "old_la_code": old["la_number"],
        }  # fmt: skip
    return {"type": "FeatureCollection", "features": collection["features"]}


def published_tiles() -> Json:
    cells = pl.read_csv(COMMITTED / "tiles.csv", schema=geography.TILES_SCHEMA)
    hexes = {number: {"old": number, "q": column, "r": 20 - row} for number, column, row in cells.iter_rows()}
    return {"layout": "odd-r", "hexes": hexes}


def feature_of(collection: Json, number: str) -> Json:
    return next(one for one in collection["features"] if one["properties"]["old_la_code"] == number)


def outline(collection: Json, number: str) -> list[list[float]]:
    """The outer ring of a council that is one polygon, to be changed in place."""
    geometry = feature_of(collection, number)["geometry"]
    assert geometry["type"] == "Polygon"
    return geometry["coordinates"][0]  # type: ignore[no-any-return]


LEEDS = "383"
Damage = Callable[[Json], object]


def geometry(value: object) -> Damage:
    """Leeds with another geometry."""
    return lambda all_: feature_of(all_, LEEDS).update(geometry=value)


def properties(**changed: object) -> Damage:
    return lambda all_: feature_of(all_, LEEDS)["properties"].update(changed)


def every_point(change: Callable[[list[float]], list[float]]) -> Damage:
    def moved(at: Any) -> Any:
        return change(at) if isinstance(at[0], float) else [moved(one) for one in at]

    def damage(all_: Json) -> None:
        for feature in all_["features"]:
            feature["geometry"]["coordinates"] = moved(feature["geometry"]["coordinates"])

    return damage


def to_national_grid(all_: Json) -> None:
    grid = gpd.GeoDataFrame.from_features(all_["features"], crs="EPSG:4326").to_crs("EPSG:27700")
    all_["features"] = json.loads(grid.to_json())["features"]


def crossed(all_: Json) -> None:
    """A bow tie: the outline's second half the other way round."""
    ring = outline(all_, LEEDS)
    half = len(ring) // 2
    ring[:] = [*ring[:half], *reversed(ring[half:-1]), ring[0]]


def hole_outside(all_: Json) -> None:
    west, south, *_ = shapely.Polygon(outline(all_, LEEDS)).bounds
    square = [[west - x, south - y] for x, y in ((0.5, 0.5), (0.3, 0.5), (0.3, 0.3), (0.5, 0.3), (0.5, 0.5))]
    feature_of(all_, LEEDS)["geometry"]["coordinates"].append(square)


POINT = {"type": "Point", "coordinates": [-1.5, 53.8]}
REFUSED: dict[str, tuple[Damage, str]] = {
    # Row 75
    "no features": (lambda all_: all_.update(features=[]), "has no features: it must be a GeoJSON"),
    "only the first page": (lambda all_: all_.update(exceededTransferLimit=True), "holds only part of the councils"),
    "only the first page, said in the properties": (
        lambda all_: all_.update(properties={"exceededTransferLimit": True}), "holds only part of the councils",
    ),
    "a council less": (lambda all_: all_["features"].pop(), "has 152 councils, not 153"),
    # Row 76
    "numbers of the National Grid": (to_national_grid, "must be WGS84 degrees, longitude first"),
    "latitude before longitude": (every_point(lambda at: at[::-1]), "must be WGS84 degrees, longitude first"),
    "a council on the other side of Greenwich": (
        geometry({"type": "Polygon", "coordinates": [[[9.4, 54], [9.5, 54], [9.5, 54.1], [9.4, 54]]]}),
        "Leeds outside England's",
    ),
    # Row 77
    "an outline that crosses itself": (crossed, "the boundary of Leeds crosses itself"),
    "a hole outside its outline": (hole_outside, "the boundary of Leeds crosses itself, or has a hole outside"),
    "no geometry": (geometry(None), "has no boundary: take a file with every polygon"),
    "an empty geometry": (geometry({"type": "Polygon", "coordinates": []}), "has no boundary"),
    # Row 78
    "a council twice": (
        lambda all_: all_["features"].append(feature_of(all_, LEEDS)), "has 383 more than once: keep one feature",
    ),
    "no number": (properties(old_la_code=None), "has no three-digit old_la_code (DfE number): add it"),
    "a number of two digits": (properties(old_la_code="38"), "has no three-digit old_la_code (DfE number): add it"),
    "no code": (properties(la_code=""), "has no la_code (GSS) or no la_name: add it"),
    "no name": (properties(la_name=None), "has no la_code (GSS) or no la_name: add it"),
    "a point": (geometry(POINT), "has no boundary: take a file with every polygon"),
    "a ring that is not closed": (
        lambda all_: outline(all_, LEEDS).pop(), "the boundary of Leeds is not of closed rings",
    ),
    "a ring of two points": (
        geometry({"type": "Polygon", "coordinates": [[[-1.5, 53.8], [-1.4, 53.8], [-1.5, 53.8]]]}),
        "the boundary of Leeds is not of closed rings",
    ),
    "a point without numbers": (
        lambda all_: outline(all_, LEEDS).insert(5, ["-1.5", None]),  # type: ignore[list-item]
        "the boundary of Leeds is not of closed rings",
    ),
    "not a number": (lambda all_: outline(all_, LEEDS).insert(5, [float("nan"), 53.8]), "NaN is not a number"),
    "a number without end": (lambda all_: outline(all_, LEEDS).insert(5, [float("inf"), 53.8]), "Infinity is not a"),
}  # fmt: skip

# Row 74: not a GeoJSON file at all.
TEXTS = {
    "absent": (None, "cannot be read (No such file or directory): see that it is there"),
    "empty": (b"", "is empty: download it again"),
    "only a byte order mark": (b"\xef\xbb\xbf\n", "is empty: download it again"),
    "a web page": (b"<!DOCTYPE html><title>Sign in</title>", "is a web page, not JSON: the address has moved"),
    "truncated": (json.dumps(published_boundaries()).encode()[:50_000], "is not JSON, or is cut short"),
    "nested deep": (b'{"features":' + b"[" * 200_000, "is nested deeper than any map: download it again"),
    "an error of the map server": (
        b'{"error": {"code": 499, "message": "Token Required"}}', "is an error of the map server ({'code': 499,",
    ),
    "a list": (b"[1, 2]", "has no features: it must be a GeoJSON"),
    "features that are no objects": (b'{"features": [1]}', "has no features: it must be a GeoJSON"),
    "not UTF-8": (b'{"features": "\xff"', "is not JSON, or is cut short"),
}  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the map of before."""
    (tmp_path / "data" / "geography").mkdir(parents=True)
    for name in WRITTEN:
        (tmp_path / "data" / "geography" / name).write_text(LAST_GOOD, "utf-8")
    return tmp_path / "data"


def refused(data: Path, boundaries: bytes | None, tiles: bytes, command: Command) -> str:
    """What `etl geography` says of these files; the map of before is as it was."""
    if boundaries is not None:
        (data.parent / BOUNDARIES).write_bytes(boundaries)
    (data.parent / TILES).write_bytes(tiles)
    ran = command("geography", data.parent / BOUNDARIES, data.parent / TILES, "--data", data)
    assert ran.status == 2
    assert "Traceback" not in ran.err
    left = {path.name: path.read_text("utf-8") for path in (data / "geography").iterdir()}
    assert left == dict.fromkeys(WRITTEN, LAST_GOOD)
    said = ran.err.strip()
    # The rule, the file, what is wrong with it, and after that what to do.
    assert said.startswith("E_GEOGRAPHY: ")
    assert ": " in said.removeprefix("E_GEOGRAPHY: ")
    return said


@pytest.mark.parametrize("name", REFUSED)
def test_boundaries_that_are_not_englands_councils_are_refused(data: Path, command: Command, name: str) -> None:
    damage, says = REFUSED[name]
    collection = published_boundaries()
    damage(collection)
    said = refused(data, json.dumps(collection).encode(), json.dumps(published_tiles()).encode(), command)
    assert BOUNDARIES in said
    assert says in said


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_no_geojson_is_refused_in_words_of_our_own(data: Path, command: Command, name: str) -> None:
    content, says = TEXTS[name]
    said = refused(data, content, json.dumps(published_tiles()).encode(), command)
    assert BOUNDARIES in said
    assert says in said


def test_the_files_undamaged_become_the_map_and_a_boundary_with_a_knot_is_mended(data: Path, command: Command) -> None:
    collection = published_boundaries()
    # From its first point to the second, back again, and on: it crosses itself, and has the same area.
    ring = outline(collection, LEEDS)
    ring[1:1] = [ring[1], ring[0]]
    assert not shapely.Polygon(ring).is_valid
    (data.parent / BOUNDARIES).write_text(json.dumps(collection), "utf-8")
    (data.parent / TILES).write_text(json.dumps(published_tiles()), "utf-8")
    ran = command("geography", data.parent / BOUNDARIES, data.parent / TILES, "--data", data)
    assert (ran.status, ran.err.strip()) == (0, "")
    boundaries, shapes = map_files.read_map(data / "geography")
    assert boundaries.height == COUNCILS
    assert shapes.equals(geography.draw_committed(data / "geography"))
    assert shapes.filter(pl.col("view") == "boundaries").height == COUNCILS
    assert shapes.filter(pl.col("view") == "tiles").height == COUNCILS
    small = gpd.read_file(data / "geography" / "boundaries.geojson")
    assert small.is_valid.all()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        pytest.param(lambda all_: all_.update(layout="even-q"), "is not a tile map", id="another layout"),
        pytest.param(lambda all_: all_["hexes"].pop(LEEDS), "no tile for ['383']", id="a council without a tile"),
        pytest.param(lambda all_: all_["hexes"][LEEDS].update(q=None), "has no whole q and r", id="no place"),
        pytest.param(lambda all_: all_["hexes"][LEEDS].update(old="202"), "has 202 more than once", id="a tile twice"),
        pytest.param(
            lambda all_: all_["hexes"][LEEDS].update(
                q=all_["hexes"]["202"]["q"], r=all_["hexes"]["202"]["r"]
            ),
            "one tile for ['202', '383']",
            id="two councils on one tile",
        ),
    ],
)  # fmt: skip
def test_a_tile_map_without_one_tile_for_each_council_is_refused(
    data: Path, command: Command, damage: Damage, says: str
) -> None:
    tiles = published_tiles()
    damage(tiles)
    said = refused(data, json.dumps(published_boundaries()).encode(), json.dumps(tiles).encode(), command)
    assert TILES in said
    assert says in said


def test_the_committed_shapes_are_those_that_the_committed_boundaries_and_tiles_give() -> None:
    """After a change of BOXES, `python -m etl geography` draws them again."""
    _boundaries, committed = map_files.read_map(COMMITTED)
    assert committed.equals(geography.draw_committed(COMMITTED))
    assert dict(committed.group_by("view").len().iter_rows()) == {
        "boundaries": COUNCILS, "tiles": COUNCILS, "london": 33,
    }  # fmt: skip


def test_the_browser_is_sent_the_boxes_that_the_shapes_are_drawn_in() -> None:
    assert map_geometry.BOXES == geography.BOXES


def test_without_files_the_shapes_are_drawn_anew_from_what_is_there(tmp_path: Path, command: Command) -> None:
    folder = Path(shutil.copytree(COMMITTED, tmp_path / "geography"))
    committed = (folder / map_files.SHAPES).read_bytes()
    (folder / map_files.SHAPES).unlink()
    assert command("geography", "--data", tmp_path).status == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in COMMITTED.iterdir()
    }
    assert (folder / map_files.SHAPES).read_bytes() == committed


def test_boundaries_without_tiles_are_not_enough(data: Path, command: Command) -> None:
    (data.parent / BOUNDARIES).write_text(json.dumps(published_boundaries()), "utf-8")
    ran = command("geography", data.parent / BOUNDARIES, "--data", data)
    assert ran.status == 2
    assert "give the boundaries and the tiles, or neither" in " ".join(ran.err.replace("│", " ").split())
    assert {path.read_text("utf-8") for path in (data / "geography").iterdir()} == {LAST_GOOD}


@pytest.mark.parametrize("content", [None, b"<html>"], ids=["absent", "a web page"])
def test_shapes_are_not_drawn_anew_from_damaged_tiles(tmp_path: Path, command: Command, content: bytes | None) -> None:
    folder = Path(shutil.copytree(COMMITTED, tmp_path / "geography"))
    (folder / map_files.TILES).unlink()
    if content is not None:
        (folder / map_files.TILES).write_bytes(content)
    ran = command("geography", "--data", tmp_path)
    assert ran.status == 2
    assert ran.err.strip().startswith("E_GEOGRAPHY: ")
    assert "tiles.csv" in ran.err
    assert (folder / map_files.SHAPES).read_bytes() == (COMMITTED / map_files.SHAPES).read_bytes()
