"""What must be true of a built database: each check is a query of offending rows, with its remedy."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from etl.model import EtlError

SHOWN = 5
# School outcomes of a year are those of children of 31 March in it: the councils of that day report them.
CENSUS = "if(period_kind = 'academic year', make_date(year(period_end), 3, 31), period_end)"


@dataclass(frozen=True)
class Check:
    """A statement about the database; `offending` selects the rows that contradict it."""

    name: str
    says: str
    offending: str
    remedy: str


CHECKS = (
    Check(
        "authorities",
        "There are 153 local authorities today.",
        """
        SELECT count(*) AS authorities FROM area WHERE kind = 'local_authority' AND end_date IS NULL
        HAVING count(*) <> 153
        """,
        "A reorganisation? Bring data/local_authorities.csv up to date, and the number in etl/check/database.py.",
    ),
    Check(
        "metric_has_figures",
        "Every metric has observed figures.",
        """
        SELECT metric_id FROM metric
        WHERE metric_id NOT IN (SELECT metric_id FROM observation WHERE status = 'observed')
        """,
        "Check the column in the metric's declaration.",
    ),
    Check(
        "authority_has_row",
        "Every authority has a figure or a reason in every period in which it existed.",
        f"""
        SELECT metric_id, period_end, area_id
        FROM area, (
            SELECT DISTINCT metric_id, period_end, {CENSUS} AS day FROM observation JOIN metric USING (metric_id)
        )
        WHERE kind = 'local_authority'
            AND (start_date IS NULL OR start_date <= day) AND (end_date IS NULL OR end_date >= day)
            AND metric_id NOT IN (SELECT metric_id FROM metric WHERE england_only)
            AND (metric_id, period_end, area_id) NOT IN (SELECT (metric_id, period_end, area_id) FROM observation)
        """,
        "Check the authority's dates in data/local_authorities.csv.",
    ),
    Check(
        "authority_existed",
        "Nobody has a figure for a period that ended before the authority began or after it ended.",
        f"""
        SELECT metric_id, period_end, area_id
        FROM observation JOIN area USING (area_id) JOIN metric USING (metric_id)
        WHERE {CENSUS} < start_date OR {CENSUS} > end_date
        """,
        "Check the authority's dates in data/local_authorities.csv, or report the row to the publisher.",
    ),
    Check(
        "release_has_authorities",
        "The newest period of a metric lacks the row of at most 2 in 100 authorities.",
        """
        SELECT metric_id, period_end, count(*) FILTER (status = 'no_row') AS missing, count(*) AS authorities
        FROM observation JOIN area USING (area_id)
        WHERE kind = 'local_authority'
        GROUP BY metric_id, period_end
        QUALIFY period_end = max(period_end) OVER (PARTITION BY metric_id) AND missing > 0.02 * authorities
        """,
        "The file may be cut at the end of a row: download it again from the source's page.",
    ),
    Check(
        "england_is_published",
        "England has a figure in the newest period of every metric but those of councils alone.",
        """
        SELECT metric_id, max(period_end) AS newest FROM observation JOIN metric USING (metric_id)
        WHERE NOT councils_only
        GROUP BY metric_id
        HAVING newest IS DISTINCT FROM max(period_end) FILTER (area_id = 'E92000001' AND status = 'observed')
        """,
        "Check that the file holds the national rows.",
    ),
    Check(
        "percentages",
        "A percentage is between 0 and 100, but for those that may be more.",
        """
        SELECT metric_id, area_id, period_end, value FROM observation JOIN metric USING (metric_id)
        WHERE unit = '%' AND value > 100 AND NOT may_exceed_100
        """,
        "Check the unit of the metric and the column it is read from.",
    ),
    Check(
        "england_is_within_councils",
        "England's rate lies between those of its councils.",
        """
        SELECT metric_id, period_end, any_value(value) FILTER (kind = 'england') AS england,
            min(value) FILTER (kind = 'local_authority') AS lowest,
            max(value) FILTER (kind = 'local_authority') AS highest
        FROM observation JOIN area USING (area_id) JOIN metric USING (metric_id)
        WHERE unit NOT IN ('FTE', 'children', 'cases', 'changes', 'grade')
        GROUP BY ALL
        HAVING NOT england BETWEEN lowest AND highest
        """,
        "National and local rows may come from different columns or scales.",
    ),
    Check(
        "joint_return_is_one",
        "The rows of a joint return are alike but for the authority.",
        """
        SELECT metric_id, period_end, return_id FROM observation
        GROUP BY ALL
        HAVING count(*) <> len(string_split(return_id, '+')) OR count(DISTINCT hash(value, status, numerator)) > 1
        """,
        "Check how the source splits rows that stand for several authorities.",
    ),
    Check(
        "everybody_with_a_value_is_ranked",
        "Every figure of a council, exact or in a range, has a rank or the reason why it has none.",
        """
        SELECT metric_id, area_id, period_end FROM observation JOIN metric USING (metric_id) JOIN area USING (area_id)
        WHERE kind = 'local_authority' AND (status = 'observed' OR value_low IS NOT NULL) AND unit <> 'grade'
            AND polarity <> 'neutral' AND (metric_id, area_id, period_end) NOT IN (
                SELECT (metric_id, area_id, period_end) FROM standing
                WHERE (rank_low IS NOT NULL) <> (not_ranked IS NOT NULL)
            )
        """,
        "Check who is left out in etl/build/ranks.py.",
    ),
    Check(
        "no_change_on_a_break",
        "No change is given over a declared break of a series.",
        "SELECT metric_id, area_id, period_end FROM change JOIN series_break USING (metric_id, period_end)",
        "Changes are worked out by `etl.build.ranks.changes`.",
    ),
    Check(
        "neighbours",
        "Every authority of today has ten statistical neighbours, all of today.",
        """
        SELECT area.area_id, count(alive.area_id) AS neighbours
        FROM area LEFT JOIN neighbour USING (area_id)
            LEFT JOIN area AS alive ON alive.area_id = neighbour_id AND alive.end_date IS NULL
        WHERE area.kind = 'local_authority' AND area.end_date IS NULL
        GROUP BY ALL HAVING neighbours <> 10
        """,
        "After a reorganisation wait for the model's new edition, or take the newest file.",
    ),
    Check(
        "judgements",
        "Every authority of today has a current judgement of leaders, protection and children in care.",
        """
        SELECT metric_id, area_id FROM observation JOIN area USING (area_id)
        WHERE metric_id IN ('judgement_leaders', 'judgement_protection', 'judgement_in_care') AND end_date IS NULL
        QUALIFY period_end = max(period_end) OVER (PARTITION BY metric_id) AND status <> 'observed'
        """,
        "Look the authority up on Ofsted's site: its report may be missing from the files.",
    ),
    Check(
        "no_overall_judgement_since_april_2026",
        "No inspection that started from April 2026 has an overall judgement.",
        """
        SELECT inspection_id FROM judgement JOIN inspection USING (inspection_id)
        WHERE strand = 'overall' AND started >= DATE '2026-04-01'
        """,
        "Look the report up on Ofsted's site; overall effectiveness ended with March 2026.",
    ),
    Check(
        "map",
        "Every authority of today is on the map and among the tiles, and every London borough in the inset.",
        """
        SELECT area.area_id FROM area LEFT JOIN map_shape USING (area_id)
        WHERE kind = 'local_authority' AND end_date IS NULL
        GROUP BY ALL
        HAVING count(*) <> if(any_value(region_id) LIKE 'E13%', 3, 2)
        """,
        "Run `python -m etl geography` with boundaries of today's authorities.",
    ),
)


def offending(connection: duckdb.DuckDBPyConnection, check: Check) -> list[tuple[object, ...]]:
    """The rows that contradict a check."""
    return connection.execute(check.offending).fetchall()


def check(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise EtlError with every check that does not hold, its first rows and its remedy."""
    failures = []
    for one in CHECKS:
        rows = offending(connection, one)
        if rows:
            shown = "; ".join(", ".join(str(cell) for cell in row) for row in rows[:SHOWN])
            more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
            failures.append(f"E_CHECK {one.name}: not so: {one.says} {shown}{more}. {one.remedy}")
    if failures:
        raise EtlError("\n".join(failures))
