"""Statistical neighbours: the ten authorities most like each, by the Department for Education's 2025 model."""

import polars as pl

from etl.model import LEDGER, Context, File, Loaded, Release, Source, SourceError
from etl.releases import Cells, require

FILE = "sn_model_2025_wide.csv"
NEIGHBOURS = 10
MENDED = "Report it to the publisher; do not load the file until it is mended."
CLOSENESS = ("Extremely close", "Very close", "Close", "Somewhat close", "Not close")


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """neighbour(area_id, neighbour_id, closeness_rank 1 to 10, closeness); refuses unknown or repeated authorities."""
    table = cells.table(FILE)
    columns = [f"SN_{rank}" for rank in range(1, NEIGHBOURS + 1)]
    require(table, ("old_la_code", *columns, *(f"{column}P" for column in columns)), FILE)
    known = context.areas.by_number()
    rows, lines = [], dict[str, int]()
    for row in table.iter_rows(named=True):
        area_id, line = row["old_la_code"], row["line"]
        if lines.setdefault(area_id, line) != line:
            raise SourceError("E_DUP_KEY", f"{area_id} stands here and on line {lines[area_id]}.", MENDED, FILE, line)
        columns_of = {area_id: "old_la_code"}
        for rank, column in enumerate(columns, start=1):
            neighbour, closeness = row[column], (row[f"{column}P"] or "").strip()
            if columns_of.setdefault(neighbour, column) != column:
                raise SourceError(
                    "E_DUP_KEY",
                    f"{neighbour} stands here and in {columns_of[neighbour]!r}.",
                    MENDED,
                    FILE,
                    line,
                    column,
                )
            for unknown in columns_of.keys() - known:
                raise SourceError(
                    "E_UNKNOWN_LA",
                    f"{unknown!r} is not an authority we know.",
                    "If it is a new council, add it to data/local_authorities.csv.",
                    FILE,
                    line,
                    columns_of[unknown],
                )
            if closeness not in CLOSENESS:
                raise SourceError(
                    "E_SYMBOL",
                    f"{closeness!r} is not one of {', '.join(CLOSENESS)}.",
                    "If the model has a new word, add it to the source.",
                    FILE,
                    line,
                    f"{column}P",
                )
            rows.append((area_id, neighbour, rank, closeness))
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
