"""The same figures whoever computes which world."""

from datetime import date

from flows.calibrate import calibrate
from metrics import load_indicators
from metrics.forming import form_series
from metrics.judge import judge
from metrics.own_table import parse_own
from scenarios.calibration import SUITES

ROWS = "indicator,observed_on,value\n" + "".join(
    f"{name},{2020 + month // 12}-{month % 12 + 1:02d}-01,{1.1**month:.4f}\n"
    for name, step in (("speed", 3), ("size", 4), ("price", 5))
    for month in range(0, 60, step)
)


def record(tmp_path):
    (tmp_path / "own.toml").write_text(
        "".join(f'[{name}]\ntitle = "{name}"\nunit = "times"\nscale = "log"\n' for name in ("speed", "size", "price"))
    )
    catalogue = load_indicators(tmp_path / "own.toml")
    raw = parse_own(ROWS.encode(), name="own.csv", catalogue=catalogue)
    rows = judge(raw, catalogue, today=date(2026, 1, 1)).accepted
    return form_series(rows, catalogue, as_of=date(2026, 1, 1)).series


def test_two_processes_give_what_one_gives(tmp_path):
    series = record(tmp_path)
    asked = {"worlds": 26, "seed": 5, "suites": ("own_sparse", "mechanism_threes")}
    counted = []
    two = calibrate(series, jobs=2, done=counted.append, **asked)
    assert two == calibrate(series, jobs=1, **asked)
    assert counted == list(range(1, 53))


def test_more_worlds_leave_the_first_ones_as_they_were(tmp_path):
    series = record(tmp_path)
    few = calibrate(series, worlds=3, seed=5, jobs=1, suites=("own_sparse",))
    more = calibrate(series, worlds=6, seed=5, jobs=1, suites=("own_sparse",))
    assert (few.n_worlds, more.n_worlds) == (3, 6)
    assert few.suites[0].mechanisms[0].n == 1


def test_every_suite_can_be_run_on_a_record_of_ones_own(tmp_path):
    found = calibrate(record(tmp_path), worlds=3, seed=5, jobs=1)
    assert [suite.suite for suite in found.suites] == list(SUITES)
    assert found.to_dict()["suites"][0]["methods"]["classifier"]["accuracy"].keys() == {"value", "se"}
