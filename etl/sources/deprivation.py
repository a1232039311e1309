"""Income deprivation affecting children (IDACI) by authority, from the Indices of Deprivation 2025.

The Indices print districts. A county is the mean of its districts, weighted by children aged 0 to 15 in the middle of
2022, in a file made beside the published ones and not by the publisher; so are, here, the regions and England.
"""

import re

import polars as pl

from etl.model import Context, File, Loaded, PeriodKind, Release, Source, SourceError, to_observations
from etl.readers import ees
from etl.readers.area_codes import by_code, require_once
from etl.releases import Cells, require
from etl.sources.declare import neutral, percentage

FILE = "idaci_imd_2025_by_utla_derived.csv"
CODE, NAME, RATE, CHILDREN = "utla_code", "utla_name", "idaci_2025_rate", "children_0_15_mid2022"
YEAR = 2025
MENDED = "Make the file again from the published districts."


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """income_deprivation of every authority in percent, and of regions and England as means weighted by children."""
    table = cells.table(FILE)
    require(table, (CODE, NAME, RATE, CHILDREN), FILE)
    lines: dict[str, int] = {}
    rows = []
    for row in table.iter_rows(named=True):
        line = row["line"]
        area_id = by_code(context.areas, row[CODE], row[NAME], FILE, line, (CODE, NAME))
        require_once(lines, area_id, row[NAME], FILE, line, MENDED)
        rate, children = _number(row, RATE), _number(row, CHILDREN)
        # A rate of 0 to 1: a percentage here would be shown a hundred times too high.
        if rate > 1:
            raise SourceError("E_SCALE", f"{row[RATE]} is not between 0 and 1.", MENDED, FILE, line, RATE)
        rows.append((area_id, rate, children, line))
    frame = pl.DataFrame(rows, schema=("area_id", "rate", "children", "line"), orient="row")
    region = context.areas.regions()
    wider = [
        (above, rate, children) for area_id, rate, children, _ in frame.iter_rows() for above in _above(area_id, region)
    ]
    means = (
        pl.DataFrame(wider, schema=("area_id", "rate", "children"), orient="row")
        .group_by("area_id", maintain_order=True)
        .agg((pl.col("rate") * pl.col("children")).sum() / pl.col("children").sum())
        .with_columns(pl.lit(None, pl.Int64).alias("line"))
    )
    (metric,) = source.metrics
    observation = to_observations(
        pl.concat([frame.drop("children"), means]).with_columns(
            (pl.col("rate") * 100).round_sig_figs(ees.SIGNIFICANT).alias("value")
        ),
        metric_id=metric.id,
        period_end=metric.period_kind.end(YEAR),
        period=str(YEAR),
        source_id=source.id,
        file=FILE,
    )
    ledger = (source.id, FILE, cells.sha256(FILE), table.height, table.height, 0, 0)
    return Loaded.of({"observation": observation}, [ledger])


def _number(row: dict[str, str | int | None], column: str) -> float:
    text = str(row[column] or "")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise SourceError("E_SYMBOL", f"{text!r} is not a number.", MENDED, FILE, int(row["line"] or 0), column)
    return float(text)


def _above(area_id: str, region: dict[str, str | None]) -> list[str]:
    """The region an authority is in, London where that is a half of it, and England."""
    above = []
    at = region[area_id]
    while at:
        above.append(at)
        at = region[at]
    return above


SOURCE = Source(
    id="deprivation",
    title="English Indices of Deprivation",
    publisher="Ministry of Housing, Communities and Local Government",
    release=Release(
        id="deprivation_2025",
        title="2025",
        published="2025-10",
        page="https://www.gov.uk/government/statistics/english-indices-of-deprivation-2025",
        files=(File(f"../reference/{FILE}", columns=(CODE, NAME, RATE, CHILDREN)),),
    ),
    load=load,
    metrics=(
        percentage(
            id="income_deprivation",
            title="Income deprivation affecting children",
            short_title="Income deprivation",
            noun="share of children in income deprivation",
            theme="Context",
            definition="Children aged 0 to 15 in families with low income after housing costs (IDACI).",
            direction=neutral("It is what a council works with, not what it does."),
            period_kind=PeriodKind.INDICES,
            derived=True,
            made="the published rate of the district, of a council of several districts (the 21 counties), a region or "
            "England the mean of the districts' rates, weighted by their children aged 0 to 15",
            caveat="As published for councils that are one district. The 21 counties, the regions and England are "
            "worked out here: means of their districts weighted by children. Not comparable with the Indices of 2019.",
        ),
    ),
)
