"""Load a release: it is extracted beside the others, read once, validated, and only then put in its place."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from etl import areas as area_files
from etl import releases
from etl.areas import Areas
from etl.check import reports, validation
from etl.check.editions import refuse_moved, refuse_other_year
from etl.check.validation import Allowed, ReleaseError, Validated
from etl.extract import editions, release
from etl.model import EtlError, Loaded, Source
from etl.releases import Cells

# Rules of rows that are no longer there.
LOST = ("E_LOST_ROWS", "E_OLDER_RELEASE")


@dataclass(frozen=True)
class LoadedRelease:
    """A release in place, with its warnings and revisions, and the reports of a folder that were refused."""

    path: Path
    warnings: list[str]
    revisions: list[str]
    refused: list[str]


def load_release(
    source: Source,
    published: Path,
    data: Path,
    sources: Mapping[str, Source],
    allowed: Allowed,
    progress: Callable[[str], None] = lambda _words: None,
    loaded: dict[str, Loaded] | None = None,
) -> LoadedRelease:
    """Read a source's published files below `published` into `data/releases`, if they can be loaded and can be right.

    `sources` are all, by id: those the source needs must be in place. What is read of them is kept in `loaded`, with
    the release itself, for others that need it. Raises SourceError where a file is broken, ReleaseError where the
    release cannot be right; `data/releases` is then as it was.
    """
    folder = data / "releases"
    loaded = {} if loaded is None else loaded
    try:
        incoming = tempfile.TemporaryDirectory(dir=data, prefix="incoming.")
    except OSError as error:
        raise EtlError(
            f"E_WRITE: nothing can be written into {data.name}/: {error.strerror or error}. Make room or give write "
            "permission, and extract again; the releases of before are untouched."
        ) from error
    with incoming as name:
        path = release.extract(source, published, Path(name), progress)
        areas = area_files.read(data)
        cells = releases.read(Path(name), source)
        refused: list[str] = []
        if any(file.many for file in source.release.files):
            read = editions.load(source, cells, folder, areas, sources, loaded)
            refused = _refused(read)
            cells = _with_last_good(source, cells, read, folder, allowed)
            path = releases.write(Path(name), source, [cells.frame])
        validated, revisions = examine(source, cells, folder, areas, sources, allowed, loaded)
        folder.mkdir(exist_ok=True)
        path.replace(releases.path(folder, source.release))
        releases.seal(folder, path.name)
        if validated.unproved:
            releases.accept(folder, path.name)
    _extract_previous(source, published, folder)
    said = validated.warning["message"].to_list()
    return LoadedRelease(releases.path(folder, source.release), said, revisions, refused)


def examine(
    source: Source,
    cells: Cells,
    folder: Path,
    areas: Areas,
    sources: Mapping[str, Source],
    allowed: Allowed,
    others: dict[str, Loaded] | None = None,
) -> tuple[Validated, list[str]]:
    """What is to be said of the cells of a release, by themselves and beside the editions in `folder`.

    `others` are sources that are read already; the source itself is added. Raises SourceError or ReleaseError where the
    cells cannot be right.
    """
    others = {} if others is None else others
    loaded = editions.load(source, cells, folder, areas, sources, others)
    earlier = _earlier(source, folder, areas, sources, others)
    in_place = {old.release.title: its for old, its in [earlier]} if earlier else {}
    refuse_other_year(source, cells, loaded, lambda: {**_previous(source, folder, areas, sources, others), **in_place})
    if not allowed.revision:
        refuse_moved(source, loaded, in_place)
    if "urn" in loaded.tables and not allowed.unproved:
        _compare_reports(source, loaded, earlier, folder, areas, sources, others)

    def compare() -> list[str]:
        return validation.compare_with_earlier(source, loaded, *earlier, areas, allowed) if earlier else []

    try:
        validated = validation.validate(source, cells, loaded, areas, others, accepted=allowed.unproved)
    except ReleaseError as error:
        try:
            compare()
        except ReleaseError as other:
            # Where rows are gone, that says more than the sums that they are gone from.
            raise (other if other.rule in LOST else error) from None
        raise
    revisions = compare()
    others[source.id] = loaded
    return validated, revisions


def _compare_reports(
    source: Source,
    record: Loaded,
    earlier: tuple[Source, Loaded] | None,
    folder: Path,
    areas: Areas,
    sources: Mapping[str, Source],
    others: Mapping[str, Loaded],
) -> None:
    """Refuse a record of inspections that reports in place contradict, unless they contradict the one in place too."""
    of_reports = sources["ofsted_reports"]
    if not releases.path(folder, of_reports.release).exists():
        return
    cells = releases.read(folder, of_reports)

    def read(one: Loaded) -> Loaded:
        return editions.load(of_reports, cells, folder, areas, sources, {**others, source.id: one})

    reports.refuse_record(record.tables["inspection"], read(record), read(earlier[1]) if earlier else None)


def _refused(loaded: Loaded) -> list[str]:
    """The reports that are not loaded, each with the rule, its name, the reason and the remedy."""
    rows = loaded.tables["reject"].iter_rows(named=True) if "reject" in loaded.tables else ()
    return [f"{row['rule']}: {row['file']}: {row['message']}" for row in rows]


def _with_last_good(source: Source, cells: Cells, loaded: Loaded, folder: Path, allowed: Allowed) -> Cells:
    """The cells, and of a report that is refused now those of the release in place, where it holds it.

    Raises ReleaseError where a report of that release is no longer in the folder, unless that is accepted.
    """
    if not releases.path(folder, source.release).exists():
        return cells
    try:
        before = releases.read(folder, source)
    except EtlError:
        return cells
    lost = sorted(set(before.files()) - set(cells.files()))
    if lost and not allowed.missing:
        what = f"{len(lost)} reports that are loaded now are not in the folder: {', '.join(lost[:5])}."
        remedy = "Put them back. If they are to go, say `--accept-missing`."
        raise validation.ReleaseError("E_LOST_ROWS", source, what, remedy)
    refused = loaded.tables["reject"]["file"].to_list() if "reject" in loaded.tables else []
    good = before.frame.filter(pl.col("file").is_in(refused) & (pl.col("column") != releases.REFUSED))
    kept = good["file"].unique().to_list()
    return Cells(pl.concat([cells.frame.filter(~pl.col("file").is_in(kept)), good]).sort("file", maintain_order=True))


def _earlier(
    source: Source, folder: Path, areas: Areas, sources: Mapping[str, Source], others: dict[str, Loaded]
) -> tuple[Source, Loaded] | None:
    """The edition in place, or the one before it; None where there is none that can be read."""
    try:
        if releases.path(folder, source.release).exists():
            return source, editions.load(source, releases.read(folder, source), folder, areas, sources, others)
        for loaded in _previous(source, folder, areas, sources, others).values():
            return editions.before(source), loaded
    except EtlError:
        # Damaged, or with other columns than are declared now: the new release takes its place.
        return None
    return None


def _previous(
    source: Source, folder: Path, areas: Areas, sources: Mapping[str, Source], others: dict[str, Loaded]
) -> dict[str, Loaded]:
    """The edition before the one that is loaded, by its title, where it is in place."""
    if not (source.previous and releases.path(folder, source.previous.release).exists()):
        return {}
    cells = editions.read_before(folder, source)
    loaded = editions.load(editions.before(source), cells, folder, areas, sources, others)
    return {source.previous.release.title: loaded}


def _extract_previous(source: Source, published: Path, folder: Path) -> None:
    """The previous edition, where its files are still at hand; else it stays as it is in `folder`."""
    if source.previous and all((published / file.path).is_file() for file in source.previous.release.files):
        release.extract(replace(source, release=source.previous.release, metrics=()), published, folder)
