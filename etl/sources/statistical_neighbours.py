"""Statistical neighbours: the ten authorities most like each, by the Department for Education's 2025 model."""

import polars as pl

from etl.model import LEDGER, Context, File, Loaded, Release, Source, SourceError
from etl.releases import Cells, require

FILE = "sn_model_2025_wide.csv"
NEIGHBOURS = 10
CLOSENESS = ("Extremely close", "Very close", "Close", "Somewhat close", "Not close")


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """neighbour(area_id, neighbour_id, closeness_rank 1 to 10, closeness); refuses unknown or repeated authorities."""
    table = cells.table(FILE)
    columns = [f"SN_{rank}" for rank in range(1, NEIGHBOURS + 1)]
    require(table, ("old_la_code", *columns, *(f"{column}P" for column in columns)), FILE)
    known = context.areas.by_number()
    rows = []
    for row in table.iter_rows(named=True):
        for rank, column in enumerate(columns, start=1):
            neighbour, closeness = row[column], (row[f"{column}P"] or "").strip()
            for area_id in (row["old_la_code"], neighbour):
                if area_id not in known:
                    raise SourceError(
                        "E_UNKNOWN_LA",
                        f"{area_id!r} is not an authority we know.",
                        file=FILE,
                        line=row["line"],
                        column=column,
                        remedy="If it is a new council, add it to data/local_authorities.csv.",
                    )
            if closeness not in CLOSENESS:
                raise SourceError(
                    "E_SYMBOL",
                    f"{closeness!r} is not one of {', '.join(CLOSENESS)}.",
                    file=FILE,
                    line=row["line"],
                    column=f"{column}P",
                    remedy="If the model has a new word, add it to the source.",
                )
            rows.append((row["old_la_code"], neighbour, rank, closeness))
    frame = pl.DataFrame(
        rows,
        schema={"area_id": pl.String, "neighbour_id": pl.String, "closeness_rank": pl.Int64, "closeness": pl.String},
        orient="row",
    )
    ledger = [(source.id, FILE, cells.sha256(FILE), table.height, table.height, 0, 0)]
    return Loaded({"neighbour": frame}, pl.DataFrame(ledger, schema=LEDGER, orient="row"))


SOURCE = Source(
    id="statistical_neighbours",
    title="Statistical neighbour model",
    publisher="Department for Education",
    release=Release(
        id="statistical_neighbours_2025",
        title="2025",
        published="2025-05",
        page="https://www.gov.uk/government/publications/local-authority-interactive-tool-lait",
        files=(File(f"dfe-neighbours/{FILE}"),),
    ),
    load=load,
)
