"""Findings: headings and sentences that claim something, each computed from the values by a rule.

Where no rule fires the heading is neutral. Terminal and report take their sentences here, so that both say the same.
"""

import re
from collections.abc import Sequence

import pandas as pd

from metrics.untrusted import plain
from reports.comparison import against_both, ranking
from scenarios import Assessment
from scenarios.assessment import Check, MarkerStatus, varied
from scenarios.prior import parse_prior
from scenarios.settings import SCENARIOS, settings
from scenarios.words import (
    AT_THE_CAP,
    TITLES,
    count_range,
    counted,
    counts,
    decibans,
    full_date,
    is_all_it_may,
    listed,
    strength,
)

SPEAKS_AT = 3.0
"""Decibans from which a group of series is said to speak for a future: below, it is "hardly any" evidence."""

SMALL_NUMBERS = ("no", "one", "two", "three")


def phrase(scenario: str) -> str:
    """A future as it reads inside a sentence."""
    return settings().scenarios[scenario].phrase


def title(scenario: str) -> str:
    """A future as a heading."""
    return settings().scenarios[scenario].title


def choices(assessment: Assessment) -> list[str]:
    """Which choices differ from the default ones."""
    record, usual = assessment.first_date, settings().record.first_date
    prior, uniform = assessment.prior, parse_prior("uniform")
    differing = [
        "" if (prior.weights, prior.shapes) == (uniform.weights, uniform.shapes) else "prior",
        f"first date {record}" if record not in (None, usual) else "",
        f"left out {listed(assessment.leave_out)}" if assessment.leave_out else "",
    ]
    return [one for one in differing if one]


def opening(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


def headline(assessment: Assessment) -> str:
    """The verdict without its figures, which stand below it with their ranges."""
    return re.split(r"[:;(]", assessment.verdict.words)[0].strip(" .,")


def sentence(assessment: Assessment) -> str:
    """The verdict in one sentence, begun with its kind where that is not in the sentence itself."""
    words = assessment.verdict.words
    return f"{TITLES['cannot_tell']}. {words}" if assessment.verdict.kind == "cannot_tell" else words


def standing(assessment: Assessment) -> str:
    """How firmly the first future is first, as of when; empty where too little is known to put them in order."""
    if assessment.verdict.kind == "too_little":
        return ""
    leader = ranking(assessment.probabilities)[0]
    how = "least badly" if assessment.none_fits else "best"
    best = f"{known_until(assessment)} fit {phrase(leader)} {how}: {spread(assessment, leader)}"
    others = overturned(assessment.checks, leader)
    if not assessment.checks:
        return f"{best}."
    if not others:
        return f"{best}; none of them puts another future first."
    return f"{best}; {len(others)} of them {'puts' if len(others) == 1 else 'put'} another future first."


def known_until(assessment: Assessment) -> str:
    """Whose facts, and up to when; a user's own data have no first date."""
    whose = "Your facts" if assessment.first_date is None else "Facts public"
    return f"{whose} up to {full_date(assessment.as_of)}"


def spread(assessment: Assessment, scenario: str) -> str:
    """A future's count and its range in one breath: "54 in 100, 11 to 90 across 97 checks"."""
    number = f"{counts(assessment.probabilities)[scenario]} in 100"
    if not assessment.checks:
        return f"{number}, and no checks were made"
    return f"{number}, {count_range(*assessment.range()[scenario])} across {counted(len(assessment.checks), 'check')}"


def overturned(checks: Sequence[Check], leader: str) -> list[Check]:
    """The checks that put another future first."""
    return [check for check in checks if ranking(check.probabilities)[0] != leader]


def reasons(assessment: Assessment) -> list[str]:
    """Three lines of why: how firm the order is, what speaks for and against it, and whether series contradict."""
    if assessment.verdict.kind == "too_little":
        return [f"{counted(len(assessment.evidence), 'series', 'series')} could be formed; nothing is compared."]
    contradiction = flag(assessment, "conflict")
    none = "No two groups of series contradict each other by 10 decibans or more."
    return [standing(assessment), _pull(assessment), f"{contradiction}." if contradiction else none]


def flag(assessment: Assessment, name: str) -> str:
    """The flag of that name as the start of a sentence, without its full stop; empty if it is not raised."""
    found = [flag for flag in assessment.verdict.flags if flag.startswith(f"{name}:")]
    return opening(found[0]) if found else ""


def why(assessment: Assessment) -> str:
    """What the verdict's words say beyond the headline; empty where that is all."""
    rest = assessment.verdict.words[len(headline(assessment)) :].lstrip(" .,:;")
    return opening(rest) if rest.strip("()") else ""


def other_flags(assessment: Assessment) -> list[str]:
    """What else limits the verdict; a conflict is one of its reasons."""
    raised = (flag(assessment, name) for name in ("stale", "concentration"))
    return [f"{one}." for one in raised if one]


def verdict_title(assessment: Assessment) -> str:
    """The verdict's kind in two words."""
    return TITLES[assessment.verdict.kind]


def citation(assessment: Assessment) -> str:
    """How a report is quoted."""
    return (
        f"threefutures, status report on the public record to {full_date(assessment.as_of)}, method "
        f"{assessment.model.version}, facts {assessment.facts.sha256[:12]} ({assessment.facts.n:,} values)."
    )


def series_heading(assessment: Assessment, at: int, name: str) -> str:
    """What one series says of the three futures, if it says something; else its name.

    Args:
        assessment: with its evidence.
        at: row of the evidence.
        name: of the series.
    """
    row = assessment.evidence.iloc[at]
    said = {scenario: float(row[scenario]) for scenario in SCENARIOS}
    against = [scenario for scenario in SCENARIOS if max(said.values()) - said[scenario] >= SPEAKS_AT]
    if not against:
        return f"{name} hardly tells the three futures apart"
    weakest = min(max(said.values()) - said[scenario] for scenario in against)
    speaks = "speaks weakly" if strength(weakest) == "weak" else "speaks"
    if len(against) == 1:
        return f"{name} {speaks} against {phrase(against[0])}"
    return f"{name} {speaks} for {phrase(max(said, key=said.__getitem__))}"


def _pull(assessment: Assessment) -> str:
    """The series that speaks most for the leader against the second, and the one that speaks most for the second."""
    first, second, _ = ranking(assessment.probabilities)
    difference = assessment.evidence[first] - assessment.evidence[second]
    sides = [
        _voice(assessment, scenario, against, sign * difference)
        for scenario, against, sign in ((first, second, 1.0), (second, first, -1.0))
        if (sign * difference > 0).any()
    ]
    return " ".join(sides) or f"No series tells {phrase(first)} from {phrase(second)}."


def _voice(assessment: Assessment, scenario: str, against: str, difference: "pd.Series[float]") -> str:
    loudest = int(difference.to_numpy().argmax())
    value = float(difference.iloc[loudest])
    capped = against_both(assessment)[0].capped[loudest] == "cap"
    said = f"{decibans(value)} decibans, {AT_THE_CAP if capped and is_all_it_may(value) else strength(value)}"
    name = series_names(assessment.evidence)[loudest]
    return f"{name} speaks most for {phrase(scenario)} over {phrase(against)} ({said})."


def series_names(rows: pd.DataFrame) -> list[str]:
    """A name a row: the title, and whose or which definition where titles are not enough to tell rows apart."""
    names = [plain(title) for title in rows["title"]]
    for column in ("subject", "definition"):
        names = [
            f"{name}, {plain(detail)}" if names.count(name) > 1 and detail else name
            for name, detail in zip(names, rows[column], strict=True)
        ]
    return names


def evidence_heading(assessment: Assessment) -> str:
    """How many futures have a group of series that speaks for them."""
    spoken = [scenario for scenario in SCENARIOS if _spoken_for(assessment, scenario)]
    if len(spoken) > 1:
        return f"The series pull in {SMALL_NUMBERS[len(spoken)]} directions"
    return f"The series speak for {phrase(spoken[0])}" if spoken else "Evidence by series"


def _spoken_for(assessment: Assessment, scenario: str) -> bool:
    """Whether some cluster favours this future over each other one by more than hardly any evidence."""
    if assessment.evidence.empty:
        return False
    sums = assessment.evidence.groupby("cluster")[list(SCENARIOS)].sum()
    others = sums[[one for one in SCENARIOS if one != scenario]].max(axis=1)
    return bool((sums[scenario] - others >= SPEAKS_AT).any())


def checks_heading(checks: Sequence[Check], leader: str, *, neutral: str, what: str) -> str:
    """Whether checks of one kind change which future comes first: a claim where there are some, else neutral.

    Args:
        checks: of one kind; the default among them is not counted.
        leader: the future that comes first by default.
        neutral: the heading where no check was made.
        what: the choice that is varied, as the subject of a sentence.
    """
    made = varied(checks)
    if not made:
        return neutral
    others = len(overturned(made, leader))
    if others:
        return f"{what} changes which future comes first in {others} of {counted(len(made), 'check')}"
    every = "the one check" if len(made) == 1 else f"all {len(made)} checks"
    return f"{what} never changes which future comes first: {title(leader)} in {every}"


def markers_heading(assessment: Assessment) -> str:
    """How many markers are reached, by future."""
    reached = [marker for marker in assessment.markers if marker.status == "reached"]
    if not assessment.markers:
        return "Markers"
    if not reached:
        return f"None of {counted(len(assessment.markers), 'marker')} is reached"
    with_markers = [one for one in SCENARIOS if any(marker.scenario == one for marker in assessment.markers)]
    said = listed([_of_future(assessment.markers, one) for one in with_markers])
    verb = "is" if len(reached) == 1 else "are"
    return f"{len(reached)} of {counted(len(assessment.markers), 'marker')} {verb} reached: {said}"


def _of_future(markers: Sequence[MarkerStatus], scenario: str) -> str:
    own = [marker for marker in markers if marker.scenario == scenario]
    return f"{sum(marker.status == 'reached' for marker in own)} of {len(own)} for {phrase(scenario)}"
