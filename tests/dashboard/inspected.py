"""Made-up inspections under the real schema."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dashboard.data.database import Database
from dashboard.data.model import GRADES, STRANDS
from dashboard.views.tables import STRAND_NAMES
from tests.dashboard import small
from tests.dashboard.small import Figure

TOP, GOOD, POOR, BAD = GRADES
SIF, ILACS, REFORMED = "SIF", "ILACS", "ILACS from April 2026"

Inspected = tuple[str, str, date | None, date, dict[str, str]]


def database(folder: Path, inspections: Iterable[Inspected], **contents: Any) -> Database:
    """A small database with inspections (area, framework, first day, publication, grades), the newest of each current.

    Judgements as observations stand as the ETL derives them; other figures are made with `small.write`.
    """
    found = sorted(inspections, key=lambda one: one[3])
    newest = {area_id: (framework, grades) for area_id, framework, _, _, grades in found}
    figures = [
        Figure(
            f"judgement_{strand}",
            area_id,
            grades.get(strand, ""),
            status=None if strand in grades else "not_given" if framework == REFORMED else "not_applicable",
        )
        for area_id, (framework, grades) in newest.items()
        for strand in STRANDS
    ]
    figures += [
        Figure(f"judgement_{strand}", area_id, "")
        for area_id in small.COUNCILS
        if area_id not in newest
        for strand in STRANDS
    ]
    judged = [
        small.metric(
            f"judgement_{strand}", title=f"Ofsted judgement: {name.lower()}", short_title=name, unit="grade",
            decimals=0, noun=f"judgement of {name.lower()}", period_kind="latest judgement at",
        )
        for strand, name in STRAND_NAMES.items()
    ]  # fmt: skip
    path = small.write(
        folder / "small.duckdb",
        metrics=[*judged, *contents.pop("metrics", [])],
        figures=[*figures, *contents.pop("figures", [])],
        **contents,
    )
    with duckdb.connect(str(path)) as connection:
        for area_id, framework, started, published, grades in found:
            key = f"{area_id}-{published}"
            connection.execute(
                "INSERT INTO inspection VALUES (?, ?, ?, 'standard', ?, NULL, ?, ?, 'made_up', 'made-up.csv', 2)",
                [key, area_id, framework, started, published, f"https://example.org/{key}"],
            )
            for strand, grade in grades.items():
                connection.execute("INSERT INTO judgement VALUES (?, ?, ?)", [key, strand, grade])
    return Database(path)


def grades(*given: str) -> dict[str, str]:
    """Grades of all strands but overall, or of all five."""
    return dict(zip(STRANDS if len(given) == 5 else STRANDS[1:], given, strict=True))


def before_2023(*given: str) -> dict[str, str]:
    """Grades of all strands but care leavers, who were part of another."""
    return dict(zip(STRANDS[:4], given, strict=True))


MADE_UP: list[Inspected] = [
    ("101", SIF, None, date(2015, 3, 27), before_2023(BAD, BAD, BAD, POOR)),
    ("101", ILACS, date(2019, 1, 14), date(2019, 3, 4), before_2023(GOOD, GOOD, GOOD, GOOD)),
    ("101", REFORMED, date(2026, 5, 11), date(2026, 8, 20), grades(TOP, GOOD, GOOD, TOP)),
    ("102", ILACS, date(2022, 11, 22), date(2023, 1, 13), before_2023(POOR, POOR, BAD, POOR)),
    ("103", ILACS, date(2025, 6, 30), date(2025, 8, 12), grades(GOOD, TOP, GOOD, GOOD, GOOD)),
    ("104", SIF, None, date(2017, 6, 5), before_2023(BAD, BAD, BAD, BAD)),
]  # fmt: skip
