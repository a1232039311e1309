"""One source read by itself, in the edition that is loaded or the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from etl import releases
from etl.areas import Areas
from etl.model import Context, File, Loaded, Source
from etl.releases import Cells


def load(
    source: Source,
    cells: Cells,
    folder: Path,
    areas: Areas,
    sources: Mapping[str, Source],
    loaded: dict[str, Loaded] | None = None,
) -> Loaded:
    """What these cells give, after the releases in `folder` of the sources that this one needs.

    Those are read into `loaded`, by id, unless it holds them.

    Raises SourceError where the cells are not what the source declares, EtlError where a release it needs is absent.
    """
    loaded = {} if loaded is None else loaded

    def need(names: tuple[str, ...]) -> None:
        for name in names:
            if name not in loaded:
                needed = sources[name]
                need(needed.needs)
                loaded[name] = needed.load(needed, releases.read(folder, needed), Context(areas, loaded))

    need(source.needs)
    return source.load(source, cells, Context(areas, loaded))


def before(source: Source) -> Source:
    """The source as of its previous edition: the same measures, as far as that edition's files hold them."""
    assert source.previous is not None
    previous = source.previous
    files = tuple(_renamed(file, previous.files[file.name]) for file in previous.release.files)
    names = {file.name for file in files}
    first = source.release.files[0].name
    metrics = tuple(metric for metric in source.metrics if (metric.file or first) in names)
    return replace(source, release=replace(previous.release, files=files), metrics=metrics, previous=None)


def read_before(folder: Path, source: Source) -> Cells:
    """The cells of the previous edition, under the names its files and columns have now."""
    assert source.previous is not None
    cells = releases.read(folder, replace(source, release=source.previous.release))
    return Cells(
        cells.frame.with_columns(
            pl.col("file").replace(dict(source.previous.files)),
            pl.col("column").replace(dict(source.previous.columns)),
        )
    )


def _renamed(file: File, name: str) -> File:
    return replace(file, path=f"{file.path.rpartition('/')[0]}/{name}")
