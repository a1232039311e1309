-- The tables that are worked out from observations at the build: ranks, cuts, changes, trends.

CREATE TABLE suppression_check (
    metric_id VARCHAR NOT NULL REFERENCES metric,
    period_end DATE NOT NULL,
    hidden INTEGER NOT NULL,
    "without" INTEGER NOT NULL,
    mean_hidden DOUBLE,
    used BOOLEAN NOT NULL,
    PRIMARY KEY (metric_id, period_end)
);
COMMENT ON TABLE suppression_check IS 'Whether England''s published count bears out the publisher''s rule that hidden counts are 1 to 5, in each period that has some. Where it does not, no range is used.';
COMMENT ON COLUMN suppression_check.hidden IS 'Returns whose count is hidden.';
COMMENT ON COLUMN suppression_check."without" IS 'Returns without a count for another reason; England''s may hold an estimate of theirs.';
COMMENT ON COLUMN suppression_check.mean_hidden IS 'What England''s count leaves for each hidden one, on average; null where fewer than ten are hidden, as it would say too much of each.';
COMMENT ON COLUMN suppression_check.used IS 'Whether the hidden counts can add up to what is left, give or take 5 of rounding: then observation.value_low and value_high are given.';

CREATE TABLE proof (
    metric_id VARCHAR NOT NULL REFERENCES metric,
    proof VARCHAR NOT NULL,
    says VARCHAR NOT NULL,
    proved INTEGER NOT NULL,
    unproved INTEGER NOT NULL,
    PRIMARY KEY (metric_id, proof)
);
COMMENT ON TABLE proof IS 'What proves the published figures of each measure, tried whenever a release is loaded and at each build. A measure without a row has no proof: a wrong figure of it shows only beside those of other years.';
COMMENT ON COLUMN proof.proof IS 'rate, sum, mean, children, parts, alike, twice or fits (etl/check/proofs.py).';
COMMENT ON COLUMN proof.says IS 'What holds, in words.';
COMMENT ON COLUMN proof.proved IS 'Figures of which it holds, councils, regions and England together.';
COMMENT ON COLUMN proof.unproved IS 'Figures of which it does not hold, which somebody accepted: each is a warning.';

CREATE TABLE standing (
    metric_id VARCHAR NOT NULL REFERENCES metric,
    area_id VARCHAR NOT NULL REFERENCES area,
    period_end DATE NOT NULL,
    rank INTEGER,
    rank_low INTEGER CHECK (rank_low >= 1),
    rank_high INTEGER CHECK (rank_high >= rank_low),
    tied INTEGER CHECK (tied >= 1),
    ranked INTEGER CHECK (ranked >= rank_high),
    quarter INTEGER,
    quarter_low INTEGER CHECK (quarter_low BETWEEN 1 AND 4),
    quarter_high INTEGER CHECK (quarter_high BETWEEN quarter_low AND 4),
    sets_cut BOOLEAN NOT NULL,
    not_ranked VARCHAR,
    PRIMARY KEY (metric_id, area_id, period_end),
    FOREIGN KEY (metric_id, area_id, period_end) REFERENCES observation,
    CHECK (sets_cut = (not_ranked IS NULL)),
    CHECK (not_ranked IS NULL OR rank_low IS NULL),
    CHECK (rank IS NOT DISTINCT FROM CASE WHEN rank_low = rank_high THEN rank_low END),
    CHECK (quarter IS NOT DISTINCT FROM CASE WHEN quarter_low = quarter_high THEN quarter_low END)
);
COMMENT ON TABLE standing IS 'The rank of every authority with a figure, exact or in a range, among all that are ranked, each return counted once; bounds where figures are hidden. Of neutral metrics only those that are left out of medians have a row, and of grades none.';
COMMENT ON COLUMN standing.rank IS '1 is best; ties share the smallest rank. Null where hidden figures leave it open, and where there is none.';
COMMENT ON COLUMN standing.rank_low IS 'The best rank that the hidden figures allow; null of what is not ranked.';
COMMENT ON COLUMN standing.rank_high IS 'The worst rank that they allow.';
COMMENT ON COLUMN standing.tied IS 'How many returns share the rank; 1 when alone, null where the rank is not certain.';
COMMENT ON COLUMN standing.ranked IS 'How many returns are ranked: those with a figure, exact or in a range, that are not too small.';
COMMENT ON COLUMN standing.quarter IS '1 is best. Cuts are type 7 quantiles of the returns that are ranked; a value on a cut belongs to the better quarter. Null where it is not certain.';
COMMENT ON COLUMN standing.quarter_low IS 'The best quarter that the hidden figures allow; null where too many are hidden to tell.';
COMMENT ON COLUMN standing.quarter_high IS 'The worst quarter that they allow.';
COMMENT ON COLUMN standing.sets_cut IS 'Whether it is ranked, or of a neutral metric counted in medians: false where not_ranked says why not.';
COMMENT ON COLUMN standing.not_ranked IS 'Why the authority has no rank, verdict or place in a list, as "a very small council" or "based on fewer than 20"; null where it is large enough.';

CREATE TABLE quarter_cut (
    metric_id VARCHAR NOT NULL REFERENCES metric,
    period_end DATE NOT NULL,
    returns INTEGER NOT NULL,
    figures INTEGER NOT NULL,
    "hidden" INTEGER NOT NULL,
    enough BOOLEAN NOT NULL,
    best_low DOUBLE,
    best_high DOUBLE,
    middle_low DOUBLE,
    middle_high DOUBLE,
    worst_low DOUBLE,
    worst_high DOUBLE,
    PRIMARY KEY (metric_id, period_end)
);
COMMENT ON TABLE quarter_cut IS 'The three cuts between the quarters, from the best side, and how many figures they are made of. Each is a range where figures are hidden, else low and high are the same.';
COMMENT ON COLUMN quarter_cut.returns IS 'How many returns set them: those that are ranked, or of a neutral metric counted in medians.';
COMMENT ON COLUMN quarter_cut.figures IS 'How many returns have a figure, exact or in a range, apart from very small councils; those too small to rank count.';
COMMENT ON COLUMN quarter_cut."hidden" IS 'How many more have none that can be ranked: suppressed without a range, or - without a reason (unspecified).';
COMMENT ON COLUMN quarter_cut.enough IS 'Whether those are at most a quarter of all. Where they are more, there are no quarters and no benchmarks made of councils.';
COMMENT ON COLUMN quarter_cut.best_low IS 'What the best quarter of councils reach, if every hidden figure is as low as it can be; null of neutral metrics.';
COMMENT ON COLUMN quarter_cut.best_high IS 'The same, if every hidden figure is as high as it can be.';
COMMENT ON COLUMN quarter_cut.middle_low IS 'What half of them reach, the median: the lowest it can be; null of neutral metrics, as all cuts are.';
COMMENT ON COLUMN quarter_cut.middle_high IS 'The highest that the median can be.';
COMMENT ON COLUMN quarter_cut.worst_low IS 'What three quarters of them reach, the lowest it can be; beyond it lies the worst quarter.';
COMMENT ON COLUMN quarter_cut.worst_high IS 'The highest that it can be.';

CREATE TABLE change (
    metric_id VARCHAR NOT NULL REFERENCES metric,
    area_id VARCHAR NOT NULL REFERENCES area,
    period_end DATE NOT NULL,
    previous_period_end DATE NOT NULL,
    change DOUBLE,
    change_low DOUBLE NOT NULL,
    change_high DOUBLE NOT NULL,
    PRIMARY KEY (metric_id, area_id, period_end),
    FOREIGN KEY (metric_id, area_id, period_end) REFERENCES observation
);
COMMENT ON TABLE change IS 'Value minus the value one period before: both observed, consecutive, reported by the same return, and not parted by a series_break. No row otherwise.';
COMMENT ON COLUMN change.previous_period_end IS 'The end of the period before.';
COMMENT ON COLUMN change.change IS 'The difference, in the metric''s unit.';
COMMENT ON COLUMN change.change_low IS 'The least that it can be where a figure is hidden in a range; such changes are given only where the ranges do not overlap.';
COMMENT ON COLUMN change.change_high IS 'The most that it can be.';

CREATE TABLE series_break (
    metric_id VARCHAR NOT NULL REFERENCES metric,
    period_end DATE NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (metric_id, period_end)
);
COMMENT ON TABLE series_break IS 'Where a method changed: figures of a period are not compared with those before it. Declared in etl/build/trends.py.';
COMMENT ON COLUMN series_break.period_end IS 'The first period after the break.';
COMMENT ON COLUMN series_break.reason IS 'What changed, or what is known of it, in one sentence.';

CREATE TABLE trend (
    metric_id VARCHAR NOT NULL REFERENCES metric,
    area_id VARCHAR NOT NULL REFERENCES area,
    period_end DATE NOT NULL,
    s INTEGER CHECK (s BETWEEN -10 AND 10),
    direction direction NOT NULL,
    reason VARCHAR,
    PRIMARY KEY (metric_id, area_id, period_end),
    CHECK ((s IS NULL) = (direction = 'cannot be said')),
    CHECK ((reason IS NOT NULL) = (direction = 'cannot be said'))
);
COMMENT ON TABLE trend IS 'Which way the five periods that end at period_end point, a year apart and reported by the same return; of every area, and of every metric but grades and months since an inspection.';
COMMENT ON COLUMN trend.period_end IS 'The last of the five periods.';
COMMENT ON COLUMN trend.s IS 'Kendall''s S: of the ten pairs of periods, those in which the later value is higher minus those in which it is lower. 10 rose each year, -10 fell each year.';
COMMENT ON COLUMN trend.direction IS 'getting better or worse (of a neutral metric rising or falling) where at least 8 more of the ten pairs point one way than the other; no clear trend where fewer do; cannot be said, with the reason.';
COMMENT ON COLUMN trend.reason IS 'Why there is no direction, the widest reason first: fewer than five periods; a period was not published; a break in the series; a reorganisation; a joint return changed; a figure is missing; more than a fifth are unknown, or may be.';
