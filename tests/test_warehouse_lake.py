"""The warehouse on DuckLake: the same facts as in the live database, whoever of several writers brings them."""

import contextlib
import multiprocessing
import os
import shutil
import socket
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from warehouse_samples import NOW, append, believed, document, horizon, withdrawal

from metrics.errors import BusyError, WarehouseError
from warehouse import facts, results, runs
from warehouse.alerts import LastTold, keep_told, last_told
from warehouse.connection import is_current, live, snapshot
from warehouse.home import Home, Lake
from warehouse.publish import publish

POSTGRES = Path("/usr/lib/postgresql/15/bin")

MISSING = [
    *(name for name in ("duckdb_extension_ducklake", "duckdb_extension_postgres_scanner") if not find_spec(name)),
    *([] if POSTGRES.is_dir() else [f"PostgreSQL in {POSTGRES}"]),
    *([] if os.geteuid() or shutil.which("setpriv") else ["setpriv, to run PostgreSQL as somebody else than root"]),
]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (make test-ducklake)")

FORKSERVER = multiprocessing.get_context("forkserver")


def as_nobody_special(folder):
    """PostgreSQL does not run as root."""
    if os.geteuid():
        return []
    shutil.chown(folder, 65534, 65534)
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server of our own; gives how to connect."""
    folder = Path(tempfile.mkdtemp(prefix="threefutures-postgres-"))  # pytest's own folders are closed to others
    who = as_nobody_special(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"LC_ALL": "C"}

    def call(program, *arguments):
        command = [*who, str(POSTGRES / program), *arguments]
        subprocess.run(command, check=True, env=environment, cwd=folder, stdout=subprocess.DEVNULL)

    call("initdb", "-D", f"{folder}/data", "-U", "three", "--auth=trust", "--no-sync")
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    call("pg_ctl", "-w", "-D", f"{folder}/data", "-l", f"{folder}/log", "-o", options, "start")
    yield (
        f"host=127.0.0.1 port={port} user=three",
        lambda name: call("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "three", name),
    )
    call("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture
def lake(server, tmp_path, request):
    """An empty lake."""
    connection, create = server
    name = "".join(letter for letter in request.node.name.lower() if letter.isalnum())[-40:]
    create(name)
    return Lake(f"{connection} dbname={name}", str(tmp_path / "lake"))


@pytest.fixture
def home(lake, tmp_path):
    home = Home(tmp_path / "data", lake)
    home.prepare()
    return home


def rows_of(file):
    """What file number so says: fifty first values, half of them said by others too, some revised."""
    return [
        horizon(float(at + file * (at % 3 == 0)), f"2026-01-{1 + file:02}", subject=f"{at + 25 * (file % 4)}")
        for at in range(50)
    ]


def keep_files(home, files):
    for file in files:
        with live(home, wait_seconds=120) as connection:
            append(connection, rows_of(file), f"{file}.csv")


def all_facts(home):
    with live(home) as connection:
        return facts.every(connection).drop(columns="sha256").to_csv()


def test_four_writers_keep_what_one_would(home, tmp_path):
    writers = [FORKSERVER.Process(target=keep_files, args=(home, range(at, 20, 4))) for at in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    alone = Home(tmp_path / "alone")
    alone.prepare()
    keep_files(alone, range(20))
    assert all_facts(home) == all_facts(alone)
    with live(home) as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT batch) FROM fact_observation").fetchall()[0][1] == 20


def test_what_was_believed_on_a_day_is_asked_as_of_the_live_database(home):
    with live(home) as connection:
        append(connection, [horizon(59.0), horizon(64.0, "2026-01-20")])
        append(connection, [withdrawal("2026-03-01")], "later.csv")
        assert believed(connection, "2025-06-01") == [59.0]
        assert believed(connection, "2026-02-01") == [64.0]
        assert believed(connection, "2026-04-01") == []
        assert append(connection, [horizon(59.0)], "again.csv").known == 1


def test_keeping_a_file_again_adds_nothing(home):
    for _ in range(2):
        with live(home) as connection:
            append(connection, [horizon(59.0)])
    with live(home) as connection:
        assert connection.execute("SELECT count(*) FROM landing").fetchall() == [(1,)]
        assert connection.execute("SELECT count(*) FROM fact_observation").fetchall() == [(1,)]


def test_a_lake_is_published_as_the_live_database_is(home, tmp_path):
    alone = Home(tmp_path / "alone")
    alone.prepare()
    for one in (home, alone):
        keep_files(one, range(3))
    assert publish(home).sha256 == publish(alone).sha256
    with snapshot(home) as connection:
        assert len(facts.every(connection)) == 150
        ((comment,),) = connection.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'fact' AND column_name = 'fact_id'"
        ).fetchall()
    assert comment == "Short name of a value and its publication day (threefutures explain)."


def test_runs_assessments_and_alerts_are_kept_in_a_lake(home):
    with live(home) as connection:
        run = runs.start_run(connection, command="run", started_at=NOW, versions={})
        runs.finish_run(connection, run, finished_at=NOW, status="done")
        stored = [results.store_assessment(connection, document(), run_id=run, stored_at=NOW) for _ in range(2)]
        for _ in range(2):
            keep_told(connection, "slack", LastTold(stored[0], {"verdict": 1}), run_id=run, told_at=NOW)
    with live(home) as connection:
        assert connection.execute("SELECT count(*) FROM assessment").fetchall() == [(1,)]
        assert last_told(connection, "slack") == LastTold(stored[0], {"verdict": 1})
        assert connection.execute("SELECT count(*) FROM alert").fetchall() == [(1,)]
    assert is_current(home)


def hold(home, saying):
    with live(home) as connection:
        connection.execute("BEGIN")
        append_half(connection)
        saying.send("held")
        saying.recv()


def append_half(connection):
    connection.execute("INSERT INTO landing SELECT 'x', 'x', 'x', '', now()::TIMESTAMP, 1, now()::TIMESTAMP, 1, 1")


def test_a_killed_writer_holds_nobody_up_and_leaves_nothing_half(home):
    with live(home) as connection:
        append(connection, [horizon(59.0)])
    ours, theirs = FORKSERVER.Pipe()
    holder = FORKSERVER.Process(target=hold, args=(home, theirs))
    holder.start()
    assert ours.recv() == "held"
    with pytest.raises(BusyError, match="another process is writing"), live(home, wait_seconds=0.2):
        pass
    holder.kill()
    holder.join()
    with live(home, wait_seconds=30) as connection:
        assert connection.execute("SELECT count(*) FROM landing").fetchall() == [(1,)]


def test_a_lake_of_another_schema_is_told(home):
    with live(home) as connection:
        connection.execute("UPDATE about SET schema_sha256 = 'older'")
    with pytest.raises(WarehouseError, match="made by another version of threefutures"), live(home):
        pass


def test_no_fault_repeats_a_password(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        for catalogue in (
            f"host=127.0.0.1 port={port} user=three password=s3cret dbname=x",
            f"postgresql://three:s3cret@127.0.0.1:{port}/x",
        ):
            home = Home(tmp_path, Lake(catalogue, str(tmp_path / "lake")))
            with pytest.raises(WarehouseError) as error, live(home):
                pass
            assert error.value.message == "the lake refused"
            assert "s3cret" not in str(error.value) + repr(home) + "".join(map(str, error.value.args))
            with contextlib.suppress(AttributeError):
                assert error.value.__cause__ is None
