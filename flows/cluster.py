"""The same work on a Dask cluster: Prefect's DaskTaskRunner, one task a piece.

Needs the extra `dask`. Workers import this project, so they run from its checkout; data goes to them and comes back
with the task.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from typing import Any, Protocol, TypeVar

from metrics.errors import UsageError

T = TypeVar("T")
R = TypeVar("R")


class Spread(Protocol):
    """Anything that works on pieces and gives the results in their order, as map does."""

    def __call__(self, work: Callable[[T], R], pieces: Sequence[T], /) -> Iterable[R]: ...


def dask_runner(address: str) -> Any:
    """What runs the tasks of a flow on the cluster whose scheduler is at an address, tcp://...

    Raises:
        UsageError: the extra is not installed.
    """
    if not find_spec("prefect_dask"):
        raise UsageError(
            "[tasks] dask needs the extra dask", found="no prefect_dask here", next='pip install ".[dask]"'
        )
    from prefect_dask import DaskTaskRunner  # noqa: PLC0415 - an extra, and seconds of imports

    return DaskTaskRunner(address=address)


def dask_spread(address: str) -> Spread:
    """Work on the cluster whose scheduler is at an address, tcp://...

    Raises:
        UsageError: the extra is not installed.
    """
    runner = dask_runner(address)
    # Seconds of imports.
    from prefect import flow, task  # noqa: PLC0415
    from prefect.cache_policies import NO_CACHE  # noqa: PLC0415

    def spread(work: Callable[[T], R], pieces: Sequence[T], /) -> Iterable[R]:
        def one(piece: T) -> R:
            return work(piece)

        piece_task = task(name="piece", cache_policy=NO_CACHE, persist_result=False)(one)

        @flow(name="spread", task_runner=runner, persist_result=False)
        def spread_out() -> list[Any]:
            return [future.result() for future in [piece_task.submit(piece) for piece in pieces]]

        return spread_out()

    return spread
