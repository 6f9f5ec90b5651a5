-- What threefutures keeps. Dates are days; instants end in _at and are UTC; shares are fractions.
-- A column of one name means one thing: its comment stands where the name appears first and holds for every later
-- table and view. Nothing here is migrated: a changed schema is made anew from the landing files (threefutures rebuild).
-- Views and macros that answer questions stand in views.sql, an example of each in examples.sql.

CREATE TABLE about (
    schema_sha256 VARCHAR NOT NULL
);
COMMENT ON TABLE about IS 'What made this database; one row.';
COMMENT ON COLUMN about.schema_sha256 IS 'SHA-256 of schema.sql and views.sql as they were; another one means: make the database anew.';


-- Facts -------------------------------------------------------------------------------------------------------------

CREATE TABLE landing (
    source VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    fetched_at TIMESTAMP NOT NULL,
    size_bytes BIGINT NOT NULL,
    kept_at TIMESTAMP NOT NULL,
    rows_read BIGINT NOT NULL,
    rows_accepted BIGINT NOT NULL,
    PRIMARY KEY (source, sha256)
);
COMMENT ON TABLE landing IS 'Files as they were fetched, whose rows have been judged and kept; the bytes lie in landing/<source>/<sha256>.';
COMMENT ON COLUMN landing.source IS 'Id of the source that delivered it (threefutures sources).';
COMMENT ON COLUMN landing.sha256 IS 'SHA-256 of the file it came in.';
COMMENT ON COLUMN landing.name IS 'Name of the file at its publisher.';
COMMENT ON COLUMN landing.url IS 'Where the file came from; empty if it ships with the project.';
COMMENT ON COLUMN landing.fetched_at IS 'When we got it (UTC).';
COMMENT ON COLUMN landing.size_bytes IS 'Bytes of the file.';
COMMENT ON COLUMN landing.kept_at IS 'When its rows were last kept (UTC).';
COMMENT ON COLUMN landing.rows_read IS 'Rows in the file: accepted and quarantined ones.';
COMMENT ON COLUMN landing.rows_accepted IS 'Rows that met every rule.';

CREATE TABLE fact_observation (
    source VARCHAR NOT NULL,
    indicator VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    definition VARCHAR NOT NULL,
    method VARCHAR NOT NULL,
    observed_on DATE NOT NULL,
    known_since DATE NOT NULL,
    value DOUBLE,
    value_low DOUBLE,
    value_high DOUBLE,
    interval VARCHAR NOT NULL,
    n DOUBLE,
    citation VARCHAR NOT NULL,
    citation_url VARCHAR NOT NULL,
    corroboration DOUBLE,
    confidence VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    key_id UHUGEINT NOT NULL,
    batch INTEGER NOT NULL
);
COMMENT ON TABLE fact_observation IS 'Everything the sources said, append-only, restatements included; ask the view fact for what was news.';
COMMENT ON COLUMN fact_observation.indicator IS 'What is measured, an id of the catalogue (threefutures indicators).';
COMMENT ON COLUMN fact_observation.subject IS 'Whose value it is: a model, an organisation, a population; may be empty.';
COMMENT ON COLUMN fact_observation.definition IS 'What exactly was counted; values of two definitions are never joined.';
COMMENT ON COLUMN fact_observation.method IS 'How it is known: rct, telemetry, survey, benchmark, statement, estimate, or empty.';
COMMENT ON COLUMN fact_observation.observed_on IS 'Last day of the period the value describes; the release day of a model.';
COMMENT ON COLUMN fact_observation.known_since IS 'First day the public could know this value.';
COMMENT ON COLUMN fact_observation.value IS 'In the unit of its indicator; NULL where only a bound is known or the value was withdrawn.';
COMMENT ON COLUMN fact_observation.value_low IS 'Lower end of the interval, NULL if open or not published.';
COMMENT ON COLUMN fact_observation.value_high IS 'Upper end of the interval, NULL if open or not published.';
COMMENT ON COLUMN fact_observation.interval IS 'Kind of interval: 95%, 90%, 80%, range (as published), bound (the truth lies within), withdrawn, or empty: none published.';
COMMENT ON COLUMN fact_observation.n IS 'Size of the sample, NULL if not published.';
COMMENT ON COLUMN fact_observation.citation IS 'Publication that the value stands in.';
COMMENT ON COLUMN fact_observation.citation_url IS 'Where that publication is.';
COMMENT ON COLUMN fact_observation.corroboration IS 'Documents in which the figure was read: agreement, not truth.';
COMMENT ON COLUMN fact_observation.confidence IS 'Trust in the reading: high, medium, low, or empty; low ones are left out of evidence.';
COMMENT ON COLUMN fact_observation.note IS 'What a reader must know of this value.';
COMMENT ON COLUMN fact_observation.key_id IS 'The same for every value of one source, indicator, subject, definition, method and observed_on.';
COMMENT ON COLUMN fact_observation.batch IS 'Counts the files kept; of rows with one key_id and known_since the one of the highest batch counts.';

CREATE TABLE quarantine (
    source VARCHAR NOT NULL,
    line BIGINT,
    indicator VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    row VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL
);
COMMENT ON TABLE quarantine IS 'Rows that were refused, with the reason; one is released by mending its source or parser, never by hand.';
COMMENT ON COLUMN quarantine.line IS 'Line of the file, NULL if the row met every rule but contradicts an earlier file.';
COMMENT ON COLUMN quarantine.rule IS 'Name of the rule that was broken.';
COMMENT ON COLUMN quarantine.reason IS 'What was found and what was expected.';
COMMENT ON COLUMN quarantine.row IS 'The row as it came, a JSON object. Text of strangers: escape it.';

CREATE TABLE task_attempt (
    source VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    known_since DATE NOT NULL,
    agent VARCHAR NOT NULL,
    task VARCHAR NOT NULL,
    family VARCHAR NOT NULL,
    minutes DOUBLE NOT NULL,
    successes DOUBLE NOT NULL,
    runs BIGINT NOT NULL,
    cheats BIGINT NOT NULL,
    release_date DATE
);
COMMENT ON TABLE task_attempt IS 'How often each agent passed each task, one row an agent and task of each file (sha256): vintages stand side by side, so choose one.';
COMMENT ON COLUMN task_attempt.agent IS 'Who tried, as its file names it; METR''s aliases are not the keys of its results.';
COMMENT ON COLUMN task_attempt.task IS 'Id of the task.';
COMMENT ON COLUMN task_attempt.family IS 'Group of related tasks it belongs to.';
COMMENT ON COLUMN task_attempt.minutes IS 'How long the task takes a skilled person.';
COMMENT ON COLUMN task_attempt.successes IS 'Runs that passed; fractional where scores are.';
COMMENT ON COLUMN task_attempt.runs IS 'Runs in all.';
COMMENT ON COLUMN task_attempt.cheats IS 'Runs whose pass was got by cheating: among runs, not among successes; 0 where nobody marked any.';
COMMENT ON COLUMN task_attempt.release_date IS 'Day the agent was released, NULL where unknown.';

CREATE TABLE commit_change (
    source VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    known_since DATE NOT NULL,
    repo VARCHAR NOT NULL,
    commit VARCHAR NOT NULL,
    month DATE NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('human', 'authored', 'co-authored', 'assisted', 'bot')),
    tools VARCHAR NOT NULL,
    added BIGINT,
    deleted BIGINT,
    added_source BIGINT,
    author_key VARCHAR NOT NULL
);
COMMENT ON TABLE commit_change IS 'Commits of the repositories named in threefutures.toml: reachable from HEAD, at most one parent; of the newest measurement of each repository; no names or addresses.';
COMMENT ON COLUMN commit_change.repo IS 'Name of the repository, the subject of its facts.';
COMMENT ON COLUMN commit_change.commit IS 'Full hash.';
COMMENT ON COLUMN commit_change.month IS 'First day of the month of the committer date, UTC.';
COMMENT ON COLUMN commit_change.kind IS 'Who wrote it by its marks: human, authored, co-authored or assisted (by AI), bot.';
COMMENT ON COLUMN commit_change.tools IS 'Tools that left an AI mark, separated by ;';
COMMENT ON COLUMN commit_change.added IS 'Lines added to text files; NULL where objects are missing.';
COMMENT ON COLUMN commit_change.deleted IS 'Lines deleted from text files; NULL where objects are missing.';
COMMENT ON COLUMN commit_change.added_source IS 'Added lines of source files; NULL where objects are missing.';
COMMENT ON COLUMN commit_change.author_key IS 'Keyed hash of the author''s address: the same person is the same key in one data folder only.';

-- A row that says what was believed already is no news, whichever file arrived first. Narrow columns first: windows
-- over a dozen texts cost ten times as much.
CREATE VIEW fact AS
WITH told AS (
    SELECT rowid AS place, key_id, known_since, value, value_low, value_high, interval
    FROM fact_observation
    QUALIFY batch = max(batch) OVER (PARTITION BY key_id, known_since)
), compared AS (
    SELECT *,
        lag(known_since) OVER told_before IS NULL
        OR value IS DISTINCT FROM lag(value) OVER told_before
        OR value_low IS DISTINCT FROM lag(value_low) OVER told_before
        OR value_high IS DISTINCT FROM lag(value_high) OVER told_before
        OR interval <> lag(interval) OVER told_before AS is_news
    FROM told
    WINDOW told_before AS (PARTITION BY key_id ORDER BY known_since)
), news AS (
    SELECT place,
        lead(known_since) OVER told_before AS known_until,
        lag(known_since) OVER told_before AS previous_known_since,
        lag(value) OVER told_before AS previous_value,
        lag(interval) OVER told_before AS previous_interval
    FROM compared
    WHERE is_news
    WINDOW told_before AS (PARTITION BY key_id ORDER BY known_since)
)
SELECT source, indicator, subject, definition, method, observed_on, known_since, known_until,
    fact_observation.value, value_low, value_high, fact_observation.interval, n,
    citation, citation_url, corroboration, confidence, note,
    left(md5(hex(key_id) || known_since::VARCHAR), 12) AS fact_id, sha256, key_id,
    previous_known_since, previous_value, previous_interval
FROM fact_observation JOIN news ON fact_observation.rowid = news.place;
COMMENT ON VIEW fact IS 'Every value that was news when it was published: first values, revisions, withdrawals. Stored as a table in the published file.';
COMMENT ON COLUMN fact.fact_id IS 'Short name of a value and its publication day (threefutures explain).';
COMMENT ON COLUMN fact.known_until IS 'Day from which another value, or its withdrawal, was known; NULL: believed today.';
COMMENT ON COLUMN fact.previous_known_since IS 'Since when the value before it was known; NULL: it is the first.';
COMMENT ON COLUMN fact.previous_value IS 'The value before it.';
COMMENT ON COLUMN fact.previous_interval IS 'The kind of interval before it.';

CREATE MACRO observation_as_of(day) AS TABLE
SELECT source, indicator, subject, definition, method, observed_on, known_since,
    value, value_low, value_high, interval, n, citation, citation_url, corroboration, confidence, note,
    fact_id, sha256
FROM fact
WHERE known_since <= day AND (known_until IS NULL OR known_until > day) AND interval <> 'withdrawn';
COMMENT ON MACRO TABLE observation_as_of IS 'What was believed on a day, one row a key: SELECT * FROM observation_as_of(DATE ''2025-06-30''). Withdrawn values are gone.';

CREATE VIEW observation AS
SELECT * EXCLUDE (known_until, key_id, previous_known_since, previous_value, previous_interval)
FROM fact
WHERE known_until IS NULL AND interval <> 'withdrawn';
COMMENT ON VIEW observation IS 'What is believed today, one row a key; withdrawn values are gone.';

CREATE VIEW revisions AS
SELECT source, indicator, subject, definition, method, observed_on, previous_known_since, known_since,
    previous_value, value, previous_interval, interval, citation, note, fact_id
FROM fact
WHERE previous_known_since IS NOT NULL
ORDER BY known_since DESC, indicator, subject, observed_on, fact_id;
COMMENT ON VIEW revisions IS 'Values their publisher changed or withdrew, each beside the value before it, the newest first.';


-- Results -----------------------------------------------------------------------------------------------------------

CREATE TABLE run (
    run_id VARCHAR PRIMARY KEY,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    command VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    versions JSON NOT NULL,
    steps JSON NOT NULL
);
COMMENT ON TABLE run IS 'Runs of a command that writes.';
COMMENT ON COLUMN run.run_id IS 'Short name of a run.';
COMMENT ON COLUMN run.started_at IS 'When it started (UTC).';
COMMENT ON COLUMN run.finished_at IS 'When it finished (UTC), NULL while running or if it was killed.';
COMMENT ON COLUMN run.command IS 'What was typed.';
COMMENT ON COLUMN run.status IS 'running, done, failed, or killed: it never said how it ended.';
COMMENT ON COLUMN run.versions IS 'Versions of the code and of what it stands on, a JSON object.';
COMMENT ON COLUMN run.steps IS 'Its steps with counts and seconds, a JSON array.';

-- A step of a source has its id and, where it failed, the error; the failures since it last succeeded are one story.
CREATE VIEW failing_source AS
WITH outcome AS (
    SELECT step->>'$.source' AS source, coalesce(step->>'$.error', '') AS error, started_at
    FROM (SELECT started_at, unnest(steps::JSON[]) AS step FROM run)
    WHERE source IS NOT NULL
), succeeded AS (
    SELECT source, max(started_at) FILTER (error = '') AS last_at FROM outcome GROUP BY source
)
SELECT source, min(started_at)::DATE AS failing_since, arg_max(error, started_at) AS error
FROM outcome JOIN succeeded USING (source)
WHERE error <> '' AND (last_at IS NULL OR started_at > last_at)
GROUP BY source
ORDER BY source;
COMMENT ON VIEW failing_source IS 'Sources that gave nothing when they were last ingested.';
COMMENT ON COLUMN failing_source.failing_since IS 'Day of the first of the runs in which it has failed (UTC).';
COMMENT ON COLUMN failing_source.error IS 'What the last of them said, in three lines.';

CREATE TABLE assessment (
    assessment_id VARCHAR PRIMARY KEY,
    as_of DATE NOT NULL,
    prior VARCHAR NOT NULL,
    stall DOUBLE NOT NULL,
    compounding DOUBLE NOT NULL,
    recursive DOUBLE NOT NULL,
    verdict VARCHAR NOT NULL,
    scenario VARCHAR,
    words VARCHAR NOT NULL,
    none_fits BOOLEAN NOT NULL,
    checks INTEGER NOT NULL,
    facts INTEGER NOT NULL,
    facts_sha256 VARCHAR NOT NULL,
    model_version VARCHAR NOT NULL,
    model_sha256 VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    stored_at TIMESTAMP NOT NULL,
    document JSON NOT NULL
);
COMMENT ON TABLE assessment IS 'Which future the facts of a day resembled. The same facts, model, prior and day are one assessment.';
COMMENT ON COLUMN assessment.assessment_id IS 'Short name of an assessment.';
COMMENT ON COLUMN assessment.as_of IS 'Only facts known on this day were used.';
COMMENT ON COLUMN assessment.prior IS 'Name of the belief before any fact: uniform, ai2027, sceptic, or own.';
COMMENT ON COLUMN assessment.stall IS 'For the future "stall": its share of belief in assessments and checks, its decibans in evidence.';
COMMENT ON COLUMN assessment.compounding IS 'For the future "compounding gains": its share of belief in assessments and checks, its decibans in evidence.';
COMMENT ON COLUMN assessment.recursive IS 'For the future "recursive improvement": its share of belief in assessments and checks, its decibans in evidence.';
COMMENT ON COLUMN assessment.verdict IS 'names, leans, cannot tell, none fits, too little.';
COMMENT ON COLUMN assessment.scenario IS 'The future that is named or leant towards; NULL if none is.';
COMMENT ON COLUMN assessment.words IS 'The verdict as a sentence.';
COMMENT ON COLUMN assessment.none_fits IS 'No future describes the record: the shares compare poor fits.';
COMMENT ON COLUMN assessment.checks IS 'Times the sum was made again with one choice changed.';
COMMENT ON COLUMN assessment.facts IS 'Facts that were public on that day, those that a later one had replaced by then included.';
COMMENT ON COLUMN assessment.facts_sha256 IS 'SHA-256 of those facts.';
COMMENT ON COLUMN assessment.model_version IS 'Version of the classifier.';
COMMENT ON COLUMN assessment.model_sha256 IS 'SHA-256 of the classifier''s code and settings.';
COMMENT ON COLUMN assessment.stored_at IS 'When it was stored (UTC).';
COMMENT ON COLUMN assessment.document IS 'The whole of it, as threefutures classify --json prints it.';

CREATE TABLE evidence (
    assessment_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    indicator VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    definition VARCHAR NOT NULL,
    cluster VARCHAR NOT NULL,
    n INTEGER NOT NULL,
    weight DOUBLE,
    capped BOOLEAN,
    first_on DATE,
    last_on DATE,
    stall DOUBLE,
    compounding DOUBLE,
    recursive DOUBLE,
    PRIMARY KEY (assessment_id, position)
);
COMMENT ON TABLE evidence IS 'What each series says for each future, in decibans as they enter the sum.';
COMMENT ON COLUMN evidence.position IS 'Order within its assessment, counting from 0.';
COMMENT ON COLUMN evidence.title IS 'Title of the indicator or marker.';
COMMENT ON COLUMN evidence.cluster IS 'Series of one cluster are not independent and share its weight.';
COMMENT ON COLUMN evidence.n IS 'Values in the series.';
COMMENT ON COLUMN evidence.weight IS 'Share of its decibans that counts.';
COMMENT ON COLUMN evidence.capped IS 'It would say more than one series may.';
COMMENT ON COLUMN evidence.first_on IS 'Day of the first value.';
COMMENT ON COLUMN evidence.last_on IS 'Day of the last value.';

CREATE TABLE sensitivity_check (
    assessment_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    detail JSON NOT NULL,
    stall DOUBLE NOT NULL,
    compounding DOUBLE NOT NULL,
    recursive DOUBLE NOT NULL,
    n_series INTEGER,
    PRIMARY KEY (assessment_id, position)
);
COMMENT ON TABLE sensitivity_check IS 'The same sum with one choice changed.';
COMMENT ON COLUMN sensitivity_check.kind IS 'Which choice: window, point, indicator, prior.';
COMMENT ON COLUMN sensitivity_check.label IS 'The choice in words.';
COMMENT ON COLUMN sensitivity_check.detail IS 'The choice as a JSON object.';
COMMENT ON COLUMN sensitivity_check.n_series IS 'Series that were left to judge by.';

CREATE TABLE marker (
    assessment_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    marker_id VARCHAR NOT NULL,
    scenario VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    indicator VARCHAR NOT NULL,
    threshold VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    value DOUBLE,
    value_text VARCHAR NOT NULL,
    observed_on DATE,
    citation VARCHAR NOT NULL,
    PRIMARY KEY (assessment_id, position)
);
COMMENT ON TABLE marker IS 'The signatures of each future, reached or not; they do not enter the shares.';
COMMENT ON COLUMN marker.marker_id IS 'Id of the marker.';
COMMENT ON COLUMN marker.scenario IS 'The future it is a sign of.';
COMMENT ON COLUMN marker.threshold IS 'What would count as reached.';
COMMENT ON COLUMN marker.status IS 'reached, near, not reached, no data.';
COMMENT ON COLUMN marker.value_text IS 'The value with its unit, as people read it.';

CREATE TABLE replay (
    replay_id VARCHAR NOT NULL,
    clock VARCHAR NOT NULL,
    as_of DATE NOT NULL,
    prior VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    scenario VARCHAR,
    words VARCHAR NOT NULL,
    stall DOUBLE NOT NULL,
    compounding DOUBLE NOT NULL,
    recursive DOUBLE NOT NULL,
    stall_change DOUBLE NOT NULL,
    compounding_change DOUBLE NOT NULL,
    recursive_change DOUBLE NOT NULL,
    series INTEGER NOT NULL,
    checks INTEGER NOT NULL,
    facts INTEGER NOT NULL,
    facts_sha256 VARCHAR NOT NULL,
    model_sha256 VARCHAR NOT NULL,
    basis VARCHAR NOT NULL DEFAULT '',
    kept_by VARCHAR NOT NULL DEFAULT 'replay',
    stored_at TIMESTAMP NOT NULL,
    head JSON NOT NULL DEFAULT '{}',
    document JSON NOT NULL,
    PRIMARY KEY (replay_id, as_of)
);
COMMENT ON TABLE replay IS 'What would have been said on many dates (threefutures run, replay); one row a date.';
COMMENT ON COLUMN replay.replay_id IS 'Short name of a replay: the same clock, prior, dates, facts and model.';
COMMENT ON COLUMN replay.clock IS 'known: with what was public then; observed: hindsight, with what had happened by then.';
COMMENT ON COLUMN replay.stall_change IS 'Decibans for a stall since the date before; with those of all dates before they are its evidence.';
COMMENT ON COLUMN replay.compounding_change IS 'The same for compounding gains.';
COMMENT ON COLUMN replay.recursive_change IS 'The same for recursive self-improvement.';
COMMENT ON COLUMN replay.basis IS 'Hash of all the row follows from: model, prior, date, and the facts known then and on the date before.';
COMMENT ON COLUMN replay.kept_by IS 'The command that keeps it: run has one of every month, replaced when it grows; replay what was asked for.';
COMMENT ON COLUMN replay.head IS 'The replay without its dates: clock, prior, first date, model.';
COMMENT ON COLUMN replay.series IS 'Series that carried evidence on the date.';

CREATE TABLE alert (
    channel VARCHAR PRIMARY KEY,
    told_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    assessment_id VARCHAR NOT NULL,
    standing JSON NOT NULL
);
COMMENT ON TABLE alert IS 'What each channel of the alerts knows; what is otherwise after a run is told it.';
COMMENT ON COLUMN alert.channel IS 'webhook, slack, email or command.';
COMMENT ON COLUMN alert.told_at IS 'When the last run ended that told it, or had nothing new to tell (UTC).';
COMMENT ON COLUMN alert.standing IS 'What stood then: verdict, markers, crossing values, health of the sources; a JSON object.';

CREATE VIEW latest_assessment AS
SELECT * EXCLUDE (document) FROM assessment ORDER BY as_of DESC, stored_at DESC, assessment_id LIMIT 1;
COMMENT ON VIEW latest_assessment IS 'The assessment of the latest day, without its document; one row at most.';

CREATE VIEW verdict_history AS
SELECT as_of, verdict, stall, compounding, recursive, checks, facts, scenario, prior, words, assessment_id, stored_at,
    (document->>'$.first_date')::DATE AS first_date, coalesce(document->'$.leave_out', '[]')::VARCHAR[] AS leave_out
FROM assessment
QUALIFY row_number() OVER (
    PARTITION BY as_of, document->>'$.prior', first_date, leave_out ORDER BY stored_at DESC, assessment_id) = 1
ORDER BY as_of DESC, prior, first_date, leave_out;
COMMENT ON VIEW verdict_history IS 'The verdict of every day and every choice of how to judge, as last stored, the newest first.';
COMMENT ON COLUMN verdict_history.first_date IS 'Values observed before it do not count.';
COMMENT ON COLUMN verdict_history.leave_out IS 'Ids of the indicators that were left without a vote.';
