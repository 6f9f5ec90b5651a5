-- Answers to what analysts ask. Read after schema.sql; examples.sql has a question and its statement for each.
-- Values of two definitions or methods are never joined, ranked or averaged here: every row says which ones it is of.


-- Catalogue ---------------------------------------------------------------------------------------------------------

CREATE TABLE indicator (
    indicator VARCHAR PRIMARY KEY,
    title VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    scale VARCHAR NOT NULL,
    direction VARCHAR NOT NULL,
    lower_bound DOUBLE,
    upper_bound DOUBLE,
    dimension VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    cluster VARCHAR NOT NULL,
    series VARCHAR NOT NULL,
    definitions VARCHAR[] NOT NULL,
    left_out_subjects VARCHAR[] NOT NULL,
    measured_by VARCHAR,
    certified_to DOUBLE,
    whole_vintages BOOLEAN NOT NULL,
    whole_sources VARCHAR[] NOT NULL,
    airda INTEGER,
    defined_as VARCHAR NOT NULL,
    caveats VARCHAR NOT NULL
);
COMMENT ON TABLE indicator IS 'The catalogue: what each indicator is, in which unit, and whether it has a vote.';
COMMENT ON COLUMN indicator.unit IS 'Unit of every value of the indicator; a share is a fraction in [0, 1].';
COMMENT ON COLUMN indicator.scale IS 'How growth is read: log (quantities), logit (shares), linear (indices).';
COMMENT ON COLUMN indicator.direction IS 'Which way more AI progress moves it: up or down.';
COMMENT ON COLUMN indicator.lower_bound IS 'Least value there can be, NULL if there is none.';
COMMENT ON COLUMN indicator.upper_bound IS 'Greatest value there can be, NULL if there is none.';
COMMENT ON COLUMN indicator.dimension IS 'What it is a sign of: capability, automation, acceleration, and so on.';
COMMENT ON COLUMN indicator.role IS 'evidence: it has a vote; context: it is shown without one.';
COMMENT ON COLUMN indicator.series IS 'frontier: best so far over subjects; per_subject: one series a subject; per_definition: all subjects in one.';
COMMENT ON COLUMN indicator.definitions IS 'Definitions that may stand in a series, the preferred first; empty: every one.';
COMMENT ON COLUMN indicator.left_out_subjects IS 'Subjects that are references rather than measurements of AI.';
COMMENT ON COLUMN indicator.measured_by IS 'The organisation that measures it, whoever''s models or work it measures; NULL where everybody measures their own.';
COMMENT ON COLUMN indicator.certified_to IS 'The largest value its publisher vouches for: a larger one is read as "at least this"; NULL if there is none.';
COMMENT ON COLUMN indicator.whole_vintages IS 'A series takes its values from the newest publication alone: those of a later one are other measurements.';
COMMENT ON COLUMN indicator.whole_sources IS 'Sources each of whose publications has all there is: a series takes its values from the newest of them alone, or, where another source''s is newer, from none of them.';
COMMENT ON COLUMN indicator.airda IS 'Number of the metric in "Measuring AI R&D Automation" (arXiv 2603.03992), where one fits.';
COMMENT ON COLUMN indicator.defined_as IS 'What the indicator is, in a sentence.';
COMMENT ON COLUMN indicator.caveats IS 'What its values cannot tell; for context, why it has no vote.';

CREATE TABLE source (
    source VARCHAR PRIMARY KEY,
    source_title VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL,
    licence VARCHAR NOT NULL,
    home_url VARCHAR NOT NULL,
    ships BOOLEAN NOT NULL,
    private BOOLEAN NOT NULL
);
COMMENT ON TABLE source IS 'Where facts come from, and under which licence.';
COMMENT ON COLUMN source.source_title IS 'Title of the source.';
COMMENT ON COLUMN source.publisher IS 'Who publishes it.';
COMMENT ON COLUMN source.licence IS 'Under which licence its figures come.';
COMMENT ON COLUMN source.ships IS 'Its files ship with the project; the files of another are yours to give.';
COMMENT ON COLUMN source.private IS 'The user''s own: left out of what is given away (threefutures export).';
COMMENT ON COLUMN source.home_url IS 'Where the source is described; empty if it ships with the project.';


-- Values ------------------------------------------------------------------------------------------------------------

CREATE VIEW latest_value AS
SELECT indicator, title, subject, definition, method, observed_on, known_since,
    value, value_low, value_high, interval, unit, confidence, citation, citation_url, fact_id
FROM observation LEFT JOIN indicator USING (indicator)
QUALIFY row_number() OVER (
    PARTITION BY indicator, definition, method, CASE WHEN series IN ('frontier', 'per_definition') THEN '' ELSE subject END
    ORDER BY observed_on DESC, coalesce(value, value_high, value_low) * if(direction = 'down', -1, 1) DESC,
        subject DESC, source DESC, citation DESC
) = 1
ORDER BY indicator, definition, method, subject;
COMMENT ON VIEW latest_value IS 'The newest value, not the best: one row an indicator, definition and method, and a subject where the catalogue follows each one; of any confidence. Stored as a table in the published file.';

CREATE MACRO series_value(of_indicator, day) AS TABLE
WITH said AS (
    SELECT indicator, key_id, source, definition, known_since
    FROM fact_observation
    WHERE indicator = of_indicator AND known_since <= day::DATE
), newest AS (
    SELECT DISTINCT ON (definition) source, definition, known_since,
        list_contains(whole_sources, source) AS is_whole
    FROM said JOIN indicator USING (indicator)
    ORDER BY definition, known_since DESC, list_contains(whole_sources, source) DESC, source
), told AS (
    SELECT * REPLACE (
            if(is_beyond, 'bound', interval) AS interval,
            CASE WHEN interval <> 'bound' AND NOT is_beyond THEN value END AS value,
            -- Of a bound the end at the edge of the possible says nothing.
            CASE WHEN is_beyond THEN certified_to
                WHEN interval <> 'bound' OR lower_bound IS NULL OR value_low > lower_bound THEN value_low END AS value_low,
            CASE WHEN NOT is_beyond AND (interval <> 'bound' OR upper_bound IS NULL OR value_high < upper_bound)
                THEN value_high END AS value_high
        ),
        CASE WHEN series = 'per_subject' THEN subject ELSE '' END AS series_subject
    FROM (SELECT *, coalesce(value > certified_to, false) AS is_beyond FROM fact JOIN indicator USING (indicator))
    WHERE indicator = of_indicator AND interval <> 'withdrawn' AND confidence <> 'low'
        AND known_since <= day::DATE AND (known_until IS NULL OR known_until > day::DATE)
        AND NOT list_contains(left_out_subjects, subject)
        AND (len(definitions) = 0 OR list_contains(definitions, definition))
        AND CASE WHEN whole_vintages OR definition IN (SELECT definition FROM newest WHERE is_whole)
            THEN key_id IN (SELECT key_id FROM said SEMI JOIN newest USING (source, definition, known_since))
            ELSE NOT list_contains(whole_sources, source) END
)
SELECT indicator, series_subject, definition, method, observed_on, subject,
    value, value_low, value_high, interval,
    if(direction = 'up', coalesce(value, value_low, value_high), -coalesce(value, value_high, value_low)) AS level,
    unit, scale, direction, role, series, known_since, citation, fact_id
FROM told
WHERE coalesce(value, value_low, value_high) IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY series_subject, definition, method, observed_on
    ORDER BY level DESC, subject DESC, source DESC, citation DESC
) = 1;
COMMENT ON MACRO TABLE series_value IS 'What may stand in the series of an indicator, as known on a day, under the catalogue''s rules: no low confidence, comparable definitions only, of a date the furthest value; beyond what its publisher vouches for a bound.';

CREATE MACRO frontier(of_indicator, day) AS TABLE
SELECT indicator, definition, method, observed_on, subject, value, value_low, value_high, interval,
    unit, scale, direction, known_since, citation, fact_id
FROM series_value(of_indicator, day)
WHERE series = 'frontier'
QUALIFY level > coalesce(
    max(level) OVER (
        PARTITION BY definition, method ORDER BY observed_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ),
    '-infinity'::DOUBLE
)
ORDER BY definition, method, observed_on;
COMMENT ON MACRO TABLE frontier IS 'The values further than every earlier one, as known on a day; each definition and method has a frontier of its own. No row for an indicator that is not followed as a frontier.';

CREATE MACRO doubling_time(of_indicator, first_day, last_day, day) AS TABLE
WITH point AS (
    SELECT definition, method, observed_on, known_since, fact_id,
        observed_on - first_day::DATE AS days, ln(value) * if(direction = 'up', 1, -1) AS log_value
    FROM frontier(of_indicator, day)
    WHERE scale = 'log' AND value > 0 AND observed_on BETWEEN first_day::DATE AND last_day::DATE
), fitted AS (
    SELECT definition, method, min(observed_on) AS first_on, max(observed_on) AS last_on, count(*) AS n,
        regr_slope(log_value, days) AS slope
    FROM point
    GROUP BY definition, method
), omitted AS (
    SELECT definition, method, omission.fact_id, regr_slope(point.log_value, point.days) AS slope
    FROM point JOIN point AS omission USING (definition, method)
    WHERE point.fact_id <> omission.fact_id
    GROUP BY definition, method, omission.fact_id
), swept AS (
    SELECT definition, method, min(slope) AS slowest, max(slope) AS fastest FROM omitted GROUP BY definition, method
)
SELECT definition, method, first_on, last_on, n,
    if(slope > 0, ln(2) / slope, 'infinity'::DOUBLE) AS doubling_days,
    if(fastest > 0, ln(2) / fastest, 'infinity'::DOUBLE) AS doubling_days_low,
    if(slowest > 0, ln(2) / slowest, 'infinity'::DOUBLE) AS doubling_days_high
FROM fitted JOIN swept USING (definition, method)
WHERE n >= 3
ORDER BY definition, method;
COMMENT ON MACRO TABLE doubling_time IS 'Days in which the frontier doubles (halves, where less is further), by least squares over its values from first_day to last_day as known on day. low to high: with any one value left out, which is less than all that is uncertain. Three values at least; infinity: it does not grow.';

CREATE VIEW code_share AS
SELECT subject AS organisation, definition, method, observed_on, known_since,
    value, value_low, value_high, interval, confidence,
    count(*) OVER (PARTITION BY subject, definition, method) AS values_of_series, citation, citation_url, fact_id
FROM observation
WHERE indicator = 'ai_code_share'
ORDER BY definition, organisation, method, observed_on;
COMMENT ON VIEW code_share IS 'Share of new code attributed to AI, by organisation and definition. The definitions count different things: no average over them means anything.';
COMMENT ON COLUMN code_share.organisation IS 'Whose code: the subject of the fact.';
COMMENT ON COLUMN code_share.values_of_series IS 'Values of this organisation under this definition and method; fewer than three show no trend.';

CREATE VIEW output_multiplier AS
SELECT method, subject, definition, observed_on, known_since,
    value, value_low, value_high, interval, confidence, n, citation, citation_url, fact_id
FROM observation
WHERE indicator = 'engineer_output_multiplier'
ORDER BY list_position(['rct', 'telemetry', 'benchmark', 'estimate', 'survey', 'statement', ''], method),
    subject, definition, observed_on;
COMMENT ON VIEW output_multiplier IS 'How many times as much people produce with AI, by how it is known: trials first, what people say of themselves last. 1 is no change.';


-- What was known when -----------------------------------------------------------------------------------------------

CREATE MACRO fact_history(of_fact) AS TABLE
SELECT indicator, subject, definition, method, observed_on, known_since, known_until,
    value, value_low, value_high, interval, citation, citation_url, note, fact_id
FROM fact
WHERE key_id = (SELECT any_value(key_id) FROM fact WHERE fact_id = of_fact)
ORDER BY known_since;
COMMENT ON MACRO TABLE fact_history IS 'Everything its source ever said of what one fact is about: the first value, its revisions, its withdrawal.';

CREATE MACRO news(first_day, last_day) AS TABLE
SELECT
    CASE WHEN interval = 'withdrawn' THEN 'withdrawn' WHEN previous_known_since IS NULL THEN 'new' ELSE 'revised' END AS kind,
    indicator, subject, definition, method, observed_on, known_since,
    value, value_low, value_high, interval, previous_value, previous_known_since, citation, citation_url, fact_id
FROM fact
-- In no order: a sort would cost most of what a count of a busy year takes.
WHERE known_since BETWEEN first_day::DATE AND last_day::DATE;
COMMENT ON MACRO TABLE news IS 'What the public learnt from one day to another, both included: new, revised and withdrawn values.';

CREATE VIEW record_growth AS
SELECT known_since,
    count(*) FILTER (interval <> 'withdrawn' AND previous_known_since IS NULL) AS new,
    count(*) FILTER (interval <> 'withdrawn' AND previous_known_since IS NOT NULL) AS revised,
    count(*) FILTER (interval = 'withdrawn') AS withdrawn,
    sum(count(*)) OVER (ORDER BY known_since)::BIGINT AS facts
FROM fact
GROUP BY known_since
ORDER BY known_since;
COMMENT ON VIEW record_growth IS 'How the record grew: one row a day on which something became known.';
COMMENT ON COLUMN record_growth.new IS 'First values of that day.';
COMMENT ON COLUMN record_growth.revised IS 'Values of that day that replaced another.';
COMMENT ON COLUMN record_growth.withdrawn IS 'Values that were taken back that day.';


-- Upkeep ------------------------------------------------------------------------------------------------------------

CREATE MACRO source_status(day, stale_days := 180) AS TABLE
WITH public AS (
    SELECT source, count(*) AS facts, max(observed_on) AS newest_on, max(known_since) AS last_known_since
    FROM fact
    WHERE known_since <= day::DATE
    GROUP BY source
)
SELECT source, source_title, coalesce(facts, 0) AS facts, newest_on, last_known_since,
    day::DATE - last_known_since AS silent_days, failing_since,
    failing_since IS NOT NULL OR (last_known_since IS NULL AND ships) OR coalesce(silent_days > stale_days, false) AS is_stale, licence, home_url
FROM source LEFT JOIN public USING (source) LEFT JOIN failing_source USING (source)
ORDER BY source;
COMMENT ON MACRO TABLE source_status IS 'Every source on a day: what is known from it, and whether it is stale: failing, silent for more than stale_days (180 unless said otherwise), or without a fact though it ships with the project.';

CREATE VIEW quarantine_summary AS
SELECT source, rule, indicator, count(*) AS rows_refused, min(reason) AS reason
FROM quarantine
GROUP BY source, rule, indicator
ORDER BY rows_refused DESC, source, rule, indicator;
COMMENT ON VIEW quarantine_summary IS 'How many rows of each source broke which rule, with one of the reasons.';
COMMENT ON COLUMN quarantine_summary.rows_refused IS 'Rows that broke the rule.';


-- Verdicts ----------------------------------------------------------------------------------------------------------

CREATE VIEW run_evidence AS
SELECT run_id, as_of, prior, indicator, evidence.title, subject, definition, cluster, n, weight, capped,
    evidence.stall, evidence.compounding, evidence.recursive, first_on, last_on, assessment_id
FROM evidence JOIN assessment USING (assessment_id)
ORDER BY as_of DESC, stored_at DESC, assessment_id, position;
COMMENT ON VIEW run_evidence IS 'What each series said in the assessments that a run stored, in decibans. A run that found what an earlier one had stored has no row: see the earlier one.';
COMMENT ON COLUMN run_evidence.n IS 'Values in the series.';
