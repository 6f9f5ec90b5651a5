"""SQL on the published snapshot reads facts and nothing else."""

import pandas as pd
import pytest
from warehouse_samples import append, horizon

from metrics.errors import UsageError, WarehouseError
from warehouse.connection import live, snapshot
from warehouse.home import Home
from warehouse.publish import publish
from warehouse.query import query

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


@pytest.mark.parametrize(
    "text", ["DESCRIBE observation", "SHOW TABLES", "SUMMARIZE fact", "EXPLAIN FROM fact", "VALUES (1)"]
)
def test_statements_that_read_are_answered(home, text):
    assert query(home, text).rows


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
        ("INSTALL httpfs", "LOAD"),
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


def test_the_caret_stays_under_the_word_it_points_at(home):
    with pytest.raises(UsageError) as error:
        query(home, "SELECT valu FROM observation")
    lines = str(error.value).splitlines()
    assert lines[0] == "sql: the query has a fault"
    assert lines[1] == '  found  Binder Error: Referenced column "valu" not found in FROM clause!'
    assert lines[-1] == NEXT
    (caret,) = (at for at, line in enumerate(lines) if set(line.strip()) == {"^"})
    assert lines[caret - 1][lines[caret].index("^") :].startswith("valu")


def test_a_query_that_does_not_end_is_stopped(home):
    with pytest.raises(WarehouseError) as error:
        query(home, "SELECT count(*) FROM range(1000000000000) a, range(1000) b", seconds=0.2)
    assert str(error.value) == (
        "sql: the query took longer than 0.2 s and was stopped\n"
        "  found  no answer yet\n"
        "  next   ask for less (WHERE, LIMIT), or allow it more time"
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
