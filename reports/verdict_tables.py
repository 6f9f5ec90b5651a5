"""Tables that follow from the assessment alone: futures, changes, evidence, checks, priors, markers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from metrics import Indicator
from reports.changes import Change, changes
from reports.comparison import Comparison, against_both, ranking
from reports.findings import opening, overturned, phrase, series_names, title
from reports.record import Document
from reports.tabular import Strong, Table, table
from reports.terminal import MIDDLE
from scenarios import Assessment
from scenarios.assessment import Check, varied
from scenarios.settings import SCENARIOS, settings
from scenarios.words import adding_up, cluster_name, count, count_range, counted, counts, decibans, full_date, odds

MOST_INFLUENTIAL = 9
"""Omissions named one by one; the rest are told in a sentence."""

ROWS_OF_CHANGE = 4
"""Causes named one by one where there is little room."""

NUMBERS_RIGHT = (2, 3, 4)


def futures(assessment: Assessment) -> Table:
    """The three futures, the most probable first, each with its range over all checks."""
    out_of_100, ranges, shown = counts(assessment.probabilities), assessment.range(), []
    for scenario in ranking(assessment.probabilities):
        values = [check.probabilities[scenario] for check in assessment.checks]
        low, high = np.quantile(values, MIDDLE) if values else (np.nan, np.nan)
        first = sum(ranking(check.probabilities)[0] == scenario for check in assessment.checks)
        every = count_range(*ranges[scenario]) if values else "no checks made"
        middle = count_range(low, high) if values else "no checks made"
        of_checks = f"{first} of {len(values)}" if values else "no checks made"
        shown.append((title(scenario), out_of_100[scenario], every, middle, of_checks))
    columns = ("Future", "In 100", "Lowest to highest check", "Middle four fifths of the checks", "First in checks")
    return table(columns, shown, right=(1,))


def stories(assessment: Assessment) -> list[tuple[str, str, str]]:
    """Title, story and citation of each future, the most probable first."""
    told = (settings().scenarios[scenario] for scenario in ranking(assessment.probabilities))
    return [(one.title, " ".join(one.story.split()), one.citation) for one in told]


def change_table(assessment: Assessment, previous: Document, indicators: Mapping[str, Indicator]) -> Table:
    """What moved since an earlier assessment, in decibans for today's leader; rows add up to the last."""
    leader, second, third = ranking(assessment.probabilities)
    columns = ("What", "Series", "Values", f"{leader} v. {second}", f"{leader} v. {third}")
    moved = changes(assessment, previous, indicators)
    told = _told([[one] for one in moved])
    rows = [(one.what, one.title, _values(one), *both) for one, both in zip(moved, told, strict=True)]
    return table(columns, [*rows, (Strong("Sum"), "", "", *map(Strong, _both(moved)))] if rows else [], right=(3, 4))


def change_brief(assessment: Assessment, previous: Document, indicators: Mapping[str, Indicator]) -> Table:
    """The same for a narrow place: the largest rows, and one each for what was reweighted and for the rest."""
    _, second, third = ranking(assessment.probabilities)
    moved = changes(assessment, previous, indicators)
    caused = [one for one in moved if one.what not in ("reweighted", "smaller moves")]
    shares = [one for one in moved if one.what == "reweighted"]
    rest = [*caused[ROWS_OF_CHANGE:], *(one for one in moved if one.what == "smaller moves")]
    reweighted = _brief(shares[0]) if len(shares) == 1 else f"Reweighted: {len(shares)} series"
    named = [(_brief(one), [one]) for one in caused[:ROWS_OF_CHANGE]]
    named += [(name, some) for name, some in ((reweighted, shares), ("Smaller moves", rest)) if some]
    told = zip(named, _told([some for _, some in named]), strict=True)
    rows = [(name, *both) for (name, _), both in told if both != ("0.0", "0.0")]
    columns = ("What came", f"over {second}", f"over {third}")
    return table(columns, [*rows, (Strong("Sum"), *map(Strong, _both(moved)))] if rows else [], right=(1, 2))


def _told(groups: Sequence[Sequence[Change]]) -> list[tuple[str, str]]:
    """Both columns of every row, so rounded that what is printed adds up to the printed sum."""
    second = adding_up([sum(one.against_second for one in group) for group in groups])
    third = adding_up([sum(one.against_third for one in group) for group in groups])
    return [(gained(one), gained(other)) for one, other in zip(second, third, strict=True)]


def _both(moved: Sequence[Change]) -> tuple[str, str]:
    return gained(sum(one.against_second for one in moved)), gained(sum(one.against_third for one in moved))


def _brief(change: Change) -> str:
    what = f"{change.what[:1].upper()}{change.what[1:]}"
    if not change.what.startswith("new"):
        return f"{what}: {change.title}" if change.title else what
    before = f", {change.n_before} before" if change.n_before else ""
    return f"{what}: {change.title} ({counted(change.n_now, 'value')}{before})"


def _values(change: Change) -> str:
    return f"{change.n_before} then, {change.n_now} now" if change.n_before != change.n_now else str(change.n_now or "")


def gained(value: float) -> str:
    """Decibans with a sign on both sides of nought."""
    text = decibans(value)
    return f"+{text}" if value > 0 and text != "0.0" else text


def evidence_table(assessment: Assessment) -> Table:
    """What each series says for the leader against the second and the third, group by group, and the sum."""
    second, third = against_both(assessment)
    evidence = assessment.evidence.reset_index(drop=True)
    names = series_names(evidence)
    rows: list[Sequence[object]] = []
    for cluster, members in evidence.groupby("cluster", sort=True).groups.items():
        for position, at in enumerate(members):
            row = evidence.loc[at]
            dates = f"{row['first_on']:%Y-%m} to {row['last_on']:%Y-%m}"
            group = cluster_name(str(cluster)) if position == 0 else ""
            weight = f"{row['weight']:.2f}"
            rows.append((group, names[at], row["n"], dates, weight, _said(second, at), _said(third, at)))
    columns = (
        "Group",
        "Series",
        "Values",
        "Observed",
        "Weight",
        *(f"{one.leader} v. {one.other}" for one in (second, third)),
    )
    return table(columns, [*rows, *_sums(assessment, second, third)], right=(2, 4, 5, 6))


def _said(comparison: Comparison, at: int) -> str:
    return f"{decibans(comparison.rows[at])} {comparison.capped[at]}".strip()


def _sums(assessment: Assessment, second: Comparison, third: Comparison) -> Iterable[Sequence[object]]:
    if second.prior or third.prior:
        yield "Prior", assessment.prior.name, "", "", "", decibans(second.prior), decibans(third.prior)
    totals = [f"{decibans(one.total)} ({odds(one.total)})" for one in (second, third)]
    yield Strong("Sum"), "", "", "", "", *map(Strong, totals)


def values_table(assessment: Assessment) -> Table:
    """The series that could be formed, where too few for a comparison."""
    evidence = assessment.evidence
    return table(("Series", "Values"), list(zip(series_names(evidence), evidence["n"], strict=True)), right=(1,))


def check_table(checks: Sequence[Check], what: str) -> Table:
    """One row a check: the choice, the series left, the futures out of 100, and which comes first."""
    rows = [
        (opening(_marked(check)), check.n_series, *_counts(check), title(ranking(check.probabilities)[0]))
        for check in checks
    ]
    columns = (what, "Series", *(title(scenario) for scenario in SCENARIOS), "First")
    return table(columns, rows, right=(1, *NUMBERS_RIGHT))


def check_data(checks: Sequence[Check]) -> Table:
    """The same unrounded."""
    rows = [(one.label, one.n_series, *(one.probabilities[name] for name in SCENARIOS)) for one in checks]
    return table(("check", "series", *SCENARIOS), rows)


def _counts(check: Check) -> list[str]:
    out_of_100 = counts(check.probabilities)
    return [out_of_100[scenario] for scenario in SCENARIOS]


def _marked(check: Check) -> str:
    """A check's label, or that of the default which stands among checks."""
    return f"{check.label} (the default)" if check.is_default else check.label


def influential(assessment: Assessment) -> list[Check]:
    """The omissions that move a future most, the largest move first."""
    order = sorted(assessment.leave_one_out, key=lambda check: (-move(assessment, check), check.label))
    return order[:MOST_INFLUENTIAL]


def move(assessment: Assessment, check: Check) -> float:
    """By how much a check moves the future that it moves most."""
    return max(abs(check.probabilities[one] - assessment.probabilities[one]) for one in SCENARIOS)


def rest_of_omissions(assessment: Assessment) -> str:
    """The omissions that the table does not name, in a sentence; empty where it names all."""
    moves = sorted((move(assessment, check) for check in assessment.leave_one_out), reverse=True)[MOST_INFLUENTIAL:]
    if not moves:
        return ""
    return f"The other {counted(len(moves), 'omission')} move no future by more than {count(max(moves))} in 100."


def prior_table(assessment: Assessment) -> Table:
    """The same evidence under other priors, with the weights before any evidence."""
    rows = []
    for check in assessment.prior_variants:
        weights = " / ".join(count(float(check.detail[scenario])) for scenario in SCENARIOS)
        preset = settings().priors.get(check.label)
        whence = preset.citation if preset else "ours: one future's weight changed"
        rows.append((_marked(check), weights, *_counts(check), title(ranking(check.probabilities)[0]), whence))
    names = (title(one) for one in SCENARIOS)
    columns = ("Prior", "Before (stall / compounding / recursive)", *names, "First", "From")
    return table(columns, rows, right=NUMBERS_RIGHT)


def omissions_summary(assessment: Assessment) -> str:
    """Which kinds of check put another future first."""
    leader = ranking(assessment.probabilities)[0]
    kinds = (
        ("first date", assessment.window_sweep),
        ("omission", assessment.leave_one_out),
        ("prior", assessment.prior_variants),
    )
    made = [(kind, varied(checks)) for kind, checks in kinds]
    said = [f"{len(overturned(checks, leader))} of {counted(len(checks), kind)}" for kind, checks in made if checks]
    if not said:
        return "No checks were made, so no range is shown and nothing is named."
    return f"Another future than {phrase(leader)} comes first in {', '.join(said)}."


def since(previous: Document) -> str:
    """The date of an earlier assessment, in full."""
    return full_date(date.fromisoformat(previous["as_of"]))
