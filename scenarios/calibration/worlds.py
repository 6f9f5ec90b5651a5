"""Worlds whose future is known, measured on the schedule of a real record.

Two kinds: drawn from the classifier's own model, where it can only be wrong about itself, and from mechanisms, where
it can be wrong about the world. A world is made from a seed and its own number alone: it depends neither on how many
there are nor on who computes them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from metrics.indicator import Indicator
from metrics.series import Series
from scenarios.calibration.measurement import anatomy, measured, rendered
from scenarios.calibration.mechanisms import distorted, latent
from scenarios.calibration.schedule import sparse, threes
from scenarios.combination import teller
from scenarios.evidence import ceilings_of, noise
from scenarios.settings import SCENARIOS, settings
from scenarios.shapes import library, seen
from scenarios.span import Span, span_of
from scenarios.witnesses import correlations

Array = npt.NDArray[np.float64]

ADOPTION = Indicator(
    "adoption", "Adoption", "share", "logit", lower=0.0, upper=1.0, dimension="diffusion", cluster="adoption"
)


@dataclass(frozen=True)
class World:
    """A record, and the future that made it."""

    scenario: str
    mechanism: str
    series: tuple[Series, ...]


Maker = Callable[[np.random.Generator, str, Sequence[Series]], World]
Schedule = Callable[[Sequence[Series]], tuple[Series, ...]]


@dataclass(frozen=True)
class Suite:
    """A kind of world on a schedule."""

    title: str
    make: Maker
    schedule: Schedule


def world(suite: str, index: int, seed: int, templates: Sequence[Series]) -> World:
    """World number `index` of a suite; the futures take turns.

    Args:
        suite: a key of SUITES.
        index: from 0.
        seed: another seed gives other worlds.
        templates: the series of the record whose schedule is used.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, list(SUITES).index(suite), index]))
    chosen = SUITES[suite]
    return chosen.make(rng, SCENARIOS[index % len(SCENARIOS)], chosen.schedule(templates))


def own_world(rng: np.random.Generator, scenario: str, templates: Sequence[Series]) -> World:
    """A draw from the classifier's own prior: shapes, growth, noise that wanders, offsets, ceilings."""
    clusters: dict[str, list[Series]] = {}
    for template in templates:
        clusters.setdefault(template.indicator.cluster, []).append(template)
    span = span_of(templates)
    drawn = [one for members in clusters.values() for one in _own_cluster(rng, scenario, members, span)]
    return World(scenario, "own prior", tuple(sorted(drawn, key=lambda one: one.key)))


def mechanism_world(rng: np.random.Generator, scenario: str, templates: Sequence[Series]) -> World:
    """A world of a mechanism, with an adoption curve as a distractor."""
    capability = latent(rng, scenario)
    return World(
        scenario, capability.mechanism, measured(rng, scenario, capability, (*templates, _distractor(templates)))
    )


def shared_error_world(rng: np.random.Generator, scenario: str, templates: Sequence[Series]) -> World:
    """A world in which what an organisation measures, of its own work or of others', has an error of its own, the same
    in all of it: its growth rate is that of capability times a rate that wanders and bends."""
    capability = latent(rng, scenario)
    bias = {name: distorted(rng, capability) for name in sorted({teller(one) for one in templates} - {""})}
    every = (*templates, _distractor(templates))
    return World(scenario, capability.mechanism, measured(rng, scenario, capability, every, bias))


def _distractor(templates: Sequence[Series]) -> Series:
    """Adoption, asked about for as long as the longest series and as often."""
    longest = max(templates, key=lambda one: ((one.observed_on[-1] - one.observed_on[0]).astype(int), one.key))
    n = longest.n
    return replace(
        longest,
        indicator=ADOPTION,
        value=np.linspace(0.05, 0.6, n),
        value_low=np.full(n, np.nan),
        value_high=np.full(n, np.nan),
        interval=np.full(n, ""),
        method=np.full(n, "survey"),
    )


def _own_cluster(rng: np.random.Generator, scenario: str, members: Sequence[Series], span: Span) -> list[Series]:
    """Series of one cluster: errors of one size, correlated as the combination assumes; the same runs, one shape."""
    grid = noise()
    level = int(rng.choice(len(grid.sd), p=np.exp(grid.log_weight)))
    days = np.concatenate([one.observed_on.astype(float) for one in members])
    owner = np.repeat(np.arange(len(members)), [one.n for one in members])
    length = np.mean([(one.observed_on[-1] - one.observed_on[0]).astype(float) for one in members])
    apart = np.abs(days[:, None] - days) / length
    rho = correlations([one.indicator.id for one in members])
    kernel = (1 - grid.wander[level]) * (apart == 0) + grid.wander[level] * np.exp(
        -apart / settings().skeleton.wander_length
    )
    factor = np.linalg.cholesky(rho[owner][:, owner] * kernel + 1e-9 * np.eye(len(days)))
    error = grid.sd[level] * (factor @ rng.normal(0, 1, len(days)))
    shape, growth = _shape(rng, scenario), _growth(rng)
    drawn = []
    for place, one in enumerate(members):
        if place and rho[place, 0] < settings().combination.rho_same_runs:
            shape, growth = _shape(rng, scenario), _growth(rng)
        drawn.append(_own_series(rng, scenario, one, growth * _path(shape, one, span), error[owner == place]))
    return drawn


def _own_series(rng: np.random.Generator, scenario: str, template: Series, path: Array, error: Array) -> Series:
    z, error_sd, _ = anatomy(template)
    middle = float(np.median(z)) if len(z) else 0.0
    offsets = {method: rng.normal(0, settings().skeleton.method_sd[str(method)]) for method in set(template.method)}
    offset = np.array([offsets[method] for method in template.method]) if len(offsets) > 1 else 0.0
    drawn = middle + path - np.median(path) + offset + error + error_sd * rng.normal(0, 1, template.n)
    grid, log_weight = ceilings_of(template.indicator)
    ceiling = grid[int(rng.choice(len(grid), p=np.exp(log_weight[:, SCENARIOS.index(scenario)])))]
    return rendered(template, drawn, ceiling, rng)


def _shape(rng: np.random.Generator, scenario: str) -> int:
    weight = np.exp(library().log_weight[SCENARIOS.index(scenario)])
    return int(rng.choice(len(weight), p=weight))


def _growth(rng: np.random.Generator) -> float:
    return float(np.abs(rng.normal(0, settings().skeleton.growth_sd)))


def _path(shape: int, template: Series, span: Span) -> Array:
    days = template.observed_on.astype(float)
    return np.asarray(
        seen(library().path[shape][None], (days - days[0]) / (days[-1] - days[0]), span.part(template))[0]
    )


def _whole(templates: Sequence[Series]) -> tuple[Series, ...]:
    return tuple(templates)


SUITES: Mapping[str, Suite] = {
    "own": Suite("own prior, the record's schedule", own_world, _whole),
    "own_sparse": Suite("own prior, 17 values in all", own_world, sparse),
    "mechanism": Suite("mechanisms, the record's schedule", mechanism_world, _whole),
    "mechanism_sparse": Suite("mechanisms, 17 values in all", mechanism_world, sparse),
    "mechanism_threes": Suite("mechanisms, three values a series", mechanism_world, threes),
    "mechanism_shared": Suite("mechanisms, each organisation with an error of its own", shared_error_world, _whole),
}
