-- Questions and their statements, at least one for every view and macro. First line: what it shows; second: the
-- question. docs/sql.md is made of them, .examples prints them, and every one is run by a test.

-- latest_value
-- What is the newest value of every indicator of AI's part in the work?
SELECT indicator, subject, definition, observed_on, value, unit, confidence
FROM latest_value JOIN indicator USING (indicator, title, unit)
WHERE dimension = 'automation';

-- latest_value
-- How many series are there of each indicator, and how old is the newest value?
SELECT indicator, count(*) AS series, max(observed_on) AS newest_on
FROM latest_value
GROUP BY indicator
ORDER BY newest_on DESC, indicator
LIMIT 20;

-- observation
-- What is believed today of one model's horizon?
SELECT subject, definition, value, value_low, value_high, interval, known_since, citation
FROM observation
WHERE indicator = 'task_horizon_p50' AND subject = 'claude_opus_4_6';

-- observation_as_of
-- What was believed of the horizons on 31 March 2026?
SELECT definition, subject, observed_on, value, value_low, value_high, known_since
FROM observation_as_of(DATE '2026-03-31')
WHERE indicator = 'task_horizon_p50'
ORDER BY observed_on DESC, definition
LIMIT 10;

-- fact
-- Which values that were believed on 1 March 2026 are not believed today?
SELECT indicator, subject, definition, observed_on, value, known_since, known_until
FROM fact
WHERE known_since <= DATE '2026-03-01' AND known_until > DATE '2026-03-01'
ORDER BY known_until DESC, indicator, subject
LIMIT 20;

-- revisions
-- Which horizons changed by more than a tenth when they were revised?
SELECT subject, definition, previous_known_since, known_since, previous_value, value, value / previous_value AS ratio
FROM revisions
WHERE indicator = 'task_horizon_p50' AND abs(ln(value / previous_value)) > ln(1.1)
ORDER BY known_since DESC, subject;

-- fact_history
-- What has been said over time of one value?
SELECT known_since, known_until, value, value_low, value_high, citation, note
FROM fact_history((
    SELECT fact_id
    FROM revisions
    WHERE indicator = 'task_horizon_p50' AND subject = 'claude_opus_4_6'
    ORDER BY known_since DESC
    LIMIT 1
));

-- news
-- What did the public learn in the first quarter of 2026?
SELECT kind, count(*) AS n, count(DISTINCT indicator) AS indicators
FROM news(DATE '2026-01-01', DATE '2026-03-31')
GROUP BY kind
ORDER BY kind;

-- news
-- Which values that carry evidence were new in September 2026?
SELECT known_since, indicator, subject, definition, value, citation
FROM news(DATE '2026-09-01', DATE '2026-09-30') JOIN indicator USING (indicator)
WHERE role = 'evidence' AND kind = 'new'
ORDER BY known_since, indicator, subject
LIMIT 20;

-- record_growth
-- How many facts were public at the end of each quarter?
SELECT date_trunc('quarter', known_since) AS quarter, sum(new) AS new, sum(revised) AS revised, max(facts) AS facts
FROM record_growth
GROUP BY quarter
ORDER BY quarter;

-- series_value
-- Which series are there of AI-written code, as known on 30 June 2026, and how long are they?
SELECT series_subject, definition, method, count(*) AS n, min(observed_on) AS first_on, max(observed_on) AS last_on
FROM series_value('ai_code_share', DATE '2026-06-30')
GROUP BY series_subject, definition, method
ORDER BY n DESC, series_subject, definition;

-- frontier
-- Which models set a new best horizon, as known on 30 June 2026?
SELECT definition, observed_on, subject, value / 60 AS hours, value_low / 60 AS hours_low, value_high / 60 AS hours_high
FROM frontier('task_horizon_p50', DATE '2026-06-30')
ORDER BY definition, observed_on DESC;

-- doubling_time
-- In how many days did the horizon double from 2023 on, as known on 30 June 2026?
SELECT definition, first_on, last_on, n, doubling_days, doubling_days_low, doubling_days_high
FROM doubling_time('task_horizon_p50', DATE '2023-01-01', DATE '2026-06-30', DATE '2026-06-30');

-- doubling_time
-- How much does that depend on the first year?
SELECT first_year, definition, n, doubling_days, doubling_days_low, doubling_days_high
FROM (VALUES (2019), (2023), (2024)) AS window_start (first_year),
    LATERAL (
        FROM doubling_time('task_horizon_p50', make_date(first_year, 1, 1), DATE '2026-06-30', DATE '2026-06-30')
    )
ORDER BY definition, first_year;

-- code_share
-- Which part of its new code does each organisation attribute to AI, and counted how?
SELECT organisation, definition, method, observed_on, value, value_low, value_high, interval, values_of_series
FROM code_share
WHERE confidence <> 'low'
ORDER BY definition, organisation, observed_on
LIMIT 40;

-- output_multiplier
-- How much more do people produce with AI, by how it is known?
SELECT method, subject, definition, observed_on, value, value_low, value_high, interval, n
FROM output_multiplier
WHERE confidence <> 'low'
LIMIT 40;

-- task_attempt
-- Of which agents were single attempts read, in which file, and how long were the tasks?
SELECT sha256, known_since, agent, count(*) AS tasks, sum(runs) AS runs, median(minutes) AS median_minutes
FROM task_attempt
GROUP BY sha256, known_since, agent
ORDER BY known_since DESC, agent
LIMIT 20;

-- commit_change
-- Who wrote the source lines of each repository's last twelve months with a commit, by what the commits say?
SELECT repo, month, kind, count(*) AS commits, sum(added_source) AS source_lines
FROM commit_change
GROUP BY repo, month, kind
QUALIFY dense_rank() OVER (PARTITION BY repo ORDER BY month DESC) <= 12
ORDER BY repo, month DESC, kind
LIMIT 40;

-- evidence
-- What does each series say for each future in the latest assessment, in decibans?
SELECT evidence.title, n, weight, capped, evidence.stall, evidence.compounding, evidence.recursive
FROM evidence JOIN latest_assessment USING (assessment_id)
ORDER BY position;

-- run_evidence
-- What did each series say in the run of the latest assessment?
SELECT run_id, as_of, indicator, subject, n, stall, compounding, recursive
FROM run_evidence
WHERE run_id = (SELECT run_id FROM latest_assessment)
ORDER BY indicator, subject;

-- assessment
-- Which warnings came with the last assessments?
SELECT as_of, prior, verdict, document->'$.verdict.flags' AS flags, model_version, stored_at
FROM assessment
ORDER BY stored_at DESC
LIMIT 5;

-- latest_assessment
-- What is the verdict, in words, and on how many facts and checks does it stand?
SELECT as_of, verdict, words, checks, facts, model_version
FROM latest_assessment;

-- verdict_history
-- How did the verdict change from day to day?
SELECT as_of, verdict, stall, compounding, recursive, checks, facts
FROM verdict_history
WHERE prior = 'uniform' AND leave_out = []
ORDER BY as_of DESC
LIMIT 20;

-- sensitivity_check
-- Between what do the shares lie when one choice is changed?
SELECT kind, count(*) AS checks, min(sensitivity_check.compounding) AS compounding_low,
    max(sensitivity_check.compounding) AS compounding_high
FROM sensitivity_check JOIN latest_assessment USING (assessment_id)
GROUP BY kind
ORDER BY kind;

-- marker
-- Which signatures of a future are reached or near?
SELECT marker.scenario, title, threshold, status, value_text, observed_on, citation
FROM marker JOIN latest_assessment USING (assessment_id)
WHERE status IN ('reached', 'near')
ORDER BY marker.scenario, position;

-- source_status
-- Which sources were stale on 20 November 2026?
SELECT source, publisher, facts, newest_on, last_known_since, silent_days, failing_since
FROM source_status(DATE '2026-11-20') JOIN source USING (source)
WHERE is_stale;

-- source_status
-- Under which licence does each source come?
SELECT source, facts, licence, home_url
FROM source_status(DATE '2026-11-20');

-- failing_source
-- Which sources could not be read when they were last ingested, and since when?
SELECT source, failing_since, error
FROM failing_source;

-- quarantine_summary
-- Which rules did refused rows break?
SELECT source, rule, indicator, rows_refused, reason
FROM quarantine_summary
LIMIT 20;

-- quarantine
-- Which rows were refused, and why?
SELECT source, line, rule, reason, "row"
FROM quarantine
ORDER BY source, line
LIMIT 20;

-- indicator
-- Which indicators carry evidence, and what can their values not tell?
SELECT indicator, title, unit, scale, series, caveats
FROM indicator
WHERE role = 'evidence'
ORDER BY indicator;

-- landing
-- Which files were read last, and how many of their rows were accepted?
SELECT source, name, fetched_at, rows_read, rows_accepted, sha256
FROM landing
ORDER BY fetched_at DESC, source, name
LIMIT 10;

-- run
-- How did the last runs end?
SELECT run_id, started_at, finished_at, command, status
FROM run
ORDER BY started_at DESC
LIMIT 10;

-- source
-- Who publishes what we read?
SELECT source, source_title, publisher, licence
FROM source;

-- replay
-- What would have been said at the end of each month, had threefutures run then?
SELECT as_of, verdict, round(compounding, 2) AS compounding, series, checks
FROM replay
WHERE clock = 'known'
ORDER BY as_of DESC
LIMIT 12;

-- alert
-- What was each channel of the alerts told last?
SELECT channel, told_at, standing->>'$.verdict.kind' AS verdict
FROM alert;
