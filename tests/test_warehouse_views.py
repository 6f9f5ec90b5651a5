"""What analysts ask is answered as the models would, and as pandas and paper do."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from warehouse_samples import NOW, append, document, horizon, landed, rejected, withdrawal

from flows.ingest import ingest_each
from flows.report import source_table
from metrics import load_indicators
from metrics.beliefs import believed
from metrics.forming import form_series
from metrics.observation import Judgement
from metrics.source import sources
from warehouse.alerts import LastTold, keep_told
from warehouse.catalogue import store_catalogue
from warehouse.connection import live, snapshot
from warehouse.examples import examples
from warehouse.facts import every, keep, said
from warehouse.home import Home
from warehouse.publish import publish
from warehouse.query import query
from warehouse.replays import store_replay
from warehouse.results import store_assessment
from warehouse.runs import failing, record_steps, start_run

DAYS = ("2025-12-31", "2026-03-31", "2026-11-20")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The embedded record, an assessment, an attempt, a refused row and a source that failed, published."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.prepare()
    at = datetime(2026, 11, 20, tzinfo=UTC)
    ingest_each(home, (), at=at)
    with live(home) as warehouse:
        refused = rejected((3, "ai_code_share", "within bounds", "value 1.4 is above 1", "{}"))
        empty = every(warehouse).iloc[:0]
        keep(warehouse, landed("ours.csv", "published_facts"), Judgement(empty, refused), at=at)
        warehouse.execute("""INSERT INTO task_attempt VALUES
            ('metr_runs', repeat('a', 64), '2026-01-30', 'o3', 'task', 'family', 4.5, 3, 6, 0, '2025-04-16')""")
        warehouse.execute("""INSERT INTO commit_change VALUES ('git', repeat('b', 64), '2026-01-30', 'service',
            repeat('c', 40), '2025-12-01', 'co-authored', 'Claude Code', 40, 2, 38, '0123456789abcdef')""")
        run_id = start_run(warehouse, command="run", started_at=at, versions={})
        record_steps(warehouse, run_id, [{"source": "metr_horizons", "error": "no answer"}])
        stored = document(markers=[document()["markers"][0] | {"status": "near"}])
        assessed = store_assessment(warehouse, stored, run_id=run_id, stored_at=at)
        keep_told(warehouse, "webhook", LastTold(assessed, {"verdict": {"kind": "leans"}}), run_id=run_id, told_at=at)
        store_replay(warehouse, replayed_once(), stored_at=at)
    publish(home)
    return home


def replayed_once():
    """The document of a replay of one date, before anything could be told."""
    step = {
        "as_of": "2025-12-31",
        "verdict": {"kind": "too_little", "scenario": None, "words": "Too little was public."},
        "probabilities": {"stall": 0.3, "compounding": 0.4, "recursive": 0.3},
        "change": {"stall": -1.0, "compounding": 0.0, "recursive": -1.0},
        "n_series": 3,
        "n_checks": 0,
        "facts": {"n": 10, "sha256": "f" * 64},
        "basis": "b" * 64,
    }
    prior = {"name": "uniform", "weights": {}}
    return {"clock": "known", "prior": prior, "steps": [step], "model": {"version": "1", "sha256": "m" * 64}}


@pytest.fixture(scope="module")
def record(home):
    """Every fact as pandas sees it."""
    with snapshot(home) as connection:
        return every(connection)


@pytest.fixture
def warehouse(tmp_path):
    home = Home(tmp_path)
    home.prepare()
    with live(home) as connection:
        store_catalogue(connection, load_indicators(), sources())
        yield connection


def ask(connection, text):
    return connection.execute(text).fetchall()


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.question)
def test_every_example_is_answered_with_rows(home, example):
    assert query(home, example.statement).rows


def test_every_table_view_and_macro_has_an_example(home):
    named = """SELECT table_name FROM duckdb_tables() WHERE database_name = 'threefutures'
        UNION SELECT view_name FROM duckdb_views() WHERE NOT internal
        UNION SELECT function_name FROM duckdb_functions() WHERE NOT internal"""
    ours = {name for (name,) in query(home, named).rows} - {"about", "fact_observation"}
    assert {example.shows for example in examples()} == ours
    assert [example.shows for example in examples() if example.shows not in example.statement] == []


@pytest.mark.parametrize("day", DAYS)
def test_series_are_those_that_the_classifier_sees(home, day):
    with snapshot(home) as connection:
        formed = form_series(said(connection), load_indicators(), as_of=date.fromisoformat(day)).series
    assert len(formed) >= 5
    for series in formed:
        rows = of_series(home, series, day)
        assert [row[0] for row in rows] == [on.item() for on in series.observed_on]
        assert [row[1] for row in rows] == list(series.subjects)
        for column, expected in enumerate((series.value, series.value_low, series.value_high), start=2):
            assert np.array_equal([np.nan if row[column] is None else row[column] for row in rows], expected, True)


def of_series(home, series, day):
    method = series.method[0]
    definition = series.definition.removesuffix(f" ({method})")
    if series.indicator.series == "frontier":
        relation = f"frontier('{series.indicator.id}', DATE '{day}')"
    else:
        relation = f"series_value('{series.indicator.id}', DATE '{day}') WHERE series_subject = '{series.subject}'"
    kept = f"FROM (FROM {relation}) WHERE definition = '{definition}' AND method = '{method}' ORDER BY observed_on"
    return query(home, f"SELECT observed_on, subject, value, value_low, value_high {kept}").rows


# Computed by METR from its own files, and published with them.
METR_DOUBLING_DAYS = [
    ("METR TH1.1", "2026-01-31", 130.801),
    ("METR TH1.1", "2026-02-19", 128.120),
    ("METR TH1.1", "2026-02-22", 122.611),
    ("METR TH1.1", "2026-03-31", 128.744),
    ("METR TH1.0", "2026-01-31", 165.251),
]


@pytest.mark.parametrize(("definition", "day", "days"), METR_DOUBLING_DAYS)
def test_the_horizon_doubles_in_the_days_that_metr_published(home, definition, day, days):
    relation = f"doubling_time('task_horizon_p50', '2023-01-01', '2026-12-31', '{day}')"
    answer = query(home, f"SELECT doubling_days FROM {relation} WHERE definition = '{definition}'")
    assert [round(value, 3) for (value,) in answer.rows] == [days]


@pytest.mark.parametrize("day", DAYS)
def test_what_was_believed_on_a_day_is_what_pandas_finds(home, record, day):
    expected = believed(record, date.fromisoformat(day))
    ids = query(home, f"SELECT fact_id FROM observation_as_of(DATE '{day}') ORDER BY fact_id").rows
    assert [fact_id for (fact_id,) in ids] == sorted(expected["fact_id"])


def test_revisions_are_what_pandas_finds(home, record):
    key = ["source", "indicator", "subject", "definition", "method", "observed_on"]
    ordered = record.sort_values([*key, "known_since"])
    before = ordered.groupby(key)["value"].shift()
    revised = ordered[ordered.duplicated(key)].assign(previous_value=before)
    found = query(home, "SELECT fact_id, previous_value, value FROM revisions ORDER BY fact_id").rows
    expected = revised.sort_values("fact_id")[["fact_id", "previous_value", "value"]]
    assert len(found) > 100
    assert [row[0] for row in found] == list(expected["fact_id"])
    assert np.array_equal(numbers(found, 1, 3), expected[["previous_value", "value"]].to_numpy(float), True)


def numbers(rows, first, beyond):
    return np.array([[np.nan if cell is None else cell for cell in row[first:beyond]] for row in rows], dtype=float)


def test_news_and_growth_count_every_fact_once(home, record):
    ((new, rest),) = query(
        home,
        "SELECT count(*) FILTER (kind = 'new'), count(*) FILTER (kind <> 'new') FROM news('2000-01-01', '2030-01-01')",
    ).rows
    assert new + rest == len(record)
    assert rest == query(home, "SELECT count(*) FROM revisions").rows[0][0]
    by_day = record.groupby("known_since").size().cumsum()
    growth = query(home, "SELECT known_since, facts FROM record_growth").rows
    assert growth == [(day.date(), n) for day, n in by_day.items()]


@pytest.mark.parametrize("day", DAYS)
def test_sources_are_stale_when_the_report_says_so(home, record, day):
    on = date.fromisoformat(day)
    with snapshot(home) as connection:
        failed = failing(connection)
    table = source_table(record[record["known_since"] <= pd.Timestamp(on)], on, failed)
    columns = "source, source_title, publisher, facts, newest_on, last_known_since, is_stale"
    found = query(home, f"SELECT {columns} FROM source_status('{day}') JOIN source USING (source, source_title)").rows
    expected = table[["id", "title", "publisher", "n", "newest_on", "last_known_since"]]
    assert [row[:-1] for row in found] == list(expected.itertuples(index=False, name=None))
    assert [row[-1] for row in found] == [stale != "" for stale in table["stale"]]


def test_a_source_is_stale_after_more_days_than_asked_for(home):
    stale = "SELECT is_stale FROM source_status('{}', stale_days := {}) WHERE source = 'published_facts'"
    ((last,),) = query(home, "SELECT last_known_since FROM source_status('2026-11-20') WHERE facts > 400").rows
    day = last + pd.Timedelta(days=30)
    assert query(home, stale.format(day, 30)).rows == [(False,)]
    assert query(home, stale.format(day, 29)).rows == [(True,)]


def test_the_catalogue_is_published_whole(home):
    rows = query(home, "SELECT indicator, unit, lower_bound, upper_bound, definitions FROM indicator ORDER BY 1").rows
    assert len(rows) == len(load_indicators())
    assert ("task_horizon_p50", "minutes", 0.0, None, ["METR TH1.1", "METR TH1.0"]) in rows
    assert query(home, "SELECT indicator FROM fact ANTI JOIN indicator USING (indicator)").rows == []
    assert query(home, "SELECT source FROM fact ANTI JOIN source USING (source)").rows == []


def test_a_changed_catalogue_replaces_the_one_that_is_kept(warehouse):
    catalogue = load_indicators()
    store_catalogue(warehouse, {"eci_score": catalogue["eci_score"]}, sources())
    assert ask(warehouse, "SELECT indicator FROM indicator") == [("eci_score",)]
    store_catalogue(warehouse, catalogue, sources())
    assert ask(warehouse, "SELECT count(*) FROM indicator") == [(len(catalogue),)]


def test_the_newest_value_stands_for_its_definition_not_for_another(warehouse):
    older, newer = {"observed_on": "2024-01-01"}, {"observed_on": "2025-01-01"}
    append(
        warehouse,
        [
            horizon(90.0, definition="A", **older),
            horizon(30.0, definition="A", subject="o3", **newer),
            horizon(20.0, definition="A", subject="o1", **newer),
            horizon(10.0, definition="B", **older),
            horizon(0.2, indicator="ai_code_share", subject="X", **older),
            horizon(0.1, indicator="ai_code_share", subject="Y", **newer),
        ],
    )
    assert ask(warehouse, "SELECT indicator, definition, subject, value, unit FROM latest_value") == [
        ("ai_code_share", "TH1.0", "X", 0.2, "share"),
        ("ai_code_share", "TH1.0", "Y", 0.1, "share"),
        ("task_horizon_p50", "A", "o3", 30.0, "minutes"),
        ("task_horizon_p50", "B", "Claude 3.7 Sonnet", 10.0, "minutes"),
    ]


def test_of_times_on_one_day_the_shortest_is_the_furthest(warehouse):
    speedrun = {"indicator": "nanogpt_speedrun_minutes", "definition": "", "observed_on": "2025-01-01"}
    append(warehouse, [horizon(3.0, subject="a", **speedrun), horizon(4.0, subject="b", **speedrun)])
    assert ask(warehouse, "SELECT subject, value FROM latest_value") == [("a", 3.0)]


def metr(value, observed_on, **cells):
    cells = {"definition": "METR TH1.1", "subject": observed_on} | cells
    return horizon(value, observed_on=observed_on, **({"known_since": "2026-01-01"} | cells))


def doubling(warehouse, first="2023-01-01", last="2025-12-31"):
    columns = "definition, n, doubling_days, doubling_days_low, doubling_days_high"
    return ask(warehouse, f"SELECT {columns} FROM doubling_time('task_horizon_p50', '{first}', '{last}', '2026-01-01')")


def test_a_horizon_that_doubles_every_hundred_days_is_said_to(warehouse):
    append(
        warehouse,
        [
            metr(1.0, "2024-01-01"),
            metr(2.0, "2024-04-10"),
            metr(1.5, "2024-05-01"),  # behind the best
            metr(4.0, "2024-07-19"),
            metr(64.0, "2024-07-20", definition="METR TH1.0"),  # another definition
            metr(np.nan, "2025-01-01", value_low=100.0, interval="bound"),  # no value to fit
        ],
    )
    ((definition, n, days, low, high),) = doubling(warehouse)
    assert (definition, n) == ("METR TH1.1", 3)
    assert [days, low, high] == pytest.approx([100.0, 100.0, 100.0])


def test_two_values_have_no_doubling_time(warehouse):
    append(warehouse, [metr(1.0, "2024-01-01"), metr(2.0, "2024-04-10"), metr(4.0, "2024-07-19")])
    assert doubling(warehouse, first="2024-02-01") == []


def test_the_range_of_a_doubling_time_is_that_of_leaving_one_value_out(warehouse):
    append(warehouse, [metr(1.0, "2024-01-01"), metr(2.0, "2024-04-10"), metr(16.0, "2024-07-19")])
    ((_, _, days, low, high),) = doubling(warehouse)
    # All three: four doublings in 200 days. Without the first: three in 100. Without the last: one in 100.
    assert [days, low, high] == pytest.approx([50.0, 100 / 3, 100.0])


def test_what_a_source_said_over_time_is_told_of_any_of_its_facts(warehouse):
    append(
        warehouse, [horizon(59.0), horizon(64.0, "2026-01-20"), withdrawal("2026-02-01"), horizon(1.0, subject="o3")]
    )
    ((fact_id,),) = ask(warehouse, "SELECT fact_id FROM fact WHERE value = 64")
    assert ask(warehouse, f"SELECT known_since, known_until, value FROM fact_history('{fact_id}')") == [
        (date(2025, 3, 19), date(2026, 1, 20), 59.0),
        (date(2026, 1, 20), date(2026, 2, 1), 64.0),
        (date(2026, 2, 1), None, None),
    ]


def test_news_say_what_was_new_revised_and_withdrawn_between_two_days(warehouse):
    append(warehouse, [horizon(59.0), horizon(64.0, "2026-01-20"), withdrawal("2026-02-01")])
    news = "SELECT kind, value, previous_value FROM news(DATE '2025-03-19', DATE '{}') ORDER BY known_since"
    assert ask(warehouse, news.format("2026-01-19")) == [("new", 59.0, None)]
    assert ask(warehouse, news.format("2026-02-01")) == [
        ("new", 59.0, None), ("revised", 64.0, 59.0), ("withdrawn", None, 64.0)
    ]  # fmt: skip
    assert ask(warehouse, "SELECT new, revised, withdrawn, facts FROM record_growth") == [
        (1, 0, 0, 1), (0, 1, 0, 2), (0, 0, 1, 3)
    ]  # fmt: skip


def test_code_shares_stand_by_definition_with_the_length_of_their_series(warehouse):
    share = {"indicator": "ai_code_share", "method": "statement"}
    append(
        warehouse,
        [
            horizon(0.3, subject="B", definition="lines", observed_on="2025-01-01", **share),
            horizon(0.2, subject="B", definition="lines", observed_on="2024-01-01", **share),
            horizon(0.9, subject="B", definition="survey", observed_on="2024-01-01", **share),
            horizon(0.1, subject="A", definition="lines", observed_on="2024-01-01", **share),
        ],
    )
    assert ask(warehouse, "SELECT definition, organisation, value, values_of_series FROM code_share") == [
        ("lines", "A", 0.1, 1),
        ("lines", "B", 0.2, 2),
        ("lines", "B", 0.3, 2),
        ("survey", "B", 0.9, 1),
    ]


def test_multipliers_stand_in_the_order_of_how_they_are_known(warehouse):
    methods = ("statement", "", "survey", "rct", "telemetry")
    append(warehouse, [horizon(2.0, indicator="engineer_output_multiplier", method=method) for method in methods])
    assert [method for (method,) in ask(warehouse, "SELECT method FROM output_multiplier")] == [
        "rct", "telemetry", "survey", "statement", ""
    ]  # fmt: skip


def test_evidence_is_found_by_the_run_that_stored_it(warehouse):
    store_assessment(warehouse, document("2026-10-09"), run_id="first", stored_at=NOW)
    store_assessment(warehouse, document("2026-10-10"), run_id="second", stored_at=NOW)
    store_assessment(warehouse, document("2026-10-10"), run_id="third", stored_at=NOW)
    assert ask(warehouse, "SELECT run_id, as_of, indicator, stall, recursive FROM run_evidence") == [
        ("second", date(2026, 10, 10), "eci", -8.0, -1.7),
        ("first", date(2026, 10, 9), "eci", -8.0, -1.7),
    ]


def test_refused_rows_are_counted_by_source_and_rule(warehouse):
    refused = rejected(
        *[(line, "eci", "unit known", f"unit {line}", "{}") for line in (3, 2)], (4, "eci", "dated", "no", "")
    )
    keep(warehouse, landed("a"), Judgement(every(warehouse), refused), at=NOW)
    assert ask(warehouse, "FROM quarantine_summary") == [
        ("metr", "unit known", "eci", 2, "unit 2"),
        ("metr", "dated", "eci", 1, "no"),
    ]


def test_a_horizon_beyond_what_metr_vouches_for_is_at_least_that(warehouse):
    append(warehouse, [metr(960.0, "2024-01-01"), metr(1000.0, "2024-02-01", value_low=500.0, value_high=2000.0)])
    series = "SELECT value, value_low, value_high, interval FROM series_value('task_horizon_p50', '2026-01-01')"
    assert ask(warehouse, f"{series} ORDER BY observed_on") == [
        (960.0, None, None, ""), (None, 960.0, None, "bound")
    ]  # fmt: skip


def test_a_series_of_horizons_is_of_one_publication_restated_values_included(warehouse):
    append(warehouse, [metr(1.0, "2024-01-01"), metr(2.0, "2024-02-01"), metr(3.0, "2024-03-01")], "first")
    later = {"known_since": "2026-02-01"}
    append(warehouse, [metr(2.0, "2024-02-01", **later), metr(4.0, "2024-03-01", **later)], "second")
    series = "SELECT value FROM series_value('task_horizon_p50', '{}') ORDER BY observed_on"
    assert ask(warehouse, series.format("2026-01-31")) == [(1.0,), (2.0,), (3.0,)]
    assert ask(warehouse, series.format("2026-02-01")) == [(2.0,), (4.0,)]


def test_a_fetched_publication_of_the_hub_and_the_embedded_ones_never_stand_in_one_series(warehouse):
    def score(value, month, **cells):
        day = f"2024-{month:02}-01"
        return horizon(value, indicator="eci_score", definition="ECI", subject=day, observed_on=day, **cells)

    append(warehouse, [score(100.0 + month, month, known_since="2026-01-01") for month in (1, 2, 3)], "ours")
    hub = {"source": "epoch_hub", "known_since": "2026-02-01"}
    append(warehouse, [score(200.0 + month, month, **hub) for month in (2, 4)], "hub")
    append(warehouse, [score(101.5, 1, known_since="2026-03-01")], "ours later")
    series = "SELECT value FROM series_value('eci_score', '{}') ORDER BY observed_on"
    assert ask(warehouse, series.format("2026-01-31")) == [(101.0,), (102.0,), (103.0,)]
    assert ask(warehouse, series.format("2026-02-01")) == [(202.0,), (204.0,)]
    assert ask(warehouse, series.format("2026-03-01")) == [(101.5,), (102.0,), (103.0,)]
