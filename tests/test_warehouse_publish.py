"""What is published holds everything, explains itself, and makes the same facts into the same bytes."""

import hashlib
import shutil

import duckdb
import pyarrow.parquet as pq
import pytest
from warehouse_samples import NOW, append, document, horizon, landed, observations, rejected, withdrawal

from metrics.errors import DataError, WarehouseError
from metrics.observation import COLUMNS, Judgement
from warehouse.connection import SCHEMA, is_current, live, snapshot, writer
from warehouse.export import EXPORTED, write_parquet
from warehouse.facts import every, keep
from warehouse.files import put_all_in_place, put_in_place, sweep
from warehouse.home import Home
from warehouse.landing import land
from warehouse.publish import publish
from warehouse.quarantine import quarantined
from warehouse.query import query
from warehouse.rebuild import rebuild
from warehouse.results import latest, store_assessment


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    home.prepare()
    return home


def objects(connection):
    """Name and comment of every table, view, macro and column."""
    return connection.execute(
        """SELECT table_name AS name, comment FROM duckdb_tables() WHERE NOT internal
        UNION ALL SELECT view_name, comment FROM duckdb_views() WHERE NOT internal
        UNION ALL SELECT function_name, comment FROM duckdb_functions() WHERE NOT internal
        UNION ALL SELECT table_name || '.' || column_name, comment FROM duckdb_columns() WHERE NOT internal
        ORDER BY ALL"""
    ).fetchall()


def test_everything_in_the_live_database_has_a_comment(home):
    with live(home) as warehouse:
        found = objects(warehouse)
    assert len(found) > 100
    assert [name for name, comment in found if not comment] == []


def test_every_table_view_macro_and_comment_is_published(home):
    with live(home) as warehouse:
        expected = objects(warehouse)
    publish(home)
    with snapshot(home) as published:
        assert objects(published) == expected


def test_published_facts_are_those_of_the_live_database(home):
    with live(home) as warehouse:
        append(
            warehouse,
            [horizon(59.0), horizon(59.0, "2025-08-01"), withdrawal("2026-01-20"), horizon(1.0, subject="o3")],
        )
        expected = every(warehouse)
    published = publish(home)
    with snapshot(home) as connection:
        assert every(connection).equals(expected)
        assert connection.execute("SELECT value FROM observation_as_of(DATE '2025-09-01') ORDER BY 1").fetchall() == [
            (1.0,), (59.0,)
        ]  # fmt: skip
        assert connection.execute("SELECT value FROM observation").fetchall() == [(1.0,)]
    assert (published.path, published.tables["fact_observation"]) == (home.snapshot, 3)
    assert published.size == home.snapshot.stat().st_size


def test_parquet_files_lie_beside_the_snapshot_and_hold_no_restatement(home):
    with live(home) as warehouse:
        append(warehouse, [horizon(59.0), horizon(59.0, "2025-08-01")])
    publish(home)
    table = pq.read_table(home.published / "fact_observation.parquet")
    assert table.column_names == [*COLUMNS, "fact_id", "sha256"]
    assert table.column("value").to_pylist() == [59.0]
    assert {path.stem for path in home.published.glob("*.parquet")} == {
        "fact_observation", "indicator", "source", "landing", "quarantine",
        "run", "assessment", "evidence", "sensitivity_check", "marker", "replay", "task_attempt",
    }  # fmt: skip


def test_a_reader_goes_on_reading_the_snapshot_it_opened(home):
    with live(home) as warehouse:
        append(warehouse, [horizon(59.0)], "1")
    publish(home)
    with snapshot(home) as old:
        with live(home) as warehouse:
            append(warehouse, [horizon(40.0, subject="o3")], "2")
        publish(home)
        with snapshot(home) as new:
            assert new.execute("SELECT count(*) FROM observation").fetchall() == [(2,)]
        assert old.execute("SELECT count(*) FROM observation").fetchall() == [(1,)]


def test_a_published_set_has_the_sums_of_its_files(home):
    published = publish(home)
    sums = dict(line.split("  ")[::-1] for line in (home.published / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == {path.name for path in home.published.iterdir()} - {"SHA256SUMS"}
    assert sums["fact_observation.parquet"] == published.sha256
    assert all(hashlib.sha256((home.published / name).read_bytes()).hexdigest() == sums[name] for name in sums)


def test_a_swap_that_was_cut_short_is_finished_by_the_next_writer(tmp_path):
    (tmp_path / "next").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text("old")
        (tmp_path / "next" / name).write_text("new")
    (tmp_path / "b").unlink()
    (tmp_path / "b" / "in the way").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        put_all_in_place(tmp_path / "next", tmp_path)
    (tmp_path / "b" / "in the way").rmdir()
    (tmp_path / "b").rmdir()
    sweep(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "new", "b": "new", "c": "new"}


def test_publishing_finishes_what_a_killed_publication_had_decided(home):
    complete = home.published / ".threefutures-complete"
    complete.mkdir()
    (complete / "run.parquet").write_text("older than what is published next")
    publish(home)
    assert pq.read_table(home.published / "run.parquet").num_rows == 0
    assert not complete.exists()


def test_a_publication_that_fails_changes_nothing_and_leaves_nothing(home):
    publish(home)
    before = {path.name: path.read_bytes() for path in home.published.iterdir()}
    with live(home) as warehouse:
        append(warehouse, [horizon(59.0)])
        warehouse.execute("DROP TABLE marker")
    with pytest.raises(WarehouseError):
        publish(home)
    assert {path.name: path.read_bytes() for path in home.published.iterdir()} == before


def test_a_writer_sweeps_what_a_killed_process_left_and_no_file_of_the_user(home):
    ours = [
        home.published / ".next.threefutures-partial" / "run.parquet",
        home.root / "live.duckdb.threefutures-partial",
        home.root / "live.duckdb.threefutures-partial.wal",
        home.root / "live.duckdb.tmp.threefutures-partial" / "duckdb_temp_storage-0.tmp",
        home.reports / ".2026-10-10.threefutures-partial" / "status.md",
        home.landing / "metr" / "0.threefutures-partial",
    ]
    theirs = [home.root / "download.partial", home.reports / "notes.partial", home.published / "mine.partial.wal"]
    for path in [*ours, *theirs]:
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    (home.reports / ".latest.threefutures-partial").symlink_to(home.landing, target_is_directory=True)
    with writer(home, command="test"):
        pass
    assert sorted(path for path in home.root.rglob("*partial*")) == sorted(theirs)
    assert (home.landing / "metr").is_dir()


def test_a_database_whose_log_is_not_taken_in_replaces_nothing(tmp_path):
    partial, target = tmp_path / "new", tmp_path / "live.duckdb"
    for path in (partial, target, tmp_path / "new.wal"):
        path.write_text(path.name)
    with pytest.raises(OSError, match="the database has not taken in its log"):
        put_in_place(partial, target)
    assert target.read_text() == "live.duckdb"


def test_a_rebuild_is_not_stopped_by_the_log_of_a_database_that_is_gone(home):
    (home.root / "live.duckdb.wal").write_text("<html>")
    rebuild(home, read, at=NOW)
    assert is_current(home)


def test_a_writer_finishes_a_report_that_a_killed_process_was_swapping_in(home):
    complete = home.reports / "2026-10-10" / ".threefutures-complete"
    complete.mkdir(parents=True)
    (complete / "status.md").write_text("new")
    (home.reports / "2026-10-10" / "status.md").write_text("old")
    with writer(home, command="test"):
        pass
    (file,) = (home.reports / "2026-10-10").iterdir()
    assert (file.name, file.read_text()) == ("status.md", "new")


def test_the_log_of_a_database_that_is_gone_does_not_reach_the_new_one(home):
    (home.root / "live.duckdb.wal").write_text("<html>")
    with live(home) as warehouse:
        assert every(warehouse).empty


def test_the_database_of_another_version_is_refused_by_name(home):
    with live(home) as warehouse:
        warehouse.execute("UPDATE about SET schema_sha256 = 'older'")
    assert not is_current(home)
    with pytest.raises(WarehouseError) as error, live(home):
        pass
    assert str(error.value) == (
        f"{home.live}: the database was made by another version of threefutures\n"
        "  found  another schema.sql\n"
        "  next   threefutures rebuild makes it anew from the landing files; nothing is lost"
    )


def test_a_file_that_is_no_database_is_refused_by_name(home):
    home.live.write_text("<html>" * 2000)
    assert not is_current(home)
    with pytest.raises(WarehouseError) as error, live(home):
        pass
    assert str(error.value) == (
        f"{home.live}: the file is not a readable database\n"
        f'  found  IO Error: The file "{home.live}" exists, but it is not a valid DuckDB database file!\n'
        "  next   threefutures rebuild makes it anew from the landing files; the old one is set aside"
    )


HTML = b"<html>" * 2000
DAMAGES = {
    "empty": lambda _: b"",
    "HTML": lambda _: HTML,
    "zeros": lambda _: bytes(50_000),
    "cut after the head": lambda content: content[:20_000],
    "cut after a third": lambda content: content[: len(content) // 3],
    "overwritten in the middle": lambda content: (
        content[: len(content) // 3] + HTML * 50 + content[len(content) // 2 :]
    ),
    "overwritten everywhere behind the head": lambda content: content[:12_288] + HTML * (len(content) // len(HTML)),
}


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A home with enough in it to be damaged in the middle."""
    home = Home(tmp_path_factory.mktemp("full"))
    home.prepare()
    file = land(home, "metr", b"3000", name="metr.csv", fetched_at=NOW)
    with live(home) as warehouse:
        keep(warehouse, file, read_full(file, b"3000"), at=NOW)
    publish(home)
    return home


def read_full(file, content):
    """A parser of a file that only says how many models there are."""
    models = range(int(content))
    return Judgement(
        observations([horizon(float(at), subject=f"model {at}", note=str(at) * 99) for at in models]), rejected()
    )


@pytest.fixture(params=DAMAGES)
def damaged(request, full, tmp_path):
    """A copy of it, and how to damage one of its files."""

    def damage(path):
        path.write_bytes(DAMAGES[request.param](path.read_bytes()))

    shutil.copytree(full.root, tmp_path, dirs_exist_ok=True)
    return Home(tmp_path), damage


def test_a_damaged_snapshot_is_refused_by_name_and_published_anew(damaged):
    home, damage = damaged
    damage(home.snapshot)
    for ask in (lambda: query(home, "FROM fact"), lambda: read_facts(home)):
        with pytest.raises(WarehouseError) as error:
            ask()
        assert error.value.message == f"{home.snapshot}: the file is not a readable database"
        assert error.value.next == "threefutures run, or threefutures rebuild, publishes it anew from what is kept"
    publish(home)
    assert len(read_facts(home)) == 3000


def read_facts(home):
    with snapshot(home) as connection:
        return every(connection)


def test_a_damaged_live_database_names_the_rebuild_and_is_mended_by_it(damaged):
    home, damage = damaged
    damage(home.live)
    with pytest.raises(WarehouseError) as error, live(home) as warehouse:
        every(warehouse)
    assert error.value.message == f"{home.live}: the file is not a readable database"
    assert error.value.next == ("threefutures rebuild makes it anew from the landing files; the old one is set aside")
    with pytest.raises(WarehouseError):
        publish(home)
    assert len(read_facts(home)) == 3000
    is_current(home)  # whatever it finds, it says so without a fault
    assert rebuild(home, read_full, at=NOW).facts == 3000
    assert is_current(home)
    publish(home)


# Rebuild -----------------------------------------------------------------------------------------------------------


def read(file, content):
    """A tiny parser: each line is "day value", a value of x is refused."""
    pairs = [line.split() for line in content.decode().splitlines()]
    rows = [horizon(float(value), day, source=file.source) for day, value in pairs if value != "x"]
    refused = [
        (at, "task_horizon_p50", "not a number", "x", "{}") for at, pair in enumerate(pairs, 1) if pair[1] == "x"
    ]
    return Judgement(observations(rows), rejected(*refused))


def deliver(home, warehouse, text, source="metr"):
    file = land(home, source, text.encode(), name="metr.csv", fetched_at=NOW)
    return keep(warehouse, file, read(file, text.encode()), at=NOW)


@pytest.fixture
def kept(home):
    """A home with revisions, a restatement, a contradiction, a refused row and an assessment; and its facts' hash."""
    with live(home) as warehouse:
        deliver(home, warehouse, "2025-08-01 64\n2025-09-01 x\n")
        deliver(home, warehouse, "2025-03-19 59\n2025-05-01 59\n2025-08-01 64\n")
        deliver(home, warehouse, "2025-03-19 7\n", source="other")
        store_assessment(warehouse, document(), run_id="r", stored_at=NOW)
        return home, write_parquet(warehouse, EXPORTED["fact_observation"], home.root / "before.parquet")


def test_a_rebuild_gives_the_same_facts_byte_for_byte(kept):
    home, before = kept
    with live(home) as warehouse:
        refused = quarantined(warehouse)
    rebuilt = rebuild(home, read, at=NOW)
    with live(home) as warehouse:
        assert write_parquet(warehouse, EXPORTED["fact_observation"], home.root / "after.parquet") == before
        assert quarantined(warehouse).equals(refused)
        assert latest(warehouse) == document()
    assert (home.root / "after.parquet").read_bytes() == (home.root / "before.parquet").read_bytes()
    assert (rebuilt.files, rebuilt.facts, rebuilt.quarantined) == (3, 3, 1)
    assert (rebuilt.results_from, rebuilt.set_aside) == (home.live, None)


def test_a_rebuild_replaces_a_broken_file_and_takes_the_results_from_what_was_published(kept):
    home, before = kept
    publish(home)
    home.live.write_text("<html>" * 2000)
    home.live.with_name("live.duckdb.wal").write_text("<html>")
    rebuilt = rebuild(home, read, at=NOW)
    assert rebuilt.results_from == home.snapshot
    assert rebuilt.set_aside is not None
    assert rebuilt.set_aside.read_text().startswith("<html>")
    with live(home) as warehouse:
        assert write_parquet(warehouse, EXPORTED["fact_observation"], home.root / "after.parquet") == before
        assert latest(warehouse) == document()


def test_a_rebuild_makes_an_older_schema_current_and_carries_what_both_have(kept):
    home, before = kept
    with live(home) as warehouse:
        warehouse.execute(
            "UPDATE about SET schema_sha256 = 'older'; ALTER TABLE evidence DROP COLUMN capped; DROP TABLE run"
        )
    rebuild(home, read, at=NOW)
    assert is_current(home)
    with live(home) as warehouse:
        assert write_parquet(warehouse, EXPORTED["fact_observation"], home.root / "after.parquet") == before
        assert warehouse.execute("SELECT indicator, capped FROM evidence").fetchall() == [("eci", None)]


def test_a_mended_parser_releases_a_quarantined_row(kept):
    home, _ = kept
    rebuild(home, lambda file, content: read(file, content.replace(b"x", b"70")), at=NOW)
    with live(home) as warehouse:
        assert quarantined(warehouse).empty
        assert 70.0 in list(every(warehouse)["value"])


OTHER = DataError("other: the file has no rows")


def read_without_other(file, content):
    if file.source == "other":
        raise OTHER
    return read(file, content)


def test_a_file_that_was_kept_and_cannot_be_read_any_more_stops_a_rebuild(kept):
    home, before = kept
    with pytest.raises(DataError) as refusal:
        rebuild(home, read_without_other, at=NOW)
    assert refusal.value is OTHER
    with live(home) as warehouse:
        assert write_parquet(warehouse, EXPORTED["fact_observation"], home.root / "after.parquet") == before


def test_a_landed_file_that_has_gone_with_its_facts_stops_a_rebuild(kept):
    home, before = kept
    gone = next(path for path in (home.landing / "other").iterdir() if path.suffix == "")
    gone.with_name(gone.name + ".json").unlink()
    gone.unlink()
    with pytest.raises(DataError) as refusal:
        rebuild(home, read, at=NOW)
    assert str(refusal.value) == (
        f"landing/other/{gone.name}: the file is gone\n  found  facts that came in it, which a rebuild would lose\n"
        "  next   restore landing/ from a backup and run it again; nothing was changed"
    )
    with live(home) as warehouse:
        assert write_parquet(warehouse, EXPORTED["fact_observation"], home.root / "after.parquet") == before


def test_a_file_that_never_gave_a_fact_does_not_stop_a_rebuild_and_is_told(home):
    with live(home) as warehouse:
        deliver(home, warehouse, "2025-08-01 64\n")
    land(home, "other", b"<html>", name="other.csv", fetched_at=NOW)
    rebuilt = rebuild(home, read_without_other, at=NOW)
    assert rebuilt.refused == (OTHER,)
    assert rebuilt.facts == 1


def test_a_damaged_landing_file_stops_a_rebuild_and_the_old_database_stays(kept):
    home, before = kept
    file = land(home, "metr", b"2026-01-01 80\n", name="metr.csv", fetched_at=NOW)
    (home.landing / "metr" / file.sha256).write_bytes(b"2026-01-01 81\n")
    with pytest.raises(WarehouseError, match="the file is not the one that was fetched"):
        rebuild(home, read, at=NOW)
    with live(home) as warehouse:
        assert write_parquet(warehouse, EXPORTED["fact_observation"], home.root / "after.parquet") == before


def test_the_bytes_of_the_facts_do_not_depend_on_the_number_of_threads(tmp_path):
    hashes = set()
    rows = [horizon(float(at), subject=f"model {at}") for at in range(3000)]
    for threads in (1, 4):
        with duckdb.connect(config={"threads": threads}) as warehouse:
            warehouse.execute(SCHEMA.read_text())
            append(warehouse, rows if threads == 1 else rows[::-1], landed("metr.csv"))
            hashes.add(write_parquet(warehouse, EXPORTED["fact_observation"], tmp_path / "facts.parquet"))
    assert len(hashes) == 1
