-- What Ofsted's inspection reports ask of councils, read from their PDFs: a part of the contract that schema.sql begins.

CREATE TABLE recommendation (
    inspection_id VARCHAR NOT NULL REFERENCES inspection,
    position INTEGER NOT NULL CHECK (position >= 1),
    words VARCHAR NOT NULL CHECK (words <> ''),
    reference VARCHAR,
    national_framework VARCHAR,
    page INTEGER NOT NULL,
    source_id VARCHAR NOT NULL REFERENCES source,
    file VARCHAR NOT NULL,
    PRIMARY KEY (inspection_id, position),
    CHECK ((reference IS NULL) = (national_framework IS NULL))
);
COMMENT ON TABLE recommendation IS 'What Ofsted asked a council to improve: a point of the section "What needs to improve?" of an inspection report. Of the reports whose PDFs are read; other inspections have no row.';
COMMENT ON COLUMN recommendation.inspection_id IS 'The inspection whose report it is in.';
COMMENT ON COLUMN recommendation.position IS 'Its place in the section, from 1.';
COMMENT ON COLUMN recommendation.words IS 'Ofsted''s words, with the lines of the PDF joined.';
COMMENT ON COLUMN recommendation.reference IS 'What is printed after them to name a part of the national framework; null where nothing is.';
COMMENT ON COLUMN recommendation.national_framework IS 'That part of the Children''s Social Care National Framework: Outcome 1 to 4, Enabler 1 to 3 or Principle 1 to 6; several with ; between.';
COMMENT ON COLUMN recommendation.page IS 'The page of the PDF.';
COMMENT ON COLUMN recommendation.file IS 'The PDF it was read from; inspection.url leads to the report.';

CREATE TABLE theme (
    theme VARCHAR PRIMARY KEY,
    position INTEGER NOT NULL UNIQUE,
    looks_for VARCHAR NOT NULL,
    leaves_out VARCHAR
);
COMMENT ON TABLE theme IS 'What recommendations are about. Our own grouping, by words, not Ofsted''s; declared in etl/readers/recommendation_themes.py.';
COMMENT ON COLUMN theme.position IS 'The order of an inspection report: help and protection, children in care, care leavers, leaders.';
COMMENT ON COLUMN theme.looks_for IS 'A recommendation has the theme where one of these (; between) begins a word of it, in any case.';
COMMENT ON COLUMN theme.leaves_out IS 'Longer words in which they do not count; null where there are none.';

CREATE TABLE recommendation_theme (
    inspection_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    theme VARCHAR NOT NULL REFERENCES theme,
    PRIMARY KEY (inspection_id, position, theme),
    FOREIGN KEY (inspection_id, position) REFERENCES recommendation
);
COMMENT ON TABLE recommendation_theme IS 'The themes of each recommendation: several, or none.';
