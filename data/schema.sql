-- The contract between the ETL, which builds this database, and everybody who reads it.
-- The comments below are the data dictionary. One row of `observation` is one published (or derived) figure for one
-- area in one period, or the reason why there is none.

CREATE TYPE polarity AS ENUM ('lower_is_better', 'higher_is_better', 'neutral');
CREATE TYPE area_kind AS ENUM ('local_authority', 'region', 'england');
CREATE TYPE status AS ENUM ('observed', 'suppressed', 'not_applicable', 'not_available', 'low_reliability', 'low_nonzero',
    'not_given', 'unspecified', 'no_row');
CREATE TYPE direction AS ENUM ('getting better', 'getting worse', 'rising', 'falling', 'no clear trend', 'cannot be said');
CREATE TYPE framework AS ENUM ('SIF', 'ILACS', 'ILACS from April 2026');
CREATE TYPE strand AS ENUM ('overall', 'leaders', 'protection', 'in_care', 'care_leavers');
CREATE TYPE visit_kind AS ENUM ('focused visit', 'monitoring visit');
CREATE TYPE grade AS ENUM ('Outstanding', 'Good', 'Requires improvement to be good', 'Inadequate');

CREATE TABLE build (
    data_version VARCHAR PRIMARY KEY,
    built_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE build IS 'One row: what this database was built from, and when.';
COMMENT ON COLUMN build.data_version IS 'Newest release date and a hash of all inputs and rules; equal inputs give equal versions.';
COMMENT ON COLUMN build.built_at IS 'When the build ran, UTC.';

CREATE TABLE source (
    source_id VARCHAR PRIMARY KEY,
    title VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL,
    release VARCHAR NOT NULL,
    released VARCHAR NOT NULL CHECK (regexp_matches(released, '^\d{4}-\d{2}(-\d{2})?$')),
    next_release VARCHAR,
    next_due VARCHAR CHECK (regexp_matches(next_due, '^\d{4}-\d{2}$')),
    previous_release VARCHAR,
    page VARCHAR NOT NULL CHECK (page LIKE 'https://%'),
    licence VARCHAR NOT NULL,
    note VARCHAR
);
COMMENT ON TABLE source IS 'One official publication, in the edition that is loaded.';
COMMENT ON COLUMN source.source_id IS 'Our name of a source.';
COMMENT ON COLUMN source.title IS 'Its name, as published.';
COMMENT ON COLUMN source.publisher IS 'Who is answerable for it.';
COMMENT ON COLUMN source.licence IS 'What may be done with it.';
COMMENT ON COLUMN source.release IS 'The edition, in the publisher''s words.';
COMMENT ON COLUMN source.released IS 'When the edition came out or was last updated; a month where the day is not known.';
COMMENT ON COLUMN source.next_release IS 'The edition that follows, where it is known; null where it is not.';
COMMENT ON COLUMN source.next_due IS 'The month in which it is due by the publisher''s calendar, as 2026-10; null where none is given.';
COMMENT ON COLUMN source.note IS 'What should be known of it, and what was checked; null where there is nothing.';
COMMENT ON COLUMN source.previous_release IS 'The edition that what_changed holds it against; null where none is kept.';
COMMENT ON COLUMN source.page IS 'The publication''s page.';

CREATE TABLE load_ledger (
    source_id VARCHAR NOT NULL REFERENCES source,
    file VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    rows_read BIGINT NOT NULL,
    rows_loaded BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL,
    rows_duplicate BIGINT NOT NULL,
    PRIMARY KEY (source_id, file),
    CHECK (rows_read = rows_loaded + rows_rejected + rows_duplicate)
);
COMMENT ON TABLE load_ledger IS 'Nothing is lost: every row of every file was loaded, rejected or an exact repeat.';
COMMENT ON COLUMN load_ledger.rows_read IS 'Rows of the file that are read: those of the groups and years that are kept.';
COMMENT ON COLUMN load_ledger.rows_loaded IS 'How many of them are in this database.'; COMMENT ON COLUMN load_ledger.rows_rejected IS 'How many are in the table reject.';
COMMENT ON COLUMN load_ledger.rows_duplicate IS 'How many say again what another row says.';
COMMENT ON COLUMN load_ledger.file IS 'The published file; a sheet of it after #.';
COMMENT ON COLUMN load_ledger.sha256 IS 'Of the published file, so that anybody can check which one was read.';

CREATE TABLE reject (
    source_id VARCHAR NOT NULL REFERENCES source,
    file VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    raw VARCHAR,
    rule VARCHAR NOT NULL,
    message VARCHAR NOT NULL
);
COMMENT ON TABLE reject IS 'Rows of published files that were not loaded, each with its line and the reason.';
COMMENT ON COLUMN reject.line IS 'The line of the file.';
COMMENT ON COLUMN reject.raw IS 'The row as printed, or the name in it.';
COMMENT ON COLUMN reject.rule IS 'The reason in short, as R_NOT_THEN.';
COMMENT ON COLUMN reject.message IS 'The reason in words.';

CREATE TABLE warning (
    source_id VARCHAR NOT NULL REFERENCES source,
    rule VARCHAR NOT NULL,
    message VARCHAR NOT NULL
);
COMMENT ON TABLE warning IS 'What in a release may be, but hardly is: outliers, rows that look like another council''s, symbols that became 0, councils without a row, figures equal to last year''s, figures that were accepted though they contradict what is printed beside them.';
COMMENT ON COLUMN warning.message IS 'What was found, and where.';
COMMENT ON COLUMN warning.rule IS 'W_MISSING_LA, W_OUTLIER, W_STALE, W_STRANGER, W_SYMBOLS or W_UNPROVED (etl/check/validation.py).';

CREATE TABLE area (
    area_id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    kind area_kind NOT NULL,
    la_number VARCHAR UNIQUE CHECK (regexp_matches(la_number, '^\d{3}$')),
    gss_code VARCHAR NOT NULL CHECK (regexp_matches(gss_code, '^E\d{8}$')),
    region_id VARCHAR,
    start_date DATE,
    end_date DATE,
    authority_type VARCHAR,
    very_small BOOLEAN NOT NULL,
    CHECK ((kind = 'local_authority') = (la_number IS NOT NULL)),
    CHECK (end_date IS NULL OR start_date IS NULL OR end_date > start_date)
);
COMMENT ON TABLE area IS 'A place statistics are published for: a local authority, a region or England. Ended authorities keep their rows.';
COMMENT ON COLUMN area.name IS 'Its name, as this dashboard gives it.';
COMMENT ON COLUMN area.kind IS 'local_authority, region or england.';
COMMENT ON COLUMN area.area_id IS 'A local authority: DfE''s three-digit number, as text. A region or England: its GSS code.';
COMMENT ON COLUMN area.la_number IS 'DfE''s three-digit number, which survives recodes.';
COMMENT ON COLUMN area.gss_code IS 'The nine-character code now in use; former ones are in area_code.';
COMMENT ON COLUMN area.region_id IS 'Of a local authority, the region DfE publishes it in (London as Inner or Outer London); of those two, London; of a region, England.';
COMMENT ON COLUMN area.start_date IS 'First day, where a reorganisation made it; else null.';
COMMENT ON COLUMN area.end_date IS 'Last day, where a reorganisation ended it; null for the 153 authorities of today.';
COMMENT ON COLUMN area.authority_type IS 'Unitary authority, metropolitan borough, London borough or county council.';
COMMENT ON COLUMN area.very_small IS 'City of London and Isles of Scilly: shown, but not ranked, and they set no cut, benchmark or axis.';

CREATE TABLE area_code (gss_code VARCHAR PRIMARY KEY, area_id VARCHAR NOT NULL REFERENCES area);
COMMENT ON TABLE area_code IS 'Every GSS code an area has or had.';
CREATE TABLE area_name (name VARCHAR NOT NULL, area_id VARCHAR NOT NULL REFERENCES area, PRIMARY KEY (name, area_id));
COMMENT ON TABLE area_name IS 'Every name publishers use for an area, apart from spelling (case, &, hyphens, UA, CC, MBC).';
CREATE TABLE succession (
    predecessor_id VARCHAR NOT NULL REFERENCES area,
    successor_id VARCHAR NOT NULL REFERENCES area,
    date DATE NOT NULL,
    note VARCHAR NOT NULL,
    PRIMARY KEY (predecessor_id, successor_id)
);
COMMENT ON TABLE succession IS 'Which authority followed which at a reorganisation. Series are never joined across one.';
COMMENT ON COLUMN succession.predecessor_id IS 'The authority that ended.';
COMMENT ON COLUMN succession.successor_id IS 'One that took its place.';
COMMENT ON COLUMN succession.date IS 'The first day of the successor.';
COMMENT ON COLUMN succession.note IS 'What happened.';

CREATE TYPE place_kind AS ENUM ('short name', 'town', 'district', 'former district');

CREATE TABLE place (
    place VARCHAR NOT NULL,
    area_id VARCHAR NOT NULL REFERENCES area,
    kind place_kind NOT NULL,
    PRIMARY KEY (place, area_id)
);
COMMENT ON TABLE place IS 'What readers may type instead of the name of a council of today. Kept in data/places.csv; districts are those of the ONS lookup from lower to upper tier of April 2023.';
COMMENT ON COLUMN place.place IS 'Its name.';
COMMENT ON COLUMN place.area_id IS 'The council it means, or lies in.';
COMMENT ON COLUMN place.kind IS 'short name of the council; town; district with a council of its own, which has no children''s services; former district.';

CREATE TABLE neighbour (
    area_id VARCHAR NOT NULL REFERENCES area,
    neighbour_id VARCHAR NOT NULL REFERENCES area,
    closeness_rank INTEGER NOT NULL CHECK (closeness_rank BETWEEN 1 AND 10),
    closeness VARCHAR NOT NULL,
    PRIMARY KEY (area_id, closeness_rank),
    UNIQUE (area_id, neighbour_id),
    CHECK (area_id <> neighbour_id)
);
COMMENT ON TABLE neighbour IS 'The ten statistical neighbours of each authority, nearest first, by DfE''s model.';
COMMENT ON COLUMN neighbour.neighbour_id IS 'The neighbour: one of the authorities most like it, wherever that lies.';
COMMENT ON COLUMN neighbour.closeness_rank IS '1 is the most alike, 10 the least of the ten.';
COMMENT ON COLUMN neighbour.closeness IS 'Extremely close, very close, close, somewhat close or not close.';

CREATE TABLE metric (
    metric_id VARCHAR PRIMARY KEY,
    title VARCHAR NOT NULL UNIQUE,
    short_title VARCHAR NOT NULL,
    noun VARCHAR NOT NULL,
    theme VARCHAR NOT NULL,
    position INTEGER NOT NULL UNIQUE,
    unit VARCHAR NOT NULL,
    decimals INTEGER NOT NULL CHECK (decimals BETWEEN 0 AND 3),
    polarity polarity NOT NULL,
    polarity_reason VARCHAR NOT NULL,
    definition VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL REFERENCES source,
    period_kind VARCHAR NOT NULL,
    england_only BOOLEAN NOT NULL DEFAULT false,
    councils_only BOOLEAN NOT NULL DEFAULT false,
    derived BOOLEAN NOT NULL,
    made VARCHAR,
    numerator VARCHAR,
    denominator VARCHAR,
    "unknown" VARCHAR,
    minimum_denominator DOUBLE,
    has_interval BOOLEAN NOT NULL,
    may_exceed_100 BOOLEAN NOT NULL DEFAULT false,
    shortfall VARCHAR,
    shortfall_moves VARCHAR CHECK (shortfall_moves IN ('numerator', 'denominator')),
    shortfall_holding VARCHAR,
    caveat VARCHAR,
    next_due VARCHAR CHECK (regexp_matches(next_due, '^\d{4}-\d{2}$')),
    former_title VARCHAR,
    CHECK (derived = (made IS NOT NULL))
);
COMMENT ON TABLE metric IS 'One measure, as published or derived from what is published.';
COMMENT ON COLUMN metric.metric_id IS 'Our name of a measure, which stays as it is.';
COMMENT ON COLUMN metric.title IS 'Its name, in menus and addresses.';
COMMENT ON COLUMN metric.short_title IS 'The same for a narrow column.';
COMMENT ON COLUMN metric.theme IS 'The group of the menu that it stands in.';
COMMENT ON COLUMN metric.definition IS 'What is measured, in one sentence.';
COMMENT ON COLUMN metric.caveat IS 'What a reader should know before comparing; null where there is nothing.';
COMMENT ON COLUMN metric.noun IS 'How a sentence names it, as in "the social worker vacancy rate was 14.2%".';
COMMENT ON COLUMN metric.position IS 'The order of menus and tables.';
COMMENT ON COLUMN metric.unit IS '"%" is 0 to 100. "grade" is Ofsted''s: 1 Outstanding to 4 Inadequate, never averaged.';
COMMENT ON COLUMN metric.decimals IS 'Decimals to show; values are kept unrounded.';
COMMENT ON COLUMN metric.polarity IS 'Which way is better. A neutral metric is never ranked and has no best.';
COMMENT ON COLUMN metric.polarity_reason IS 'Why that way is better, or why neither is.';
COMMENT ON COLUMN metric.period_kind IS 'What goes before the date, as in "at 30 September" 2025; the year is that of period_end.';
COMMENT ON COLUMN metric.england_only IS 'Published for England as a whole: councils have no rows.';
COMMENT ON COLUMN metric.councils_only IS 'Of councils alone: England and the regions have no rows.';
COMMENT ON COLUMN metric.derived IS 'True where the value is worked out here, from what is published; made says how.';
COMMENT ON COLUMN metric.made IS 'How a derived value is worked out, in the published columns it is made of; null where it is as published.';
COMMENT ON COLUMN metric.next_due IS 'The month in which the next figures are due by the publisher''s calendar, as 2026-10; null where none is given. Past it, they are due and not loaded.';
COMMENT ON COLUMN metric.former_title IS 'What it was called in addresses before; null where its title is as it was.';
COMMENT ON COLUMN metric.numerator IS 'The published column(s) of observation.numerator, added up.';
COMMENT ON COLUMN metric.denominator IS 'The published column(s) of observation.denominator, added up.';
COMMENT ON COLUMN metric."unknown" IS 'The published column, or row, of observation.unknown; null where the publisher counts nobody as unknown.';
COMMENT ON COLUMN metric.minimum_denominator IS 'A return under this is shown, but not ranked, and sets no cut, benchmark, median or axis.';
COMMENT ON COLUMN metric.has_interval IS 'The value is a share of its denominator: a Wilson 95 % interval can be given.';
COMMENT ON COLUMN metric.may_exceed_100 IS 'A percentage that can be over 100, as when more staff leave in a year than are in post at its end.';
COMMENT ON COLUMN metric.shortfall IS 'How a gap is counted, as in "posts to fill".';
COMMENT ON COLUMN metric.shortfall_moves IS 'Which component closes the gap: fewer of the numerator, or more of the denominator.';
COMMENT ON COLUMN metric.shortfall_holding IS 'What is held fixed while it is closed.';

CREATE TABLE observation (
    metric_id VARCHAR NOT NULL REFERENCES metric,
    area_id VARCHAR NOT NULL REFERENCES area,
    period_end DATE NOT NULL,
    period VARCHAR NOT NULL,
    value DOUBLE,
    status status NOT NULL,
    symbol VARCHAR,
    numerator DOUBLE,
    denominator DOUBLE,
    "unknown" DOUBLE,
    value_low DOUBLE,
    value_high DOUBLE,
    return_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL REFERENCES source,
    file VARCHAR,
    line BIGINT,
    PRIMARY KEY (metric_id, area_id, period_end),
    CHECK ((value IS NOT NULL) = (status = 'observed')),
    CHECK (isfinite(value) AND value >= 0),
    CHECK ((value_low IS NULL) = (value_high IS NULL)),
    CHECK (isfinite(value_high) AND value_low BETWEEN 0 AND value_high)
);
COMMENT ON TABLE observation IS 'One figure for one area in one period, or the reason why there is none. A joint return (two authorities in one published row) stands once for each authority, alike in all but area_id; count DISTINCT return_id, never rows.';
COMMENT ON COLUMN observation.period_end IS 'The day, or the last day of the year, the figure is for.';
COMMENT ON COLUMN observation.period IS 'The publisher''s label.';
COMMENT ON COLUMN observation.value IS 'Null unless observed. Zero is a value.';
COMMENT ON COLUMN observation.status IS 'observed; suppressed (c); not_applicable (z); not_available (x); low_reliability (u); low_nonzero (low, k: more than zero but rounds to zero); not_given (no overall judgement since April 2026); unspecified (-, the publisher does not say why); no_row (the publisher has no row).';
COMMENT ON COLUMN observation.symbol IS 'What is printed instead of a number; of a judgement, the grade in words.';
COMMENT ON COLUMN observation.numerator IS 'The count above the line: the cases of a caseload, the vacancies of a vacancy rate; null where none is published.';
COMMENT ON COLUMN observation.denominator IS 'The count below the line: what the numerator is a part of, or is spread over; null where none is published.';
COMMENT ON COLUMN observation."unknown" IS 'How many records in the denominator are unknown, none of them in the numerator: the true value lies between value_low (none of them) and value_high (all of them; where their number is hidden all but one). Null where it is hidden or not published, and of metrics without metric.unknown.';
COMMENT ON COLUMN observation.value_low IS 'Where the true value is not exact, the lowest it can be: of a count hidden because it is 1 to 5, 1 / denominator; where some are unknown, numerator / denominator, and of England and the regions, whose counts are rounded, the value; where the publisher counts the unknown and none can be, the exact share of the counts, of which the value is rounded. Null where the value is exact or nothing can be said.';
COMMENT ON COLUMN observation.value_high IS 'The highest it can be: of such a count 5 / denominator, of unknown records (numerator + unknown) / denominator. Ranks, cuts, gaps and changes are worked out from value_low and value_high where they are given.';
COMMENT ON COLUMN observation.return_id IS 'Who reported: area_id, or both numbers of a joint return with + between ("314+318").';
COMMENT ON COLUMN observation.source_id IS 'Where this figure is from: the metric''s source, or another that holds years the first lacks.';
COMMENT ON COLUMN observation.file IS 'The published file it was read from; null where there is no row.';
COMMENT ON COLUMN observation.line IS 'The line of that file (of its sheet), or of a file without lines the row; null where the figure is made of several.';

CREATE TABLE what_changed (
    source_id VARCHAR NOT NULL REFERENCES source,
    kind VARCHAR NOT NULL,
    metric_id VARCHAR REFERENCES metric,
    area_id VARCHAR REFERENCES area,
    period_end DATE,
    "before" VARCHAR,
    "after" VARCHAR,
    moved_by DOUBLE,
    CHECK ((kind = 'revised') = (moved_by IS NOT NULL))
);
COMMENT ON TABLE what_changed IS 'What the loaded edition of a source says otherwise than the edition before it, where that is kept.';
COMMENT ON COLUMN what_changed.kind IS 'new period, ended period, revised, given (a value where there was none), withdrawn (none where there was one), other reason.';
COMMENT ON COLUMN what_changed.area_id IS 'Null of a new or ended period, which is one row for all areas.';
COMMENT ON COLUMN what_changed."before" IS 'The value as text, or the status where there was none; of a new period null.';
COMMENT ON COLUMN what_changed."after" IS 'The same of the loaded edition; of a new period England''s value.';
COMMENT ON COLUMN what_changed.moved_by IS 'The value after minus the value before, in the metric''s unit.';

CREATE TABLE known_error (
    metric_id VARCHAR NOT NULL REFERENCES metric,
    area_id VARCHAR NOT NULL REFERENCES area,
    period_end DATE NOT NULL,
    printed DOUBLE NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (metric_id, area_id, period_end),
    FOREIGN KEY (metric_id, area_id, period_end) REFERENCES observation
);
COMMENT ON TABLE known_error IS 'Published figures that cannot be right, declared as errors and withheld: their status is low_reliability.';
COMMENT ON COLUMN known_error.printed IS 'What the publisher prints.';
COMMENT ON COLUMN known_error.reason IS 'Why it cannot be right.';

CREATE TABLE inspection (
    inspection_id VARCHAR PRIMARY KEY,
    area_id VARCHAR NOT NULL REFERENCES area,
    framework framework NOT NULL,
    type VARCHAR,
    started DATE,
    ended DATE,
    published DATE NOT NULL,
    url VARCHAR CHECK (url LIKE 'https://%'),
    source_id VARCHAR NOT NULL REFERENCES source,
    file VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    CHECK (ended >= started),
    CHECK (published >= started)
);
COMMENT ON TABLE inspection IS 'One Ofsted inspection of a local authority''s children''s services since 2013. Official files win over the record read from reports.';
COMMENT ON COLUMN inspection.inspection_id IS 'The authority''s number and the day of publication.';
COMMENT ON COLUMN inspection.type IS 'standard or short; under SIF full or re-inspection.';
COMMENT ON COLUMN inspection.ended IS 'Last day on site, where it is printed.';
COMMENT ON COLUMN inspection.published IS 'When the report came out.';
COMMENT ON COLUMN inspection.framework IS 'SIF (2013 to 2018), ILACS (since 2018), or ILACS from April 2026, which gives no overall judgement.';
COMMENT ON COLUMN inspection.started IS 'First day on site; null under SIF, whose file prints publication dates only.';
COMMENT ON COLUMN inspection.url IS 'The report.';

CREATE TABLE judgement (
    inspection_id VARCHAR NOT NULL REFERENCES inspection,
    strand strand NOT NULL,
    grade grade NOT NULL,
    PRIMARY KEY (inspection_id, strand)
);
COMMENT ON TABLE judgement IS 'The grade of each thing judged at an inspection. What was not judged has no row.';
COMMENT ON COLUMN judgement.grade IS 'In Ofsted''s words.';
COMMENT ON COLUMN judgement.strand IS 'overall, leaders (impact of leaders; under SIF leadership, management and governance), protection, in_care, care_leavers (since January 2023).';

CREATE TABLE visit (
    visit_id VARCHAR PRIMARY KEY,
    area_id VARCHAR NOT NULL REFERENCES area,
    kind visit_kind NOT NULL,
    started DATE NOT NULL,
    published DATE,
    theme VARCHAR,
    source_id VARCHAR NOT NULL REFERENCES source,
    file VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    CHECK (published >= started)
);
COMMENT ON TABLE visit IS 'One visit of Ofsted between inspections, from its yearly lists since April 2022: it ends with a letter and gives no grade.';
COMMENT ON COLUMN visit.visit_id IS 'area_id, first day and the first word of the kind.';
COMMENT ON COLUMN visit.kind IS 'focused visit (one part of the service) or monitoring visit (of a council judged Inadequate).';
COMMENT ON COLUMN visit.started IS 'First day on site. Visits before April 2022 are only those whose letter came out late: no whole year.';
COMMENT ON COLUMN visit.published IS 'When the letter came out; null where the list does not print it (before April 2024).';
COMMENT ON COLUMN visit.theme IS 'What was looked at, in Ofsted''s words.';

CREATE TABLE boundary (area_id VARCHAR PRIMARY KEY REFERENCES area, geojson VARCHAR NOT NULL);
COMMENT ON TABLE boundary IS 'The simplified boundary of each current authority: a GeoJSON geometry, longitude and latitude.';
COMMENT ON COLUMN boundary.geojson IS 'The geometry.';
CREATE TABLE map_shape (
    area_id VARCHAR NOT NULL REFERENCES area,
    view VARCHAR NOT NULL CHECK (view IN ('boundaries', 'london', 'tiles')),
    path VARCHAR NOT NULL,
    x DOUBLE NOT NULL,
    y DOUBLE NOT NULL,
    PRIMARY KEY (area_id, view)
);
COMMENT ON TABLE map_shape IS 'What a map draws: an SVG path in one plane for boundaries, the London inset and tiles.';
COMMENT ON COLUMN map_shape.view IS 'boundaries, london (the inset) or tiles.';
COMMENT ON COLUMN map_shape.path IS 'The outline, as an SVG path.';
COMMENT ON COLUMN map_shape.x IS 'Its middle, from the left.'; COMMENT ON COLUMN map_shape.y IS 'Its middle, from the top.';
