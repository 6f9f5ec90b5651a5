"""How many times as much durable code a project's engineers land as before AI, and whether that is more than drift.

Commits come as one row each; reading them belongs to `flows`. Known biases: lines are not value, text by AI is longer,
teams grow, newcomers drive by, squash policies change, and reviewers' work is unseen. The ratio drifts without any AI:
it means nothing without the band that pairs of windows before AI give.
"""

from typing import Any, NamedTuple

import numpy as np

from metrics.estimators.code_share import month_name
from metrics.estimators.work import AI_ERA_SHARE, WINDOW, Panel, Work, until

LEAST_ENGINEERS = 5
LEAST_COMMITS = 100
LEAST_APART = 5
"""Pairs of windows before AI without a month in common that make a band: ten pairs a month apart may show one month ten
times. How often output that only drifts passes for more is told in docs/code-share.md, and tested."""

DRAWS = 1_000
DRAWN_TOGETHER = 100
"""Draws that are held at a time: each is a number an engineer."""

REGULAR_MONTHS = 6
"""Active months in both windows that make an engineer a regular one."""

_Array = np.ndarray[Any, Any]


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
    apart: int
    """Pairs that share no month with one another."""


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
    """yes: the durable ratio's interval lies beyond the band and beyond 1. no: it does not, or few pairs are apart."""


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
        end_at: HEAD's committer date, seconds since 1970; what lands less than 28 days before may not last.
        baseline_year: the year before AI; None finds the 12 months before the AI era.
        seed: of the bootstrap.
    """
    work = until(work, end_at)
    if not len(work.at):
        return _none("there is no commit that counts up to HEAD's month")
    panel = Panel(work, end_at)
    era = panel.era_starts()
    if era is None and baseline_year is None:
        return _none(f"the marked share never passes {AI_ERA_SHARE:.0%}: name a year before AI")
    start = (baseline_year - 1970) * 12 if baseline_year is not None else (era or 0) - WINDOW
    if reason := _unfit(panel, start):
        return _none(reason)
    firsts = list(range(start + WINDOW, panel.full_until - WINDOW + 1, WINDOW))
    latest = panel.durable_until - WINDOW
    firsts += [latest] if latest >= start + WINDOW and latest not in firsts else []
    if not firsts:
        return _none(f"no {WINDOW} full months have passed since the baseline", panel, start)
    windows = tuple(_compared(panel, start, first, seed) for first in sorted(firsts))
    return _none("", panel, start)._replace(windows=windows)


def _none(reason: str, panel: Panel | None = None, start: int = 0) -> Output:
    if panel is None:
        return Output(reason, "", "", 0, 0, None, ())
    names = month_name(start), month_name(start + WINDOW - 1)
    return Output(reason, *names, panel.engineers(start), panel.commits(start), panel.cap, ())


def _unfit(panel: Panel, start: int) -> str:
    """Why a baseline cannot be used, empty if it can."""
    if start < panel.full_from or start + WINDOW > panel.full_until:
        return f"the history has no {WINDOW} full months from {month_name(start)} on"
    if panel.engineers(start) < LEAST_ENGINEERS:
        return f"the baseline has {panel.engineers(start)} engineers, {LEAST_ENGINEERS} are needed"
    if panel.commits(start) < LEAST_COMMITS:
        return f"the baseline has {panel.commits(start)} commits, {LEAST_COMMITS} are needed"
    return "" if panel.window(panel.durable, start).sum() > 0 else "the baseline has no durable source line"


def _compared(panel: Panel, start: int, first: int, seed: int) -> Compared:
    """One window beside the baseline."""
    whole = first + WINDOW <= panel.durable_until
    durable = _ratio(panel, panel.durable, start, first, seed) if whole else Ratio(None)
    band = _band(panel, start, first - start)
    median, regulars = _regulars(panel, start, first) if whole else (None, 0)
    return Compared(
        month_name(first),
        month_name(first + WINDOW - 1),
        panel.engineers(first),
        durable,
        _ratio(panel, panel.added, start, first, seed),
        _ratio(panel, panel.changes, start, first, seed),
        median,
        regulars,
        band,
        "yes" if _is_beyond(durable, band) else "no",
    )


def _ratio(panel: Panel, landed: _Array, start: int, first: int, seed: int) -> Ratio:
    """The ratio with its percentile interval: engineers are drawn anew, each with all their months."""
    sums = np.stack([panel.window(of, at) for at in (first, start) for of in (landed, panel.active)], axis=1)
    sums = sums[sums.any(axis=1)]
    value = _quotient(sums.sum(axis=0)[None, :])[0]
    if not np.isfinite(value):
        return Ratio(None)
    chance = np.random.default_rng(seed)
    equal = np.full(len(sums), 1 / len(sums))
    blocks = [chance.multinomial(len(sums), equal, DRAWN_TOGETHER) @ sums for _ in range(0, DRAWS, DRAWN_TOGETHER)]
    ratios = _quotient(np.concatenate(blocks))
    low, high = np.quantile(ratios[np.isfinite(ratios)], [0.025, 0.975])
    return Ratio(float(value), float(low), float(high))


def _band(panel: Panel, start: int, lag: int) -> Band:
    """Ratios of all pairs of windows that end with the baseline or before, at the lag."""
    firsts = range(panel.full_from, start - lag + 1)
    fit = [first for first in firsts if _is_fit(panel, first) and _is_fit(panel, first + lag)]
    columns = (panel.durable, panel.active)
    sums = [panel.window(of, at).sum() for first in fit for at in (first + lag, first) for of in columns]
    ratios = _quotient(np.array(sums, float).reshape(-1, 4))
    found = ratios[np.isfinite(ratios)]
    if not len(found):
        return Band(0, None, None, 0)
    return Band(len(found), float(found.min()), float(found.max()), _apart(np.array(fit)[np.isfinite(ratios)], lag))


def _apart(firsts: _Array, lag: int) -> int:
    """How many pairs at the lag share no month, taken from the first on."""
    taken: set[int] = set()
    pairs = 0
    for first in firsts.tolist():
        months = {*range(first, first + WINDOW), *range(first + lag, first + lag + WINDOW)}
        if taken.isdisjoint(months):
            taken |= months
            pairs += 1
    return pairs


def _is_fit(panel: Panel, first: int) -> bool:
    return panel.engineers(first) >= LEAST_ENGINEERS and panel.commits(first) >= LEAST_COMMITS


def _regulars(panel: Panel, start: int, first: int) -> tuple[float | None, int]:
    now, before = panel.window(panel.active, first), panel.window(panel.active, start)
    lines = panel.window(panel.durable, start)
    regular = (now >= REGULAR_MONTHS) & (before >= REGULAR_MONTHS) & (lines > 0)
    ratios = (panel.window(panel.durable, first)[regular] / now[regular]) / (lines[regular] / before[regular])
    return (float(np.median(ratios)), len(ratios)) if len(ratios) else (None, 0)


def _quotient(sums: _Array) -> _Array:
    """(lines / months) of the window over (lines / months) of the baseline, row by row; NaN where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios: _Array = (sums[:, 0] / sums[:, 1]) / (sums[:, 2] / sums[:, 3])
    return ratios


def _is_beyond(ratio: Ratio, band: Band) -> bool:
    """Whether the whole interval lies beyond the band and beyond 1: no change is never distinguished from drift."""
    if ratio.low is None or ratio.high is None or band.low is None or band.high is None or band.apart < LEAST_APART:
        return False
    return ratio.low > max(band.high, 1) or ratio.high < min(band.low, 1)
