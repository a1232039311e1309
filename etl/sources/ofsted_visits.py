"""Ofsted's focused and monitoring visits, from its yearly lists of all inspection activity since April 2022.

A visit ends with a letter and gives no grade. The lists hold inspections too: those are in the history already, and
each is compared with it (`etl.readers.reconcile_ofsted`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from etl.areas import Areas, alive
from etl.model import (
    COUNCIL_DATES,
    Context,
    File,
    Loaded,
    Metric,
    PeriodKind,
    Release,
    Source,
    SourceError,
    to_observations,
)
from etl.readers.inspections import Strand, authority, day, grade
from etl.readers.reconcile_ofsted import (
    LOOK,
    PUBLISHED,
    STARTED,
    TYPE,
    Disagreement,
    Known,
    Other,
    compare_records,
    known,
)
from etl.releases import Cells, require
from etl.sources.declare import count
from etl.sources.ofsted_inspections import CODE, ISO, NAME, STRANDS, WORDS, council, inspection_type

ON, KIND, THEME, OUT = "Inspection/Visit date", "Inspection/Visit type", "Visit Theme", "Publication date"
VISITS = {"ILACS Focused Visit": "focused visit", "LA Monitoring visit": "monitoring visit"}
EARLIER_STRANDS: dict[str, str] = {
    Strand.OVERALL: "Overall effectiveness",
    Strand.LEADERS: "Impact of leaders",
    Strand.PROTECTION: "Experiences and progress of children who need help and protection",
    Strand.IN_CARE: "Experiences and progress of children in care",
    Strand.CARE_LEAVERS: "Experiences and progress of care leavers",
}
# An inspection of the lists and one of the history are the same when they began this close to each other.
SAME_INSPECTION = 14
MODULE = "etl/sources/ofsted_visits.py"
VISIT = pl.Schema(
    [
        ("visit_id", pl.String()),
        ("area_id", pl.String()),
        ("kind", pl.String()),
        ("started", pl.Date()),
        ("published", pl.Date()),
        ("theme", pl.String()),
        ("source_id", pl.String()),
        ("file", pl.String()),
        ("line", pl.Int64()),
    ]
)

# The inspections that a list repeats, with the year that it is of.
LISTED = pl.Schema([("file", pl.String()), ("first", pl.Date()), ("last", pl.Date()), ("inspection_id", pl.String())])


@dataclass(frozen=True)
class Edition:
    """One yearly list: what was inspected and visited in the year to 31 March of `year`, as far as published by then.

    What came out later, the list of the next year holds.
    """

    year: int
    file: str
    sheet: str
    strands: Mapping[str, str]
    more: tuple[str, ...] = ()
    """Columns that the other editions do not have."""

    @property
    def first(self) -> date:
        return date(self.year - 1, 4, 1)

    @property
    def last(self) -> date:
        return date(self.year, 3, 31)


EDITIONS = (
    Edition(2025, "LA_Inspection_Outcomes_as_at_31_March_2025.ods", "In-year_inspections", STRANDS, (CODE, OUT)),
    Edition(2024, "LA_Inspection_Outcomes_as_at_March_2024.ods", "Inspections_in_year_2023-24", EARLIER_STRANDS),
    Edition(
        2023,
        "Childrens_social_care_in_England_2023_underlying_data.ods",
        "LA_level_in_year_2022-23",
        EARLIER_STRANDS,
    ),
)
_ONE_DAY = "The history, the newer edition, has another first day; the day of publication is the same."
DISAGREEMENTS = (
    Disagreement(
        "860-2024-01-12",
        Strand.CARE_LEAVERS,
        "Requires improvement to be good",
        "Good",
        "Corrected in the edition of 2025, whose notes say that the report has the lower grade.",
    ),
    Disagreement("420-2023-08-25", STARTED, "2023-07-11", "2023-07-10", _ONE_DAY),
    Disagreement("909-2022-11-15", STARTED, "2022-09-20", "2022-09-21", _ONE_DAY),
    Disagreement(
        "315-2022-05-09",
        TYPE,
        "short",
        "standard",
        "The history, the newer edition, has a short inspection, and so has the Data to Insight record.",
    ),
)
METRICS = {"focused visit": "focused_visits", "monitoring visit": "monitoring_visits"}


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """Visits, how many each council had in each listed year, and a row in the ledger for each list.

    A row that is an inspection repeats one of the history, or is rejected where it differs in a way that is declared.
    """
    official = known(context.loaded[needed] for needed in source.needs)
    visits: list[tuple[object, ...]] = []
    rejects: list[tuple[object, ...]] = []
    ledger: list[tuple[object, ...]] = []
    lists: list[tuple[object, ...]] = []
    for edition in EDITIONS:
        table = cells.table(edition.file, edition.sheet)
        # That a list has columns of grades and themes is seen at extraction: one in which all are empty is not here.
        require(table, (NAME, ON, KIND, *edition.more), edition.file)
        before = len(visits), len(rejects)
        listed: set[str] = set()
        for row in _rows(table, edition, context.areas):
            if row[KIND] in VISITS:
                visits.append(_visit(row, edition, source))
            else:
                rejects += _inspection(row, edition, source, official, listed)
        lists += [(edition.file, edition.first, edition.last, inspection_id) for inspection_id in sorted(listed)]
        taken, rejected = len(visits) - before[0], len(rejects) - before[1]
        counts = (table.height, taken, rejected, table.height - taken - rejected)
        ledger.append((source.id, f"{edition.file}#{edition.sheet}", cells.sha256(edition.file), *counts))
    visit = pl.DataFrame(visits, schema=VISIT, orient="row")
    _refuse_twice(visit)
    tables = {
        "visit": visit,
        "observation": observations(visit, context.areas, source),
        "listed": pl.DataFrame(lists, schema=LISTED, orient="row"),
    }
    return Loaded.of(tables, ledger, rejects)


def observations(visit: pl.DataFrame, areas: Areas, source: Source) -> pl.DataFrame:
    """OBSERVATION rows: how many visits of each kind began in each listed year, of councils that stood at its end.

    The lists are whole: a council that is not in one had no visit, and has 0.
    """
    frames = []
    for edition in EDITIONS:
        living = pl.DataFrame({"area_id": alive(areas, edition.last)})
        for kind, metric_id in METRICS.items():
            counted = (
                visit.filter((pl.col("kind") == kind) & pl.col("started").is_between(edition.first, edition.last))
                .group_by("area_id")
                .agg(
                    pl.len().cast(pl.Float64).alias("value"),
                    # One visit is a line of a list; a sum and a zero are made of the whole list.
                    pl.when(pl.len() == 1).then(pl.col("file").first()).alias("its_file"),
                    pl.when(pl.len() == 1).then(pl.col("line").first()).alias("line"),
                )
            )
            every = living.join(counted, on="area_id", how="left", maintain_order="left").with_columns(
                pl.col("value").fill_null(0.0), pl.coalesce("its_file", pl.lit(edition.file)).alias("file")
            )
            frames.append(
                to_observations(
                    every,
                    metric_id=metric_id,
                    period_end=edition.last,
                    period=str(edition.year),
                    source_id=source.id,
                )
            )
    return pl.concat(frames)


def _rows(table: pl.DataFrame, edition: Edition, areas: Areas) -> list[dict[str, Any]]:
    """The rows of a list with `area_id`, `started`, `published` and `grades` read."""
    numbers = areas.by_name()
    rows = []
    for row in table.iter_rows(named=True):
        file, line = edition.file, row["line"]
        started = day(row[ON], ISO, file, line, ON)
        if not date(edition.year - 2, 4, 1) <= started <= edition.last:
            what = f"{started} is not in the year to {edition.last:%-d %B %Y}, nor in the one before."
            raise SourceError("E_DATE", what, f"{LOOK}it may belong to another year's list.", file, line, ON)
        area_id = council(areas, row, file) if CODE in edition.more else authority(row[NAME], numbers, file, line)
        if area_id not in alive(areas, started):
            what = f"{row[NAME]} did not exist on {started}."
            raise SourceError("E_UNKNOWN_LA", what, COUNCIL_DATES, file, line, NAME)
        published = day(row[OUT], ISO, file, line, OUT) if OUT in edition.more else None
        if published is not None and published < started:
            remedy = f"{LOOK}one of the two dates is wrong; report the slip to the publisher."
            raise SourceError("E_DATE", f"published before {started}, its first day.", remedy, file, line, OUT)
        grades = {
            strand: grade(row.get(column), WORDS, file, line, column) for strand, column in edition.strands.items()
        }
        rows.append({**row, "area_id": area_id, "started": started, "published": published, "grades": grades})
    return rows


def _visit(row: Mapping[str, Any], edition: Edition, source: Source) -> tuple[object, ...]:
    graded = next((strand for strand, found in row["grades"].items() if found is not None), None)
    if graded is not None:
        what = f"a {VISITS[row[KIND]]} gives no grade, but {row['grades'][graded]!r} is printed."
        remedy = f"{LOOK}if it was an inspection, its type is wrong."
        raise SourceError("E_GRADE", what, remedy, edition.file, row["line"], edition.strands[graded])
    kind = VISITS[row[KIND]]
    area_id, started = row["area_id"], row["started"]
    visit_id = f"{area_id}-{started}-{kind.split()[0]}"
    where = (source.id, edition.file, row["line"])
    return (visit_id, area_id, kind, started, row["published"], row.get(THEME), *where)


def _inspection(
    row: Mapping[str, Any], edition: Edition, source: Source, official: Mapping[str, list[Known]], listed: set[str]
) -> list[tuple[object, ...]]:
    """Nothing where the row is an inspection of the history; a reject where a declared difference parts the two.

    The inspection is added to those that are `listed`.
    """
    line = row["line"]
    type_ = inspection_type(row[KIND], edition.file, line, KIND)
    began = [one for one in official.get(row["area_id"], []) if one.started is not None]
    same = min(began, key=lambda one: abs((one.started or row["started"]) - row["started"]), default=None)
    if same is None or same.started is None or abs((same.started - row["started"]).days) > SAME_INSPECTION:
        what = f"{row[NAME]} was inspected from {row['started']}, but Ofsted's history has no such inspection."
        remedy = f"{LOOK}if the history lacks it, or the date is wrong, tell Ofsted."
        raise SourceError("E_DISAGREES", what, remedy, edition.file, line, ON)
    listed.add(same.inspection_id)
    says: dict[str, str | None] = {**row["grades"], STARTED: str(row["started"]), TYPE: type_}
    if row["published"] is not None:
        says[PUBLISHED] = str(row["published"])
    columns = {**edition.strands, STARTED: ON, TYPE: KIND, PUBLISHED: OUT}
    found = compare_records(same, Other(row[NAME], says, columns, edition.file, line, MODULE), DISAGREEMENTS)
    return [
        (source.id, edition.file, line, row[NAME], "R_REVISED", f"{row[NAME]}, {row['started']}: {one.reason}")
        for one in found[:1]
    ]


def _refuse_twice(visit: pl.DataFrame) -> None:
    again = visit.filter(pl.col("visit_id").is_duplicated()).sort("visit_id", "file", "line")
    if again.height:
        first, second = again.row(0, named=True), again.row(1, named=True)
        what = f"{second['visit_id']} stands here and in {first['file']}, line {first['line']}."
        remedy = f"{LOOK}the publisher must say which row is right."
        raise SourceError("E_DUP_KEY", what, remedy, second["file"], second["line"])


def _metric(kind: str, title: str, definition: str, caveat: str) -> Metric:
    return count(
        id=METRICS[kind],
        title=title,
        short_title=title.removeprefix("Ofsted's ").capitalize(),
        noun=f"number of Ofsted's {kind}s",
        theme="Inspection",
        definition=f"{definition} A council that is not on Ofsted's list of the year had none.",
        unit="visits",
        decimals=0,
        polarity_reason="Ofsted decides which councils it visits, and when.",
        period_kind=PeriodKind.YEAR_TO_31_MARCH,
        derived=True,
        made=f"the {kind}s on Ofsted's list of the year, counted for each council",
        councils_only=True,
        caveat=caveat,
    )


SOURCE = Source(
    id="ofsted_visits",
    title="Local authority inspection outcomes: focused and monitoring visits",
    publisher="Ofsted",
    release=Release(
        id="ofsted_visits_2025",
        title="2022-23 to 2024-25",
        published="2025-09-25",
        page="https://www.gov.uk/government/statistics/local-authority-inspection-outcomes-as-at-31-march-2025",
        files=tuple(
            File(
                f"ofsted/{edition.file}",
                sheet=edition.sheet,
                header=KIND,
                columns=(NAME, ON, KIND, THEME, *edition.more, *edition.strands.values()),
            )
            for edition in EDITIONS
        ),
    ),
    load=load,
    needs=("ofsted_inspections",),
    metrics=(
        _metric(
            "focused visit",
            "Ofsted's focused visits",
            "Focused visits that began in the year to 31 March: inspectors look at one part of a council's work.",
            "A visit between inspections is part of Ofsted's programme, and no sign of good or bad work.",
        ),
        _metric(
            "monitoring visit",
            "Ofsted's monitoring visits",
            "Monitoring visits that began in the year to 31 March: inspectors follow a council judged Inadequate.",
            "Visits without a published letter, as the first after such a judgement, are not on the lists.",
        ),
    ),
)
