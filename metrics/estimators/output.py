"""How many times as much durable code a project's engineers land as before AI, and whether that is more than drift.

Commits come as one row each; reading them belongs to `flows`. Known biases: lines are not value, text by AI is longer,
teams grow, newcomers drive by, squash policies change, and reviewers' work is unseen. The ratio drifts without any AI:
it means nothing without the band that pairs of windows before AI give.
"""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from metrics.estimators.code_share import ADDED, AI_KINDS, giants, month_name, months_of
from metrics.estimators.columns import among, codes, numbers

WINDOW = 12
"""Months of the baseline and of every window compared with it."""

AI_ERA_SHARE = 0.02
"""Marked share of commits above which a month is of the AI era."""

LEAST_ENGINEERS = 5
LEAST_COMMITS = 100
LEAST_PAIRS = 12
"""Pairs of windows before AI that make a band; neighbouring ones share most of their months."""

DRAWS = 1_000
REGULAR_MONTHS = 6
"""Active months in both windows that make an engineer a regular one."""

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


class Ratio(NamedTuple):
    """Output of a window over the baseline's, with the bootstrap's interval at 95 %; None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Band(NamedTuple):
    """The least and the greatest ratio of two windows before AI at the same distance."""

    pairs: int
    low: float | None
    high: float | None


class Compared(NamedTuple):
    """One window beside the baseline. Months are written 2026-01; a window is named by its first and last."""

    first: str
    last: str
    engineers: int
    durable: Ratio
    """Blank while lines of the window may still go within 28 days."""
    added: Ratio
    changes: Ratio
    """Landed commits instead of lines."""
    regular_median: float | None
    """Median over regular engineers of each one's own durable ratio."""
    regulars: int
    placebo: Band
    distinguishable: str
    """yes: the durable ratio's interval lies outside of the band. no: it does not, or there is no band."""


class Output(NamedTuple):
    """The multiplier, or why there is none."""

    no_estimate: str
    """Empty if there is an estimate."""
    baseline_first: str
    baseline_last: str
    baseline_engineers: int
    baseline_commits: int
    winsorised_above: float | None
    windows: tuple[Compared, ...]


def output_multiplier(work: Work, *, end_at: int, baseline_year: int | None, seed: int) -> Output:
    """Every 12 months after the baseline, and the last 12, beside the baseline.

    Args:
        work: the commits.
        end_at: HEAD's committer date; what lands less than 28 days before may not last.
        baseline_year: the year before AI; None finds the 12 months before marks pass AI_ERA_SHARE.
        seed: of the bootstrap.
    """
    work = _until(work, end_at)
    if not len(work.at):
        return _none("there is no commit that counts up to HEAD's month")
    panel = _Panel(work, end_at)
    start = (baseline_year - 1970) * 12 if baseline_year is not None else panel.era_starts() - WINDOW
    if reason := panel.unfit(start, baseline_year):
        return _none(reason)
    firsts = list(range(start + WINDOW, panel.full_until - WINDOW + 1, WINDOW))
    latest = panel.durable_until - WINDOW
    firsts += [latest] if latest >= start + WINDOW and latest not in firsts else []
    if not firsts:
        return _none(f"no {WINDOW} full months have passed since the baseline", panel, start)
    windows = tuple(panel.compared(start, first, seed) for first in sorted(firsts))
    return _none("", panel, start)._replace(windows=windows)


def _until(work: Work, end_at: int) -> Work:
    """The work of the months up to that of the end; a clock that ran ahead is no month of work."""
    kept = months_of(work.at) <= months_of(np.array([end_at]))
    return Work(*(column[kept] for column in work))


def _none(reason: str, panel: "_Panel | None" = None, start: int = 0) -> Output:
    if panel is None:
        return Output(reason, "", "", 0, 0, None, ())
    names = month_name(start), month_name(start + WINDOW - 1)
    return Output(reason, *names, panel.engineers(start), panel.commits(start), panel.cap, ())


class _Panel:
    """Lines, changes and activity by engineer and month."""

    def __init__(self, work: Work, end_at: int) -> None:
        months = months_of(work.at)
        self._zero = int(months.min())
        self.full_from = self._zero + 1
        self.full_until = int(months_of(np.array([end_at]))[0])
        """The month of the end, which is not full."""
        self.durable_until = int(months_of(np.array([end_at - DURABLE_SECONDS]))[0])
        self._months = self.full_until + 1 - self._zero
        self._all = self._by_month(months, np.ones(len(months)))
        self._marked = self._by_month(months, work.is_marked)
        self._people = int(work.author.max()) + 1
        active = self._by_author(months, work, work.is_person.astype(float))
        self._active = (active > 0).astype(float)
        kept = ~work.left_out
        self.cap = float(np.quantile(work.added[work.added > 0], 0.99)) if np.any(work.added > 0) else 0.0
        self._durable = self._with_agents(months, work, np.minimum(work.durable, self.cap) * kept)
        self._added = self._with_agents(months, work, np.minimum(work.added, self.cap) * kept)
        self._changes = self._with_agents(months, work, kept.astype(float))

    def _by_month(self, months: _Array, weights: _Array) -> _Array:
        return np.bincount(months - self._zero, weights, self._months)

    def _by_author(self, months: _Array, work: Work, weights: _Array) -> _Array:
        cells = work.author * self._months + months - self._zero
        return np.bincount(cells, weights, self._people * self._months).reshape(self._people, self._months)

    def _with_agents(self, months: _Array, work: Work, lines: _Array) -> _Array:
        """Lines by engineer and month; agents' lines are shared out evenly among those active in the month."""
        own = self._by_author(months, work, lines * work.is_person)
        agents = self._by_month(months, lines * ~work.is_person)
        active = self._active.sum(axis=0)
        each: _Array = np.divide(agents, active, out=np.zeros(len(agents)), where=active > 0)
        return np.asarray(own + self._active * each)

    def _window(self, matrix: _Array, first: int) -> _Array:
        start = first - self._zero
        return np.asarray(matrix[..., start : start + WINDOW].sum(axis=-1))

    def engineers(self, first: int) -> int:
        """Different engineers active in the window that begins with a month."""
        return int(np.count_nonzero(self._window(self._active, first)))

    def commits(self, first: int) -> int:
        return int(self._window(self._all, first))

    def era_starts(self) -> int:
        """The first month whose marked share is above AI_ERA_SHARE; the month after the last if none is."""
        passed = np.flatnonzero(self._marked > AI_ERA_SHARE * self._all)
        return self._zero + (int(passed[0]) if len(passed) else self._months)

    def unfit(self, start: int, year: int | None) -> str:
        """Why a baseline cannot be used, empty if it can."""
        if year is None and self.era_starts() == self._zero + self._months:
            return f"the marked share never passes {AI_ERA_SHARE:.0%}: name a year before AI"
        if start < self.full_from or start + WINDOW > self.full_until:
            return f"the history has no {WINDOW} full months from {month_name(start)} on"
        if self.engineers(start) < LEAST_ENGINEERS:
            return f"the baseline has {self.engineers(start)} engineers, {LEAST_ENGINEERS} are needed"
        if self.commits(start) < LEAST_COMMITS:
            return f"the baseline has {self.commits(start)} commits, {LEAST_COMMITS} are needed"
        return "" if self._window(self._durable, start).sum() > 0 else "the baseline has no durable source line"

    def compared(self, start: int, first: int, seed: int) -> Compared:
        """One window beside the baseline."""
        whole = first + WINDOW <= self.durable_until
        durable = self._ratio(self._durable, start, first, seed) if whole else Ratio(None)
        band = self._band(start, first - start)
        median, regulars = self._regulars(start, first) if whole else (None, 0)
        return Compared(
            month_name(first),
            month_name(first + WINDOW - 1),
            self.engineers(first),
            durable,
            self._ratio(self._added, start, first, seed),
            self._ratio(self._changes, start, first, seed),
            median,
            regulars,
            band,
            "yes" if _outside(durable, band) else "no",
        )

    def _ratio(self, matrix: _Array, start: int, first: int, seed: int) -> Ratio:
        """The ratio with its percentile interval: engineers are drawn anew, each with all their months."""
        sums = np.stack([self._window(of, at) for at in (first, start) for of in (matrix, self._active)], axis=1)
        sums = sums[sums.any(axis=1)]
        value = _quotient(sums.sum(axis=0)[None, :])[0]
        if not np.isfinite(value):
            return Ratio(None)
        chance = np.random.default_rng(seed)
        drawn = chance.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), DRAWS) @ sums
        ratios = _quotient(drawn)
        low, high = np.quantile(ratios[np.isfinite(ratios)], [0.025, 0.975])
        return Ratio(float(value), float(low), float(high))

    def _band(self, start: int, lag: int) -> Band:
        """Ratios of all pairs of windows that end with the baseline or before, at the lag."""
        matrices = (self._durable, self._active)
        firsts = range(self.full_from, start - lag + 1)
        fit = [first for first in firsts if self._is_fit(first) and self._is_fit(first + lag)]
        sums = [self._window(of, at).sum() for first in fit for at in (first + lag, first) for of in matrices]
        ratios = _quotient(np.array(sums, float).reshape(-1, 4))
        ratios = ratios[np.isfinite(ratios)]
        return Band(len(ratios), float(ratios.min()), float(ratios.max())) if len(ratios) else Band(0, None, None)

    def _is_fit(self, first: int) -> bool:
        return self.engineers(first) >= LEAST_ENGINEERS and self.commits(first) >= LEAST_COMMITS

    def _regulars(self, start: int, first: int) -> tuple[float | None, int]:
        now, before = self._window(self._active, first), self._window(self._active, start)
        lines = self._window(self._durable, start)
        regular = (now >= REGULAR_MONTHS) & (before >= REGULAR_MONTHS) & (lines > 0)
        ratios = (self._window(self._durable, first)[regular] / now[regular]) / (lines[regular] / before[regular])
        return (float(np.median(ratios)), len(ratios)) if len(ratios) else (None, 0)


def _quotient(sums: _Array) -> _Array:
    """(lines / months) of the window over (lines / months) of the baseline, row by row; NaN where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios: _Array = (sums[:, 0] / sums[:, 1]) / (sums[:, 2] / sums[:, 3])
    return ratios


def _outside(ratio: Ratio, band: Band) -> bool:
    if ratio.low is None or ratio.high is None or band.low is None or band.high is None or band.pairs < LEAST_PAIRS:
        return False
    return ratio.low > band.high or ratio.high < band.low
