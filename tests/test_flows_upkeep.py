"""What the doctor finds, what is removed in time, and logs for machines."""

import json
import shutil
from datetime import UTC, datetime

import pytest
from warehouse_samples import append, horizon

from flows.configuration import Configuration, Retention
from flows.doctor import Patient, examine, worst
from flows.report import write_folder
from flows.retention import retain
from warehouse.connection import live, writer
from warehouse.home import Home
from warehouse.landing import land
from warehouse.publish import publish

AT = datetime(2026, 10, 10, 9, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A data folder with a file, a fact and a published snapshot."""
    home = Home(tmp_path_factory.mktemp("home") / "data")
    home.prepare()
    with live(home) as connection:
        append(connection, [horizon(59.0, source="metr_horizons")], "a.csv")
        (source, sha256) = connection.execute("SELECT source, sha256 FROM landing").fetchall()[0]
    (home.landing / source).mkdir()
    (home.landing / source / sha256).write_bytes(b"a.csv")
    publish(home)
    return home


@pytest.fixture
def home(published, tmp_path):
    shutil.copytree(published.root, tmp_path / "data", symlinks=True)
    return Home(tmp_path / "data")


def found(home, **settings):
    return {one.check: one for one in examine(Patient(home, Configuration.model_validate(settings), AT))}


def test_a_folder_that_is_well_has_no_failing_line(home):
    lines = found(home)
    assert {name: one.status for name, one in lines.items()} == {
        "python": "ok",
        "packages": "ok",
        "git": "ok",
        "settings": "ok",
        "alerts": "ok",
        "folder": "ok",
        "writer": "ok",
        "disk": "ok",
        "schedule": "warn",
        "snapshot": "ok",
        "sums": "ok",
        "landing": "ok",
        "runs": "warn",
        "source": "warn",
    }
    assert all(bool(one.next) == (one.status != "ok") for one in lines.values())


def test_before_the_first_run_only_that_is_said(tmp_path):
    lines = found(Home(tmp_path / "none"))
    assert lines["folder"].said == f"{tmp_path}/none is not there yet"
    assert worst(list(lines.values())) == "warn"
    assert not (tmp_path / "none").exists()


def test_a_published_file_that_was_altered_fails(home):
    (home.published / "run.parquet").write_bytes(b"altered")
    one = found(home)["sums"]
    assert (one.status, one.said) == ("fail", "not as SHA256SUMS says: run.parquet")


def test_a_landed_file_that_is_gone_fails(home):
    shutil.rmtree(home.landing)
    one = found(home)["landing"]
    assert one.status == "fail"
    assert one.said.startswith("1 file gone or altered, the first landing/metr")


def test_a_damaged_snapshot_fails_and_the_rest_is_still_said(home):
    home.snapshot.write_bytes(b"no database")
    lines = found(home)
    assert lines["snapshot"].status == "fail"
    assert lines["snapshot"].next.startswith("threefutures run")
    assert lines["disk"].status == "ok"


def test_who_writes_is_said(home):
    with writer(home, command="threefutures run"):
        assert found(home)["writer"].said.startswith("threefutures run (process ")


def test_a_secret_that_is_not_set_is_named(home, monkeypatch):
    monkeypatch.delenv("THREEFUTURES_TEST_WEBHOOK", raising=False)
    one = found(home, alerts={"webhook": "env:THREEFUTURES_TEST_WEBHOOK"})["alerts"]
    assert (one.status, one.said) == ("warn", "THREEFUTURES_TEST_WEBHOOK not set here")


def test_the_command_fails_with_what_it_finds(threefutures, folder, published):
    shutil.copytree(published.root, folder / "data", symlinks=True)
    (folder / "data/published/run.parquet").write_bytes(b"altered")
    code, out, err = threefutures("doctor")
    assert (code, err) == (1, "")
    assert (
        "fail  sums      not as SHA256SUMS says: run.parquet\n"
        "                next   threefutures run publishes anew what is kept\n"
    ) in out
    code, out, _ = threefutures("doctor", "--json")
    assert code == 1
    assert {"check", "status", "said", "next"} == set(json.loads(out)[0])


def test_faults_are_json_lines_where_the_log_is(threefutures, monkeypatch):
    monkeypatch.setenv("THREEFUTURES_LOG", "json")
    code, _, err = threefutures("export", "somewhere")
    line = json.loads(err)
    assert code == 1
    assert (line["level"], line["message"].splitlines()[-1]) == ("error", "  next   threefutures run")


def test_a_log_of_a_form_that_nobody_knows_is_wrong_usage(threefutures, monkeypatch):
    monkeypatch.setenv("THREEFUTURES_LOG", "xml")
    code, _, err = threefutures("indicators")
    assert (code, err.splitlines()[0]) == (2, "THREEFUTURES_LOG=xml is no form of a log")


def test_the_newest_reports_are_kept(home):
    for day in (8, 9, 10):
        write_folder(home.reports, AT.date().replace(day=day), {"status.md": str(day)})
    assert retain(home, Retention(reports=2), at=AT) == (1, 0)
    assert sorted(path.name for path in home.reports.iterdir()) == ["2026-10-09", "2026-10-10", "index.html", "latest"]
    assert (home.reports / "latest/status.md").read_text() == "10"


def test_by_default_nothing_is_removed(home):
    land(home, "metr", b"refused", name="b.csv", fetched_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert retain(home, Retention(), at=AT) == (0, 0)
