"""What is asked in SQL is answered where and how it was wished: printed, in a file, or in a shell."""

import io
import json
import os
import signal
import sys
import threading

import pyarrow.parquet as pq
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from warehouse_samples import append, horizon

from flows import cli
from flows.asking import Wish
from flows.sql_shell import SqlCompleter, shell
from warehouse.connection import live, snapshot
from warehouse.home import Home
from warehouse.publish import publish
from warehouse.vocabulary import relations

ASKED = "SELECT subject, value FROM observation ORDER BY value"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    home.prepare()
    with live(home) as warehouse:
        append(warehouse, [horizon(59.0), horizon(64.0, "2026-01-20"), horizon(40.0, subject="=o3")])
    publish(home)
    return home


@pytest.fixture
def threefutures(home, tmp_path, monkeypatch, capsys):
    """Run the command line in an empty folder; gives its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THREEFUTURES_HOME", str(home.root))

    def run(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["threefutures", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


TABLE = "subject            value\n=o3                   40\nClaude 3.7 Sonnet     64\n"
CSV = "subject,value\n'=o3,40.0\nClaude 3.7 Sonnet,64.0\n"
RECORDS = [{"subject": "=o3", "value": 40.0}, {"subject": "Claude 3.7 Sonnet", "value": 64.0}]


def test_an_answer_is_printed_as_a_table_csv_or_json(threefutures):
    assert threefutures("sql", ASKED)[:2] == (0, TABLE)
    assert threefutures("sql", ASKED, "--format", "csv")[:2] == (0, CSV)
    assert json.loads(threefutures("sql", ASKED, "--format", "json")[1]) == RECORDS
    assert threefutures("sql", ASKED, "--json")[1] == threefutures("sql", ASKED, "--format", "json")[1]


def test_an_answer_is_written_in_the_format_that_its_file_is_named_by(threefutures, tmp_path):
    for name in ("a.txt", "a.csv", "a.json", "a.parquet"):
        code, out, err = threefutures("sql", ASKED, "-o", name)
        assert (code, out) == (0, "")
        assert err.startswith(f"2 rows in {name}, ")
    assert (tmp_path / "a.txt").read_text() == TABLE
    assert (tmp_path / "a.csv").read_text() == CSV
    assert json.loads((tmp_path / "a.json").read_text()) == RECORDS
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == RECORDS
    threefutures("sql", ASKED, "--format", "csv", "-o", "a.txt")
    assert (tmp_path / "a.txt").read_text() == CSV


def test_every_row_goes_to_a_file_and_forty_to_a_terminal(threefutures, tmp_path):
    asked = "FROM range(50)"
    _, out, err = threefutures("sql", asked)
    assert (len(out.splitlines()), err.startswith("the first 40 rows (--all prints every row), ")) == (41, True)
    threefutures("sql", asked, "-o", "a.txt")
    assert len((tmp_path / "a.txt").read_text().splitlines()) == 51


def test_two_formats_at_once_are_refused(threefutures):
    assert threefutures("sql", ASKED, "--json", "--format", "csv") == (
        2, "", "sql: --json and --format name two formats\n  found  --format csv\n  next   leave one out\n"
    )  # fmt: skip


def test_a_file_whose_name_tells_no_format_is_not_written(threefutures, tmp_path):
    assert threefutures("sql", ASKED, "-o", "a.xlsx") == (
        2,
        "",
        (
            "sql: a.xlsx: the name does not tell the format\n"
            "  found  no ending of .csv, .json, .parquet, .txt\n"
            "  next   add --format table, csv, json or parquet\n"
        ),
    )
    assert list(tmp_path.iterdir()) == []


def test_parquet_is_not_printed(threefutures):
    assert threefutures("sql", ASKED, "--format", "parquet") == (
        2,
        "",
        'sql: Parquet is written to a file\n  found  no -o\n  next   threefutures sql "FROM fact" -o fact.parquet\n',
    )


NO_FOLDER = """\
  found  No such file or directory
  next   give another file with -o; what was there is intact
"""


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_file_that_cannot_be_written_is_named(threefutures, name):
    assert threefutures("sql", ASKED, "-o", f"missing/{name}") == (
        1,
        "",
        f"missing/{name}: the file cannot be written\n{NO_FOLDER}",
    )


def test_a_fault_leaves_the_file_as_it_was(threefutures, tmp_path):
    (tmp_path / "a.csv").write_text("old")
    assert threefutures("sql", "SELECT nothing FROM nowhere", "-o", "a.csv")[0] == 2
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.csv": "old"}


def test_without_a_terminal_statements_are_read_from_standard_input(threefutures):
    code, out, _ = threefutures("sql", "--format", "csv", stdin=f"-- é; so\n{ASKED};\nSELECT 1 AS one\n".encode())
    assert (code, out) == (0, f"{CSV}one\n1\n")


def test_the_first_fault_on_standard_input_ends_it(threefutures):
    code, out, err = threefutures(
        "sql", "--format", "csv", stdin=b"SELECT 1 AS one; DELETE FROM landing; SELECT 2 AS two"
    )
    assert (code, out) == (2, "one\n1\n")
    assert err.splitlines()[1:3] == [
        "sql: the published warehouse is only read", "  found  a statement of type DELETE"
    ]  # fmt: skip


def test_a_file_takes_the_answer_to_one_statement(threefutures):
    code, _, err = threefutures("sql", "-o", "a.csv", stdin=b"SELECT 1; SELECT 2;")
    assert (code, err.splitlines()[:2]) == (2, ["sql: one statement is answered at a time", "  found  2 statements"])


def test_nothing_on_standard_input_is_no_statement(threefutures):
    assert threefutures("sql")[0] == 2
    assert threefutures("sql")[2].splitlines()[1] == "  found  0 statements"


def test_standard_input_that_is_no_text_is_refused(threefutures):
    code, _, err = threefutures("sql", stdin=b"\xff\xfe\x00")
    assert (code, err.splitlines()[0]) == (2, "sql: standard input is not UTF-8 text")


def test_an_export_names_its_descriptor_and_counts(threefutures, tmp_path):
    code, out, err = threefutures("export", "--format", "csv", "out")
    assert (code, out) == (0, "out/datapackage.json\n")
    assert err.startswith("12 tables, ")
    assert json.loads((tmp_path / "out" / "datapackage.json").read_text())["name"] == "threefutures"
    assert json.loads(threefutures("export", "again", "--json")[1])["resources"] == 12


@pytest.fixture
def typed(home, capsys):
    """Type at the shell; gives stdout and stderr."""

    def type_in(text):
        with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
            keys.send_text(f"{text}\x04")
            shell(home, Wish())
        said = capsys.readouterr()
        return said.out, said.err

    return type_in


def test_the_shell_answers_statements_of_several_lines(typed):
    out, err = typed("SELECT subject, value\nFROM observation -- all;\nORDER BY value;\n")
    assert out == TABLE
    assert err.splitlines()[0] == "A statement ends with a semicolon; Tab completes; .help lists the commands."
    assert err.splitlines()[1].startswith("2 rows, ")


def test_the_shell_goes_on_after_a_fault(typed):
    out, err = typed("DELETE FROM landing;\nSELECT 1 AS one; SELECT 2 AS two;\n")
    assert "sql: the published warehouse is only read" in err
    assert out == "one\n  1\ntwo\n  2\n"


def test_a_command_behind_a_statement_without_its_end_is_told_and_not_swallowed(typed):
    out, err = typed("SELECT 1\n.examples\nSELECT 2 AS two;\n")
    assert "sql: the statement before the command has no end\n  found  .examples\n" in err
    assert out == "two\n  2\n"


def test_control_c_drops_what_is_typed(typed):
    out, _ = typed("SELECT nothing\nFROM nowhere\x03SELECT 1 AS one;\n")
    assert out == "one\n  1\n"


def test_control_c_stops_a_query_and_the_shell_goes_on(typed):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        out, err = typed("SELECT count(*) FROM range(1000000000000) a, range(1000) b;\nSELECT 1 AS one;\n")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (err.splitlines()[1], out) == ("stopped", "one\n  1\n")


def test_the_shell_lists_what_there_is_with_what_it_means(typed):
    out, _ = typed(".tables\n")
    assert "frontier(of_indicator, day)\n    The values further than every earlier one" in out
    assert max(map(len, out.splitlines())) <= 88


def test_the_shell_tells_the_columns_of_a_macro(typed):
    out, _ = typed(".columns doubling_time\n")
    assert "doubling_days" in out
    assert "Days in which it doubles; infinity" in out


def test_the_shell_shows_examples_that_can_be_typed_as_they_stand(typed):
    out, _ = typed(".examples revisions\n")
    assert out.startswith("-- Which horizons changed by more than a tenth when they were revised?\nSELECT ")
    assert typed(".examples\n")[0].count("\n-- ") > 25


FAULTS = [
    (".tabels", "sql: .tabels is not a command\n  found  .tabels\n  next   did you mean .tables?"),
    (".columns fakt", "sql: there is no table, view or macro 'fakt'\n  found  fakt\n  next   did you mean fact?"),
    (".examples x", "sql: there is no example of 'x'\n  found  x\n  next   .examples"),
]


@pytest.mark.parametrize(("text", "told"), FAULTS)
def test_a_command_that_is_mistyped_says_what_was_meant(typed, text, told):
    assert told in typed(f"{text}\n")[1]


def test_quit_leaves_the_shell(typed):
    assert typed(".quit\nSELECT 1 AS one;\n")[0] == ""


def test_what_was_typed_is_there_the_next_time(typed, home):
    typed("SELECT 41 + 1;\n")
    assert "SELECT 41 + 1;" in (home.root / "sql_history").read_text()
    assert "42" in typed("\x1b[A\n")[0]


@pytest.fixture(scope="module")
def completed(home):
    with snapshot(home) as connection:
        completer = SqlCompleter(relations(connection))
    return lambda text: {
        one.text: one.display_meta_text for one in completer.get_completions(Document(text), CompleteEvent())
    }


def test_names_are_completed_with_what_they_mean(completed):
    assert completed("SELECT * FROM observation_a") == {
        "observation_as_of(": "What was believed on a day, one row a key: SELECT * FROM "
        "observation_as_of(DATE '2025-06-30'). Withdrawn values are gone."
    }
    assert completed("FROM fact WHERE KNOWN_U")["known_until"].startswith("Day from which another value")
    assert "select" in completed("sel")


def test_commands_are_completed_at_the_beginning_only(completed):
    assert list(completed(".ex")) == [".examples"]
    assert completed("SELECT .ex") == {}
    assert completed("SELECT ") == {}
