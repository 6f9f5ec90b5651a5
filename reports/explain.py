"""One future, indicator or fact in five parts: what it means, where from, what was revised, what it does, its limits.

Pure: the same record and assessment as the report. Ids that nobody knows give None; suggesting one is the caller's.
"""

import textwrap
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from metrics import Indicator
from metrics.observation import KEY
from metrics.series import CONTEXT
from metrics.untrusted import plain
from reports import findings
from reports.changes import change_line
from reports.citing import METHODS, Published, published
from reports.comparison import against_both
from reports.fact_tables import Latest, latest
from reports.findings import series_names
from reports.listing import WIDTH
from reports.plain_json import plain_json
from reports.quantities import measured, of
from reports.record import Record
from reports.untrusted import web_address
from reports.verdict_tables import move
from scenarios import Assessment
from scenarios.settings import SCENARIOS, settings
from scenarios.words import count, count_range, counted, counts, decibans, full_date, listed

PARTS = ("means", "source", "revised", "verdict", "cannot")
LABEL_WIDTH = 10
MOVES_AT = 0.05
"""Least move of a probability by an omission that is worth a line."""


class Explanation(NamedTuple):
    """What is said of one id."""

    id: str
    kind: str
    """future, indicator, fact or run."""
    headline: str
    below: str
    """A second line under the headline; may be empty."""
    parts: dict[str, list[str]]
    """PARTS, each in sentences; empty where there is nothing to say."""


def known_ids(assessment: Assessment, record: Record) -> tuple[str, ...]:
    """Every id that can be explained: futures, indicators, facts."""
    del assessment  # The futures are the same in every assessment.
    return (*SCENARIOS, *record.catalogue, *map(str, record.facts["fact_id"]))


def explain(id: str, assessment: Assessment, record: Record) -> str | None:
    """The explanation as lines for a terminal, or None for an unknown id."""
    found = _explanation(id, assessment, record)
    return drawn(found) if found else None


def drawn(found: Explanation) -> str:
    """The explanation as lines for a terminal."""
    lines = textwrap.wrap(plain(found.headline), WIDTH)
    lines += textwrap.wrap(plain(found.below), WIDTH, initial_indent="  ", subsequent_indent="  ")
    for part, sentences in found.parts.items():
        for position, sentence in enumerate(sentences):
            label = part if position == 0 else ""
            lines += textwrap.wrap(
                plain(sentence),
                WIDTH,
                initial_indent=f"{label:<{LABEL_WIDTH}}",
                subsequent_indent=" " * LABEL_WIDTH,
                break_on_hyphens=False,
                # A broken address cannot be followed; a terminal folds the long line itself.
                break_long_words="://" not in sentence,
            )
    return "\n".join(lines)


def explain_dict(id: str, assessment: Assessment, record: Record) -> dict[str, Any] | None:
    """The explanation in plain types, or None for an unknown id."""
    found = _explanation(id, assessment, record)
    if found is None:
        return None
    document: dict[str, Any] = plain_json(found._asdict() | {"as_of": assessment.as_of})
    return document


def _explanation(id: str, assessment: Assessment, record: Record) -> Explanation | None:
    if id in SCENARIOS:
        return _future(id, assessment, record)
    if id in record.catalogue:
        return _indicator(record.catalogue[id], assessment, record)
    rows = record.facts[record.facts["fact_id"] == id]
    return _fact(next(rows.itertuples(index=False)), assessment, record) if len(rows) else None


def _future(id: str, assessment: Assessment, record: Record) -> Explanation:
    told = settings().scenarios[id]
    comparable = assessment.verdict.kind != "too_little"
    spread = findings.spread(assessment, id) if comparable else "too little is known to compare futures"
    parts = {
        "means": [" ".join(told.story.split())],
        "source": [f"{told.citation}; the cut-offs are ours (docs/method.md)"],
        "revised": [
            change_line(assessment, record.previous) if record.previous else "no earlier report by the same choices"
        ],
        "verdict": [assessment.verdict.words, *(_for_and_against(id, assessment) if comparable else [])],
        "cannot": [
            "say what comes next: the record so far is compared, and a bend of tomorrow has left no trace in it"
        ],
    }
    return Explanation(id, "future", f"{told.title}: {spread}", findings.known_until(assessment), parts)


def _for_and_against(id: str, assessment: Assessment) -> Iterator[str]:
    """The series that favour a future over each other one, and its markers."""
    others = [one for one in SCENARIOS if one != id]
    margin = assessment.evidence[id] - assessment.evidence[others].max(axis=1)
    names = series_names(assessment.evidence)
    best = [(names[at], float(margin.iloc[at])) for at in margin.to_numpy().argsort()[::-1] if margin.iloc[at] > 0]
    said = listed([f"{name} ({decibans(value)})" for name, value in best[:3]])
    yield f"fits better than both others, in decibans: {said}" if said else "fits no series better than both others"
    own = [marker for marker in assessment.markers if marker.scenario == id]
    reached = sum(marker.status == "reached" for marker in own)
    if own:
        yield f"{reached} of {counted(len(own), 'marker')} reached; markers do not enter the probabilities"


def _indicator(indicator: Indicator, assessment: Assessment, record: Record) -> Explanation:
    rows = record.believed
    rows = rows[rows["indicator"] == indicator.id]
    newest = _newest(indicator, rows, assessment)
    value = newest.value if newest else None
    parts = {
        "means": [indicator.definition, *_counted_here(newest.definition if newest else "")],
        "source": _sources(value, rows, record) if value else ["no value is public"],
        "revised": _revisions(indicator, record.facts),
        "verdict": list(_effect(indicator, assessment)),
        "cannot": [indicator.caveats] if indicator.caveats else [],
    }
    shown = value.shown if value else "no public value"
    return Explanation(indicator.id, "indicator", f"{indicator.title}: {shown}", _whose(value), parts)


def _counted_here(definition: str) -> list[str]:
    """What exactly the value shown counts, where that is narrower than the indicator."""
    return [f"counted here: {definition}"] if definition else []


def _newest(indicator: Indicator, rows: pd.DataFrame, assessment: Assessment) -> Latest | None:
    """The newest value that is in a series, or where there is none the newest at all."""
    used = {definition for key, _, definition in (one.key for one in assessment.series) if key == indicator.id}
    voting = rows[rows["definition"].isin(used) & (rows["confidence"] != "low")]
    chosen = voting if len(voting) else rows
    return latest(list(chosen.itertuples(index=False)), indicator) if len(chosen) else None


def _whose(value: Published | None) -> str:
    if value is None:
        return ""
    whose = f"{value.subject}, " if value.subject else ""
    how = METHODS.get(value.method, value.method)
    return f"{whose}{full_date(value.observed_on)}; public since {full_date(value.known_since)}; {how}"


def _sources(newest: Published, rows: pd.DataFrame, record: Record) -> list[str]:
    sha256 = record.facts.loc[record.facts["fact_id"] == newest.fact_id, "sha256"]
    # Facts that ship with the project have no name of their own before the first run.
    fact = f"; fact {newest.fact_id}" if newest.fact_id else ""
    origin = f"; file sha256 {sha256.iloc[0][:12]}" if len(sha256) else ""
    told = f"{_where(newest)} ({newest.trust}{fact}{origin})"
    spread = f"{counted(len(rows), 'value')} of {counted(rows['subject'].nunique(), 'subject')} in all"
    return [told, spread] if len(rows) > 1 else [told]


def _where(value: Published) -> str:
    """Who is quoted, and the address if it has one."""
    address = web_address(value.citation.url) or value.citation.url
    return ", ".join(filter(None, (value.citation.text, address)))


def _revisions(indicator: Indicator, facts: pd.DataFrame) -> list[str]:
    """The last revision of any value of the indicator, and how many there were."""
    own = facts[facts["indicator"] == indicator.id]
    if own.empty:
        return []
    changed = [group for _, group in own.groupby(list(KEY), sort=True) if len(_vintages(group, indicator)) > 1]
    if not changed:
        return ["no value was revised by its publisher, as far as print shows"]
    last = max(changed, key=lambda group: (group["known_since"].max(), group["observed_on"].max()))
    whose = f"{last['subject'].iloc[0]}: " if last["subject"].iloc[0] else ""
    shown = " -> ".join(_vintages(last, indicator)[-2:])
    return [f"{whose}{shown}", f"{counted(len(changed), 'value')} revised in all, counting what shows in print"]


def _effect(indicator: Indicator, assessment: Assessment) -> Iterator[str]:
    """What its series say, and what leaving it out does."""
    positions = [at for at, key in enumerate(assessment.evidence["indicator"]) if key == indicator.id]
    if not positions:
        yield "none: it is context, without a vote" if indicator.role == "context" else "none: it forms no series"
        return
    if assessment.verdict.kind == "too_little":
        yield "none: too few series are known to compare futures"
        return
    names, second_third = series_names(assessment.evidence), against_both(assessment)
    for at in positions:
        said = " · ".join(
            f"{one.leader} v. {one.other} {decibans(one.rows[at])} {one.capped[at]}".rstrip() for one in second_third
        )
        weight = assessment.evidence["weight"].iloc[at]
        yield f"{names[at]}: {said} (decibans; weight {weight:.2f})"
    yield from _omissions(indicator, assessment)


def _omissions(indicator: Indicator, assessment: Assessment) -> Iterator[str]:
    """The omission among its values and series that moves a future most."""
    own = [check for check in assessment.leave_one_out if check.detail.get("indicator") == indicator.id]
    largest = max(own, key=lambda check: move(assessment, check), default=None)
    if largest is None:
        return
    if move(assessment, largest) < MOVES_AT:
        yield "leaving out any of its values, or all, moves no future by 5 in 100"
        return
    moved = max(SCENARIOS, key=lambda one: abs(largest.probabilities[one] - assessment.probabilities[one]))
    before, after = counts(assessment.probabilities)[moved], counts(largest.probabilities)[moved]
    low, high = assessment.range()[moved]
    yield f"{largest.label}: {moved} {before} -> {after} in 100 (all checks: {count_range(low, high)})"


def _fact(row: Any, assessment: Assessment, record: Record) -> Explanation:
    indicator = record.catalogue[row.indicator]
    value = published(row, indicator)
    same = record.facts
    for column in KEY:
        same = same[same[column] == getattr(row, column)]
    vintages = _vintages(same, indicator)
    told = f"{_where(value)} ({value.trust}; source {row.source}, file sha256 {row.sha256[:12]})"
    parts = {
        "means": [indicator.definition, *_counted_here(row.definition)],
        "source": [told, *([f"note: {row.note}"] if row.note else [])],
        "revised": [" -> ".join(vintages)] if len(vintages) > 1 else ["not revised, as far as print shows"],
        "verdict": [_use(row, assessment)],
        "cannot": [indicator.caveats] if indicator.caveats else [],
    }
    return Explanation(row.fact_id, "fact", f"{indicator.title}: {value.shown}", _whose(value), parts)


def _vintages(rows: pd.DataFrame, indicator: Indicator) -> list[str]:
    """Every value that was published for one key and reads otherwise than the one before, in order of publication."""
    shown: list[str] = []
    before = ""
    for row in rows.sort_values("known_since", kind="stable").itertuples(index=False):
        words = measured(of(row), indicator)
        if words != before:
            shown.append(f"{words} ({published(row, indicator).known_since})")
        before = words
    return shown


def _use(row: Any, assessment: Assessment) -> str:
    """Whether a fact is a point of a series, and what the sum is without it."""
    for series in assessment.series:
        points = zip(series.observed_on, series.subjects, series.known_since, strict=True)
        place = (pd.Timestamp(row.observed_on), row.subject, pd.Timestamp(row.known_since))
        if series.indicator.id == row.indicator and any(
            (pd.Timestamp(on), str(whose), pd.Timestamp(since)) == place for on, whose, since in points
        ):
            return f"one of {counted(series.n, 'value')} of a series that votes{_without(row, assessment)}"
    reasons = assessment.left_out
    reasons = reasons[
        (reasons["indicator"] == row.indicator)
        & (reasons["definition"] == row.definition)
        & reasons["subject"].isin(["", row.subject])
    ]["reason"]
    if len(reasons):
        return f"none: {reasons.iloc[0].removeprefix(CONTEXT)}"
    return "none: revised since, or not further than a value before it"


def _without(row: Any, assessment: Assessment) -> str:
    on = f"{row.observed_on:%Y-%m-%d}"
    for check in assessment.leave_one_out:
        detail = check.detail
        if (detail["indicator"], detail.get("observed_on"), detail.get("point")) == (row.indicator, on, row.subject):
            said = ", ".join(f"{one} {count(check.probabilities[one])}" for one in SCENARIOS)
            return f"; without it: {said} in 100"
    return ""
