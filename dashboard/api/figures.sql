-- Every figure as /api/v1/observations?with=standing,trend gives it, row for row and cell for cell.
CREATE VIEW figures AS
SELECT
    area.name AS area,
    metric.title AS metric,
    observation.period,
    observation.period_end,
    observation.value,
    observation.value_low,
    observation.value_high,
    metric.unit,
    observation.status,
    observation.symbol,
    change.change,
    change.change_low,
    change.change_high,
    series_break.reason AS series_break,
    standing.rank,
    standing.rank_low,
    standing.rank_high,
    standing.tied,
    standing.ranked,
    standing.quarter,
    standing.quarter_low,
    standing.quarter_high,
    standing.not_ranked,
    observation.numerator,
    observation.denominator,
    observation.unknown,
    CASE WHEN contains(observation.return_id, '+') THEN observation.return_id END AS joint_return,
    metric.polarity,
    region.name AS region,
    area.kind AS area_kind,
    area.la_number,
    area.gss_code,
    observation.metric_id,
    source.title AS source,
    source.publisher,
    source.release,
    source.released,
    source.page,
    source.licence,
    build.data_version,
    trend.direction AS trend,
    trend.reason AS no_trend_because
FROM observation
CROSS JOIN build
JOIN area USING (area_id)
JOIN metric USING (metric_id)
JOIN source ON source.source_id = observation.source_id
LEFT JOIN area AS region ON region.area_id = area.region_id
LEFT JOIN standing USING (metric_id, area_id, period_end)
LEFT JOIN change USING (metric_id, area_id, period_end)
LEFT JOIN series_break USING (metric_id, period_end)
LEFT JOIN trend USING (metric_id, area_id, period_end)
ORDER BY
    metric.position,
    observation.period_end DESC,
    list_position(['england', 'region', 'local_authority'], area.kind),
    area.name;

COMMENT ON VIEW figures IS 'Every figure with its area, measure, standing, change, trend and source, as the API and the downloads give it.';
