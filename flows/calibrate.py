"""Worlds on several processors -> a calibration. The same figures whoever computes which world."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING

from metrics.series import Series
from scenarios.calibration import SUITES, Scored, Summary, score_world, summarise

if TYPE_CHECKING:
    from flows.cluster import Spread

WORLDS = 1000
SEED = 1

VERDICT_EVERY = 50
"""One world in so many is given every check: a verdict takes as long as some tens of probabilities."""

VERDICT_SUITES = ("mechanism", "mechanism_sparse")

CHUNK = 25

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def calibrate(
    templates: Sequence[Series],
    *,
    worlds: int = WORLDS,
    seed: int = SEED,
    jobs: int | None = None,
    spread: "Spread | None" = None,
    suites: Sequence[str] = tuple(SUITES),
    done: Callable[[int], object] = lambda _: None,
) -> Summary:
    """How often the classifier is right, and whether it knows, on the schedule of a record.

    Args:
        templates: the series of the record (Assessment.series).
        worlds: of each suite.
        seed: another seed gives other worlds; constants were set on other seeds than the default.
        jobs: processes; by default one a processor. The result does not depend on it.
        spread: works on chunks of worlds elsewhere than on this machine.
        suites: keys of SUITES.
        done: told the number of worlds finished so far.
    """
    asked = [(suite, index) for suite in suites for index in range(worlds)]
    score = partial(_score, seed=seed, templates=tuple(templates))
    if spread:
        chunks = [asked[at : at + CHUNK] for at in range(0, len(asked), CHUNK)]
        found = spread(partial(_score_all, seed=seed, templates=tuple(templates)), chunks)
        return summarise([one for chunk in found for one in chunk], seed=seed)
    processes = min(jobs or os.cpu_count() or 1, -(-len(asked) // CHUNK))
    scored: list[Scored] = []
    if processes == 1:
        for one in map(score, asked):
            scored.append(one)
            done(len(scored))
        return summarise(scored, seed=seed)
    with _one_thread_each(), ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for one in pool.map(score, asked, chunksize=CHUNK):
            scored.append(one)
            done(len(scored))
    return summarise(scored, seed=seed)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Linear algebra on one thread: the processes would otherwise fight for the processors."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _score(asked: tuple[str, int], *, seed: int, templates: tuple[Series, ...]) -> Scored:
    suite, index = asked
    checked = suite in VERDICT_SUITES and index % VERDICT_EVERY == 0
    return score_world(index, seed, suite, templates, verdict=checked)


def _score_all(chunk: Sequence[tuple[str, int]], *, seed: int, templates: tuple[Series, ...]) -> list[Scored]:
    return [_score(asked, seed=seed, templates=templates) for asked in chunk]
