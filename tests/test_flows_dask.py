"""Work on a real Dask cluster of two processes: the same results, in the same order."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from git_histories import DAY, Writer

from flows.cluster import dask_spread
from flows.commands import kept
from metrics.errors import UsageError

needs_dask = pytest.mark.skipif(not find_spec("prefect_dask"), reason="the extra dask is not installed")

SCRIPT = """
import os
from pathlib import Path
from flows.server import local_server
from flows.settings import quiet_prefect


def square(number):
    return number * number, os.getpid()


if __name__ == "__main__":
    folder = Path(os.environ["THREEFUTURES_HOME"])
    quiet_prefect(folder)
    local_server(folder).wait()
    from datetime import date
    from distributed import LocalCluster
    from flows.assess import assess, known
    from flows.calibrate import calibrate
    from flows.cluster import dask_spread
    from warehouse.home import Home

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        spread = dask_spread(cluster.scheduler_address)
        told = list(spread(square, list(range(8))))
        print([result for result, _ in told], os.getpid() in {process for _, process in told})
        series = assess(known(Home(folder), date(2026, 10, 10)), as_of=date(2026, 10, 10), sensitivity=False).series
        there, here = (
            calibrate(series, worlds=30, suites=["mechanism_sparse"], jobs=1, spread=one) for one in (spread, None)
        )
        print(there == here)
        from flows.configuration import Configuration
        from flows.track import measured

        tasks, git = {"dask": cluster.scheduler_address}, {"repositories": [str(folder / "service")]}
        said = Configuration.model_validate({"sources": {"git": git}, "tasks": tasks})
        there, here = (
            measured(Home(folder), one, date(2026, 10, 10), False)
            for one in (said, said.model_copy(update={"tasks": Configuration().tasks}))
        )
        print([one._replace(seconds=0) for one in there] == [one._replace(seconds=0) for one in here])
        print(there[0].document is not None)
"""


@needs_dask
def test_a_cluster_gives_what_this_process_gives_in_order(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    writer = Writer()
    writer.commit(files={"a.py": writer.lines(1)})
    writer.commit(at=1_700_000_000 + 60 * DAY)
    writer.write(tmp_path / "service")
    kept_variables = {
        key: value for key, value in os.environ.items() if not key.startswith(("PREFECT", "THREEFUTURES"))
    }
    checkout = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        env=kept_variables | {"THREEFUTURES_HOME": str(tmp_path), "PYTHONPATH": checkout},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.stdout == "[0, 1, 4, 9, 16, 25, 36, 49] False\nTrue\nTrue\nTrue\n", done.stderr[-2000:]


def test_without_a_cluster_nothing_is_spread(folder):
    assert kept.kept_spread() is None


@pytest.mark.skipif(bool(find_spec("prefect_dask")), reason="the extra dask is installed")
def test_a_cluster_without_the_extra_is_told():
    with pytest.raises(UsageError) as error:
        dask_spread("tcp://127.0.0.1:8786")
    assert str(error.value) == (
        '[tasks] dask needs the extra dask\n  found  no prefect_dask here\n  next   pip install ".[dask]"'
    )
