"""SQL on the published snapshot reads facts and nothing else."""

import csv
import io
import json
import os
import signal
import threading
from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest
from warehouse_samples import append, horizon

from metrics.errors import UsageError, WarehouseError
from warehouse.connection import live, snapshot
from warehouse.extract import query_to_parquet
from warehouse.home import Home
from warehouse.publish import publish
from warehouse.query import query
from warehouse.statements import is_complete, statements

NEXT = '  next   threefutures sql "SHOW TABLES" lists what there is; "DESCRIBE observation" its columns'


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    home.prepare()
    with live(home) as warehouse:
        append(warehouse, [horizon(59.0), horizon(64.0, "2026-01-20"), horizon(40.0, subject="o3")])
    publish(home)
    return home


def test_a_macro_answers_as_of_a_day(home):
    answer = query(home, "SELECT subject, value FROM observation_as_of(DATE '2025-06-30') ORDER BY value;")
    assert answer.columns == ("subject", "value")
    assert answer.types == ("VARCHAR", "DOUBLE")
    assert answer.rows == [("o3", 40.0), ("Claude 3.7 Sonnet", 59.0)]
    assert answer.complete


def test_no_more_rows_come_than_were_asked_for(home):
    answer = query(home, "FROM range(10)", rows=3)
    assert (answer.rows, answer.complete) == ([(0,), (1,), (2,)], False)
    assert query(home, "FROM range(3)", rows=3).complete


def test_few_rows_of_an_endless_answer_come_without_the_rest(home):
    answer = query(home, "FROM range(1000000000000)", rows=2, seconds=20)
    assert (answer.rows, answer.complete) == ([(0,), (1,)], False)


def test_an_answer_that_memory_cannot_hold_is_refused(home):
    with pytest.raises(WarehouseError) as error:
        query(home, "SELECT repeat('x', 1400000) FROM range(200)")
    assert str(error.value) == (
        "sql: the answer is larger than 256 MB\n"
        "  found  200 rows so far\n"
        "  next   aggregate, or ask for fewer rows or columns; for whole tables read published/*.parquet"
    )


READING = [
    "DESCRIBE observation",
    "SHOW TABLES",
    "SUMMARIZE fact",
    "EXPLAIN FROM fact",
    "VALUES (1)",
    "(SELECT 1)",
    "-- what there is; all of it\nfrom fact;",
    "UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b",
    "WITH wide AS (PIVOT observation ON subject USING sum(value)) FROM wide",
]


@pytest.mark.parametrize("text", READING)
def test_statements_that_read_are_answered(home, text):
    assert query(home, text).rows


def test_a_pivot_finds_its_columns_in_the_data(home):
    answer = query(home, "PIVOT (SELECT indicator, subject, value FROM observation) ON subject USING max(value)")
    assert answer.columns == ("indicator", "Claude 3.7 Sonnet", "o3")
    assert answer.rows == [("task_horizon_p50", 64.0, 40.0)]


def test_columns_of_one_name_are_told_apart(home):
    answer = query(home, "SELECT 1 AS n, 2 AS n, 3 AS n_1")
    assert answer.columns == ("n", "n_2", "n_1")
    assert answer.records() == [{"n": 1, "n_2": 2, "n_1": 3}]


VALUES = [
    ("0.25", 0.25),
    ("3::DECIMAL(38, 0)", 3),
    ("2::HUGEINT ** 3", 8.0),
    ("1::HUGEINT << 100", 2**100),
    ("'nan'::DOUBLE", None),
    ("['-inf'::DOUBLE, 1]", [None, 1.0]),
    ("{'a': {'b': [DATE '2026-01-31']}}", {"a": {"b": ["2026-01-31"]}}),
    ("MAP {DATE '2026-01-31': 0.5}", {"2026-01-31": 0.5}),
    ("MAP {true: 1}", {"true": 1}),
    ("'\\x01ab'::BLOB", "016162"),
    ("UUID '3ebf2a7f-9895-4737-b306-d8329d356322'", "3ebf2a7f-9895-4737-b306-d8329d356322"),
    ("INTERVAL 90 MINUTE", "01:30:00"),
    ("INTERVAL 3 MONTH", "3 months"),
    ("TIMESTAMP '2026-01-31 09:12:00'", "2026-01-31T09:12:00"),
    ("TIMESTAMPTZ '2026-01-31 09:12:00+00'", "2026-01-31T09:12:00+00:00"),
    ("'infinity'::DATE", None),
    ("'infinity'::TIMESTAMP", None),
    ("'infinity'::TIMESTAMPTZ", None),
    ("'-infinity'::DATE", None),
    ("'-infinity'::TIMESTAMP", None),
    ("[1, 2]::INTEGER[2]", [1, 2]),
]


def test_an_interval_keeps_its_months_whatever_stands_around_the_statement(home):
    answer = query(home, "SELECT INTERVAL 3 MONTH AS v, n AS v FROM range(2) AS t(n) ORDER BY n DESC; -- two")
    assert (answer.columns, answer.rows) == (("v", "v_1"), [("3 months", 1), ("3 months", 0)])


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_every_type_has_a_value_in_json(home, expression, expected):
    (record,) = query(home, f"SELECT {expression} AS v").records()
    assert record == {"v": expected}
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_an_answer_says_when_its_snapshot_was_published(home):
    assert query(home, "SELECT 1").published_at.timestamp() == pytest.approx(home.snapshot.stat().st_mtime)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("DELETE FROM landing", "DELETE"),
        ("CREATE TEMP TABLE t AS SELECT 1", "CREATE"),
        ("COPY fact_observation TO 'out.csv'", "COPY"),
        ("ATTACH 'other.duckdb'", "ATTACH"),
        ("SET threads = 1", "SET"),
        ("INSTALL httpfs", "INSTALL"),
        ("PRAGMA version", "PRAGMA"),
        ("EXPLAIN ANALYZE DELETE FROM landing", "EXPLAIN"),
        ("WITH one AS (SELECT 1) DELETE FROM landing", "DELETE"),
        ("CREATE TEMP TABLE t AS PIVOT observation ON subject USING sum(value)", "CREATE"),
        ("INSERT INTO about (SELECT 'x' FROM (PIVOT observation ON subject USING sum(value)))", "INSERT"),
    ],
)
def test_a_write_is_refused(home, text, kind):
    with pytest.raises(UsageError) as error:
        query(home, text)
    assert str(error.value) == (
        "sql: the published warehouse is only read\n"
        f"  found  a statement of type {kind}\n"
        "  next   write a SELECT; facts come in with threefutures ingest. Nothing was changed"
    )


def test_a_second_statement_does_not_slip_through(home):
    with pytest.raises(UsageError) as error:
        query(home, "SELECT 1; DROP TABLE fact")
    assert str(error.value) == f"sql: one statement is answered at a time\n  found  2 statements\n{NEXT}"


def test_a_second_statement_behind_letters_of_two_bytes_is_counted(home):
    with pytest.raises(UsageError, match="2 statements"):
        query(home, "SELECT 'éééé'; SELECT 2")


@pytest.mark.parametrize("text", ["", "  ", "-- nothing", ";"])
def test_no_statement_is_said_to_be_none(home, text):
    with pytest.raises(UsageError) as error:
        query(home, text)
    assert str(error.value) == f"sql: one statement is answered at a time\n  found  0 statements\n{NEXT}"


FILES = [
    "'{0}.parquet'",
    "read_parquet('{0}.parquet')",
    "read_text('{0}.parquet')",
    "glob('{0}*')",
    "read_blob('/etc/hosts')",
]


@pytest.mark.parametrize("relation", FILES)
def test_a_query_reads_no_file(home, relation):
    with pytest.raises(UsageError) as error:
        query(home, "FROM " + relation.format(home.published / "fact_observation"))
    assert error.value.message == "sql: files and settings are out of reach of a query"


def test_a_query_sees_no_variable_of_the_program(home):
    secret = pd.DataFrame({"a": [1]})
    with pytest.raises(UsageError, match="secret"):
        query(home, "FROM secret")
    assert len(secret) == 1


def test_a_fault_says_where_it_is_in_three_lines(home):
    with pytest.raises(UsageError) as error:
        query(home, "SELECT subject,\n  valu FROM observation")
    assert str(error.value) == (
        "sql: the query has a fault\n"
        '  found  Binder Error: Referenced column "valu" not found in FROM clause! '
        'Candidate bindings: "value", "value_low", "value_high" (line 2, at: valu FROM observation)\n'
        f"{NEXT}"
    )


def test_a_fault_shows_no_control_character_and_little_of_a_long_word(home):
    with pytest.raises(UsageError) as error:
        query(home, f'SELECT "\x1b[31m{"a" * 500}" FROM observation')
    assert error.value.found.startswith('Binder Error: Referenced column "\\x1b[31maaa')
    assert len(error.value.found) < 300


def test_a_word_of_the_query_is_not_taken_for_damage_of_the_file(home):
    with pytest.raises(UsageError) as error:
        query(home, "SELECT corrupt_checksum FROM observation")
    assert error.value.message == "sql: the query has a fault"


def test_a_query_that_does_not_end_is_stopped(home):
    with pytest.raises(WarehouseError) as error:
        query(home, "SELECT count(*) FROM range(1000000000000) a, range(1000) b", seconds=0.2)
    assert str(error.value) == (
        "sql: the query took longer than 0.2 s and was stopped\n"
        "  found  no answer yet\n"
        "  next   ask for less: a WHERE, a smaller join, fewer days"
    )


def test_a_query_that_needs_too_much_memory_is_stopped(home):
    with pytest.raises(WarehouseError) as error:
        query(home, "SELECT list(range) FROM range(100000000)", memory_limit="50MB")
    assert error.value.message == "sql: the query needs more memory than 50MB"


def test_the_settings_of_the_snapshot_cannot_be_loosened(home):
    with snapshot(home) as connection, pytest.raises(Exception, match="locked"):
        connection.execute("SET enable_external_access = true")


def test_before_the_first_run_there_is_nothing_to_ask(tmp_path):
    with pytest.raises(WarehouseError) as error:
        query(Home(tmp_path), "SELECT 1")
    assert str(error.value) == (
        f"{tmp_path}/published/threefutures.duckdb: nothing is published yet\n"
        "  found  no such file\n"
        "  next   threefutures run"
    )


def test_text_that_begins_like_a_formula_is_harmless_in_csv(home):
    texts = ["=1+1", "+1", "-1", "@a", "  =1", "\t=1", "\r=1", "＝1", "plain", "a=b", "2026-01-31"]
    answer = query(home, "SELECT unnest(['" + "', '".join(texts) + "']) AS text")
    with io.StringIO(answer.csv(), newline="") as sheet:
        (_, *rows) = csv.reader(sheet)
    assert [text for (text,) in rows] == [
        "'=1+1", "'+1", "'-1", "'@a", "'  =1", "'\t=1", "'\r=1", "'＝1", "plain", "a=b", "2026-01-31"
    ]  # fmt: skip


def test_a_column_whose_name_is_a_formula_is_harmless_in_csv(home):
    assert query(home, 'SELECT 1 AS "=cmd()"').csv() == "'=cmd()\n1\n"


CELLS = [
    ("-1.5", "-1.5"),
    ("-3::DECIMAL(38, 0)", "-3"),
    ("-0.5::DECIMAL(4, 2)", "-0.50"),
    ("'-inf'::DOUBLE", "-inf"),
    ("NULL", '""'),
    ("true", "true"),
    ("DATE '2026-01-31'", "2026-01-31"),
    ("INTERVAL (-1) DAY", "'-1 day"),
    ("'infinity'::DATE", '""'),
    ("['=a', NULL]", '"[""=a"", null]"'),
    ("'a\"b,c'", '"a""b,c"'),
    ("'two\nlines'", '"two\nlines"'),
]


@pytest.mark.parametrize(("expression", "cell"), CELLS)
def test_values_are_written_in_csv_as_what_they_are(home, expression, cell):
    assert query(home, f"SELECT {expression} AS v").csv() == f"v\n{cell}\n"


def test_an_answer_in_parquet_keeps_types_and_tells_columns_apart(home, tmp_path):
    text = "SELECT DATE '2026-01-31' AS day, value AS v, n AS v, ['=a'] AS list FROM observation ORDER BY value"
    extract = query_to_parquet(home, text, tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    assert (extract.rows, table.column_names) == (2, ["day", "v", "v_1", "list"])
    assert [str(kind) for kind in table.schema.types[:3]] == ["date32[day]", "double", "double"]
    assert table.to_pylist()[0] == {"day": date(2026, 1, 31), "v": 40.0, "v_1": None, "list": ["=a"]}


@pytest.mark.parametrize("text", READING)
def test_every_statement_that_reads_can_be_written_as_parquet(home, tmp_path, text):
    assert query_to_parquet(home, text, tmp_path / "a.parquet").rows == len(query(home, text).rows)


def test_a_parquet_file_that_cannot_be_finished_leaves_the_old_one(home, tmp_path):
    (tmp_path / "a.parquet").write_text("old")
    with pytest.raises(WarehouseError, match="took longer"):
        query_to_parquet(
            home, "SELECT a.range FROM range(1000000000) a, range(1000) b", tmp_path / "a.parquet", seconds=1
        )
    with pytest.raises(UsageError) as error:
        query_to_parquet(home, "SELECT INTERVAL 1 DAY AS a", tmp_path / "a.parquet")
    assert (error.value.message, error.value.next) == (
        "sql: Parquet lacks the type of a column", "cast it: CAST(... AS VARCHAR)"
    )  # fmt: skip
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.parquet": "old"}


def test_a_query_to_a_file_is_bound_to_reading_too(home, tmp_path):
    with pytest.raises(UsageError, match="the published warehouse is only read"):
        query_to_parquet(home, "DELETE FROM landing", tmp_path / "a.parquet")
    with pytest.raises(UsageError, match="out of reach"):
        query_to_parquet(home, "FROM read_blob('/etc/hosts')", tmp_path / "a.parquet")
    assert list(tmp_path.iterdir()) == []


def test_control_c_stops_a_query_at_once(home):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            query(home, "SELECT count(*) FROM range(1000000000000) a, range(1000) b", seconds=600)
    finally:
        signal.signal(signal.SIGINT, before)


def test_statements_end_at_semicolons_that_end_statements():
    text = "-- first; of all\nSELECT 'a;é;b' AS \"x;y\";; /* ; */\nFROM fact -- the last;\n"
    assert statements(text) == ["-- first; of all\nSELECT 'a;é;b' AS \"x;y\"", "/* ; */\nFROM fact -- the last;"]
    assert statements("-- nothing;\n ; ") == []


@pytest.mark.parametrize(
    ("text", "complete"),
    [("select 1;", True), ("select 1; -- so\n", True), ("select 1", False), ("select ';", False), ("a; b", False)],
)
def test_a_statement_is_complete_when_its_semicolon_is_the_last_of_it(text, complete):
    assert is_complete(text) is complete
