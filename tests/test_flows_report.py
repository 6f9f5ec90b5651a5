"""Report files: whole or not at all, whenever the process is killed."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from reports_samples import assessment, facts
from reports_samples import record as sample_record

from flows.assess import Known
from flows.earlier import earlier
from flows.recall import Recalled
from flows.report import is_written, record, write_folder, write_index, write_report
from warehouse.connection import live
from warehouse.home import Home
from warehouse.results import store_assessment

DAY = date(2026, 10, 10)

KILLED = """
import os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from flows.report import write_folder, write_index

CHANGES = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.symlink", "open"}

def killed_at(n, reports):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        seen += event in CHANGES and str(reports) in str(arguments[0])
        if seen == n:
            os._exit(1)
    sys.addaudithook(hook)
    write_folder(reports, date(2026, 10, 10), {"status.md": "new", "status.json": "new"})
    os._exit(0)

n, status = 0, 1
while status:
    n += 1
    reports = Path(sys.argv[1]) / str(n)
    reports.mkdir()
    if "over an old one" in sys.argv:
        write_folder(reports, date(2026, 10, 10), {"status.md": "old", "status.json": "old"})
    if not os.fork():
        killed_at(n, reports)
    status = os.wait()[1]
print(n)
"""


@pytest.fixture
def killed(tmp_path):
    """Folders of reports; in each the writer was killed one change of a file later than in the one before."""

    def run(*how):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", KILLED, str(tmp_path), *how],
            capture_output=True,
            text=True,
            check=True,
        )
        return [tmp_path / str(n) for n in range(1, int(done.stdout))]

    return run


def latest(reports):
    """What stands in the files of the latest report; None where there is none."""
    folder = reports / "latest"
    if not folder.is_symlink():
        return None
    return tuple((folder / name).read_text(encoding="utf-8") for name in ("status.md", "status.json"))


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_a_killed_first_report_leaves_a_whole_one_or_none_and_the_next_sweeps(killed):
    folders = killed()
    assert {latest(reports) for reports in folders} == {None, ("new", "new")}
    for reports in folders:
        write_folder(reports, DAY, {"status.md": "third", "status.json": "third"})
        assert names(reports) == ["2026-10-10", "latest"]
        assert latest(reports) == ("third", "third")


def test_a_killed_second_report_leaves_both_files_and_the_next_sweeps(killed):
    folders = killed("over an old one")
    assert {latest(reports) for reports in folders} >= {("old", "old"), ("new", "new")}
    for reports in folders:
        write_folder(reports, DAY, {"status.md": "third", "status.json": "third"})
        assert names(reports / "latest") == ["status.json", "status.md"]
        assert latest(reports) == ("third", "third")


def test_latest_is_the_newest_day_that_has_a_report(tmp_path):
    (tmp_path / "2026-12-31").mkdir()
    for day in (date(2026, 10, 9), date(2026, 10, 8)):
        write_folder(tmp_path, day, {"status.md": "x"})
    assert (tmp_path / "latest").readlink() == Path("2026-10-09")


def test_a_folder_of_figures_is_replaced_as_a_whole(tmp_path):
    write_folder(tmp_path, DAY, {"status.md": "old", "figures/a.svg": "old"})
    folder = write_folder(tmp_path, DAY, {"status.md": "new", "figures/b.svg": b"new"})
    assert [path.name for path in (folder / "figures").iterdir()] == ["b.svg"]
    assert (folder / "status.md").read_text() == "new"
    assert sorted(path.name for path in folder.iterdir()) == ["figures", "status.md"]


def test_the_index_lists_every_report_and_survives_a_damaged_one(tmp_path):
    write_folder(tmp_path, DAY, {"status.md": "text", "status.json": "{ damaged"})
    write_folder(tmp_path, date(2026, 8, 31), {"status.md": "text"})
    write_index(tmp_path)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert text.index("2026-10-10/status.md") < text.index("2026-08-31/status.md")
    assert text.count("cannot be read") == 2


def test_a_format_that_is_not_written_again_does_not_stay_from_before(tmp_path):
    write_folder(tmp_path, DAY, {"status.html": "old", "figures/a.svg": "old", "status.json": "old"})
    folder = write_folder(tmp_path, DAY, {"status.json": "new"})
    assert names(folder) == ["status.json"]
    assert (tmp_path / "latest").readlink() == Path("2026-10-10")


def test_other_formats_of_the_day_stay_if_they_are_made_from_the_same_and_else_go(tmp_path):
    home, sample = Home(tmp_path), assessment()
    home.prepare()
    known = Known(facts(), facts(), sample_record().quarantine, "the sample", {})
    folder = write_report(home, sample, record(known, sample), ("md", "json")).parent
    write_report(home, sample, record(known, sample), ("json",))
    assert names(folder) == ["status.json", "status.md"]
    fewer = known._replace(facts=known.facts.iloc[1:])
    write_report(home, sample, record(fewer, sample), ("json",))
    assert names(folder) == ["status.json"]


def test_a_report_is_compared_with_the_last_one_written_by_the_same_choices(tmp_path):
    home, sample = Home(tmp_path), assessment()
    home.prepare()
    known = Known(facts(), facts(), sample_record().quarantine, "the sample", {})
    then = [
        assessment(as_of=date(2026, 8, 31)),
        assessment(as_of=date(2026, 9, 30), leave_out=("share",)),
        assessment(as_of=date(2026, 10, 31)),
    ]
    assert earlier(home, sample, published=True) is None
    for one in then:
        write_report(home, one, record(known, one), ("json",))
    found = earlier(home, sample, published=True)
    assert (found["as_of"], found["leave_out"]) == ("2026-08-31", [])
    run = assessment(as_of=date(2026, 9, 15)).to_dict()
    with live(home) as connection:
        store_assessment(connection, run, run_id="r", stored_at=datetime(2026, 9, 15, tzinfo=UTC))
    assert earlier(home, sample, published=False) == run


def test_a_report_is_written_when_it_is_made_of_the_same_and_in_every_format(tmp_path):
    home, sample = Home(tmp_path), assessment()
    home.prepare()
    known = Known(facts(), facts(), sample_record().quarantine, "the sample", {})
    told = record(known, sample)
    assert not is_written(home, sample, told)
    write_report(home, sample, told, ("md", "json"))
    assert not is_written(home, sample, told)
    (tmp_path / "reports" / str(sample.as_of) / "status.html").write_text("drawn", encoding="utf-8")
    assert is_written(home, sample, told)
    fewer = known._replace(facts=known.facts.iloc[1:])
    others = [record(fewer, sample), record(known, sample, kept=Recalled(tripwires=[]))]
    others.append(record(known, replace(sample, leave_out=("share",))))
    assert [is_written(home, sample, other) for other in others] == [False, False, False]
