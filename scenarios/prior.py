"""Prior: what is believed of the three futures before any series is weighed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metrics.errors import UsageError
from scenarios.settings import SCENARIOS, settings

PriorLike = str | Mapping[str, float] | Sequence[float]


@dataclass(frozen=True)
class Prior:
    """Weights of the futures, and what they are called."""

    name: str
    """A preset of scenarios.toml, or "own"."""
    weights: dict[str, float]
    """Summing to one, in the order of SCENARIOS."""


def parse_prior(prior: PriorLike) -> Prior:
    """A preset's name, "S,C,R", three numbers, or a mapping by future; normalised.

    Raises:
        UsageError: an unknown name, not three numbers, a negative or infinite one, or nothing above zero.
    """
    if isinstance(prior, str) and prior.strip() in settings().priors:
        return normalised(prior.strip(), settings().priors[prior.strip()].weights)
    weights = _numbers(prior)
    if len(weights) != len(SCENARIOS):
        raise _fault(prior, f"{len(weights)} numbers")
    if not all(math.isfinite(weight) and weight >= 0 for weight in weights) or not sum(weights) > 0:
        raise _fault(prior, ", ".join(f"{weight:g}" for weight in weights))
    return normalised("own", weights)


def normalised(name: str, weights: Sequence[float]) -> Prior:
    """A prior from weights that need not sum to one."""
    total = sum(weights)
    return Prior(name, {scenario: weight / total for scenario, weight in zip(SCENARIOS, weights, strict=True)})


def _numbers(prior: PriorLike) -> list[float]:
    if isinstance(prior, Mapping):
        if set(prior) != set(SCENARIOS):
            raise _fault(prior, ", ".join(map(str, prior)) or "nothing")
        parts: Sequence[str | float] = [prior[scenario] for scenario in SCENARIOS]
    elif isinstance(prior, str):
        parts = prior.split(",")
        if len(parts) == 1:
            raise _fault(prior, repr(prior))
    else:
        parts = prior
    try:
        return [float(part) for part in parts]
    except (TypeError, ValueError) as error:
        raise _fault(prior, repr(prior)) from error


def _fault(prior: PriorLike, found: str) -> UsageError:
    return UsageError(
        f"prior {prior!r} is not a prior over the three futures",
        found=found,
        next=f"give {', '.join(settings().priors)}, or three weights for {', '.join(SCENARIOS)} such as 0.3,0.5,0.2",
    )
