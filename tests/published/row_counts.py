"""The rows of every published file by period, and whose they are: counted, written down, and told apart in words.

`python -m tests.published.row_counts ../shared/data/published` counts the rows of the files themselves and writes
expected_rows.csv anew, after an edition or the groups that are kept have changed; what changed in it is then reviewed.

Columns: `rows` of local authorities in the whole published file, `kept` of them in the release; how many `authorities`
these rows stand for (a joint return is one row of two), how many `regions`, whether `england` is there (1 or 0); and
`councils`, by DfE's numbers: "all" that there were on the day of the period, "all but" some, "and" some that were not,
or "only" some. Where nothing of a period is kept, `kept` is 0 and the release must not have it.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from functools import cache
from pathlib import Path

from etl import releases
from etl.areas import name_key
from etl.build import builder
from etl.model import ENGLAND, File, Source
from etl.sources import all_sources
from tests.published import reading
from tests.published.reading import Row

EXPECTED = Path(__file__).with_name("expected_rows.csv")
AGAIN = "If that is right, run `python -m tests.published.row_counts FOLDER` and look at what changed."
# The day a year stands for is 31 March but in these files.
DAYS = {"csww_": (9, 30), "ons_": (6, 30)}
OF_ENGLAND = "year_ending_31_march"
DATES = ("Inspection date", "Inspection/Visit date", "publication_date", OF_ENGLAND)
# One row a council, with the date of its latest inspection: one period.
SNAPSHOT = "Inspections_as_at"
CODES = ("ONS Code", "Local authority area code", "utla_code")
NAMES = ("local_authority", "Local authority name")
# The interactive tool calls the regions 980 to 990 and England 970.
TOOLS_REGIONS = (
    *(f"E1200000{place}" for place in range(1, 8)), "E13000001", "E13000002", "E12000008", "E12000009",
)  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """The rows of a file in one period; see the module for what each column says."""

    source: str
    file: str
    period: str
    rows: int
    kept: int
    authorities: int
    regions: int
    england: int
    councils: str


@dataclass(frozen=True)
class Council:
    """A local authority by DfE's number, with the days it was there."""

    number: str
    name: str
    start: date
    end: date


@cache
def councils() -> dict[str, Council]:
    """Every council there ever was, by number, from the committed list."""
    with (builder.DATA / "local_authorities.csv").open(encoding="utf-8", newline="") as opened:
        return {
            row["la_number"]: Council(
                row["la_number"],
                row["name"],
                date.fromisoformat(row["start_date"] or "1900-01-01"),
                date.fromisoformat(row["end_date"] or "2999-12-31"),
            )
            for row in csv.DictReader(opened)
        }


@cache
def _numbers() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """GSS code -> number, name -> number of today's councils, name -> number of those that ended."""
    codes, today, ended = dict[str, str](), dict[str, str](), dict[str, str]()
    with (builder.DATA / "local_authorities.csv").open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            number = row["la_number"]
            codes |= dict.fromkeys([row["gss_code"], *row["former_gss_codes"].split("|")], number)
            names = map(name_key, [row["name"], *row["name_variants"].split("|")])
            (ended if row["end_date"] else today).update(dict.fromkeys(names, number))
    return codes, today, ended


def of_files(published: Path) -> list[Counted]:
    """What the published files hold, read whole by code that shares nothing with the ETL; of reports nothing."""
    found = []
    for source in all_sources():
        for file in (one for one in source.release.files if not one.many):
            whole = list(reading.rows(published / file.path, replace(file, groups={})))
            rows = _by_period(whole, file)
            kept = _by_period((row for row in whole if reading.is_kept(row[2], file)), file) if file.groups else rows
            for period, who in rows.items():
                of_release = kept.get(period, [])
                if of_release and {one for _, one in of_release} != {one for _, one in who}:
                    raise ValueError(f"{file.name}, {period}: other areas in the groups that are kept than in the file")
                found.append(_counted(source, file, period, who, len(_rows_of_councils(of_release))))
    return found


def of_releases(folder: Path = builder.DATA / "releases", *sources: Source) -> list[Counted]:
    """What the releases of a folder, or the committed ones, hold of some sources or of all; `rows` is what is kept."""
    found = []
    for source in sources or all_sources():
        cells = releases.read(folder, source)
        for file in (one for one in source.release.files if not one.many):
            table = cells.table(file.name, file.sheet)
            rows = (
                ("", row["line"], {column: text for column, text in row.items() if text is not None})
                for row in table.iter_rows(named=True)
            )
            for period, who in _by_period(rows, file).items():
                found.append(_counted(source, file, period, who, len(_rows_of_councils(who))))
    return found


def expected() -> list[Counted]:
    """The committed counts."""
    with EXPECTED.open(encoding="utf-8", newline="") as opened:
        kinds = {field.name: field.type for field in fields(Counted)}
        return [
            Counted(**{name: int(text) if kinds[name] == "int" else text for name, text in row.items()})  # type: ignore[arg-type]
            for row in csv.DictReader(opened)
        ]


def write(found: Iterable[Counted]) -> None:
    """Write the counts that the tests expect."""
    with EXPECTED.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, [field.name for field in fields(Counted)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(one) for one in sorted(found, key=lambda one: (one.source, one.file, one.period)))


def differences(wanted: Iterable[Counted], found: Iterable[Counted], *, kept_only: bool = False) -> list[str]:
    """What is other than it should be, in words: each period and council that is missing or new, each count.

    Of releases (`kept_only`) only what is kept of a file is compared.
    """
    before = {(one.source, one.file, one.period): one for one in wanted}
    after = {(one.source, one.file, one.period): one for one in found}
    if kept_only:
        # What has no row of a council is of England alone, and kept.
        before = {key: replace(one, rows=one.kept) for key, one in before.items() if one.kept or not one.rows}
    words = [f"{_said(before[key])}: there are no rows of it." for key in before if key not in after]
    words += [f"{_said(after[key])}: it is new." for key in after if key not in before]
    for key, one in before.items():
        if key in after and one != after[key]:
            words += [f"{_said(one)}: {what}" for what in _changes(one, after[key])]
    return words


def _said(one: Counted) -> str:
    return f"{one.source}, {one.file}" + (f", {one.period}" if one.period else "")


def _changes(one: Counted, other: Counted) -> Iterator[str]:
    known, now = _listed(one), _listed(other)
    for number in sorted(known - now):
        yield f"{councils()[number].name} ({number}) is missing."
    for number in sorted(now - known):
        yield f"{councils()[number].name} ({number}) is new: it had no row."
    for field, words in (
        ("rows", "rows of local authorities"),
        ("kept", "rows of local authorities that are kept"),
        ("authorities", "local authorities"),
        ("regions", "regions"),
        ("england", "of England"),
    ):
        if getattr(one, field) != getattr(other, field):
            yield f"{getattr(other, field)} {words}, where there were {getattr(one, field)}."


def _by_period(rows: Iterable[Row], file: File) -> dict[str, list[tuple[str, str]]]:
    """Period -> for each row and each area it stands for, the row's place in the file and the area."""
    found: dict[str, list[tuple[str, str]]] = {}
    ended = False
    for sheet, line, row in rows:
        # The history of 2023 has a second table, of councils that had ended, under a header of its own.
        ended = ended or row.get(NAMES[1]) == NAMES[1]
        areas = areas_of(row, ended=ended)
        if areas:
            period = "" if re.match(SNAPSHOT, sheet or file.sheet) else period_of(row)
            found.setdefault(period, []).extend((str(line), area) for area in areas)
    return found


def areas_of(row: dict[str, str], *, ended: bool) -> list[str]:
    """Whom a row is for: numbers of councils, codes of regions and England; nobody where it is for anything else."""
    codes, today, gone = _numbers()
    level = row.get("geographic_level")
    if level == "Local authority" or (level is None and "old_la_code" in row):
        return row["old_la_code"].split(" / ")
    if level is not None:
        return [row["region_code"] if level == "Regional" else row["country_code"]]
    if "LA Number" in row:
        number = row["LA Number"].removesuffix(".0")
        return [number if number in councils() else TOOLS_REGIONS[int(number) - 980] if number != "970" else ENGLAND]
    for column in CODES:
        if column in row:
            code = row[column]
            return [ENGLAND] if code == ENGLAND else [codes[code]] if code in codes else []
    for column in NAMES:
        if column in row:
            key = name_key(row[column])
            number = gone.get(key, "") if ended else today.get(key) or gone.get(key, "")
            return [number] if number else []
    # What is for England as a whole names no area, and an empty row of a sheet is for nobody.
    return [ENGLAND] if OF_ENGLAND in row else []


def period_of(row: dict[str, str]) -> str:
    """The year a row is for, as it is printed; nothing where none is."""
    for column in ("time_period", "Years"):
        if column in row:
            return row[column]
    for column in DATES:
        if column in row:
            text = row[column]
            return f"20{text[-2:]}" if re.fullmatch(r"\d\d/\d\d/\d\d", text) else text[:4]
    return ""


def _counted(source: Source, file: File, period: str, who: list[tuple[str, str]], kept: int) -> Counted:
    areas = {area for _, area in who}
    present = areas & councils().keys()
    sheet = f"#{file.sheet}" if sum(one.name == file.name for one in source.release.files) > 1 else ""
    return Counted(
        source.id,
        f"{file.name}{sheet}",
        period,
        rows=len(_rows_of_councils(who)),
        kept=kept,
        authorities=len(present),
        regions=len(areas - present - {ENGLAND}),
        england=int(ENGLAND in areas),
        councils=_described(present, living(file.name, period)),
    )


def _rows_of_councils(who: list[tuple[str, str]]) -> set[str]:
    return {row for row, area in who if area in councils()}


def living(file: str, period: str) -> set[str]:
    """The councils there were on the day of a period; today's, where the file has none."""
    year = re.match(r"(\d{4})(?:-?(\d\d))?", period)
    if year is None:
        return {one.number for one in councils().values() if one.end.year == 2999}
    last = int(year[1]) + 1 if year[2] else int(year[1])
    month, day = next((day for start, day in DAYS.items() if file.startswith(start)), (3, 31))
    on = date(last, month, day)
    return {one.number for one in councils().values() if one.start <= on <= one.end}


def _described(present: set[str], alive: set[str]) -> str:
    absent, besides = sorted(alive - present), sorted(present - alive)
    if not present:
        return "none"
    if len(absent) + len(besides) > len(present):
        return " ".join(["only", *sorted(present)])
    words = ["all", *(["but", *absent] if absent else []), *(["and", *besides] if besides else [])]
    return " ".join(words)


def _listed(one: Counted) -> set[str]:
    """The councils that `_described` describes."""
    if one.councils == "none":
        return set()
    numbers = re.findall(r"\d{3}", one.councils)
    if one.councils.startswith("only"):
        return set(numbers)
    but, _, besides = one.councils.partition(" and ")
    return (living(one.file, one.period) - set(re.findall(r"\d{3}", but))) | set(re.findall(r"\d{3}", besides))


if __name__ == "__main__":
    write(of_files(Path(sys.argv[1])))
