"""Tables and evaluations of one's own, by threefutures.toml: read where they lie, dated, and kept to oneself."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from frictionless import Package
from live_samples import copy_of, empty_home
from live_servers import LIMITS, PATIENT, answer, serving

from flows.assess import assess, known
from flows.configuration import load_configuration
from flows.ingest import ingest_each
from flows.live import download, due, ingest_downloads
from flows.own_sources import addresses, ingest_own_sources
from flows.rebuild import rebuild
from flows.recorded import require_all
from flows.report import record, source_table
from metrics import own_source
from metrics.errors import DataError, UsageError
from metrics.own_source import read_rows
from reports.status import status_markdown
from warehouse import facts
from warehouse.connection import live, writer
from warehouse.own import own_sources
from warehouse.package import write_package
from warehouse.publish import publish

AT = datetime(2026, 11, 20, 6, tzinfo=UTC)

ROWS = [
    {"indicator": "ai_code_share", "observed_on": "2026-01-31", "value": 0.25, "subject": "ours"},
    {"indicator": "ai_code_share", "observed_on": "2026-02-28", "value": 0.5, "subject": "ours"},
]
CSV = pd.DataFrame(ROWS).to_csv(index=False)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return empty_home(tmp_path_factory.mktemp("empty") / "data")


@pytest.fixture
def home(tmp_path, empty):
    folder = copy_of(empty, tmp_path / "data")
    with writer(folder, command="test", wait_seconds=1):
        yield folder


@pytest.fixture
def configured(tmp_path):
    """The sources of a threefutures.toml."""

    def read(text):
        (tmp_path / "threefutures.toml").write_text(text)
        return load_configuration(tmp_path, environment={}).sources

    return read


def said(home):
    with live(home) as connection:
        return facts.said(connection)


def as_parquet(rows, path):
    pd.DataFrame(rows).assign(observed_on=pd.to_datetime([row["observed_on"] for row in rows])).to_parquet(path)


def test_a_folder_of_csv_json_lines_and_parquet_is_read_file_by_file(home, configured, tmp_path):
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "january.csv").write_text(CSV)
    moved = [row | {"subject": "theirs"} for row in ROWS]
    (folder / "february.jsonl").write_text("".join(json.dumps(row) + "\n" for row in moved))
    as_parquet([row | {"subject": "others"} for row in ROWS], folder / "march.parquet")
    (folder / "notes.txt").write_text("not a table")
    (done,) = ingest_own_sources(home, configured('[sources.mine]\npath = "ours"'), at=AT)
    assert (done.source, done.files, done.new, done.error) == ("mine", 3, 6, "")
    kept = said(home)
    assert sorted(kept["subject"].unique()) == ["others", "ours", "theirs"]
    assert set(kept["definition"]) == {"as in mine"}
    assert set(kept["known_since"].astype(str)) == {"2026-11-20"}


def test_only_a_file_that_has_changed_is_read_again_and_what_changed_in_it_is_a_revision(home, configured, tmp_path):
    sources = configured('[sources.mine]\npath = "ours.csv"\nknown_since = 2026-03-01')
    (tmp_path / "ours.csv").write_text(CSV)
    ingest_own_sources(home, sources, at=AT)
    (again,) = ingest_own_sources(home, sources, at=AT + timedelta(days=1))
    assert (again.unchanged, again.read) == (1, 0)
    sources = configured('[sources.mine]\npath = "ours.csv"')
    (tmp_path / "ours.csv").write_text(CSV.replace("0.5", "0.6"))
    (changed,) = ingest_own_sources(home, sources, at=AT + timedelta(days=2))
    assert (changed.revised, changed.known) == (1, 1)
    values = said(home).query("observed_on.dt.month == 2")
    assert dict(zip(values["known_since"].astype(str), values["value"], strict=True)) == {
        "2026-03-01": 0.5,
        "2026-11-22": 0.6,
    }


def test_a_file_that_was_read_by_a_clock_ahead_of_time_is_read_when_it_changes(home, configured, tmp_path):
    sources = configured('[sources.mine]\npath = "ours.csv"')
    (tmp_path / "ours.csv").write_text(CSV)
    ingest_own_sources(home, sources, at=AT + timedelta(days=3650))
    (tmp_path / "ours.csv").write_text(CSV.replace("ours", "theirs"))
    (done,) = ingest_own_sources(home, sources, at=AT)
    assert (done.error, done.new) == ("", 2)


MORE = pd.DataFrame([{**ROWS[0], "observed_on": f"2025-{month:02d}-28"} for month in range(1, 11)]).to_csv(index=False)
EXPECT = '[sources.mine]\npath = "ours.csv"\n[sources.mine.expect]\ncolumns = ["subject"]\n'
UNEXPECTED = {
    "a column is missing": MORE.replace("subject", "note"),
    "too few rows": "".join(MORE.splitlines(keepends=True)[:6]),
    "too many values changed": MORE.replace("0.25", "0.9"),
    "too many rows refused": MORE.replace("0.25", "25"),
    "cannot be read": "<html></html>",
}


@pytest.mark.parametrize("rule", UNEXPECTED)
def test_a_table_that_is_not_as_expected_is_held_back_and_the_facts_before_it_stay(home, configured, tmp_path, rule):
    sources = configured(EXPECT)
    (tmp_path / "ours.csv").write_text(MORE)
    ingest_own_sources(home, sources, at=AT)
    before = said(home)
    (tmp_path / "ours.csv").write_text(UNEXPECTED[rule])
    for day in (1, 2):
        (done,) = ingest_own_sources(home, sources, at=AT + timedelta(days=day))
        assert done.error.startswith(f"mine: its newest file is held back: {rule}\n")
        assert (done.read, done.tolerated) == (0, False)
    assert said(home).equals(before)
    rebuild(home, at=AT + timedelta(days=3))
    assert said(home).equals(before)


def test_a_table_that_was_held_back_is_taken_after_somebody_has_looked(threefutures, folder):
    (folder / "threefutures.toml").write_text(EXPECT)
    (folder / "ours.csv").write_text(MORE)
    assert threefutures("ingest", "mine")[0] == 0
    (folder / "ours.csv").write_text(UNEXPECTED["too few rows"])
    code, _, err = threefutures("ingest", "mine")
    assert code == 1
    (sha256,) = re.findall("--accept ([0-9a-f]{12})", threefutures("quarantine")[1] + err)[-1:]
    assert threefutures("ingest", "mine", "--accept", sha256)[0] == 0
    assert threefutures("ingest", "mine")[0] == 0


def test_a_source_is_late_after_the_days_it_says(home, configured, tmp_path):
    sources = configured(EXPECT + "late_days = 10\n")
    (tmp_path / "ours.csv").write_text(CSV)
    ingest_own_sources(home, sources, at=AT)
    own = own_sources(home)
    after = {days: source_table(said(home), (AT + timedelta(days=days)).date(), {}, own) for days in (10, 11)}
    stale = {days: dict(zip(rows["id"], rows["stale"], strict=True))["mine"] for days, rows in after.items()}
    assert stale == {10: "", 11: "last published 11 days ago"}


def test_a_folder_has_no_file_that_follows_another(home, configured, tmp_path):
    (tmp_path / "ours.csv").mkdir()
    (done,) = ingest_own_sources(home, configured(EXPECT), at=AT)
    assert done.error.startswith("[sources.mine.expect] is about one file, which follows the one before it\n")


def test_a_rebuild_reads_own_sources_that_the_configuration_no_longer_names(home, configured, tmp_path):
    (tmp_path / "ours.csv").write_text(CSV)
    ingest_own_sources(home, configured('[sources.mine]\npath = "ours.csv"'), at=AT)
    before = said(home)
    configured("")
    rebuild(home, at=AT + timedelta(days=30))
    assert said(home).equals(before)


def test_a_table_on_the_network_is_fetched_and_one_that_cannot_be_ends_no_run(home, configured):
    with serving() as server:
        server.says("/ours.csv", answer(CSV.encode()), answer(b"", "500 Internal Server Error"))
        sources = configured(f'[sources.mine]\npath = "{server.url("/ours.csv")}"\nknown_since = 2026-03-01')
        ingest_own_sources(home, sources, at=AT)
        outcomes = []
        for day in (0, 1):
            asked = [
                download(one, at=AT, limits=LIMITS, surroundings=PATIENT)
                for one in due(home, addresses(sources), at=AT)
            ]
            outcomes += ingest_downloads(home, asked, at=AT + timedelta(days=day))
    assert [(one.new, bool(one.error), one.tolerated) for one in outcomes] == [(2, False, False), (0, True, True)]
    require_all(outcomes)
    assert set(said(home)["known_since"].astype(str)) == {"2026-03-01"}


def test_logs_or_attempts_become_estimates_of_the_source(home, configured, tmp_path):
    lines = ["agent,task,family,minutes,successes,runs,release_date"]
    lines += [f"a,t{at},f{at},{2**at},{10 - at},10,2026-01-15" for at in range(8)]
    (tmp_path / "attempts.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "minutes.csv").write_text("task,family,minutes\n")
    text = '[sources.evals]\nkind = "inspect"\npath = "attempts.csv"\nminutes = "minutes.csv"'
    (done,) = ingest_own_sources(home, configured(text), at=AT)
    assert (done.error, done.new) == ("", 2)
    assert set(said(home)["indicator"]) == {"task_horizon_p50", "task_horizon_p80"}
    assert said(home)["definition"].str.startswith("evaluations evals, 8 tasks, our estimate").all()


FAULTY = {
    "a file that is not there": (
        '[sources.mine]\npath = "gone.csv"',
        (
            "{folder}/gone.csv: the file cannot be read\n  found  No such file or directory\n"
            "  next   mend the path in threefutures.toml"
        ),
    ),
    "a folder without tables": (
        '[sources.mine]\npath = "empty"',
        "mine: there is no table in {folder}/empty\n  found  no .csv, .parquet, .jsonl, .ndjson\n",
    ),
    "the name of another source": (
        '[sources.metr_runs]\npath = "ours.csv"',
        "[sources.metr_runs] has the name of a source of threefutures\n  found  sources: ",
    ),
    "indicators of its own": (
        '[sources.mine]\npath = "ours.csv"\nindicators = "ours.toml"',
        "[sources.mine] has indicators of its own, which are not tracked\n  found  indicators = '{folder}/ours.toml'\n",
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_of_ones_own_ends_the_command(home, configured, tmp_path, name):
    text, expected = FAULTY[name]
    (tmp_path / "empty").mkdir()
    (tmp_path / "ours.csv").write_text(CSV)
    (done,) = ingest_own_sources(home, configured(text), at=AT)
    assert done.error.startswith(expected.format(folder=tmp_path))
    with pytest.raises(DataError):
        require_all([done])


UNREADABLE = {
    "a line that is no JSON": (b'{"indicator": "a"\n', "mine: line 1 is not JSON"),
    "a line that is a list": (b'{"indicator": "a", "value": [1]}\n', "mine: line 1 is not a row"),
    "a line of a hundred thousand levels": (b'{"a": ' + b"[" * 100_000, "mine: line 1 is not JSON"),
    "a column that nobody knows": (b'{"indicator": "a", "vlaue": 1}\n', "mine: column 'observed_on' is missing"),
    "half a Parquet file": (b"PAR1" + bytes(20), "mine: the Parquet file cannot be read"),
    "a page": (b"<html></html>", "mine: the file is a web page or XML, not data"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_is_no_table_is_refused(name):
    content, expected = UNREADABLE[name]
    with pytest.raises(DataError) as refusal:
        read_rows(content, name="mine")
    assert refusal.value.message == expected


def test_a_small_parquet_file_that_is_large_as_text_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(own_source, "MOST_BYTES", 2_000_000)
    as_parquet([ROWS[0] | {"note": "x" * 1000}] * 3_000, tmp_path / "ours.parquet")
    content = (tmp_path / "ours.parquet").read_bytes()
    assert len(content) < 20_000
    with pytest.raises(DataError) as refusal:
        read_rows(content, name="mine")
    assert str(refusal.value) == (
        "mine: the table is too large\n  found  more than 2,000,000 bytes of text\n  next   add up first"
    )


def test_a_parquet_file_is_read_to_its_last_row(tmp_path):
    as_parquet([ROWS[0] | {"subject": f"s{at}"} for at in range(2_500)], tmp_path / "ours.parquet")
    rows = read_rows((tmp_path / "ours.parquet").read_bytes(), name="mine")
    assert rows["subject"].tolist() == [f"s{at}" for at in range(2_500)]
    assert rows["line"].tolist() == list(range(1, 2_501))


def test_lines_of_json_and_of_csv_are_counted_as_in_the_file():
    assert read_rows(CSV.encode(), name="mine")["line"].tolist() == [2, 3]
    lines = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    assert read_rows(lines, name="mine")["line"].tolist() == [1, 2]


@pytest.fixture(scope="module")
def published(tmp_path_factory, empty):
    """Embedded facts, and a private table."""
    folder = tmp_path_factory.mktemp("published")
    home = copy_of(empty, folder / "data")
    (folder / "ours.csv").write_text(CSV.replace("ours", "SECRET"))
    (folder / "threefutures.toml").write_text('[sources.mine]\npath = "ours.csv"')
    with writer(home, command="test", wait_seconds=1):
        ingest_each(home, ("metr_horizons",), at=AT)
        ingest_own_sources(home, load_configuration(folder, environment={}).sources, at=AT)
        publish(home)
    return home


def test_a_private_source_is_in_no_export(published, tmp_path):
    package = write_package(published, tmp_path / "out", "csv", version="0")
    assert package.left_out == "Private sources are left out (1). No verdict was reached with their facts."
    text = "".join(path.read_text("utf-8") for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert "SECRET" not in text
    assert "mine" not in text
    assert package.left_out in (tmp_path / "out" / "README.md").read_text("utf-8")
    assert Package(str(tmp_path / "out" / "datapackage.json")).validate().valid


def test_a_private_source_is_in_no_report_and_has_no_part_in_the_verdict(published):
    kept = known(published, AT.date())
    assessment = assess(kept, as_of=AT.date(), sensitivity=False)
    text = status_markdown(assessment, record=record(kept, assessment))
    assert "SECRET" not in text + json.dumps(assessment.to_dict())
    assert "mine" in source_table(kept.facts, AT.date(), {}, kept.own)["id"].tolist()
    assert "SECRET" in set(kept.facts["subject"])


def test_the_whole_database_is_not_given_away_with_a_private_source_in_it(published, tmp_path):
    with pytest.raises(UsageError) as refusal:
        write_package(published, tmp_path / "out", "duckdb", version="0")
    assert str(refusal.value) == (
        "the whole database cannot be given away\n  found  private sources: mine\n"
        "  next   --format parquet or csv leaves them out"
    )
    assert not (tmp_path / "out").exists()


def test_a_private_source_is_marked_in_what_is_published_on_this_machine(published):
    with live(published) as connection:
        marked = connection.execute("SELECT source FROM source WHERE private").fetchall()
    assert ("mine",) in marked
    assert date(2026, 11, 20) == said(published)["known_since"].max().date()
