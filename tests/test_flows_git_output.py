"""The multiplier of whole histories: from commits and patches to the ratio, with what lands nothing left out."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from git_histories import CO_CLAUDE, DAY, Writer

from flows.git_measure import Asked
from flows.git_report import measure

PEOPLE = [f"P{number} <p{number}@example.com>" for number in range(6)]


def write_years(path, *, giant=False):
    """Six people, two commits a month each from 2020 to 2023: of 4 lines, and of 8 with Claude's mark from 2022 on."""
    writer = Writer()
    for month in range(48):
        at = int(datetime(2020 + month // 12, month % 12 + 1, 2, tzinfo=UTC).timestamp())
        marked = month >= 24
        for number, author in enumerate(PEOPLE * 2):
            files = {f"{month}/{number}.py": writer.lines(8 if marked else 4)}
            message = f"m\n\n{CO_CLAUDE}" if marked else "m"
            writer.commit(at=at + number * DAY, author=author, message=message, files=files)
        if giant and month == 30:
            storm = {f"storm/{number}.py": writer.lines(60) for number in range(50)}
            writer.commit(at=at + 20 * DAY, author=PEOPLE[0], message="Format everything", files=storm)
            more = {f"storm/{number}.py": b"" for number in range(50)}
            writer.commit(at=at + 21 * DAY, author=PEOPLE[0], message='Revert "Format everything"', files=more)
    writer.write(path)


def test_twice_the_lasting_lines_are_twice_the_output_and_a_giant_and_its_revert_are_none(tmp_path):
    for name, giant in (("plain", False), ("storm", True)):
        write_years(tmp_path / name, giant=giant)
    asked = Asked(output_multiplier=True)
    found = measure([str(tmp_path / "plain"), str(tmp_path / "storm")], home=tmp_path / "home", asked=asked)
    outputs = [one.summary["output_multiplier"] for one in found]
    assert {(one["no_estimate"], one["baseline_first"], one["baseline_engineers"]) for one in outputs} == {
        ("", "2021-01", 6)
    }
    windows = [(one["first"], one["durable"]["value"], one["distinguishable"]) for one in outputs[0]["windows"]]
    assert windows == [("2022-01", 2.0, "no"), ("2022-11", 2.0, "no")]
    assert [one["windows"][0]["durable"]["value"] for one in outputs] == [2.0, 2.0]
    left_out = found[1].summary["left_out"]["from_output_multiplier"]
    assert (left_out["giants"], left_out["reverts"]) == (1, 1)


def test_two_readings_at_once_find_the_same_and_leave_whole_files(tmp_path):
    write_years(tmp_path / "repo")

    def read(_):
        (found,) = measure([str(tmp_path / "repo")], home=tmp_path / "home", out=tmp_path / "out")
        return found.commits

    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(read, range(2))
    assert one.equals(other)
    assert len((tmp_path / "out" / "monthly.csv").read_text().splitlines()) == 49


KILLED = """
import os, signal, sys
from pathlib import Path
import flows.git_measure, flows.git_parts
flows.git_parts.PART_ROWS = 100
flows.git_measure.TOLD_EVERY_SECONDS = 0.0
tell = lambda line: os.kill(os.getpid(), signal.SIGKILL)
list(flows.git_measure.measure_each([sys.argv[1]], home=Path(sys.argv[2]), progress=tell))
"""


def test_a_process_that_was_killed_leaves_what_the_next_one_goes_on_with(tmp_path):
    write_years(tmp_path / "repo")
    command = [sys.executable, "-c", KILLED, str(tmp_path / "repo"), str(tmp_path / "home")]
    assert subprocess.run(command, check=False, env=os.environ).returncode == -signal.SIGKILL
    assert len(list((tmp_path / "home" / "histories").rglob("*-commits.parquet"))) == 1
    (went_on,) = measure([str(tmp_path / "repo")], home=tmp_path / "home")
    (tmp_path / "fresh").mkdir()
    (tmp_path / "fresh" / "author.key").write_bytes((tmp_path / "home" / "author.key").read_bytes())
    (fresh,) = measure([str(tmp_path / "repo")], home=tmp_path / "fresh")
    assert went_on.commits.equals(fresh.commits)
