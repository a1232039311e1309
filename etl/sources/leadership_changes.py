"""Changes of directors of children's services in England, year by year, as the directors' association counts them.

There is no public record by council. The counts were typed from the association's releases and the press, and each row
names the page it is from; 2022 was not found.
"""

import re
from datetime import UTC, datetime

import polars as pl

from etl.model import ENGLAND, Context, File, Loaded, PeriodKind, Release, Source, SourceError, to_observations
from etl.releases import Cells, require
from etl.sources.declare import count

FILE = "leadership_national_dcs_changes.csv"
YEAR, CHANGES, PAGE = "year_ending_31_march", "dcs_changes_total", "source_url"
FIRST_YEAR = 2008
MENDED = "Look the count up on the page that the row names, and mend the row."


def load(source: Source, cells: Cells, _context: Context) -> Loaded:
    """director_changes of England; a year that is there twice, and a row without its page, is refused."""
    table = cells.table(FILE)
    require(table, (YEAR, CHANGES, PAGE), FILE)
    (metric,) = source.metrics
    rows, lines = [], dict[int, int]()
    for row in table.iter_rows(named=True):
        line = row["line"]

        def refuse(rule: str, what: str, column: str, line: int = line) -> None:
            raise SourceError(rule, what, MENDED, FILE, line, column)

        text = row[YEAR] or ""
        if not re.fullmatch(r"\d{4}", text) or not FIRST_YEAR <= int(text) <= datetime.now(UTC).year:
            refuse("E_PERIOD", f"{text!r} is not a year from {FIRST_YEAR}.", YEAR)
        if not re.fullmatch(r"\d{1,3}", row[CHANGES] or ""):
            refuse("E_SYMBOL", f"{row[CHANGES]!r} is not a count.", CHANGES)
        if not (row[PAGE] or "").startswith("https://"):
            refuse("E_PAGE", f"{row[PAGE]!r} is not the address of a page.", PAGE)
        year = int(text)
        if lines.setdefault(year, line) != line:
            refuse("E_DUP_KEY", f"{year} stands here and on line {lines[year]}.", YEAR)
        rows.append((year, float(row[CHANGES]), line))
    frame = pl.DataFrame(rows, schema=("year", "value", "line"), orient="row").with_columns(
        pl.date("year", 3, 31).alias("period_end"), pl.col("year").cast(pl.String).alias("period")
    )
    observation = to_observations(frame, metric_id=metric.id, area_id=ENGLAND, source_id=source.id, file=FILE)
    ledger = (source.id, FILE, cells.sha256(FILE), table.height, table.height, 0, 0)
    return Loaded.of({"observation": observation}, [ledger])


SOURCE = Source(
    id="leadership_changes",
    title="Changes of directors of children's services",
    publisher="Association of Directors of Children's Services",
    release=Release(
        id="leadership_changes_2025",
        title="year to 31 March 2025",
        published="2025-05-21",
        page="https://www.adcs.org.uk/?p=3753",
        files=(File(f"../reference/{FILE}", columns=(YEAR, CHANGES, PAGE)),),
    ),
    licence="Facts, each with the page it is from",
    load=load,
    metrics=(
        count(
            id="director_changes",
            title="Changes of directors of children's services",
            short_title="Director changes",
            theme="Context",
            definition="Times a council's director of children's services changed in the year to 31 March, in England.",
            unit="changes",
            decimals=0,
            polarity_reason="A change may be for the better or for the worse.",
            period_kind=PeriodKind.YEAR_TO_31_MARCH,
            england_only=True,
            caveat="Not known by council. Interim appointments count. From the association's releases and the press. "
            "No figure for 2022.",
        ),
    ),
)
