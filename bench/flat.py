"""The figures as one flat file and the neighbours as another: what a first programmer begins with."""

from __future__ import annotations

from pathlib import Path

import duckdb

FIGURES, NEIGHBOURS = "figures.parquet", "neighbours.csv"


def export(database: Path, folder: Path) -> Path:
    """Write both into a folder: Parquet, the quickest to read of what such a programmer would take."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(
            f"""COPY (
                SELECT metric.title AS measure, metric.theme, metric.unit, metric.polarity::VARCHAR AS polarity,
                    observation.area_id, area.name AS council, area.kind::VARCHAR AS kind, region.name AS region,
                    area.end_date IS NOT NULL AS ended, period_end, period, value, observation.status::VARCHAR AS status
                FROM observation JOIN metric USING (metric_id) JOIN area USING (area_id)
                LEFT JOIN area region ON region.area_id = area.region_id
                WHERE NOT metric.england_only ORDER BY metric.position, period_end, council
            ) TO '{folder / FIGURES}'"""
        )
        connection.execute(
            f"""COPY (
                SELECT area.name AS council, other.name AS neighbour
                FROM neighbour JOIN area USING (area_id) JOIN area other ON other.area_id = neighbour_id
            ) TO '{folder / NEIGHBOURS}'"""
        )
    return folder
