"""What engineers landed, by engineer and month, and its sums over windows of months: what the multiplier is made of."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from metrics.estimators.code_share import ADDED, AI_KINDS, giants, months_of
from metrics.estimators.columns import among, codes, numbers

WINDOW = 12
"""Months of the baseline and of every window compared with it."""

AI_ERA_SHARE = 0.02
"""Marked share of commits above which a month is of the AI era."""

AI_ERA_MONTHS = 3
AI_ERA_COMMITS = 20
"""A month opens the AI era if it passes the share, and the AI_ERA_MONTHS from it on do together with so many commits at
least: one marked commit with an odd date is no era."""

AI_ERA_FROM = (2021 - 1970) * 12
"""January 2021: no tool marked its commits before, so an earlier mark is a clock's."""

DURABLE_SECONDS = 28 * 86_400

_Array = np.ndarray[Any, Any]


class Work(NamedTuple):
    """Commits that are not a bot's, one row each."""

    at: _Array
    """Committer date, seconds since 1970: its lines are that month's, and its author an active engineer then. Dates of
    landing would be better where first parents could be trusted: a merge the wrong way round moves years of work."""
    author: _Array
    """Number of its author."""
    is_person: _Array
    """False for an agent's account: its lines count, and it is no engineer."""
    is_marked: _Array
    """Authored or co-authored by AI."""
    durable: _Array
    """Source lines that stood 28 days after landing."""
    added: _Array
    """Source lines as added."""
    left_out: _Array
    """Reverts, duplicates and giants: they land nothing."""


def work_of(commits: pa.Table, durable: _Array) -> Work:
    """The commits of code_share.COMMITS that are not a bot's, with how many of their lines lasted."""
    kept = ~among(commits["kind"], "bot")
    flagged = giants(commits) | numbers(commits["revert"]) | numbers(commits["duplicate"])
    columns = (
        numbers(commits["at"]),
        codes(commits["author_key"])[1],
        among(commits["account"], "person"),
        among(commits["kind"], *AI_KINDS),
        durable,
        numbers(commits[ADDED["source"]]),
        flagged,
    )
    return Work(*(column[kept] for column in columns))


def until(work: Work, end_at: int) -> Work:
    """The work of the months up to that of the end, seconds since 1970; a clock that ran ahead is no month of work."""
    kept = months_of(work.at) <= months_of(np.array([end_at]))
    return Work(*(column[kept] for column in work))


class Panel:
    """Lines, changes and activity in the cells of engineer and month in which somebody was active, and no others.

    Most engineers are there for few months, and a clock may be off by decades. Months are counted from January 1970.
    """

    def __init__(self, work: Work, end_at: int) -> None:
        months = months_of(work.at)
        self.full_from = int(months.min()) + 1
        self.full_until = int(months_of(np.array([end_at]))[0])
        """The month of the end, which is not full."""
        self.durable_until = int(months_of(np.array([end_at - DURABLE_SECONDS]))[0])
        self._commits = np.sort(months)
        self._marked = np.sort(months[work.is_marked])
        self._people = int(work.author.max()) + 1
        cells = months[work.is_person] * self._people + work.author[work.is_person]
        cells, cell_of = np.unique(cells, return_inverse=True)
        self._month, self._author = np.divmod(cells, self._people)
        self.active = np.ones(len(cells))
        kept = ~work.left_out
        self.cap = float(np.quantile(work.added[work.added > 0], 0.99)) if np.any(work.added > 0) else 0.0
        self.durable, self.added, self.changes = (
            np.bincount(cell_of, landed[work.is_person], len(cells))
            + self._of_agents(months[~work.is_person], landed[~work.is_person])
            for landed in (
                np.minimum(work.durable, self.cap) * kept,
                np.minimum(work.added, self.cap) * kept,
                1.0 * kept,
            )
        )

    def _of_agents(self, months: _Array, landed: _Array) -> _Array:
        """What agents landed, shared out evenly among those active in the month, by cell."""
        at_work, active = np.unique(self._month, return_counts=True)
        known = np.isin(months, at_work)
        sums = np.bincount(np.searchsorted(at_work, months[known]), landed[known], len(at_work))
        return np.repeat(sums / active, active)

    def window(self, landed: _Array, first: int) -> _Array:
        """Sums by engineer over the window that begins with a month, of one of the columns of cells."""
        start, end = np.searchsorted(self._month, [first, first + WINDOW])
        return np.bincount(self._author[start:end], landed[start:end], self._people)

    def engineers(self, first: int) -> int:
        """Different engineers active in the window that begins with a month."""
        return int(np.count_nonzero(self.window(self.active, first)))

    def commits(self, first: int) -> int:
        """Commits in the window that begins with a month."""
        return _between(self._commits, first, first + WINDOW)

    def era_starts(self) -> int | None:
        """The first month of the AI era; None if there is none."""
        months = np.unique(self._marked[self._marked >= AI_ERA_FROM]).tolist()
        return next((month for month in months if self._opens_era(month)), None)

    def _opens_era(self, month: int) -> bool:
        ends = (month + 1, month + AI_ERA_MONTHS)
        commits = [_between(self._commits, month, end) for end in ends]
        marked = [_between(self._marked, month, end) for end in ends]
        passes = all(some > AI_ERA_SHARE * of for some, of in zip(marked, commits, strict=True))
        return passes and commits[-1] >= AI_ERA_COMMITS


def _between(months: _Array, first: int, end: int) -> int:
    """How many of the sorted months are from the first up to the end."""
    start, stop = np.searchsorted(months, [first, end])
    return int(stop - start)
