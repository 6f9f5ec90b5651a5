"""What changed between two assessments, row by row in decibans, and in one line.

The earlier one arrives as the document its to_dict() gave, so that a report can be compared with any kept one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from metrics import Indicator
from reports.causes import Cause, gains
from reports.comparison import ranking, ratio_decibans
from reports.record import Document
from scenarios import Assessment
from scenarios.settings import SCENARIOS, settings
from scenarios.words import counts, full_date

NOTICEABLE = 0.05
"""Decibans that show in print; smaller moves are not named."""


@dataclass(frozen=True)
class Change:
    """One reason why the odds moved."""

    what: str
    """new series, new values, revised, withdrawn or overtaken, series gone, reweighted, method, prior, or smaller
    moves."""
    title: str
    n_before: int
    n_now: int
    against_second: float
    """Decibans gained by today's leader against today's second."""
    against_third: float

    @property
    def size(self) -> float:
        """The larger of the two moves."""
        return max(abs(self.against_second), abs(self.against_third))


def changes(assessment: Assessment, previous: Document, indicators: Mapping[str, Indicator]) -> tuple[Change, ...]:
    """What moved the odds since an earlier assessment, one row a cause and series, the largest first.

    The two columns compare today's leader with today's second and third, on both dates; they add up to the change of
    the log odds. Moves that do not show in print are one row, the last.
    """
    found = [*_rows(assessment, previous, indicators), *_prior(assessment, previous)]
    moved = [one for one in found if one.size >= NOTICEABLE]
    small = [one for one in found if 0 < one.size < NOTICEABLE]
    rest = Change("smaller moves", "", 0, 0, sum(s.against_second for s in small), sum(s.against_third for s in small))
    ordered = sorted(moved, key=lambda one: (-one.size, one.title, one.what))
    return (*ordered, rest) if small else tuple(ordered)


def moved_lines(assessment: Assessment, previous: Document, indicators: Mapping[str, Indicator]) -> list[str]:
    """What else differs from the earlier assessment: facts, the model, the prior."""
    facts, model = previous["facts"], previous["model"]
    lines = []
    if facts["sha256"] == assessment.facts.sha256:
        lines.append("The facts are the same.")
    elif facts["n"] != assessment.facts.n:
        lines.append(f"Facts known: {facts['n']:,} then, {assessment.facts.n:,} now.")
    if model["sha256"] != assessment.model.sha256:
        moved = any(one.what == "method" for one in changes(assessment, previous, indicators))
        shown = "a part of the difference is ours, not the record's" if moved else "that moved no figure that is shown"
        lines.append(f"The method changed: {shown}.")
    return lines


def change_line(assessment: Assessment, previous: Document) -> str:
    """The change in one line: since when, whether the words changed, and by how much each future moved."""
    since = f"since {full_date(date.fromisoformat(previous['as_of']))}"
    was, is_now = verdict_label(previous["verdict"]), verdict_label(_verdict(assessment))
    verdict = "same verdict" if was == is_now else f"now {is_now}, was {was}"
    if "too_little" in (previous["verdict"]["kind"], assessment.verdict.kind):
        return f"{since}: {verdict}"
    now, then = assessment.probabilities, previous["probabilities"]
    moves = {one: _points(now, one) - _points(then, one) for one in ranking(now)}
    if not any(moves.values()):
        return f"{since}: {verdict}; no future moved by 1 in 100"
    return f"{since}: {verdict}; " + ", ".join(f"{one} {signed(move)}" for one, move in moves.items())


def verdict_label(verdict: Mapping[str, Any]) -> str:
    """A verdict in a few words: "leans towards compounding gains", "cannot tell"."""
    phrase = settings().scenarios[verdict["scenario"]].phrase if verdict["scenario"] else ""
    labels = {
        "names": f"resembles {phrase}",
        "leans": f"leans towards {phrase}",
        "cannot_tell": "cannot tell",
        "none_fits": "none of the three fits",
        "too_little": "too little was public",
    }
    return labels[verdict["kind"]]


def signed(points: int) -> str:
    """A whole number with its sign; the minus is a true one."""
    return f"{points:+d}".replace("-", "\N{MINUS SIGN}") if points else "0"


def _verdict(assessment: Assessment) -> dict[str, Any]:
    return {"kind": assessment.verdict.kind, "scenario": assessment.verdict.scenario}


def _points(probabilities: Mapping[str, float], scenario: str) -> int:
    """The count out of 100 as it is shown, so that what is printed adds up."""
    shown = counts(probabilities)[scenario]
    return int(shown) if shown.isdigit() else {"under 1": 0, "over 99": 100}[shown]


def _rows(assessment: Assessment, previous: Document, indicators: Mapping[str, Indicator]) -> Iterator[Change]:
    order = [SCENARIOS.index(one) for one in ranking(assessment.probabilities)]
    before = {_key(row): row for row in previous["evidence"]}
    rows: list[dict[str, Any]] = [dict(row) for _, row in assessment.evidence.iterrows()]
    now = {_key(row): row for row in rows}
    for cause, key, decibans in gains(assessment, previous, indicators):
        old, new = before.get(key, {}), now.get(key, {})
        row = new or old
        name = ", ".join(filter(None, (str(row.get("title", key[0])), key[1])))
        gained = [float(decibans[order[0]] - decibans[other]) for other in order[1:]]
        yield Change(_what(cause, old, new), name, old.get("n", 0), int(new.get("n", 0)), gained[0], gained[1])


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return (row["indicator"], row["subject"], row.get("definition", ""))


def _what(cause: Cause, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if cause == "new":
        return "new values" if old else "new series"
    if cause == "withdrawn":
        return "withdrawn or overtaken" if new else "series gone"
    return cause


def _prior(assessment: Assessment, previous: Document) -> Iterator[Change]:
    before, now = previous["prior"]["weights"], assessment.prior.weights
    order = ranking(assessment.probabilities)
    gained = [
        ratio_decibans(now[order[0]], now[other]) - ratio_decibans(before[order[0]], before[other])
        for other in order[1:]
    ]
    yield Change("prior", f"{previous['prior']['name']}, now {assessment.prior.name}", 0, 0, gained[0], gained[1])
