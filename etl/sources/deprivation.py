"""Income deprivation affecting children (IDACI) by authority, from the Indices of Deprivation 2025.

The Indices print districts. A county is the mean of its districts, weighted by children aged 0 to 15 in the middle of
2022, in a file made beside the published ones and not by the publisher; so are, here, the regions and England.
"""

import re

import polars as pl

from etl.areas import name_key
from etl.model import (
    LEDGER,
    OBSERVATION,
    Context,
    File,
    Loaded,
    PeriodKind,
    Release,
    Source,
    SourceError,
    Status,
)
from etl.readers import ees
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
    areas = context.areas
    codes = dict(areas.code.select("gss_code", "area_id").iter_rows())
    names = {(name_key(name), area_id) for name, area_id in areas.name.select("name", "area_id").iter_rows()}
    lines: dict[str, int] = {}
    rows = []
    for row in table.iter_rows(named=True):
        line, area_id = row["line"], codes.get(row[CODE] or "")
        if area_id is None:
            raise SourceError(
                "E_UNKNOWN_LA",
                f"{row[CODE]!r} ({row[NAME]}) is not the code of an authority we know.",
                "If it is a new council, add it to data/local_authorities.csv.",
                FILE,
                line,
                CODE,
            )
        if (name_key(row[NAME] or ""), area_id) not in names:
            raise SourceError(
                "E_NAME",
                f"{row[CODE]} is called {row[NAME]!r}, which is not a name of {area_id}.",
                "If the name is a new variant, add it to data/local_authorities.csv.",
                FILE,
                line,
                NAME,
            )
        if lines.setdefault(area_id, line) != line:
            raise SourceError("E_DUP_KEY", f"{row[NAME]} stands here and on line {lines[area_id]}.", MENDED, FILE, line)
        rate, children = _number(row, RATE), _number(row, CHILDREN)
        # A rate of 0 to 1: a percentage here would be shown a hundred times too high.
        if rate > 1:
            raise SourceError("E_SCALE", f"{row[RATE]} is not between 0 and 1.", MENDED, FILE, line, RATE)
        rows.append((area_id, rate, children, line))
    frame = pl.DataFrame(rows, schema=("area_id", "rate", "children", "line"), orient="row")
    region = dict(areas.area.select("area_id", "region_id").iter_rows())
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
    observation = pl.concat([frame.drop("children"), means]).select(
        pl.lit(metric.id).alias("metric_id"),
        "area_id",
        pl.lit(metric.period_kind.end(YEAR)).alias("period_end"),
        pl.lit(str(YEAR)).alias("period"),
        (pl.col("rate") * 100).round_sig_figs(ees.SIGNIFICANT).alias("value"),
        pl.lit(str(Status.OBSERVED)).alias("status"),
        pl.lit(None, pl.String).alias("symbol"),
        pl.lit(None, pl.Float64).alias("numerator"),
        pl.lit(None, pl.Float64).alias("denominator"),
        pl.col("area_id").alias("return_id"),
        pl.lit(source.id).alias("source_id"),
        pl.lit(FILE).alias("file"),
        "line",
    )
    ledger = [(source.id, FILE, cells.sha256(FILE), table.height, table.height, 0, 0)]
    return Loaded(
        {"observation": observation.match_to_schema(OBSERVATION)}, pl.DataFrame(ledger, schema=LEDGER, orient="row")
    )


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
            caveat="As published for councils that are one district. The 21 counties, the regions and England are "
            "worked out here: means of their districts weighted by children. Not comparable with the Indices of 2019.",
        ),
    ),
)
