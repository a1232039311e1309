"""Local authority inspection outcomes, published by Ofsted each year: every ILACS inspection since 2018.

Official statistics win over any other record of an inspection (rule 20).
"""

from etl.areas import name_key
from etl.inspections import GRADES, Framework, Strand, authority, day, grade, loaded
from etl.model import Context, File, Loaded, Metric, PeriodKind, Polarity, Release, Source, SourceError
from etl.releases import Cells, require

FILE = "LA_Inspection_Outcomes_as_at_31_March_2025.ods"
HISTORY = "ILACS_inspection_history"
SNAPSHOT = r"Inspections_as_at_31_March"
STRANDS = {
    Strand.OVERALL: "Overall effectiveness",
    Strand.LEADERS: "The impact of leaders on social work practice with children and families",
    Strand.PROTECTION: "The experiences and progress of children who need help and protection",
    Strand.IN_CARE: "The experiences and progress of children in care",
    Strand.CARE_LEAVERS: "The experiences and progress of care leavers",
}
KEYS = ("Local authority area code", "Local authority name", "Inspection date", "Publication date", "Inspection type")
TYPES = {"ILACS Standard Inspection": "standard", "ILACS Short Inspection": "short"}
WORDS: dict[str, str | None] = {grade: grade for grade in GRADES}
ISO = "%Y-%m-%dT%H:%M:%S"


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """Inspections and their judgements; each sheet has a row in the ledger."""
    table = cells.table(FILE, HISTORY)
    require(table, (*KEYS, *STRANDS.values()), FILE)
    codes = dict(context.areas.code.select("gss_code", "area_id").iter_rows())
    names = {(name_key(name), area_id) for name, area_id in context.areas.name.iter_rows()}
    inspections, judgements = [], []
    for row in table.iter_rows(named=True):
        line = row["line"]
        name = row["Local authority name"]
        area_id = authority(name, codes, row["Local authority area code"], file=FILE, line=line)
        if (name_key(name or ""), area_id) not in names:
            raise SourceError(
                "E_NAME",
                f"{row['Local authority area code']} is called {name!r}, which is not a name of {area_id}.",
                file=FILE,
                line=line,
                remedy="If the name is a new variant, add it to data/local_authorities.csv.",
            )
        if row["Inspection type"] not in TYPES:
            raise SourceError(
                "E_INSPECTION_TYPE",
                f"{row['Inspection type']!r} is not a type we know.",
                file=FILE,
                line=line,
                column="Inspection type",
                remedy="If Ofsted introduced it, add it to the types of the source.",
            )
        started = day(row["Inspection date"], ISO, file=FILE, line=line, column="Inspection date")
        published = day(row["Publication date"], ISO, file=FILE, line=line, column="Publication date")
        inspection_id = f"{area_id}-{published}"
        inspections.append(
            (
                inspection_id,
                area_id,
                Framework.ILACS,
                TYPES[row["Inspection type"]],
                started,
                None,
                published,
                None,
                source.id,
                FILE,
                line,
            )
        )
        for strand, column in STRANDS.items():
            found = grade(row[column], WORDS, file=FILE, line=line, column=column)
            if found is not None:
                judgements.append((inspection_id, strand, found))
    ledger = [
        (source.id, f"{FILE}#{sheet}", cells.sha256(FILE), rows, rows, 0, 0)
        for sheet, rows in ((HISTORY, table.height), (SNAPSHOT, cells.table(FILE, SNAPSHOT).height))
    ]
    return loaded(source, inspections, judgements, ledger)


def _metric(strand: Strand, title: str, short_title: str, definition: str, caveat: str = "") -> Metric:
    return Metric(
        id=f"judgement_{strand}",
        title=title,
        short_title=short_title,
        noun=title.replace("Ofsted judgement: ", "judgement of "),
        theme="Inspection",
        definition=definition,
        unit="grade",
        decimals=0,
        polarity=Polarity.LOWER_IS_BETTER,
        period_kind=PeriodKind.LATEST_JUDGEMENT,
        caveat=caveat,
    )


SOURCE = Source(
    id="ofsted_inspections",
    title="Local authority inspection outcomes",
    publisher="Ofsted",
    release=Release(
        id="ofsted_inspections_2025",
        title="as at 31 March 2025",
        published="2025-09-25",
        page="https://www.gov.uk/government/statistics/local-authority-inspection-outcomes-as-at-31-march-2025",
        files=(
            File(f"ofsted/{FILE}", sheet=HISTORY, header="Local authority area code"),
            File(f"ofsted/{FILE}", sheet=SNAPSHOT, header="Local authority area code"),
        ),
    ),
    load=load,
    metrics=(
        _metric(
            Strand.OVERALL,
            "Ofsted judgement: overall effectiveness",
            "Overall",
            "The overall effectiveness of children's services at the latest inspection: 1 Outstanding, 2 Good, "
            "3 Requires improvement to be good, 4 Inadequate.",
            "Not given since April 2026. Reports after 30 June 2025 are from the Data to Insight record.",
        ),
        _metric(
            Strand.LEADERS,
            "Ofsted judgement: impact of leaders",
            "Leaders",
            "The impact of leaders on social work practice with children and families, at the latest inspection.",
            "Under the framework before 2018: leadership, management and governance.",
        ),
        _metric(
            Strand.PROTECTION,
            "Ofsted judgement: help and protection",
            "Help and protection",
            "The experiences and progress of children who need help and protection, at the latest inspection.",
        ),
        _metric(
            Strand.IN_CARE,
            "Ofsted judgement: children in care",
            "Children in care",
            "The experiences and progress of children in care, at the latest inspection.",
            "Before January 2023 this judgement covered care leavers too.",
        ),
        _metric(
            Strand.CARE_LEAVERS,
            "Ofsted judgement: care leavers",
            "Care leavers",
            "The experiences and progress of care leavers, at the latest inspection.",
            "A judgement of its own only since January 2023.",
        ),
    ),
)
