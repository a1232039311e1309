"""Statistical neighbours: the ten authorities most like each, by the Department for Education's 2025 model."""

import polars as pl

from etl.areas import Areas
from etl.model import MENDED, NEW_COUNCIL, NEW_NAME, Context, File, Loaded, Release, Source, SourceError
from etl.readers.area_codes import require_once
from etl.releases import Cells, require

FILE = "sn_model_2025_wide.csv"
NEIGHBOURS = 10
CLOSENESS = ("Extremely close", "Very close", "Close", "Somewhat close", "Not close")


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """neighbour(area_id, neighbour_id, closeness_rank 1 to 10, closeness).

    Refuses unknown or repeated authorities, a name of another, and lists that contradict one another: closeness is the
    same seen from both sides.
    """
    table = cells.table(FILE)
    columns = [f"SN_{rank}" for rank in range(1, NEIGHBOURS + 1)]
    require(table, ("old_la_code", "la_name", *columns, *(f"{column}P" for column in columns)), FILE)
    known = context.areas.by_number()
    rows: list[tuple[str, str, int, str]] = []
    lines: dict[str, int] = {}
    for row in table.iter_rows(named=True):
        area_id, line = row["old_la_code"], row["line"]
        require_once(lines, area_id, area_id, FILE, line)
        if area_id in known and not context.areas.is_called(area_id, row["la_name"]):
            what = f"{area_id} is called {row['la_name']!r}, which is not a name of it."
            raise SourceError("E_NAME", what, NEW_NAME, FILE, line, "la_name")
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
    _check_symmetry(rows, lines, context.areas)
    names = ("area_id", "neighbour_id", "closeness_rank", "closeness")
    ledger = (source.id, FILE, cells.sha256(FILE), table.height, table.height, 0, 0)
    return Loaded.of({"neighbour": pl.DataFrame(rows, schema=names, orient="row")}, [ledger])


def _check_symmetry(rows: list[tuple[str, str, int, str]], lines: dict[str, int], areas: Areas) -> None:
    """Refuse lists that cannot all be right (E_NEIGHBOUR): nearest first, and as near seen from the other side.

    Who names another as nearer than that one's tenth neighbour must be among its ten. In 938 of 938 pairs of the 2025
    model that name each other the words agree.
    """
    names = areas.names()
    lists: dict[str, dict[str, int]] = {}
    for area_id, neighbour, _, closeness in rows:
        near = lists.setdefault(area_id, {})
        how = CLOSENESS.index(closeness)
        if how < max(near.values(), default=0):
            what = f"{names[neighbour]} stands after neighbours of {names[area_id]} that are less close."
            raise SourceError("E_NEIGHBOUR", what, MENDED, FILE, lines[area_id])
        near[neighbour] = how
    for area_id, near in lists.items():
        for neighbour, how in near.items():
            theirs = lists.get(neighbour)
            if theirs is None:
                continue
            back = theirs.get(area_id)
            if back is not None and back != how:
                says = f"{CLOSENESS[how].lower()!r}, and {CLOSENESS[back].lower()!r} in line {lines[neighbour]}"
            elif back is None and how < max(theirs.values()):
                says = f"{CLOSENESS[how].lower()!r}, nearer than the tenth of its own list in line {lines[neighbour]}"
            else:
                continue
            what = f"{names[neighbour]} is to {names[area_id]} {says}. The lists of two councils may be exchanged."
            raise SourceError("E_NEIGHBOUR", what, MENDED, FILE, lines[area_id])


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
