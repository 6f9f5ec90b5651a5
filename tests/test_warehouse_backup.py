"""Copies of the data folder, and what time may take away of it."""

import shutil
from datetime import timedelta

import pytest
from warehouse_samples import NOW, horizon, observations, rejected

from metrics.errors import BusyError, UsageError, WarehouseError
from metrics.observation import Judgement
from warehouse.backup import back_up
from warehouse.connection import live, writer
from warehouse.facts import every, keep
from warehouse.fetched import Seen, note_seen
from warehouse.held import Held, hold
from warehouse.home import Home
from warehouse.landing import land, landed
from warehouse.lock import held, held_by
from warehouse.publish import publish
from warehouse.rebuild import rebuild
from warehouse.retention import remove_landed


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "data")
    home.prepare()
    return home


def kept(home, content, rows, at=NOW, source="metr"):
    """Land a file and keep its rows."""
    file = land(home, source, content, name="a.csv", fetched_at=at)
    with live(home) as connection:
        keep(connection, file, judged(rows), at=at)
    return file


def judged(rows):
    return Judgement(accepted=observations(rows), rejected=rejected())


def reading(*rows):
    """A parser that finds these rows in every file."""

    def read(file, content):
        return judged(list(rows))

    return read


def facts(home):
    with live(home) as connection:
        return every(connection).to_csv()


def test_a_folder_that_is_copied_and_copied_back_has_the_same_facts(home, tmp_path):
    kept(home, b"one", [horizon(59.0), horizon(64.0, "2026-01-20")])
    before, published = facts(home), publish(home).sha256
    shutil.copytree(home.root, tmp_path / "copy", symlinks=True)
    shutil.rmtree(home.root)
    shutil.copytree(tmp_path / "copy", home.root, symlinks=True)
    assert facts(home) == before
    assert publish(home).sha256 == published


def test_a_backup_has_the_same_facts_and_can_be_rebuilt_from(home, tmp_path):
    kept(home, b"one", [horizon(59.0), horizon(64.0, "2026-01-20")])
    before, published = facts(home), publish(home).sha256
    copied = back_up(home, tmp_path / "backup")
    restored = Home(tmp_path / "backup")
    assert copied.files == sum(path.is_file() for path in restored.root.rglob("*"))
    assert facts(restored) == before
    rebuild(restored, reading(horizon(59.0), horizon(64.0, "2026-01-20")), at=NOW)
    assert publish(restored).sha256 == published


def test_a_backup_leaves_out_locks_and_what_is_prefects_own(home, tmp_path):
    kept(home, b"one", [horizon(59.0)])
    (home.prefect / "prefect.db").write_text("busy")
    with writer(home, command="backup"):
        back_up(home, tmp_path / "backup")
    assert sorted(path.name for path in (tmp_path / "backup").iterdir()) == [
        "landing",
        "live.duckdb",
        "published",
        "reports",
    ]


def test_a_backup_never_writes_over_or_into_anything(home, tmp_path):
    kept(home, b"one", [horizon(59.0)])
    (tmp_path / "there").mkdir()
    (tmp_path / "there/file").touch()
    with pytest.raises(UsageError, match="there is something already"):
        back_up(home, tmp_path / "there")
    with pytest.raises(UsageError, match="the copy would lie in what is copied"):
        back_up(home, home.root / "backup")
    with pytest.raises(WarehouseError, match="there is nothing to back up"):
        back_up(Home(tmp_path / "empty"), tmp_path / "elsewhere")


def test_the_command_waits_for_the_writer(threefutures, folder, monkeypatch):
    home = Home(folder / "data")
    home.prepare()
    kept(home, b"one", [horizon(59.0)])
    monkeypatch.setenv("THREEFUTURES_WAIT_SECONDS", "0")
    with writer(home, command="run"):
        code, _, err = threefutures("backup", folder / "copy")
    assert code == 1
    assert err.splitlines()[-3] == f"{folder}/data: another process is writing"
    code, out, _ = threefutures("backup", folder / "copy")
    assert (code, out) == (0, f"{folder}/copy\n")


LATER = NOW + timedelta(days=100)


def test_only_old_files_that_nothing_rests_on_are_removed(home):
    first = kept(home, b"1", [horizon(59.0)])
    restated = kept(home, b"3", [horizon(59.0)], NOW + timedelta(days=1))
    refused = land(home, "metr", b"no table", name="b.csv", fetched_at=NOW + timedelta(days=2))
    note_seen(home, Seen("metr", refused.sha256, "https://data.example/b.csv", "", "", NOW))
    recent = kept(home, b"4", [horizon(59.0)], LATER - timedelta(days=5))
    newest = kept(home, b"5", [horizon(59.0)], LATER - timedelta(days=4))
    with live(home) as connection:
        resting = {row[0] for row in connection.execute("SELECT DISTINCT sha256 FROM fact_observation").fetchall()}
    removed = remove_landed(home, days=30, at=LATER)
    gone = {file.sha256 for file in removed}
    assert gone == {restated.sha256, refused.sha256} - resting
    assert refused.sha256 in gone
    assert list(home.landing.glob(f"*/{refused.sha256}*")) == []
    assert {file.sha256 for file in landed(home)} == {
        one.sha256 for one in (first, restated, refused, recent, newest)
    } - gone


def test_a_file_that_is_held_back_stays_until_somebody_has_looked(home):
    held = land(home, "metr", b"odd", name="odd.csv", fetched_at=NOW)
    hold(home, Held("metr", held.sha256, "too few rows", "3 of 100", NOW))
    kept(home, b"newest", [horizon(59.0)], NOW + timedelta(days=1))
    assert remove_landed(home, days=1, at=LATER) == []


def test_a_rebuild_after_a_removal_gives_the_same_facts(home):
    for at, content in enumerate((b"1", b"2", b"3", b"4")):
        kept(home, content, [horizon(59.0)], NOW + timedelta(days=at))
    before = facts(home)
    assert remove_landed(home, days=1, at=LATER)
    rebuild(home, reading(horizon(59.0)), at=LATER)
    assert facts(home) == before


def test_a_second_schedule_of_one_folder_is_refused(home):
    assert held_by(home.schedule_lock) == ""
    with held(home.schedule_lock, "serve --cron '0 6 * * 1'"):
        assert held_by(home.schedule_lock).startswith("serve --cron '0 6 * * 1' (process ")
        with pytest.raises(BusyError, match="another process does this already"), held(home.schedule_lock, "serve"):
            pass
    assert held_by(home.schedule_lock) == ""
