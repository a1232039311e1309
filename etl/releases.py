"""Releases: the cells we use of each published file, as text, with where every one of them stood.

A release is `data/releases/<release>.parquet`, one row a cell. It is all a build needs: no network, no published
file. What is printed is kept as printed (`14.9`, `c`, `314 / 318`); nothing is guessed here.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from etl.model import EtlError, File, Release, Source, SourceError

SUMS = "SHA256SUMS"
# The sums of releases that were loaded though figures of them contradict what is printed beside them.
ACCEPTED = "ACCEPTED"
# The column of a file that was refused while the others of its folder were read: why, in the words of the error.
REFUSED = "refused"
CELL = pl.Schema(
    [
        ("file", pl.String()),
        ("sheet", pl.String()),
        ("line", pl.Int64()),
        ("column", pl.String()),
        ("text", pl.String()),
        ("publisher", pl.String()),
        ("title", pl.String()),
        ("page", pl.String()),
        ("release_date", pl.String()),
        ("licence", pl.String()),
        ("sha256", pl.String()),
    ]
)


@dataclass(frozen=True)
class Cells:
    """The cells of one release, with the columns of CELL."""

    frame: pl.DataFrame

    def files(self) -> list[str]:
        """The files of the release, in its order."""
        return [str(name) for name in self.frame["file"].unique(maintain_order=True)]

    def sha256(self, file: str) -> str:
        return str(self.frame.filter(pl.col("file") == file)["sha256"][0])

    def table(self, file: str, sheet: str = "") -> pl.DataFrame:
        """One file as a table: `line` and one text column a published column, in the file's order of lines.

        Of a spreadsheet, the sheet whose name matches the pattern `sheet`. A cell that was empty is null. A file the
        release does not hold raises SourceError.
        """
        cells = self.frame.filter((pl.col("file") == file) & pl.col("sheet").str.contains(f"^(?:{sheet})$"))
        if cells.is_empty():
            raise SourceError(
                "E_FILE_ABSENT", "the release does not hold this file.", "Run `python -m etl extract`.", file
            )
        columns = cells["column"].unique(maintain_order=True).to_list()
        return (
            cells.pivot(on="column", on_columns=columns, index="line", values="text", aggregate_function=None)
            .sort("line")
            .with_columns(pl.col(columns).replace("", None))
        )

    def columns(self) -> pl.DataFrame:
        """What there is to read: file, sheet, column, how many cells of it are `filled`, and the first of these."""
        text = pl.col("text").str.strip_chars()
        filled = text != ""
        return self.frame.group_by("file", "sheet", "column", maintain_order=True).agg(
            filled.sum().cast(pl.Int64).alias("filled"),
            text.filter(filled).first().alias("example"),
        )


def require(table: pl.DataFrame, columns: list[str] | tuple[str, ...], file: str) -> None:
    """Refuse a table without one of these columns, naming it and the nearest name there is."""
    from difflib import get_close_matches

    for column in columns:
        if column not in table.columns:
            # A change of case alone is the nearest there is.
            folded = {name.casefold(): name for name in reversed(table.columns)}
            near = get_close_matches(column.casefold(), folded, n=1, cutoff=0.4)
            what = "the file has no such column" + (f"; the nearest is {folded[near[0]]!r}." if near else ".")
            remedy = "If the publisher renamed it, change the name in the source's declaration in etl/sources."
            raise SourceError("E_MISSING_COLUMN", what, remedy, file, column=column)


def path(folder: Path, release: Release) -> Path:
    return folder / f"{release.id}.parquet"


def seal(folder: Path, *names: str) -> None:
    """Write down the sha256 of these releases, of all without names, in SUMS: `sha256sum -c` checks it too.

    A flipped bit of a Parquet file may read as another figure without a complaint; half of them do.
    """
    sums = {} if not names else _sums(folder)
    for name in names or sorted(path.name for path in folder.glob("*.parquet")):
        sums[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    _write_sums(folder, SUMS, sums)


def accept(folder: Path, name: str) -> None:
    """Write down that somebody accepted figures of this release, as it is sealed, that contradict a proof."""
    _write_sums(folder, ACCEPTED, _sums(folder, ACCEPTED) | {name: _sums(folder)[name]})


def is_accepted(folder: Path, name: str) -> bool:
    """Whether figures of this release, as it is sealed, were accepted."""
    return name in (sums := _sums(folder, ACCEPTED)) and sums[name] == _sums(folder).get(name)


def _write_sums(folder: Path, file: str, sums: dict[str, str]) -> None:
    draft = folder / f"{file}.draft"
    draft.write_text("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)), "utf-8")
    draft.replace(folder / file)


def _sums(folder: Path, file: str = SUMS) -> dict[str, str]:
    try:
        lines = (folder / file).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def read(folder: Path, source: Source) -> Cells:
    """The cells of a source's release; EtlError where the file is absent, cut, damaged or of another shape."""
    where = path(folder, source.release)
    try:
        content = where.read_bytes()
        if _sums(folder).get(where.name) != hashlib.sha256(content).hexdigest():
            raise EtlError(
                f"E_RELEASE_DAMAGED: {where.name}: not as it was written, by its sum in {SUMS}. "
                "Restore it from git, with the sums, or extract it again."
            )
        frame = pl.read_parquet(io.BytesIO(content))
    except FileNotFoundError as error:
        raise EtlError(
            f"E_RELEASE_ABSENT: {where.name}: the release of {source.title!r} is not in {folder.name}/. "
            "Restore it from git, or run `python -m etl extract --from FOLDER`."
        ) from error
    # Polars panics, rather than raises, on some damage inside the file.
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise EtlError(
            f"E_RELEASE_DAMAGED: {where.name}: not a readable release ({error}). Restore it from git."
        ) from error
    try:
        return Cells(frame.match_to_schema(CELL))
    except pl.exceptions.PolarsError as error:
        raise EtlError(
            f"E_RELEASE_DAMAGED: {where.name}: not the columns of a release ({error}). "
            "Restore it from git, or extract it again."
        ) from error


def write(folder: Path, source: Source, cells: list[pl.DataFrame]) -> Path:
    """Write a release whole or not at all. Each frame of `cells` has file, sheet, line, column, text, sha256.

    Raises EtlError where it cannot be written; the release of before is then as it was.
    """
    release = source.release
    frame = (
        pl.concat(cells)
        .with_columns(
            pl.lit(source.publisher).alias("publisher"),
            pl.lit(f"{source.title}: {release.title}").alias("title"),
            pl.lit(release.page).alias("page"),
            pl.lit(release.published).alias("release_date"),
            pl.lit(source.licence).alias("licence"),
        )
        .select(CELL.names())
        .match_to_schema(CELL)
    )
    where = path(folder, release)
    draft = where.with_suffix(".draft")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(draft, compression="zstd", compression_level=19, statistics=False)
        draft.replace(where)
        seal(folder, where.name)
    except OSError as error:
        raise EtlError(
            f"E_WRITE: {where.name} could not be written: {error.strerror or error}. "
            "Make room or give write permission, and extract again; the release of before is untouched."
        ) from error
    finally:
        if folder.is_dir():
            draft.unlink(missing_ok=True)
    return where


__all__ = [
    "CELL", "REFUSED", "SUMS", "Cells", "File", "accept", "is_accepted", "path", "read", "require", "seal", "write",
]  # fmt: skip
