"""Ofsted's history of inspections to 2023: the grades of the Single Inspection Framework (SIF), 2013 to 2018.

The sheet is one row an authority, without codes, and holds a second table under a header of its own: councils that
had ended by 2021. Publication dates only. It holds later inspections too, but newer official files win.
"""

import polars as pl

from etl.model import Context, File, Loaded, Release, Source
from etl.readers.inspections import GRADES, Framework, Strand, authority, day, grade, loaded
from etl.releases import Cells, require

FILE = "Childrens_social_care_in_England_2023_underlying_data.ods"
SHEET = r"LA_inspections_2009-20\d\d"
NAME = "Local authority name"
INSPECTIONS = {
    "full": (
        "Single Inspection of LA Children's Services (SIF) First SIF publication date",
        {
            Strand.OVERALL: "First SIF Overall Judgement (OE)",
            Strand.LEADERS: "First SIF leadership, management and governance",
            Strand.PROTECTION: "First SIF children who need help and protection",
            Strand.IN_CARE: "First SIF children looked after and achieving permanence",
        },
    ),
    "re-inspection": (
        "Single Inspection of LA Children's Services (SIF) SIF Re-inspection publication date",
        {
            Strand.OVERALL: "SIF Re-inspection Overall Judgement (OE)",
            Strand.LEADERS: "SIF Re-inspection leadership, management and governance",
            Strand.PROTECTION: "SIF Re-inspection children who need help and protection",
            Strand.IN_CARE: "SIF Re-inspection children looked after and achieving permanence",
        },
    ),
}
# A dash is printed where the City of London and the Isles of Scilly had no such judgement.
WORDS: dict[str, str | None] = {**{grade: grade for grade in GRADES}, "-": None}
NONE = (None, "-")


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """SIF inspections and re-inspections with their judgements; care leavers were then part of another judgement.

    The frameworks before judged something else (safeguarding and children looked after apart, or one of the two), and
    are left out. A council that began later is rejected: its inspections are in newer files.
    """
    table = cells.table(FILE, SHEET)
    require(table, (NAME, *(c for date, strands in INSPECTIONS.values() for c in (date, *strands.values()))), FILE)
    rows = table.filter(pl.col(NAME).is_not_null())
    second_header = rows.filter(pl.col(NAME) == NAME)["line"].min()
    rows = rows.filter(pl.col(NAME) != NAME)
    current, ended = context.areas.by_name(), context.areas.by_name(current=False)
    inspections, judgements, rejects = [], [], []
    for row in rows.iter_rows(named=True):
        line, name = row["line"], row[NAME]
        numbers = current if second_header is None or line < second_header else ended
        area_id = authority(name, numbers, FILE, line)
        if all(row[date_column] in NONE for date_column, _ in INSPECTIONS.values()):
            says = f"{name} had no inspection under the Single Inspection Framework."
            rejects.append((source.id, FILE, line, name, "R_OTHER_FRAMEWORK", says))
        for type_, (date_column, strands) in INSPECTIONS.items():
            if row[date_column] in NONE:
                continue
            published = day(row[date_column], "%Y-%m-%dT%H:%M:%S", FILE, line, date_column)
            inspection_id = f"{area_id}-{published}"
            inspections.append(
                (inspection_id, area_id, Framework.SIF, type_, None, None, published, None, source.id, FILE, line)
            )
            for strand, column in strands.items():
                found = grade(row[column], WORDS, FILE, line, column)
                if found is not None:
                    judgements.append((inspection_id, strand, found))
    digest, taken = cells.sha256(FILE), rows.height - len(rejects)
    ledger = [(source.id, f"{FILE}#LA_inspections_2009-2023", digest, rows.height, taken, len(rejects), 0)]
    return loaded(inspections, judgements, ledger, rejects=rejects)


SOURCE = Source(
    id="ofsted_single_inspections",
    title="Children's social care in England",
    publisher="Ofsted",
    release=Release(
        id="ofsted_single_inspections_2023",
        title="2023",
        published="2023-07-06",
        page="https://www.gov.uk/government/statistics/childrens-social-care-data-in-england-2023",
        files=(File(f"ofsted/{FILE}", sheet=SHEET, header=NAME),),
    ),
    load=load,
)
