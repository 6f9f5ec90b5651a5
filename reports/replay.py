"""A replay as text for a terminal: the verdict of every date, and what moved it most.

At most 88 columns; words before numbers; a probability never without its range. The full figures stand in JSON.
"""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from metrics.untrusted import plain
from reports.changes import NOTICEABLE, verdict_label
from reports.comparison import ranking
from reports.listing import WIDTH, table
from reports.terminal import ASCII_MARKS, MARKS
from reports.untrusted import ascii_only
from scenarios.replay import Move, Replay, Step
from scenarios.words import count_range, counted, counts, decibans, full_date, listed

CELLS = 31
"""Characters of a row's scale: 0 to 100."""

SAID_WIDTH = 31
"""Columns of the first future with its number and range."""

MOST_MOVES = 8
"""Moves named one by one."""


def replay_text(replay: Replay, *, unicode: bool = True) -> str:
    """What would have been said on each date, in one table, with the series that moved it most.

    Args:
        replay: at least one step.
        unicode: False writes ASCII only.
    """
    parts = [_opening(replay), "\n".join(_rows(replay, unicode)), _moves(replay), _closing(replay)]
    text = "\n\n".join(part for part in parts if part)
    return text if unicode else ascii_only(text)


def summary(replay: Replay) -> str:
    """How often each verdict was given, and since when the last one stands: a sentence a line."""
    labels = [_label(step) for step in replay.steps]
    told = [f"{label} on {n}" for label, n in Counter(labels).most_common()]
    same = next((at for at in range(len(labels) - 1, 0, -1) if labels[at - 1] != labels[-1]), 0)
    since = f"; {labels[-1]} since {full_date(replay.steps[same].as_of)}" if same else ""
    return f"Of {counted(len(labels), 'date')}: {listed(told)}{since}."


def _opening(replay: Replay) -> str:
    first, last = (full_date(replay.steps[at].as_of) for at in (0, -1))
    how = (
        "With hindsight: what had happened by each date, as it is believed at the end of the record. Much of it was "
        "published later, so nobody could have said this then."
        if replay.hindsight
        else "What would have been said on each date with what was known then."
    )
    between = first if first == last else f"{first} to {last}"
    prior = "" if replay.prior.name == "uniform" else f" Prior: {plain(replay.prior.name)}."
    return "\n".join(
        line for text in (f"{between}. {how}{prior}", summary(replay)) for line in textwrap.wrap(text, WIDTH)
    )


def _rows(replay: Replay, unicode: bool) -> Iterator[str]:
    yield f"{'date':<12}{'verdict':<13}{'first, in 100':<{SAID_WIDTH}} {_scale()}".rstrip()
    for too_little, group in groupby(replay.steps, key=lambda step: step.verdict.kind == "too_little"):
        if too_little:
            yield _silent(list(group))
        else:
            yield from (_row(step, unicode) for step in group)


def _scale() -> str:
    return f"0{'50':>{CELLS // 2}}{'100':>{CELLS // 2}}"


def _silent(steps: Sequence[Step]) -> str:
    """A run of dates on which too little was known, as one row."""
    series = sorted({step.n_series for step in steps})
    found = f"{series[0]} to {series[-1]}" if len(series) > 1 else str(series[0])
    until = f", until {steps[-1].as_of}" if len(steps) > 1 else ""
    return f"{steps[0].as_of!s:<12}{'too little':<13}{found} series{until}"


def _row(step: Step, unicode: bool) -> str:
    leader = ranking(step.probabilities)[0]
    number = counts(step.probabilities)[leader]
    spread = count_range(*(step.ranges if step.n_checks else step.without_one_series)[leader])
    said = f"{leader} {number}, {spread}"
    return f"{step.as_of!s:<12}{step.verdict.kind.replace('_', ' '):<13}{said:<{SAID_WIDTH}} {_marks(step, unicode)}"


def _marks(step: Step, unicode: bool) -> str:
    """The three futures on one scale; where two meet, the more probable one shows."""
    line = [" "] * CELLS
    for scenario in reversed(ranking(step.probabilities)):
        place = int(step.probabilities[scenario] * (CELLS - 1) + 0.5)
        line[place] = (MARKS if unicode else ASCII_MARKS)[scenario]
    return "".join(line).rstrip()


def _moves(replay: Replay) -> str:
    """The largest moves between today's first two futures."""
    if replay.steps[-1].verdict.kind == "too_little":
        return ""
    first, second, _ = ranking(replay.steps[-1].probabilities)
    told = [(step, move, move.decibans[first] - move.decibans[second]) for step in replay.steps for move in step.moves]
    told = [one for one in told if abs(one[2]) >= NOTICEABLE]
    told.sort(key=lambda one: (-abs(one[2]), one[0].as_of, one[1].key))
    rows = [[str(step.as_of), _series(move), _values(move), decibans(size)] for step, move, size in told[:MOST_MOVES]]
    if not rows:
        return ""
    heading = f"What moved it most, in decibans for {first} against {second}"
    return f"{heading}\n{table(['date', 'series', 'values', 'decibans'], rows)}"


def _series(move: Move) -> str:
    return plain(f"{move.title}, {move.key[1]}" if move.key[1] else move.title)


def _values(move: Move) -> str:
    if not move.n_before:
        return f"new, {move.n}"
    if not move.n:
        return f"gone, had {move.n_before}"
    return f"{move.n_before} to {move.n}" if move.n != move.n_before else f"{move.n}, revised or reweighted"


def _closing(replay: Replay) -> str:
    """What the ranges are."""
    if all(step.verdict.kind == "too_little" for step in replay.steps):
        return ""
    checked = any(step.n_checks for step in replay.steps)
    what = "over every check" if checked else "with any one series left out; without checks nothing is named"
    return "\n".join(textwrap.wrap(f"Ranges: lowest to highest {what}. What the record resembled, no forecast.", WIDTH))


def _label(step: Step) -> str:
    if step.verdict.kind == "too_little":
        return "too little"
    return verdict_label({"kind": step.verdict.kind, "scenario": step.verdict.scenario})
