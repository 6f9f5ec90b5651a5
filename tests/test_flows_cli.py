"""What a person types, and what comes back: results on stdout, faults in three lines on stderr, exit codes."""

import io
import json
import math
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows import cli
from flows.commands import kept
from flows.console import show_file
from warehouse.connection import live
from warehouse.home import Home
from warehouse.publish import publish
from warehouse.runs import start_run

TOML = '[hours]\ntitle = "Hours of review"\nunit = "hours"\nscale = "log"\n'
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


@pytest.fixture
def classify_own(threefutures, folder):
    """Classify a user's table; `rows` is the CSV as text or bytes."""

    def run(rows, *options, toml=TOML):
        (folder / "ours.toml").write_text(toml, encoding="utf-8")
        (folder / "ours.csv").write_bytes(rows if isinstance(rows, bytes) else rows.encode())
        return threefutures("classify", "--data", "ours.csv", "--indicators", "ours.toml", *options)

    return run


def table(*rows, header="indicator,observed_on,value"):
    return "\n".join([header, *rows]) + "\n"


GOOD = [f"hours,{2020 + at}-01-31,{2.0**at}" for at in range(5)]


def test_help_needs_neither_prefect_nor_pandas_nor_scipy():
    code = (
        "import sys; sys.argv = ['threefutures', '--help']\n"
        "from flows.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'prefect', 'pandas', 'scipy', 'duckdb'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", sorted(cli.cli.commands))
def test_every_command_has_help_with_an_example(threefutures, command):
    code, out, _ = threefutures(command, "--help")
    assert code == 0
    assert f"Example: threefutures {command}" in out


def test_an_unknown_command_is_wrong_usage(threefutures):
    code, out, err = threefutures("assess")
    assert (code, out) == (2, "")
    assert err == "threefutures: No such command 'assess'.\n  next   threefutures --help\n"


def test_the_record_is_classified_before_any_run(threefutures):
    code, out, err = threefutures("classify", "--json", "--no-sensitivity", "--as-of", "2026-10-08")
    document = json.loads(out)
    assert code == 0
    assert err == (
        "no warehouse yet in data: reading the facts that ship with threefutures (threefutures run makes one)\n"
    )
    assert list(document)[:1] == ["as_of"]
    assert {"prior", "probabilities", "verdict", "none_fits", "evidence", "window_sweep", "leave_one_out"} <= set(
        document
    )
    assert {"markers", "facts", "model"} <= set(document)
    assert math.isclose(sum(document["probabilities"].values()), 1.0, abs_tol=1e-5)
    assert document["facts"]["n"] > 1_000


def test_classify_writes_nothing(threefutures, folder):
    threefutures("classify", "--brief", "--no-sensitivity")
    assert list(folder.iterdir()) == []


def test_a_table_of_ones_own_is_classified_without_a_warehouse(classify_own, folder):
    code, out, _ = classify_own(table(*GOOD), "--json")
    document = json.loads(out)
    assert code == 0
    assert [(row["indicator"], row["n"]) for row in document["evidence"]] == [("hours", 5)]
    assert document["as_of"] == "2024-01-31"
    assert sorted(entry.name for entry in folder.iterdir()) == ["ours.csv", "ours.toml"]


def test_two_values_are_too_little(classify_own):
    code, out, _ = classify_own(table(*GOOD[:2]), "--json")
    assert code == 0
    assert json.loads(out)["verdict"]["kind"] == "too_little"


def test_a_duplicated_table_changes_nothing(classify_own):
    once = json.loads(classify_own(table(*GOOD), "--json")[1])
    twice = json.loads(classify_own(table(*GOOD, *GOOD), "--json")[1])
    assert twice["probabilities"] == once["probabilities"]


def test_per_cent_and_fractions_say_the_same(classify_own):
    toml = '[share]\ntitle = "Share"\nunit = "{unit}"\nscale = "logit"\n'
    shares = [0.05, 0.1, 0.2, 0.35]
    fractions = table(*(f"share,202{at}-01-31,{share}" for at, share in enumerate(shares)))
    percents = table(*(f"share,202{at}-01-31,{share * 100:g}" for at, share in enumerate(shares)))
    left = json.loads(classify_own(fractions, "--json", toml=toml.format(unit="share"))[1])
    right = json.loads(classify_own(percents, "--json", toml=toml.format(unit="percent"))[1])
    assert left["probabilities"] == right["probabilities"]


BAD_TABLES = {
    "empty": (b"", "ours.csv: the table is empty\n  found  0 bytes\n  next   give a CSV file with a header\n"),
    "a web page": (
        b"<!doctype html><html></html>",
        (
            "ours.csv: the table is a web page or XML, not CSV\n"
            "  found  <!doctype html><html></html>\n"
            "  next   download the CSV file itself\n"
        ),
    ),
    "a share above one": (
        table(GOOD[0], "hours,2021-01-31,-4", GOOD[2]),
        (
            "ours.csv: value -4 is not above 0 (hours is in hours) (line 3)\n"
            '  found  {"indicator": "hours", "observed_on": "2021-01-31", "value": "-4"}\n'
            "  next   mend the row in ours.csv; nothing was loaded\n"
        ),
    ),
    "text in numbers": (
        table(GOOD[0], "hours,2021-01-31,about 4", "hours,2022-01-31,?"),
        (
            "ours.csv: value 'about 4' is not a number (line 3)\n"
            '  found  {"indicator": "hours", "observed_on": "2021-01-31", "value": "about 4"}; '
            "1 more row cannot be used either\n"
            "  next   mend the row in ours.csv; nothing was loaded\n"
        ),
    ),
    "an unknown indicator": (
        table(GOOD[0], "hour,2021-01-31,4", GOOD[2]),
        (
            "ours.csv: indicator 'hour' is not in the catalogue (line 3)\n"
            '  found  {"indicator": "hour", "observed_on": "2021-01-31", "value": "4"}\n'
            "  next   write hours if that is meant; nothing was loaded\n"
        ),
    ),
    "a date in the future": (
        table(GOOD[0], f"hours,{TOMORROW},4", GOOD[2]),
        (
            f"ours.csv: observed_on {TOMORROW} is after {datetime.now(UTC).date()} (line 3)\n"
            f'  found  {{"indicator": "hours", "observed_on": "{TOMORROW}", "value": "4"}}\n'
            "  next   mend the row in ours.csv; nothing was loaded\n"
        ),
    ),
    "an infinite value": (
        table(GOOD[0], "hours,2021-01-31,inf", GOOD[2]),
        (
            "ours.csv: a number is infinite: value inf, low none, high none (line 3)\n"
            '  found  {"indicator": "hours", "observed_on": "2021-01-31", "value": "inf"}\n'
            "  next   mend the row in ours.csv; nothing was loaded\n"
        ),
    ),
}


@pytest.mark.parametrize("fault", BAD_TABLES)
def test_a_bad_table_is_refused_whole_and_says_where(classify_own, fault):
    rows, expected = BAD_TABLES[fault]
    assert classify_own(rows) == (1, "", expected)


def test_a_share_above_one_is_told_how_to_write_per_cent(classify_own):
    toml = '[share]\ntitle = "Share"\nunit = "share"\nscale = "logit"\n'
    _, _, err = classify_own(table("share,2021-01-31,0.2", "share,2022-01-31,1.4"), toml=toml)
    assert err.splitlines()[-1] == (
        '  next   write shares as fractions (0.014 for 1.4 %), or set unit = "percent" in ours.toml; nothing was loaded'
    )


def test_a_cell_of_a_megabyte_is_refused_without_printing_it(classify_own):
    rows = table(GOOD[0], f"hours,2021-01-31,{'9' * 1_000_000}x", GOOD[2])
    code, _, err = classify_own(rows)
    assert code == 1
    assert len(err) < 700


def test_a_header_of_many_lines_and_a_megabyte_is_told_in_three_short_ones(classify_own):
    for name in ("two\nlines", "\x1b[2J", "x" * 2**20):
        code, _, err = classify_own(f'indicator,observed_on,value,"{name}"\nhours,2021-01-31,4,\n')
        assert (code, len(err.splitlines())) == (1, 3)
        assert err.replace("\n", "").isprintable()
        assert len(err) < 700


def test_an_indicator_of_two_lines_is_told_in_three(classify_own):
    _, _, err = classify_own(table(*GOOD), toml='["two\\nlines\\u001b[2J"]\ntitle = "x"\n')
    assert err == (
        "ours.toml: two lines\\x1b[2J has no unit\n"
        "  found  title\n"
        '  next   add unit = "..." under [two lines\\x1b[2J]\n'
    )


def test_a_missing_file_is_named(threefutures, folder):
    (folder / "ours.toml").write_text(TOML, encoding="utf-8")
    code, _, err = threefutures("classify", "--data", "none.csv", "--indicators", "ours.toml")
    assert code == 1
    assert err == (
        "none.csv: the file cannot be read\n"
        "  found  No such file or directory\n"
        "  next   give the path of a CSV file with indicator, observed_on and value\n"
    )


@pytest.mark.parametrize(
    ("arguments", "first_line"),
    [
        (["classify", "--as-of", "31.1.2026"], "--as-of '31.1.2026' is not a date"),
        (["classify", "--as-of", "20260131"], "--as-of '20260131' is not a date"),
        (["classify", "--as-of", TOMORROW], f"--as-of {TOMORROW} is in the future"),
        (["run", "--as-of", TOMORROW], f"--as-of {TOMORROW} is in the future"),
        (["classify", "--prior", "hope"], "prior 'hope' is not a prior over the three futures"),
        (["run", "--prior", "1,2"], "prior '1,2' is not a prior over the three futures"),
        (["classify", "--data", "ours.csv"], "--data and --indicators belong together"),
        (["ingest", "nowhere"], "there is no source 'nowhere'"),
        (["explain", "nothing"], "there is nothing called 'nothing'"),
    ],
)
def test_wrong_usage_ends_with_two_and_writes_nothing(threefutures, folder, arguments, first_line):
    code, out, err = threefutures(*arguments)
    faults = [line for line in err.splitlines() if not line.startswith("no warehouse yet")]
    assert (code, out, faults[0]) == (2, "", first_line)
    assert len(faults) == 3
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("command", ["report", "classify", "explain"])
def test_facts_that_are_kept_and_not_published_are_not_passed_over(threefutures, folder, command):
    home = Home(folder / "data")
    home.prepare()
    with live(home):
        pass
    code, out, err = threefutures(command, *(["stall"] if command == "explain" else []))
    assert (code, out) == (1, "")
    assert err == (
        "data/published/threefutures.duckdb: what is kept is not published\n"
        "  found  facts in data/live.duckdb, and no snapshot of them\n"
        "  next   threefutures run, or threefutures rebuild, publishes it; nothing was written\n"
    )


def test_sql_before_any_run_says_what_to_do(threefutures, folder):
    code, _, err = threefutures("sql", "SELECT 1")
    assert code == 1
    assert err.splitlines()[-1] == "  next   threefutures run"


def test_ingest_accepts_or_quarantines_every_row_and_a_second_time_adds_none(threefutures, folder):
    first = json.loads(threefutures("ingest", "--json")[1])
    second = json.loads(threefutures("ingest", "--json")[1])
    assert all(one["accepted"] + one["quarantined"] == one["read"] for one in first)
    assert sum(one["read"] for one in first) == 1_329
    assert sum(one["new"] + one["revised"] for one in second) == 0
    assert sum(one["known"] for one in second) == sum(one["accepted"] for one in first)


def test_a_source_that_is_named_twice_is_ingested_once(threefutures, folder):
    ingested = json.loads(threefutures("ingest", "metr_horizons", "metr_horizons", "--json")[1])
    assert [one["source"] for one in ingested] == ["metr_horizons"]


def test_a_home_of_odd_characters_is_a_home_like_any_other(threefutures, folder, monkeypatch):
    monkeypatch.setenv("THREEFUTURES_HOME", 'it\'s #1 "100 %41" $HOME [x] é*')
    assert threefutures("ingest")[0] == 0
    assert json.loads(threefutures("sql", "SELECT count(*) > 1000 AS many FROM fact", "--json")[1]) == [{"many": True}]
    assert threefutures("report", "--as-of", "2026-10-08", "--format", "json")[0] == 0


@pytest.mark.parametrize("home", ["a?b", "a\\b"])
def test_a_home_that_duckdb_cannot_write_to_is_refused(threefutures, folder, monkeypatch, home):
    monkeypatch.setenv("THREEFUTURES_HOME", home)
    assert threefutures("ingest") == (
        1,
        "",
        (
            f"{folder / home}: the path of a home cannot have a question mark or a backslash\n"
            "  found  DuckDB would write to another file\n  next   give another folder with THREEFUTURES_HOME\n"
        ),
    )
    assert list(folder.iterdir()) == []


def no_constant(name):
    raise AssertionError(f"{name} is not JSON")


def test_bounds_without_end_are_null(threefutures):
    rows = json.loads(threefutures("indicators", "--json")[1], parse_constant=no_constant)
    assert (rows[0]["id"], rows[0]["lower"], rows[0]["upper"]) == ("task_horizon_p50", 0.0, None)


def test_a_choice_that_is_the_default_does_not_differ(threefutures):
    today = datetime.now(UTC).date().isoformat()
    shown = threefutures("classify", "--brief", "--no-sensitivity", "--as-of", today, "--prior", "1,1,1")[1]
    other = threefutures("classify", "--brief", "--no-sensitivity", "--as-of", "2026-10-08", "--prior", "sceptic")[1]
    assert "differs" not in shown
    assert other.splitlines()[0] == "differs from the default: prior, as of"


@pytest.fixture
def in_latin_1(threefutures, monkeypatch):
    """Run the command line in a terminal that speaks Latin-1; gives the bytes that were printed."""

    def run(*arguments):
        printed = io.BytesIO()
        terminal = io.TextIOWrapper(printed, encoding="latin-1", write_through=True)
        monkeypatch.setattr(sys, "stdout", terminal)
        assert threefutures(*arguments)[0] == 0
        return printed.getvalue()

    return run


@pytest.mark.parametrize(
    "arguments",
    [
        ["indicators", "--json"],
        ["classify", "--json", "--no-sensitivity"],
        ["report", "--json", "--format", "json"],
        ["sources", "--json"],
    ],
)
def test_json_is_json_in_any_encoding(in_latin_1, arguments):
    printed = in_latin_1(*arguments)
    assert printed.isascii()
    json.loads(printed)


def test_an_explanation_is_shown_in_any_encoding(in_latin_1):
    assert in_latin_1("explain", "task_horizon_p50").startswith(b"Task horizon at 50 % success")


def test_what_was_ingested_can_be_asked_in_sql_reported_and_explained(threefutures, folder):
    threefutures("ingest")
    question = "SELECT count(*) AS n FROM observation_as_of(DATE '2025-08-05') WHERE indicator = 'task_horizon_p80'"
    assert json.loads(threefutures("sql", question, "--json")[1]) == [{"n": 26}]
    arguments = ["report", "--as-of", "2026-10-08", "--format", "md"]
    assert threefutures(*arguments)[:2] == (0, "data/reports/2026-10-08/status.md\n")
    assert json.loads((folder / "data/reports/latest/status.json").read_text(encoding="utf-8"))["as_of"] == "2026-10-08"
    code, out, _ = threefutures("explain", "task_horizon_p50", "--as-of", "2026-10-08")
    assert (code, out.splitlines()[0][:28]) == (0, "Task horizon at 50 % success")


def test_a_run_is_explained_by_the_id_of_the_run_table(threefutures, folder):
    threefutures("ingest", "metr_horizons")
    ((run_id,),) = (row.values() for row in json.loads(threefutures("sql", "SELECT run_id FROM run", "--json")[1]))
    code, out, _ = threefutures("explain", run_id)
    assert (code, out.splitlines()[0]) == (0, f"Run {run_id} (threefutures ingest): done")
    assert "source    metr_horizons: 490 rows read: 490 accepted, 0 quarantined" in out
    assert json.loads(threefutures("explain", run_id, "--json")[1])["parts"]["verdict"] == [
        "none: it stored no assessment"
    ]


@pytest.mark.parametrize("command", [["classify"], ["report"], ["explain", "stall"]])
def test_a_warehouse_without_a_fact_says_what_to_do(threefutures, folder, command):
    home = Home(folder / "data")
    home.prepare()
    publish(home)
    assert threefutures(*command) == (
        1,
        "",
        f"{folder}/data: no fact is kept yet\n  found  0 facts\n  next   threefutures run\n",
    )


def test_an_older_report_does_not_become_the_latest(threefutures, folder):
    threefutures("report", "--as-of", "2026-10-08", "--format", "json")
    threefutures("report", "--as-of", "2026-06-30", "--format", "json")
    assert (folder / "data/reports/latest").resolve().name == "2026-10-08"
    code, out, _ = threefutures("report", "--diff", "2026-06-30", "2026-10-08")
    assert (code, out.splitlines()[0]) == (0, "# threefutures: 30 June 2026 and 8 October 2026")
    assert json.loads(threefutures("report", "--diff", "2026-06-30", "2026-10-08", "--json")[1])["days"] == [
        "30 June 2026",
        "8 October 2026",
    ]
    earlier_first = threefutures("report", "--diff", "2026-10-08", "2026-06-30")[1]
    assert earlier_first == out
    assert threefutures("report", "--diff", "2026-06-30", "2026-06-30") == (
        2,
        "",
        ("--diff compares two days\n  found  2026-06-30 twice\n  next   threefutures report --diff EARLIER LATER\n"),
    )
    assert threefutures("report", "--diff", "2026-06-29", "2026-10-08") == (
        2,
        "",
        (
            "there is no report of 2026-06-29 that can be read\n"
            "  found  reports of 2026-06-30, 2026-10-08\n"
            "  next   threefutures report --as-of 2026-06-29\n"
        ),
    )


def test_a_page_that_is_not_drawn_cannot_be_opened(threefutures, folder):
    assert threefutures("report", "--open", "--format", "md") == (
        2,
        "",
        "--open shows the page, which is not drawn\n  found  --format md\n  next   threefutures report --open\n",
    )


def test_a_file_that_no_browser_shows_is_named(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER", "false")
    monkeypatch.setattr("webbrowser._tryorder", None)
    show_file(tmp_path / "status.html")
    assert capsys.readouterr().err == f"no browser can be opened here; the page is {tmp_path / 'status.html'}\n"


def test_the_same_facts_code_and_date_give_the_same_bytes(threefutures, folder):
    def report():
        threefutures("report", "--as-of", "2025-10-08")
        files = (path for path in sorted((folder / "data/reports/2025-10-08").rglob("*")) if path.is_file())
        return [path.read_bytes() for path in files]

    first = report()
    assert report() == first


def test_rebuild_gives_the_same_facts_from_the_landed_files(threefutures, folder):
    threefutures("ingest")
    exported = sorted((folder / "data/published").rglob("fact_observation*.parquet"))
    before = [path.read_bytes() for path in exported]
    code, _, _ = threefutures("rebuild")
    assert code == 0
    assert before
    assert [path.read_bytes() for path in exported] == before


def test_nothing_is_in_quarantine_of_the_embedded_record(threefutures, folder):
    assert threefutures("quarantine")[1] == "Nothing is in quarantine: every row that was read was accepted.\n"


def test_sources_tell_licence_and_count(threefutures, folder):
    rows = json.loads(threefutures("sources", "--json")[1])
    assert [(row["id"], row["n"] > 300, bool(row["licence"])) for row in rows] == [
        ("epoch_hub", False, True),
        ("git", False, True),
        ("inspect_logs", False, True),
        ("metr_horizons", True, True),
        ("metr_results", False, True),
        ("metr_runs", False, True),
        ("metr_task_counts", False, True),
        ("published_facts", True, True),
    ]


def test_a_fault_of_our_own_is_told_in_three_lines(threefutures, monkeypatch):
    monkeypatch.setattr(kept, "configuration", lambda: 1 / 0)
    code, out, err = threefutures("sources")
    assert (code, out) == (1, "")
    assert err.startswith("threefutures met a fault of its own: ZeroDivisionError\n  found  division by zero\n  next ")


def test_a_data_folder_that_is_a_file_is_told(threefutures, folder, monkeypatch):
    (folder / "taken").write_text("x", encoding="utf-8")
    for home, command in (("taken", "ingest"), ("taken", "classify"), ("taken/data", "sources")):
        monkeypatch.setenv("THREEFUTURES_HOME", home)
        assert threefutures(command) == (
            1,
            "",
            (
                f"{folder / home}: the home is not a folder\n"
                f"  found  a file at {folder / 'taken'}\n"
                "  next   give another folder with THREEFUTURES_HOME, or move the file away\n"
            ),
        )
    assert (folder / "taken").read_text(encoding="utf-8") == "x"


def test_the_packages_are_those_of_this_checkout():
    root = Path(__file__).resolve().parents[1]
    for name in ("flows", "metrics", "reports", "scenarios", "warehouse"):
        assert Path(sys.modules[name].__file__ if name in sys.modules else __import__(name).__file__).parents[1] == root


def test_dates_of_the_embedded_record_are_in_the_past(threefutures):
    rows = json.loads(threefutures("sources", "--json")[1])
    assert max(row["last_known_since"] or "" for row in rows) <= date(2026, 11, 22).isoformat()


def test_a_live_file_that_went_missing_does_not_bury_what_was_published(threefutures, folder):
    threefutures("ingest")
    home = Home(folder / "data")
    with live(home) as connection:
        start_run(connection, command="run", started_at=datetime(2026, 1, 1, tzinfo=UTC), versions={})
    publish(home)
    home.live.unlink()
    assert threefutures("ingest")[0] == 0
    question = "SELECT (SELECT count(*) FROM fact) > 1000 AS facts, count(*) AS runs FROM run"
    answer = threefutures("sql", question, "--json")
    assert json.loads(answer[1]) == [{"facts": True, "runs": 3}]


def test_classify_says_what_to_measure_next(classify_own):
    code, out, _ = classify_own(table(*GOOD), "--brief", "--tripwires")
    assert code == 0
    asked = out[out.index("What to measure next") :].splitlines()
    assert asked[0] == "What to measure next: the series whose next value will tell most, all others unchanged"
    assert asked[2].split()[:3] == ["Hours", "of", "review"]


def test_json_has_what_to_measure_next_where_it_is_asked_for(classify_own):
    _, out, _ = classify_own(table(*GOOD), "--json", "--tripwires", "--no-sensitivity")
    (wire,) = json.loads(out)["tripwires"]
    assert (wire["indicator"], wire["last_on"], wire["usual_days"]) == ("hours", "2024-01-31", 365)
    assert wire["expected"]["low"] < wire["expected"]["median"] < wire["expected"]["high"]
    _, out, _ = classify_own(table(*GOOD), "--json", "--no-sensitivity")
    assert "tripwires" not in json.loads(out)
