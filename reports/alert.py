"""Alerts as text: a subject of at most 60 characters, and lines of at most 72, the same in every channel.

What differs is found in standing.py; when and where it is sent stands in flows/alerts.py.
"""

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from metrics import Catalogue
from metrics.untrusted import cut, plain
from reports import findings
from reports.changes import changes, moved_lines, verdict_label
from reports.comparison import ranking
from reports.quantities import span
from reports.record import Document
from reports.standing import Difference
from scenarios import Assessment
from scenarios.words import count_range, counted, counts, decibans, full_date, value_text

WIDTH = 72
LONGEST_SUBJECT = 60
ROOM = LONGEST_SUBJECT - len("threefutures:  (+9)")
"""What of a subject is its first change's own."""

SHORT = {"names": "resembles {}", "leans": "leans {}", "cannot_tell": "cannot tell", "none_fits": "none fits"}
SILENCED_BY = {"verdict": "verdict", "marker": "markers", "tripwire": "tripwires", "source": "sources"}
"""Kind of difference -> its key under [alerts]."""


class Message(NamedTuple):
    """What is sent."""

    subject: str
    text: str


class Told(NamedTuple):
    """What a message is made of, beside what differs."""

    assessment: Assessment
    previous: Document | None
    """The assessment that was last told of; None if it is no longer there."""
    sources: pd.DataFrame
    """record.SOURCE_COLUMNS."""
    report: str
    """Where the report is: a file or an address."""
    catalogue: Catalogue
    """The indicators of the record."""


def test_message() -> Message:
    """What is sent to try a channel."""
    return Message(
        "threefutures: a test of this channel",
        "This is a test: nothing has changed.\nA real message says what changed, why, and where the report is.\n",
    )


def message(found: Sequence[Difference], told: Told) -> Message:
    """One message on everything that differs; `found` is not empty."""
    paragraphs = [*(line for one in found for line in TEXTS[one.kind](one, told)), *_ending(found, told)]
    return Message(_subject(found, told), "\n".join(_wrapped(one) for one in paragraphs) + "\n")


def _wrapped(paragraph: str) -> str:
    return textwrap.fill(plain(paragraph), WIDTH, break_long_words=False, break_on_hyphens=False)


def _subject(found: Sequence[Difference], told: Told) -> str:
    more = f" (+{len(found) - 1})" if len(found) > 1 else ""
    first = plain(f"threefutures: {SUBJECTS[found[0].kind](found[0], told)}")
    return cut(first, LONGEST_SUBJECT - len(more)) + more


def _short(verdict: Mapping[str, Any]) -> str:
    return SHORT.get(verdict["kind"], "too little").format(verdict["scenario"])


def _verdict_subject(one: Difference, told: Told) -> str:  # noqa: ARG001 - as the others
    now, was = f"now {_short(one.now)}", f" (was: {_short(one.was)})"
    return now + was * (len(now) + len(was) <= ROOM)


def _verdict(one: Difference, told: Told) -> Iterator[str]:
    assessment = told.assessment
    yield f"Verdict changed: now {verdict_label(one.now)}, was {verdict_label(one.was)}."
    yield findings.sentence(assessment)
    if assessment.verdict.kind != "too_little":
        yield _ranges(assessment)
    if told.previous:
        yield from _why(assessment, told.previous, told.catalogue)
    for name in ("conflict", "stale", "concentration"):
        if flag := findings.flag(assessment, name):
            yield f"{flag}."


def _ranges(assessment: Assessment) -> str:
    """Every number with its range in the same breath."""
    shown, ranges = counts(assessment.probabilities), assessment.range()
    first, *others = ranking(assessment.probabilities)
    rest = [f"{one} {shown[one]} ({count_range(*ranges[one])})" for one in others]
    across = f"across {counted(len(assessment.checks), 'check')}" if assessment.checks else "no checks were made"
    return f"{first} {shown[first]} in 100 ({count_range(*ranges[first])} {across}); {', '.join(rest)}."


def _why(assessment: Assessment, previous: Document, catalogue: Catalogue) -> Iterator[str]:
    """The largest cause, in decibans, and what else differs."""
    if "too_little" not in (assessment.verdict.kind, previous["verdict"]["kind"]):
        first, second, _ = ranking(assessment.probabilities)
        for change in changes(assessment, previous, catalogue)[:1]:
            gained = change.against_second
            whom = (first, second) if gained >= 0 else (second, first)
            name = f"{change.title}, {change.what}" if change.title else change.what
            yield f"Why: {name}: {decibans(abs(gained))} decibans for {whom[0]} against {whom[1]}."
    yield from moved_lines(assessment, previous, catalogue)


def _marker_subject(one: Difference, told: Told) -> str:
    (marker,) = (marker for marker in told.assessment.markers if marker.id == one.id)
    return f"marker {one.now}: {marker.title}"


def _marker(one: Difference, told: Told) -> Iterator[str]:
    (marker,) = (marker for marker in told.assessment.markers if marker.id == one.id)
    on = f", {full_date(marker.observed_on)}" if marker.observed_on else ""
    yield (
        f"Marker {one.now}, was {one.was}: {marker.title} ({marker.scenario}). "
        f"Now {marker.value_text}{on}; the mark is {marker.threshold}. Markers do not enter the probabilities."
    )


def _tripwire_subject(one: Difference, told: Told) -> str:  # noqa: ARG001 - as the others
    return f"crossing value: {one.was['title']}"


def _tripwire(one: Difference, told: Told) -> Iterator[str]:  # noqa: ARG001 - as the others
    crossing, unit = one.was, one.was["unit"]
    name = f"{crossing['title']}, {crossing['subject']}" if crossing["subject"] else crossing["title"]
    on = full_date(date.fromisoformat(one.now["observed_on"]))
    yield (
        f"Crossing value reached: {name}, {value_text(_rounded(one.now['value']), unit)} on {on}. "
        f"It was said before that {_where(crossing)}, all other series unchanged, {crossing['scenario']} "
        f"leads instead of {crossing['leader']}."
    )


def _where(crossing: Mapping[str, Any]) -> str:
    low, high, unit = crossing["low"], crossing["high"], crossing["unit"]
    if low is not None and high is not None:
        return f"from {span(_rounded(low), _rounded(high), unit)}"
    if low is not None:
        return f"from {value_text(_rounded(low), unit)} up"
    return "at any value" if high is None else f"up to {value_text(_rounded(high), unit)}"


def _rounded(value: float) -> float:
    """Three significant digits: more than a prediction bears."""
    return float(f"{value:.3g}")


TROUBLE = {"failing": "is failing", "late": "is late", "good": "is well again"}


def _source_subject(one: Difference, told: Told) -> str:  # noqa: ARG001 - as the others
    return f"source {one.id} {TROUBLE[one.now['health']]}"


def _source(one: Difference, told: Told) -> Iterator[str]:
    if one.now["health"] == "good":
        yield f"Source well again: {one.id}. Before: {one.was['said']}."
        return
    row = told.sources[told.sources["id"] == one.id].iloc[0]
    yield f"Source {one.now['health']}: {one.id} {one.now['said']}."
    yield (
        f"Still in use from it: {counted(int(row['n']), 'fact')}, the newest public since {row['last_known_since']}."
        if row["n"]
        else "Nothing is known from it yet."
    )
    yield "Next: threefutures sources, threefutures doctor."


def _ending(found: Sequence[Difference], told: Told) -> Iterator[str]:
    yield "What the record resembles so far, not a forecast."
    yield f"Report: {told.report}"
    if told.previous:
        yield f"Told before: {full_date(date.fromisoformat(told.previous['as_of']))}"
    keys = list(dict.fromkeys(SILENCED_BY[one.kind] for one in found))
    yield f"To silence this: {', '.join(f'{key} = false' for key in keys)} under [alerts]"


SUBJECTS: Mapping[str, Callable[[Difference, Told], str]] = {
    "verdict": _verdict_subject,
    "marker": _marker_subject,
    "tripwire": _tripwire_subject,
    "source": _source_subject,
}
TEXTS: Mapping[str, Callable[[Difference, Told], Iterator[str]]] = {
    "verdict": _verdict,
    "marker": _marker,
    "tripwire": _tripwire,
    "source": _source,
}
