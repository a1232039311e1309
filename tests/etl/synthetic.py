"""Small published files of every source, made up. The councils are real; every figure, date and grade is invented.

`FILES` is what a folder of published files would hold: content by path. `write` puts it down, with some files
replaced; `cells` is what a build reads of it.
"""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from etl import releases
from etl.extract import release
from etl.model import Source
from etl.readers import ees
from etl.releases import Cells
from etl.sources import all_sources

PLACE = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,"
    "old_la_code,new_la_code,la_name"
)
ENGLAND = "Reporting year,National,E92000001,England,,,,,"
YORKSHIRE = "Reporting year,Regional,E92000001,England,E12000003,Yorkshire and The Humber,,,"
LEEDS = "Reporting year,Local authority,E92000001,England,E12000003,Yorkshire and The Humber,383,E08000035,Leeds"
CAMDEN = "Reporting year,Local authority,E92000001,England,E13000001,Inner London,202,E09000007,Camden"
CUMBRIA = "Reporting year,Local authority,E92000001,England,E12000002,North West,909,E10000006,Cumbria"
JOINT = (
    "Reporting year,Local authority,E92000001,England,E13000002,Outer London,314 / 318,E09000021 / E09000027,"
    "Kingston upon Thames / Richmond upon Thames"
)


def csv_file(columns: str, *rows: str) -> bytes:
    """A table of Explore Education Statistics; the header is line 1, the first of `rows` line 2."""
    return "".join(f"{line}\n" for line in (f"{PLACE},{columns}", *rows)).encode()


INDICATORS = (
    "inpost_fte,leavers_fte,turnover_rate_fte,agency_fte,agency_rate_fte,vacancy_fte,vacancy_rate_fte,"
    "case_holders_fte,cases,caseload_fte,absence_rate_fte"
)
WORKFORCE = csv_file(
    INDICATORS,
    f"2025,{ENGLAND},900,90,10,100,10,100,10,500,8000,16,3.4",
    f"2025,{YORKSHIRE},270,27,10,30,10,30,10,150,2400,16,3.2",
    f"2025,{LEEDS},180,9,5,20,10,20,10,100,1500,15,3.3",
    f"2025,{CAMDEN},90,z,z,low,low,x,x,u,u,u,c",
    f"2025,{JOINT},120,18,15,30,20,30,20,60,1020,17,3.5",
    f"2024,{LEEDS},160,16,10,40,20,40,20,100,1600,16,3.6",
    f"2022,{CUMBRIA},200,20,10,50,20,50,20,110,1650,15,3.7",
)
POPULATION = csv_file(
    "age_group,population_estimate",
    *(
        f"{year},{place},Children aged 0 to 17 years,{children}"
        for year in (2024, 2023)
        for place, children in ((ENGLAND, 1_000_000), (LEEDS, 150_000), (CAMDEN, 40_000))
    ),
)


def _census(columns: str, england: str, leeds: str, camden: str) -> bytes:
    return csv_file(
        columns,
        *(f"{year},{place},{cells}" for year in (2025, 2024) for place, cells in
          ((ENGLAND, england), (LEEDS, leeds), (CAMDEN, camden))),
    )  # fmt: skip


CENSUS = {
    "b1_children_in_need_2013_to_2025.csv": _census("At31_episodes", "30000", "4500", "900"),
    "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv": _census(
        "referral_count,rereferral_count,rereferral_percent", "50000,10000,20", "9000,1800,20", "2000,c,c"
    ),
    "d3_cpps_subsequent_plan_2013_to_2025.csv": _census(
        "CPP_start,CPP_subsequent,CPP_subsequent_percent", "5000,1000,20", "800,200,25", "120,18,15"
    ),
    "d5_cpps_at31march_by_duration_2013_to_2025.csv": _census(
        "CPP_At31,2_years_or_more,2_years_or_more_percent", "4000,100,2.5", "600,15,2.5", "100,c,c"
    ),
}
NEIGHBOURS = (
    "old_la_code,la_name," + ",".join(f"SN_{rank},SN_{rank}P" for rank in range(1, 11)) + "\n"
    "383,Leeds,851,Very close,882,Close ,373,Close ,826,Close ,382,Close ,355,Close ,801,Close ,852,Close ,306,Close ,"
    "839,Not close\n"
    "202,Camden,205,Close ,206,Close ,207,Close ,208,Close ,209,Close ,210,Close ,211,Close ,212,Close ,213,Close ,"
    "301,Not close\n"
).encode()
REPORTS = (
    b"urn,local_authority,inspection_link,publication_date,inspection_framework,inspection_start_date,"
    b"inspection_end_date,overall_effectiveness_grade,impact_of_leaders_grade,help_and_protection_grade,in_care_grade,"
    b"care_leavers_grade\n"
    # Camden's stands in the official file too: only the link and the last day are taken from here.
    b"1,camden,https://example.org/1,04/06/24,standard,15/04/2024,26/04/2024,good,good,good,outstanding,good\n"
    b"2,leeds,https://example.org/2,20/08/26,standard,11/05/2026,22/05/2026,not_reported_post_reform,outstanding,good,"
    b"good,outstanding\n"
    b"2,leeds,https://example.org/3,01/02/13,,,,,data_unreadable,data_unreadable,data_unreadable,data_unreadable\n"
    # The other inspections of the official files, of which it must have a report.
    b"2,leeds,https://example.org/4,01/07/21,standard,10/05/2021,21/05/2021,good,good,good,good,"
    b"inspection_pre_dates_judgement\n"
    b"2,leeds,https://example.org/5,27/03/15,,,,,data_unreadable,data_unreadable,data_unreadable,data_unreadable\n"
    b"3,dorset,https://example.org/6,03/05/16,,,,,data_unreadable,data_unreadable,data_unreadable,data_unreadable\n"
    b"4,isles of scilly,https://example.org/7,11/02/14,,,,,data_unreadable,data_unreadable,data_unreadable,"
    b"data_unreadable\n"
)

Sheet = Sequence[Sequence[str]]
_GRADED = (
    "Overall effectiveness",
    "The impact of leaders on social work practice with children and families",
    "The experiences and progress of children who need help and protection",
    "The experiences and progress of children in care",
    "The experiences and progress of care leavers",
)
_HISTORY = (
    "Local authority area code",
    "Local authority name",
    "Inspection type",
    "Inspection date",
    "Publication date",
    *_GRADED,
)
_STANDARD = "ILACS Standard Inspection"
_CAMDEN = ("E09000007", "Camden", _STANDARD, "2024-04-15", "2024-06-04", "Good", "Good", "Good", "Outstanding", "Good")
_LEEDS = ("E08000035", "Leeds", _STANDARD, "2021-05-10", "2021-07-01", "Good", "Good", "Good", "Good", "")
_LISTED = ("Inspection/Visit date", "Inspection/Visit type")
_YEAR = ("Local authority area code", "Local authority name", *_LISTED, "Publication date", *_GRADED, "Visit Theme")
_NO_GRADES = ("", "", "", "", "")
OFFICIAL: Mapping[str, Sheet] = {
    "Notes": [["This workbook is made up"]],
    "ILACS_inspection_history": [["Inspection history"], ["One table"], _HISTORY, _LEEDS, _CAMDEN],
    "Inspections_as_at_31_March": [["Latest inspections"], ["One table"], _HISTORY, _LEEDS, _CAMDEN],
    "In-year_inspections": [
        ["Inspections and visits of 2024-25"],
        _YEAR,
        ("E09000007", "Camden", "2024-04-15", _STANDARD, *_CAMDEN[4:], ""),
        ("E08000035", "Leeds", "2024-10-01", "ILACS Focused Visit", "2024-11-05", *_NO_GRADES, "Front door"),
        ("E08000035", "Leeds", "2025-02-04", "ILACS Focused Visit", "2025-03-04", *_NO_GRADES, "Care leavers"),
    ],
}
_FULL = "Single Inspection of LA Children's Services (SIF)"
_SINGLE = (
    "Local authority name",
    f"{_FULL} First SIF publication date",
    "First SIF Overall Judgement (OE)",
    "First SIF leadership, management and governance",
    "First SIF children who need help and protection",
    "First SIF children looked after and achieving permanence",
    f"{_FULL} SIF Re-inspection publication date",
    "SIF Re-inspection Overall Judgement (OE)",
    "SIF Re-inspection leadership, management and governance",
    "SIF Re-inspection children who need help and protection",
    "SIF Re-inspection children looked after and achieving permanence",
)
_NO_SECOND = ("", "", "", "", "")
_EARLIER_YEAR = (
    "Local authority name",
    *_LISTED,
    "Overall effectiveness",
    "Impact of leaders",
    "Experiences and progress of children who need help and protection",
    "Experiences and progress of children in care",
    "Experiences and progress of care leavers",
    "Visit Theme",
)
LISTED_2024: Mapping[str, Sheet] = {
    "Inspections_in_year_2023-24": [
        _EARLIER_YEAR,
        # Too late for the list of its own year.
        ("Leeds", "2023-03-28", "ILACS Focused Visit", *_NO_GRADES, "Children in care"),
        ("Camden", "2024-01-16", "LA Monitoring visit", *_NO_GRADES, "Front door"),
    ]
}
SINGLE: Mapping[str, Sheet] = {
    "LA_inspections_2009-2023": [
        ["Every inspection since 2009"],
        _SINGLE,
        ["Leeds", "2015-03-27", "Good", "Outstanding", "Good", "Good", *_NO_SECOND],
        ["Dorset", "2016-05-03", "Good", "Good", "Good", "Good", *_NO_SECOND],
        ["Isles of Scilly", "2014-02-11", "Good", "Good", "Good", "-", *_NO_SECOND],
        [],
        _SINGLE,
        ["Dorset", "2016-05-03", "Inadequate", "Inadequate", "Good", "Good", "2018-02-09", *["Good"] * 4],
    ],
    "LA_level_in_year_2022-23": [
        _EARLIER_YEAR,
        ("Cumbria", "2022-06-14", "ILACS Focused Visit", *_NO_GRADES, "Front door"),
        ("Camden", "2022-03-29", "LA Monitoring visit", *_NO_GRADES, "Care leavers"),
    ],
}
_NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def spreadsheet(sheets: Mapping[str, Sheet]) -> bytes:
    """An OpenDocument spreadsheet; what looks like a date is one."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(f"<table:table-row>{''.join(map(_cell, row or ['']))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", f"<office:document-content {_NAMESPACES}>{body}</office:document-content>")
    return content.getvalue()


def _cell(text: str) -> str:
    if not text:
        return "<table:table-cell/>"
    date = re.fullmatch(r"\d{4}-\d\d-\d\d", text)
    kind = f'office:value-type="date" office:date-value="{text}T00:00:00"' if date else 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{escape(text)}</text:p></table:table-cell>"


def _with_every_column(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """`files`, with the tables and columns that other metrics of the same sources are read from, not available.

    So that a metric is added to a source without touching this module.
    """
    whole = dict(files)
    for source in all_sources():
        if source.load is not ees.load or not {file.path for file in source.release.files} & set(files):
            continue
        for file in source.release.files:
            columns = dict.fromkeys(
                column
                for metric in source.metrics
                if (metric.file or source.release.files[0].name) == file.name
                for column in (metric.column, *metric.numerator, *metric.denominator, *metric.unknown)
            ) | dict.fromkeys(
                column for one in source.sums if one.file == file.name for column in (*one.parts, one.total)
            )
            if file.path not in whole:
                missing = ",".join("x" * len(columns))
                whole[file.path] = _census(",".join(columns), missing, missing, missing)
                continue
            header, *rows = whole[file.path].decode().splitlines()
            more = [column for column in columns if column not in header.split(",")]
            lines = [",".join([header, *more]), *(",".join([row, *("x" for _ in more)]) for row in rows)]
            whole[file.path] = "".join(f"{line}\n" for line in lines).encode()
    return whole


FILES: Mapping[str, bytes] = _with_every_column(
    {
        "dfe-workforce/csww_indicators_2017_to_2025.csv": WORKFORCE,
        "ons/ons_mid-year_population_estimates_2012_to_2024.csv": POPULATION,
        **{f"dfe-children-in-need/{name}": content for name, content in CENSUS.items()},
        "dfe-neighbours/sn_model_2025_wide.csv": NEIGHBOURS,
        "ofsted/ofsted_csc_ilacs_history.csv": REPORTS,
        "ofsted/LA_Inspection_Outcomes_as_at_31_March_2025.ods": spreadsheet(OFFICIAL),
        "ofsted/LA_Inspection_Outcomes_as_at_March_2024.ods": spreadsheet(LISTED_2024),
        "ofsted/Childrens_social_care_in_England_2023_underlying_data.ods": spreadsheet(SINGLE),
    }
)

SOURCES = tuple(source for source in all_sources() if {file.path for file in source.release.files} <= set(FILES))
"""The sources whose files are made up here; what the others read, a test takes from their committed releases."""


def only(source: Source, file: str, columns: str) -> Source:
    """A source as if it had one file, and no metrics but those read from these columns of it."""
    (kept,) = (one for one in source.release.files if one.name == file)
    metrics = tuple(
        metric
        for metric in source.metrics
        if (metric.file or source.release.files[0].name) == file
        and {metric.column, *metric.numerator, *metric.denominator} <= set(columns.split(","))
    )
    return dataclasses.replace(source, release=dataclasses.replace(source.release, files=(kept,)), metrics=metrics)


def write(folder: Path, replaced: Mapping[str, bytes | None] | None = None) -> Path:
    """Put FILES below `folder`; `replaced` has other content for some, by name, or None for an absent file."""
    for path, content in FILES.items():
        where = folder / path
        where.parent.mkdir(parents=True, exist_ok=True)
        new = (replaced or {}).get(where.name, content)
        if new is not None:
            where.write_bytes(new)
    return folder


def cells(source: Source, folder: Path, replaced: Mapping[str, bytes | None] | None = None) -> Cells:
    """The cells of a source's release, extracted from FILES below `folder`."""
    release.extract(source, write(folder / "published", replaced), folder / "releases")
    return releases.read(folder / "releases", source)
