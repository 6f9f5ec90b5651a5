"""The evidence as differences between futures: leader against second, leader against third.

What is compared is what enters the sum (weighted, capped), so rows add up. Wording is not decided here.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scenarios import Assessment
from scenarios.settings import SCENARIOS


def ranking(probabilities: Mapping[str, float]) -> tuple[str, ...]:
    """The futures from the most to the least probable; of two equals the first in the usual order."""
    return tuple(sorted(SCENARIOS, key=lambda one: (-probabilities[one], SCENARIOS.index(one))))


@dataclass(frozen=True)
class Comparison:
    """The evidence for one future against another, in decibans."""

    leader: str
    other: str
    rows: tuple[float, ...]
    """One a row of the assessment's evidence, in its order."""
    prior: float
    """What the prior says; 0 when it favours neither."""
    capped: tuple[str, ...]
    """One a row: "", "cap" where one of the two futures is at the most a series may say against it, "both cap"."""

    @property
    def total(self) -> float:
        return sum(self.rows) + self.prior


def compare(assessment: Assessment, leader: str, other: str) -> Comparison:
    """One future of an assessment against another."""
    evidence, weights = assessment.evidence, assessment.prior.weights
    return Comparison(
        leader,
        other,
        tuple(float(difference) for difference in evidence[leader] - evidence[other]),
        ratio_decibans(weights[leader], weights[other]),
        tuple(_capped(row, leader, other) for row in evidence.to_dict("records")),
    )


def _capped(row: Mapping[Any, Any], leader: str, other: str) -> str:
    """The cap cuts what speaks against a future: it is reached where a capped row is at its lowest."""
    lowest = min(row[scenario] for scenario in SCENARIOS)
    reached = sum(row[scenario] == lowest for scenario in (leader, other)) if row["capped"] and lowest < 0 else 0
    return ("", "cap", "both cap")[reached]


def against_both(assessment: Assessment) -> tuple[Comparison, Comparison]:
    """The leader against the second, and against the third."""
    leader, second, third = ranking(assessment.probabilities)
    return compare(assessment, leader, second), compare(assessment, leader, third)


def ratio_decibans(one: float, other: float) -> float:
    """The ratio of two weights in decibans; infinite where one of them is nothing."""
    if one == other:
        return 0.0
    if one <= 0 or other <= 0:
        return math.copysign(math.inf, one - other)
    return 10 * math.log10(one / other)
