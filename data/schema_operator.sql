-- The tables of the operator's files, beside those of schema.sql: data/leadership_register.csv and data/commitments.csv.
-- Both files ship without rows. No names of people are in either.

CREATE TYPE programme AS ENUM ('none', 'new directors', 'executive');

CREATE TABLE leadership_post (
    area_id VARCHAR NOT NULL REFERENCES area,
    post VARCHAR NOT NULL,
    in_post_since DATE,
    interim BOOLEAN NOT NULL,
    programme programme NOT NULL,
    enrolled_on DATE,
    completed_on DATE,
    coach_id VARCHAR REFERENCES area,
    source_url VARCHAR NOT NULL CHECK (source_url LIKE 'https://%'),
    checked_on DATE,
    line BIGINT NOT NULL,
    PRIMARY KEY (area_id, post),
    CHECK (coach_id <> area_id),
    CHECK ((programme = 'none') = (enrolled_on IS NULL)),
    CHECK (completed_on IS NULL OR enrolled_on IS NOT NULL),
    CHECK (completed_on >= enrolled_on),
    CHECK (NOT (interim AND enrolled_on < in_post_since))
);
COMMENT ON TABLE leadership_post IS 'The register of leading posts that the operator keeps, since no public file does; a row a post, without names. Empty where none is kept.';
COMMENT ON COLUMN leadership_post.post IS 'director of children''s services.';
COMMENT ON COLUMN leadership_post.in_post_since IS 'First day in post of whoever holds it; null where it is not known.';
COMMENT ON COLUMN leadership_post.interim IS 'True of an interim, false of a permanent appointment.';
COMMENT ON COLUMN leadership_post.programme IS 'The training or coaching programme: none, new directors or executive.';
COMMENT ON COLUMN leadership_post.enrolled_on IS 'First day on the programme; null without one.';
COMMENT ON COLUMN leadership_post.completed_on IS 'The day it was completed; null while it lasts.';
COMMENT ON COLUMN leadership_post.coach_id IS 'The authority whose director coaches this one; null without a coach.';
COMMENT ON COLUMN leadership_post.source_url IS 'The page that says so.';
COMMENT ON COLUMN leadership_post.checked_on IS 'When somebody last looked at that page; null where nobody wrote it.';
COMMENT ON COLUMN leadership_post.line IS 'The line of the register.';

CREATE TABLE commitment (
    line BIGINT PRIMARY KEY,
    commitment VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    metric_id VARCHAR REFERENCES metric,
    target_value DOUBLE NOT NULL CHECK (isfinite(target_value) AND target_value >= 0),
    by_when DATE NOT NULL,
    source_url VARCHAR NOT NULL CHECK (source_url LIKE 'https://%')
);
COMMENT ON TABLE commitment IS 'What somebody has promised by a day, in a measure that is published. Kept by the operator; empty where nothing is.';
COMMENT ON COLUMN commitment.line IS 'The line of data/commitments.csv, which orders them.';
COMMENT ON COLUMN commitment.commitment IS 'What was promised, in the words of the file.';
COMMENT ON COLUMN commitment.owner IS 'The office that has promised it.';
COMMENT ON COLUMN commitment.metric_id IS 'The measure it is held against; null where it is the share of directors on a programme, from leadership_post.';
COMMENT ON COLUMN commitment.target_value IS 'What is to be reached, in the unit of the measure; of grades 1 (Outstanding) to 4; of directors in percent of all councils.';
COMMENT ON COLUMN commitment.by_when IS 'The day by which.';
COMMENT ON COLUMN commitment.source_url IS 'The page that says so.';
