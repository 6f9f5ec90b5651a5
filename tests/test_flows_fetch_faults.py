"""A publisher's server does whatever it can do wrong: nothing is lost, nothing half loaded, and no run ends."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from live_faults import AGAIN, FAULTS, GOOD, HELD, HUB
from live_samples import archive
from live_servers import LIMITS, answer, ingest, serving

from flows.recorded import require_all
from metrics.source import sources
from warehouse import facts
from warehouse.connection import live, writer
from warehouse.held import held_files
from warehouse.home import Home
from warehouse.landing import landed

AT = datetime(2026, 11, 20, 6, tzinfo=UTC)
LAST_WEEK = AT.replace(day=13)

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "live-sources.md"

STATE = """SELECT
    (SELECT count(*) FROM landing), (SELECT count(*) FROM quarantine), (SELECT count(*) FROM task_attempt),
    (SELECT bit_xor(hash(fact)) FROM fact_observation AS fact)"""


def state(home, known=None):
    """What is kept: the counts of everything and a hash over the facts, and the database's times and sizes.

    Nothing is asked again of a database that nobody has written to.
    """
    files = [(file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in home.root.glob("live.duckdb*")]
    if known is not None and known[1] == files:
        return known
    with live(home) as connection:
        return connection.execute(STATE).fetchall(), files


class Played:
    """Every fault, one after another, on one data folder that has both publishers' files of last week."""

    def __init__(self, home, server):
        self.home = home
        for source, body in (("metr_results", GOOD), ("epoch_hub", archive(HUB))):
            assert ingest(home, sources()[source], server.says(f"/{source}", answer(body)), LAST_WEEK).error == ""
        self.before = state(home)
        self.last = self.before
        with live(home) as connection:
            self.facts = facts.sha256_of(facts.said(connection))
        self.outcomes = [self._play(server, number, fault) for number, fault in enumerate(FAULTS)]

    def _play(self, server, number, fault):
        path = "/astray" if fault.kind == "sent astray" else f"/fault{number}"
        asked_before = len(server.asked(path))
        done = ingest(self.home, sources()[fault.source], server.says(path, fault.script), AT)
        self.last = state(self.home, self.last)
        return done, self.last[0], len(server.asked(path)) - asked_before


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("faults") / "data")
    home.prepare()
    with serving() as server, writer(home, command="test", wait_seconds=1):
        yield Played(home, server)


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[f"{one.kind}: {one.name}" for one in FAULTS])
def test_a_fault_is_told_ends_no_run_and_takes_no_fact(played, number):
    fault, (done, after, requests) = FAULTS[number], played.outcomes[number]
    if fault.done == HELD:
        said = f"{fault.source}: its newest file is held back: {fault.told}"
        assert done.error.split("\n", 1)[0] == said
    else:
        assert done.error.split("\n", 1)[0].endswith(fault.told)
    assert (done.new, done.read, done.tolerated) == (0, 0, True)
    assert after == played.before[0]
    require_all([done])
    if fault.name != "to itself":
        assert requests == (LIMITS.tries if fault.done == AGAIN else 1)


def test_after_all_faults_every_fact_is_as_it_was(played):
    with live(played.home) as connection:
        assert facts.sha256_of(facts.said(connection)) == played.facts


def test_files_that_are_held_back_lie_in_landing_and_a_rebuild_passes_them_over(played):
    held = [fault.told for fault in FAULTS if fault.done == HELD]
    assert sorted(one.rule for one in held_files(played.home)) == sorted(held)
    assert {file.source for file in landed(played.home)} == {"epoch_hub", "metr_results"}
    assert len(landed(played.home)) == 2


def test_there_are_a_hundred_faults_and_the_document_has_each():
    rows = [f"| {fault.kind} | {fault.name} | {fault.told} | {fault.done} |" for fault in FAULTS]
    assert len(FAULTS) >= 100
    assert [row for row in rows if row not in DOCUMENT.read_text(encoding="utf-8")] == []
