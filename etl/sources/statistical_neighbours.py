"""Statistical neighbours: the ten authorities most like each, by the Department for Education's 2025 model."""

import polars as pl

from etl.model import MENDED, NEW_COUNCIL, Context, File, Loaded, Release, Source, SourceError
from etl.readers.area_codes import require_once
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
    rows, lines = [], dict[str, int]()
    for row in table.iter_rows(named=True):
        area_id, line = row["old_la_code"], row["line"]
        require_once(lines, area_id, area_id, FILE, line)
        columns_of = {area_id: "old_la_code"}
        for rank, column in enumerate(columns, start=1):
            neighbour, closeness = row[column], (row[f"{column}P"] or "").strip()
            if columns_of.setdefault(neighbour, column) != column:
                what = f"{neighbour} stands here and in {columns_of[neighbour]!r}."
                raise SourceError("E_DUP_KEY", what, MENDED, FILE, line, column)
            for unknown in columns_of.keys() - known:
                what = f"{unknown!r} is not an authority we know."
                raise SourceError("E_UNKNOWN_LA", what, NEW_COUNCIL, FILE, line, columns_of[unknown])
            if closeness not in CLOSENESS:
                what = f"{closeness!r} is not one of {', '.join(CLOSENESS)}."
                remedy = "If the model has a new word, add it to the source."
                raise SourceError("E_SYMBOL", what, remedy, FILE, line, f"{column}P")
            rows.append((area_id, neighbour, rank, closeness))
    names = ("area_id", "neighbour_id", "closeness_rank", "closeness")
    ledger = (source.id, FILE, cells.sha256(FILE), table.height, table.height, 0, 0)
    return Loaded.of({"neighbour": pl.DataFrame(rows, schema=names, orient="row")}, [ledger])


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
