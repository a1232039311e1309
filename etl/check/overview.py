"""An overview of a database: queries whose results `status` and `build` print as tables."""

# Title of a table -> query.
STATUS = {
    "Sources": """
        SELECT title AS source, publisher, release, released, count(*) AS files, sum(rows_read)::BIGINT AS read,
            sum(rows_loaded)::BIGINT AS loaded, sum(rows_rejected)::BIGINT AS rejected,
            sum(rows_duplicate)::BIGINT AS duplicate
        FROM source JOIN load_ledger USING (source_id) GROUP BY ALL ORDER BY publisher, title
    """,
    "Kept by hand": """
        SELECT 'leadership register' AS file, count(*) AS rows, count(enrolled_on) AS enrolled,
            min(checked_on) AS "checked from", max(checked_on) AS "to" FROM leadership_post
        UNION ALL SELECT 'commitments', count(*), NULL, NULL, NULL FROM commitment
    """,
    "Warnings": "SELECT source_id AS source, rule, message FROM warning ORDER BY ALL",
    "Changed by the loaded edition": """
        SELECT source_id AS source, kind, count(*) AS rows, count(DISTINCT metric_id) AS metrics
        FROM what_changed GROUP BY ALL ORDER BY ALL
    """,
    "Metrics of local authorities": """
        SELECT metric_id AS metric, min(period_end) AS first, max(period_end) AS last,
            count(*) FILTER (status = 'observed') AS observed,
            count(*) FILTER (status = 'suppressed') AS suppressed,
            count(*) FILTER (status = 'not_applicable') AS "not applicable",
            count(*) FILTER (status = 'not_available') AS "not available",
            count(*) FILTER (status = 'low_reliability') AS "low reliability",
            count(*) FILTER (status = 'low_nonzero') AS "rounds to zero",
            count(*) FILTER (status = 'not_given') AS "not given",
            count(*) FILTER (status = 'no_row') AS "no row",
            (SELECT string_agg(proof, ', ' ORDER BY proof) FROM proof WHERE proof.metric_id = observation.metric_id)
                AS "proved by"
        FROM observation JOIN metric USING (metric_id) JOIN area USING (area_id)
        WHERE kind = 'local_authority'
        GROUP BY metric_id, position ORDER BY position
    """,
}
# What proves the figures of each measure, and those that nothing proves.
PROOFS = """
    SELECT metric_id AS metric, coalesce(says, 'nothing but its own figures of other years') AS proof, proved, unproved
    FROM metric LEFT JOIN proof USING (metric_id) ORDER BY position, proof.proof
"""
HEADLINES = """
    SELECT title AS metric, period_kind || ' ' || year(period_end) AS period,
        round(value, decimals) AS value, unit, round(change, decimals) AS change
    FROM observation JOIN metric USING (metric_id) LEFT JOIN change USING (metric_id, area_id, period_end)
    WHERE area_id = 'E92000001'
    QUALIFY period_end = max(period_end) OVER (PARTITION BY metric_id)
    ORDER BY position
"""
