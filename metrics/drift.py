"""Whether a publication can be what it says it is, judged by the one before it. Pure; what happens then is not told.

A publisher's file may be cut, of another layout, or last year's: every row of it passes the judge, and the record would
believe it. What a source expects stands in its declaration (metrics/source.py).
"""

from typing import NamedTuple

import pandas as pd

from metrics.observation import KEY, Judgement
from metrics.source import Expected


class Breach(NamedTuple):
    """Why a publication is held back."""

    rule: str
    reason: str


def breach(expected: Expected, judgement: Judgement, before: pd.DataFrame) -> Breach | None:
    """The first expectation that a publication does not meet, or None.

    Args:
        expected: by its source.
        judgement: of its rows.
        before: what the source said in its last publication up to this one's day, observation.COLUMNS; without rows
            where there is none.
    """
    now = judgement.accepted
    read, refused = len(now) + len(judgement.rejected), len(judgement.rejected)
    if refused > expected.most_refused * read:
        rules = ", ".join(dict.fromkeys(judgement.rejected["rule"]))
        return Breach("too many rows refused", f"{refused} of {read} rows are refused: {rules}")
    if before.empty:
        return None
    gone = sorted(set(before["indicator"]) - set(now["indicator"]))
    if gone:
        return Breach("an indicator is gone", f"there is nothing of {', '.join(gone)} in it, and was before")
    if len(now) < expected.least_rows * len(before):
        return Breach("too few rows", f"{len(now)} rows, after {len(before)} before")
    newest, newest_before = now["observed_on"].max(), before["observed_on"].max()
    if newest < newest_before:
        return Breach(
            "older than what is known", f"it ends on {newest:%Y-%m-%d}, and that before on {newest_before:%Y-%m-%d}"
        )
    return _moved(expected, now, before)


def _moved(expected: Expected, now: pd.DataFrame, before: pd.DataFrame) -> Breach | None:
    """Whether too many of the values that both have are others."""
    both = before.merge(now, on=list(KEY), suffixes=("_before", "")).dropna(subset=["value_before", "value"])
    moved = (both["value"] - both["value_before"]).abs() > expected.tolerance * both["value_before"].abs()
    if moved.sum() <= expected.most_changed * len(both):
        return None
    return Breach(
        "too many values changed",
        f"{int(moved.sum())} of {len(both)} values known before moved by more than {expected.tolerance:.0%}",
    )
