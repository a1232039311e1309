"""Ofsted's inspections, judgements and visits: how their files are read, and the latest judgement as an observation.

Rule `inspections`: grades are ordered and never averaged. From April 2026 there is no overall effectiveness judgement:
it is `not_given`, which is neither missing nor carried forward.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import polars as pl

from etl.areas import Areas, alive, name_key
from etl.model import Loaded, SourceError, Status, to_observations


class Framework(StrEnum):
    """The framework an inspection was made under. SIF: the Single Inspection Framework of 2013 to 2018."""

    SIF = "SIF"
    ILACS = "ILACS"
    ILACS_2026 = "ILACS from April 2026"


class Strand(StrEnum):
    """What was judged. SIF's leadership, management and governance is `leaders`."""

    OVERALL = "overall"
    LEADERS = "leaders"
    PROTECTION = "protection"
    IN_CARE = "in_care"
    CARE_LEAVERS = "care_leavers"


# Where an authority had not been inspected, it is the official file that has no row.
OFFICIAL = "ofsted_inspections"
GRADES = ("Outstanding", "Good", "Requires improvement to be good", "Inadequate")
# The Ofsted rule for its yearly snapshots: inspected by 31 March and published by 30 June. The first is the first at
# which every council had been inspected under the framework of 2013: a year before, 28 of 152 had not.
FIRST_SNAPSHOT = 2018
PUBLISHED_WITHIN = timedelta(days=91)

INSPECTION = pl.Schema(
    [
        ("inspection_id", pl.String()),
        ("area_id", pl.String()),
        ("framework", pl.String()),
        ("type", pl.String()),
        ("started", pl.Date()),
        ("ended", pl.Date()),
        ("published", pl.Date()),
        ("url", pl.String()),
        ("source_id", pl.String()),
        ("file", pl.String()),
        ("line", pl.Int64()),
    ]
)
JUDGEMENT = pl.Schema([("inspection_id", pl.String()), ("strand", pl.String()), ("grade", pl.String())])
LINK = pl.Schema([("inspection_id", pl.String()), ("url", pl.String()), ("ended", pl.Date())])
# Ofsted's own table of the latest judgements on a day: nothing is loaded from it, ours must be the same.
SNAPSHOT = pl.Schema(
    [
        ("area_id", pl.String()),
        ("day", pl.Date()),
        ("started", pl.Date()),
        ("published", pl.Date()),
        *((str(strand), pl.String()) for strand in Strand),
        ("file", pl.String()),
        ("line", pl.Int64()),
    ]
)
# How long ago a council was last judged is measured like its judgements, and at the same days.
MONTHS = "months_since_inspection"
REPORT = "Look the inspection up on Ofsted's site and report the slip to the publisher."


def authority(name: str | None, numbers: dict[str, str], file: str, line: int) -> str:
    """The number of the authority a report names; raises E_UNKNOWN_LA."""
    key = name_key(name or "")
    if key not in numbers:
        what = f"{name!r} is not a name of an authority we know."
        remedy = "Add the name, or the new council, to data/local_authorities.csv."
        raise SourceError("E_UNKNOWN_LA", what, remedy, file, line)
    return numbers[key]


def day(text: str | None, pattern: str, file: str, line: int, column: str) -> date:
    """A printed date; raises E_DATE for one that is not a date, before 2000 or in the future."""
    try:
        found = datetime.strptime(text or "", pattern).replace(tzinfo=UTC).date()
    except ValueError:
        found = None
    if found is None or not date(2000, 1, 1) <= found <= datetime.now(UTC).date():
        raise SourceError("E_DATE", f"{text!r} is not a date between 2000 and today.", REPORT, file, line, column)
    return found


def grade(text: str | None, words: dict[str, str | None], file: str, line: int, column: str) -> str | None:
    """A grade of GRADES, or None where the publisher says there is none; raises E_GRADE for other words."""
    if text is None:
        return None
    if text not in words:
        remedy = "If Ofsted changed its wording, add it to the grades of the source."
        raise SourceError("E_GRADE", f"{text!r} is not a grade we know.", remedy, file, line, column)
    return words[text]


def loaded(
    inspections: Iterable[tuple[object, ...]],
    judgements: Iterable[tuple[str, str, str]],
    ledger: Iterable[tuple[object, ...]],
    links: Iterable[tuple[object, ...]] = (),
    rejects: Iterable[tuple[object, ...]] = (),
) -> Loaded:
    """Rows as tables.

    Two inspections of one authority published or begun on the same day raise E_DUP_KEY, one that ended or was
    published before it started E_DATE.
    """
    frame = pl.DataFrame(list(inspections), schema=INSPECTION, orient="row")
    backwards = frame.filter((pl.col("ended") < pl.col("started")) | (pl.col("published") < pl.col("started")))
    if backwards.height:
        row = backwards.row(0, named=True)
        what = f"{row['inspection_id']} ended or was published before {row['started']}, its first day."
        raise SourceError("E_DATE", what, REPORT, row["file"], row["line"])
    begun = pl.struct("area_id", pl.coalesce("started", "published")).is_duplicated()
    again = frame.filter(pl.col("inspection_id").is_duplicated() | begun).sort(
        "area_id", "started", "published", "line"
    )
    if again.height:
        what = f"{again['inspection_id'][0]} stands here and on line {again['line'][0]}."
        remedy = "Look the inspection up on Ofsted's site; the publisher must say which row is right."
        raise SourceError("E_DUP_KEY", what, remedy, again["file"][1], again["line"][1])
    tables = {
        "inspection": frame,
        "judgement": pl.DataFrame(list(judgements), schema=JUDGEMENT, orient="row"),
        "inspection_link": pl.DataFrame(list(links), schema=LINK, orient="row"),
    }
    return Loaded.of(tables, ledger, rejects)


def latest(inspection: pl.DataFrame, areas: Areas, on: date, *, published_by: date) -> pl.DataFrame:
    """The newest inspection of each authority that existed on a day: one row each, inspection_id null where none.

    SIF files print no inspection date; there the publication date is used.
    """
    newest = (
        inspection.filter(
            (pl.col("started").fill_null(pl.col("published")) <= on) & (pl.col("published") <= published_by)
        )
        .sort("published")
        .unique("area_id", keep="last", maintain_order=True)
    )
    living = pl.DataFrame({"area_id": alive(areas, on)})
    return living.join(newest, on="area_id", how="left", maintain_order="left")


def observations(inspection: pl.DataFrame, judgement: pl.DataFrame, areas: Areas) -> pl.DataFrame:
    """OBSERVATION rows of `judgement_<strand>` and of MONTHS: at each 31 March by Ofsted's rule, and on the newest day.

    The value of a judgement is 1 (Outstanding) to 4 (Inadequate), a code to order and map by, never to average. That
    of MONTHS is whole months from the first day on site, or under SIF from publication, to the day. The newest day is
    that of the newest report.
    """
    snapshots = _snapshots(inspection, areas)
    values = {grade: float(position) for position, grade in enumerate(GRADES, start=1)}
    strands = [_strand(snapshots, judgement.filter(pl.col("strand") == strand), strand, values) for strand in Strand]
    return pl.concat([*strands, _months(snapshots)])


def _snapshots(inspection: pl.DataFrame, areas: Areas) -> pl.DataFrame:
    """`latest` at each day of which there are observations, with period_end and period."""
    newest_report: date = inspection["published"].max()  # type: ignore[assignment]
    days = [(date(year, 3, 31), str(year)) for year in range(FIRST_SNAPSHOT, newest_report.year + 1)]
    dates = [(on, on + PUBLISHED_WITHIN, label) for on, label in days if on + PUBLISHED_WITHIN <= newest_report]
    dates.append((newest_report, newest_report, f"{newest_report:%-d %B %Y}"))
    return pl.concat(
        latest(inspection, areas, on, published_by=published_by).with_columns(
            pl.lit(on).alias("period_end"), pl.lit(label).alias("period"), pl.col("source_id").fill_null(OFFICIAL)
        )
        for on, published_by, label in dates
    )


def _strand(snapshots: pl.DataFrame, judgement: pl.DataFrame, strand: Strand, values: dict[str, float]) -> pl.DataFrame:
    not_given = (pl.col("framework") == Framework.ILACS_2026) & pl.lit(strand is Strand.OVERALL)
    status = (
        pl.when(pl.col("grade").is_not_null())
        .then(pl.lit(str(Status.OBSERVED)))
        .when(pl.col("inspection_id").is_null())
        .then(pl.lit(str(Status.NO_ROW)))
        .when(not_given)
        .then(pl.lit(str(Status.NOT_GIVEN)))
        # Before January 2023 care leavers were judged together with children in care.
        .otherwise(pl.lit(str(Status.NOT_APPLICABLE)))
    )
    judged = snapshots.join(
        judgement.select("inspection_id", "grade"),
        on="inspection_id",
        how="left",
        validate="m:1",
        maintain_order="left",
    ).with_columns(
        pl.col("grade").replace_strict(values, return_dtype=pl.Float64).alias("value"),
        status.alias("status"),
        pl.col("grade").alias("symbol"),
    )
    return to_observations(judged, metric_id=f"judgement_{strand}")


def _months(snapshots: pl.DataFrame) -> pl.DataFrame:
    since, on = pl.coalesce("started", "published"), pl.col("period_end")
    months = (
        (on.dt.year() - since.dt.year()) * 12
        + (on.dt.month().cast(pl.Int32) - since.dt.month().cast(pl.Int32))
        - (on.dt.day() < since.dt.day()).cast(pl.Int32)
    )
    observed, no_row = pl.lit(str(Status.OBSERVED)), pl.lit(str(Status.NO_ROW))
    status = pl.when(pl.col("inspection_id").is_null()).then(no_row).otherwise(observed)
    counted = snapshots.with_columns(months.cast(pl.Float64).alias("value"), status.alias("status"))
    return to_observations(counted, metric_id=MONTHS)
