"""A replay of past dates in words and rows (Replay.to_dict())."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from reports.changes import verdict_label
from reports.findings import title
from reports.record import Document
from reports.tabular import Table, table
from scenarios import Assessment
from scenarios.settings import SCENARIOS
from scenarios.words import count_range, counts, full_date

NONE_KEPT = "No replay of past dates is kept: threefutures run keeps one."


def heading(steps: Sequence[Document]) -> str:
    """How often the words of the verdict changed, from date to date."""
    labels = [verdict_label(step["verdict"]) for step in steps if step["verdict"]["kind"] != "too_little"]
    changes = sum(one != other for one, other in pairwise(labels))
    if not labels:
        return "Too little was public on every date"
    first = full_date(date.fromisoformat(next(s for s in steps if s["verdict"]["kind"] != "too_little")["as_of"]))
    if not changes:
        return f"Since {first} the verdict has been the same: {labels[0]}"
    return f"Since {first} the verdict has changed {'once' if changes == 1 else f'{changes} times'}"


def notes(replay: Document, assessment: Assessment) -> Iterator[str]:
    """In what the last date of a replay is not the report's own."""
    last = replay["steps"][-1]
    if last["as_of"] != assessment.as_of.isoformat():
        yield f"The last date replayed is {full_date(date.fromisoformat(last['as_of']))}."
    if replay["model"]["sha256"] != assessment.model.sha256:
        yield "Replayed by an earlier version of the method."


def rows(steps: Sequence[Document]) -> Table:
    """What was said on each date, the newest first."""
    told = []
    for step in reversed(steps):
        little = step["verdict"]["kind"] == "too_little"
        shown = counts(step["probabilities"])
        cells = ["" if little else f"{shown[one]} ({count_range(*ends(step, one))})" for one in SCENARIOS]
        told.append((step["as_of"], verdict_label(step["verdict"]), *cells, step["n_series"], step["n_values"]))
    columns = ("Date", "Verdict", *(f"{title(one)} (one series left out)" for one in SCENARIOS), "Series", "Values")
    return table(columns, told, right=(2, 3, 4, 5, 6))


def ends(step: Document, scenario: str) -> tuple[float, float]:
    """Lowest and highest over leaving out any one series."""
    found = step["without_one_series"][scenario]
    return found["low"], found["high"]
