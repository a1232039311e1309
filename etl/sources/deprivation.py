"""Income deprivation affecting children (IDACI) by authority, from the Indices of Deprivation 2025.

The Indices print districts. A county is the mean of its districts, weighted by children aged 0 to 15 in the middle of
2022, in a file made beside the published ones and not by the publisher; so are, here, the regions and England. Each
is compared with the published districts: a county's rate lies between those of its districts.
"""

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from etl.model import Context, File, Loaded, PeriodKind, Release, Source, SourceError, to_observations
from etl.readers import ees
from etl.readers.area_codes import by_code, require_once
from etl.releases import Cells, require
from etl.sources.declare import neutral, percentage

FILE = "idaci_imd_2025_by_utla_derived.csv"
CODE, NAME, RATE, CHILDREN = "utla_code", "utla_name", "idaci_2025_rate", "children_0_15_mid2022"
# The published districts, and which authority each is in.
DISTRICTS, DOMAIN, DISTRICT, SCORE = ("iod2025_lad24_traffordDataLab.csv", "index_domain", "area_code", "average_score")
IDACI = "Income Deprivation Affecting Children"
LOOKUP, LOWER, UPPER = "LTLA-UTLA_Apr23_Lookup_England-Wales.csv", "LTLA23CD", "UTLA23CD"
YEAR, CHILDREN_YEAR = 2025, 2022
MENDED = "Make the file again from the published districts."


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """income_deprivation of every authority in percent, and of regions and England as means weighted by children."""
    table = cells.table(FILE)
    require(table, (CODE, NAME, RATE, CHILDREN), FILE)
    districts, lookup = (cells.table(name) for name in (DISTRICTS, LOOKUP))
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
        _compare(row, rate, children, _district_rates(row[CODE], districts, lookup), _aged_under_18(area_id, context))
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
    ledger = [
        (source.id, FILE, cells.sha256(FILE), table.height, table.height, 0, 0),
        # Nothing is loaded from them.
        *((source.id, name, cells.sha256(name), one.height, 0, 0, one.height)
          for name, one in ((DISTRICTS, districts), (LOOKUP, lookup))),
    ]  # fmt: skip
    compared = pl.DataFrame({"metric_id": [metric.id], "figures": [frame.height]})
    return Loaded.of({"observation": observation, "compared": compared}, ledger)


def _district_rates(code: str, districts: pl.DataFrame, lookup: pl.DataFrame) -> list[float]:
    """The published rates of the district of a code, or of those of a county."""
    own = districts.filter(pl.col(DISTRICT) == code)
    if own.is_empty():
        own = districts.filter(pl.col(DISTRICT).is_in(lookup.filter(pl.col(UPPER) == code)[LOWER].to_list()))
    return [float(text) for text in own[SCORE]]


def _aged_under_18(area_id: str, context: Context) -> float | None:
    """Children aged 0 to 17 in the middle of 2022; None of councils of which there is no estimate."""
    of_year = (pl.col("area_id") == area_id) & (pl.col("period_end").dt.year() == CHILDREN_YEAR)
    found = context.loaded["population"].tables["observation"].filter(of_year)["value"]
    return found[0] if found.len() else None


def _compare(
    row: Mapping[str, Any], rate: float, children: float, districts: list[float], under_18: float | None
) -> None:
    """Refuse a rate that no published district bears out, and more children under 16 than under 18 (E_DISAGREES)."""
    line = row["line"]
    if not districts or not min(districts) <= rate <= max(districts):
        has = f"{min(districts):g} to {max(districts):g}" if districts else "no district"
        what = f"{row[NAME]} has the rate {rate:g}, and {DISTRICTS} has {has} for it."
        raise SourceError("E_DISAGREES", what, MENDED, FILE, line, RATE)
    if under_18 is not None and children > under_18:
        what = f"{row[NAME]} has {children:g} children under 16, and {under_18:g} under 18."
        raise SourceError("E_DISAGREES", what, MENDED, FILE, line, CHILDREN)


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
        files=(
            File(f"../reference/{FILE}", columns=(CODE, NAME, RATE, CHILDREN)),
            File(f"mhclg/{DISTRICTS}", groups={DOMAIN: (IDACI,)}, columns=(DISTRICT, SCORE)),
            File(f"ons/{LOOKUP}", columns=(LOWER, UPPER)),
        ),
    ),
    load=load,
    needs=("population",),
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
