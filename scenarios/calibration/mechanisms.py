"""Growth rates from mechanisms, not from the library of shapes: what worlds of the second suite are made of.

Every mechanism gives the growth rate g(v) of log capability over the span of the record, v from 0 to 1, up to a
constant; how it is measured belongs to measurement.py. The equations are the field's; ranges are ours.

    Gompertz (1825), Phil. Trans. 115; Winsor (1932), PNAS 18: a growth rate that decays exponentially
    Bass (1969), Management Science 15: adoption by innovation and imitation
    Jones (1995), JPE 103; Bloom, Jones, Van Reenen, Webb (2020), AER 110: dA/dt = S^lambda A^(1 - beta)
    Amdahl (1967), AFIPS 30: speeding a share f of the work multiplies the whole by at most 1 / (1 - f)
    Aghion, Jones, Jones (2019), The Economics of Artificial Intelligence, ch. 9: automation of ideas
    von Foerster, Mora, Amiot (1960), Science 132; Kremer (1993), QJE 108: growth g ~ y^phi
    Davidson, Eth (2025), Will AI R&D automation cause a software intelligence explosion?: full automation, phi > 0
    AI 2027, timelines forecast (2025): each doubling takes a fixed share less time than the one before
    Foster (1986), Innovation: the attacker's advantage: successive S-curves
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

NODES = np.linspace(0.0, 1.0, 401)

SHOWS_AT = 2.0
"""A stall shows when growth has fallen to this part of its fastest fifth, recursion when it is this many times the
first fifth: a regime that has not shown is not in the data, and such a draw is thrown away."""

ATTEMPTS = 200

BENT = 0.6
"""Standard deviation of the ln ratio by which an organisation's own figures bend."""


class Latent(NamedTuple):
    """Log capability of one world."""

    mechanism: str
    rate: Array
    """Growth rate at NODES, shape (nodes,); its mean is 1."""
    growth: float
    """Log capability gained over the span of the record."""

    def at(self, v: Array) -> Array:
        """Log capability gained since v = 0; before, growth goes on at its first rate."""
        steps = np.diff(NODES) * (self.rate[1:] + self.rate[:-1]) / 2
        level = np.concatenate([[0.0], np.cumsum(steps)])
        inside = np.interp(v, NODES, level)
        return np.asarray(self.growth * (inside + np.minimum(v, 0.0) * self.rate[0]))


def latent(rng: np.random.Generator, scenario: str) -> Latent:
    """A world of a future, by one of its mechanisms, in which the regime shows."""
    names = list(MECHANISMS[scenario])
    name = names[int(rng.integers(len(names)))]
    for _ in range(ATTEMPTS):
        growth = _log_uniform(rng, 3.0, 10.0)
        rate = MECHANISMS[scenario][name](rng, growth) * _wobble(rng, rng.uniform(0.0, 0.2))
        rate = rate / rate.mean()
        if shows(scenario, rate):
            break
    return Latent(name, rate, growth)


def shows(scenario: str, rate: Array) -> bool:
    """Whether the regime can be seen in the growth rates of fifths of the record."""
    fifths = np.array([fifth.mean() for fifth in np.array_split(rate, 5)])
    if scenario == "stall":
        return bool(fifths[-1] * SHOWS_AT <= fifths.max())
    return scenario == "compounding" or bool(fifths[-1] >= SHOWS_AT * fifths[0])


def distorted(rng: np.random.Generator, capability: Latent) -> Latent:
    """Capability as one organisation's own figures show it: what it counts, chooses and publishes bends the rate.

    The ratio of the last rate to the first is off by a factor of 1.8 either way, and as much again wanders.
    """
    bend = np.exp(rng.normal(0, BENT) * (NODES - 0.5))
    rate = capability.rate * bend * _wobble(rng, BENT)
    return capability._replace(rate=rate / rate.mean())


def gompertz(rng: np.random.Generator, _: float) -> Array:
    """ln y = ln K - b exp(-r v)."""
    return np.asarray(np.exp(-rng.uniform(1.0, 5.0) * NODES))


def bass(rng: np.random.Generator, _: float) -> Array:
    """dF/dv = (p + q F)(1 - F), with capability proportional to F."""
    speed, imitation = rng.uniform(5.0, 10.0), _log_uniform(rng, 3.0, 50.0)
    decay = np.exp(-speed * NODES)
    return np.asarray(decay / (1 + imitation * decay) ** 2)


def fished_out(rng: np.random.Generator, _: float) -> Array:
    """dA/dt = S^lambda A^(1 - beta) with constant input S: g = g0 / (1 + beta g0 t)."""
    return np.asarray(1 / (1 + _log_uniform(rng, 1.5, 20.0) * NODES))


def input_binds(rng: np.random.Generator, _: float) -> Array:
    """Compute, power or chips bind at some date; growth falls to a small part of itself."""
    left = rng.uniform(0.0, 0.3)
    return 1 - (1 - left) * _step(rng.uniform(0.25, 0.8), rng.uniform(0.01, 0.06))


def drifting(rng: np.random.Generator, _: float) -> Array:
    """An exponential whose rate takes a random walk."""
    return _wobble(rng, rng.uniform(0.0, 0.35))


def amdahl(rng: np.random.Generator, _: float) -> Array:
    """A share f of the work is automated, once: the pace rises to 1 / (1 - f)."""
    automated = rng.uniform(0.2, 0.6) * _step(rng.uniform(0.1, 0.9), rng.uniform(0.03, 0.15))
    return np.asarray(1 / (1 - automated))


def semi_endogenous(rng: np.random.Generator, _: float) -> Array:
    """dA/dt = S^lambda A^(1 - beta) with growing input: the rate tends to lambda n / beta."""
    start, speed = _log_uniform(rng, 0.6, 1.6), rng.uniform(0.5, 3.0)
    return np.asarray(1 / (1 + (1 / start - 1) * np.exp(-speed * NODES)))


def staggered(rng: np.random.Generator, _: float) -> Array:
    """One S-curve after another, whose envelope is an exponential."""
    spacing = 1 / rng.uniform(4.0, 10.0)
    middles = np.arange(-3 * spacing, 1 + 3 * spacing, spacing)
    middles = middles + rng.normal(0, 0.15 * spacing, len(middles))
    width = spacing * rng.uniform(0.3, 0.5)
    return np.asarray((np.cosh((NODES[:, None] - middles) / (2 * width)) ** -2.0).sum(axis=1))


def broken(rng: np.random.Generator, _: float) -> Array:
    """One break of slope of either sign, ln ratio normal with deviation .35, less than twofold."""
    ratio = np.exp(np.clip(rng.normal(0, 0.35), -0.69, 0.69))
    return np.asarray(1 + (ratio - 1) * _step(rng.uniform(0.2, 0.8), 0.01))


def singular(rng: np.random.Generator, growth: float) -> Array:
    """Full automation, g ~ A^phi: g = g0 / (1 - phi g0 t); phi log-normal around .2."""
    rise = np.exp(np.clip(growth * 0.2 * np.exp(rng.normal(0, 0.5)), 0.1, 4.0))
    return np.asarray(1 / (1 + 1 / (rise - 1) - NODES))


def shrinking(rng: np.random.Generator, growth: float) -> Array:
    """Each doubling takes a share of 5 to 18 % less time than the one before."""
    shorter, doublings = rng.uniform(0.05, 0.18), int(np.ceil(growth / np.log(2)))
    lengths = (1 - shorter) ** np.arange(doublings)
    ends = np.cumsum(lengths) / lengths.sum()
    at = np.minimum(np.searchsorted(ends, NODES, side="right"), doublings - 1)
    return np.asarray(1 / lengths[at])


def automating(rng: np.random.Generator, growth: float) -> Array:
    """The automated share of the work rises with capability towards nearly all: dx/dv = 1 / (1 - f(x))."""
    level = np.linspace(0.0, growth, 2001)
    middle, width = growth * rng.uniform(0.3, 0.8), growth * rng.uniform(0.05, 0.2)
    human = 1 - rng.uniform(0.8, 0.98) / (1 + np.exp(-(level - middle) / width))
    time = np.concatenate([[0.0], np.cumsum((human[1:] + human[:-1]) / 2)])
    return np.asarray(1 / np.interp(NODES, time / time[-1], human))


Mechanism = Callable[[np.random.Generator, float], Array]

MECHANISMS: Mapping[str, Mapping[str, Mechanism]] = {
    "stall": {"Gompertz": gompertz, "Bass": bass, "fished out": fished_out, "input binds": input_binds},
    "compounding": {
        "drifting exponential": drifting,
        "Amdahl-limited automation": amdahl,
        "semi-endogenous, growing input": semi_endogenous,
        "staggered S-curves": staggered,
        "break of slope": broken,
    },
    "recursive": {
        "full automation": singular,
        "shrinking doublings": shrinking,
        "automation that rises with capability": automating,
    },
}


HELD_OUT = (
    "Bass",
    "fished out",
    "semi-endogenous, growing input",
    "staggered S-curves",
    "automation that rises with capability",
)
"""Mechanisms whose worlds were not looked at when constants were set."""


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _step(place: float, width: float) -> Array:
    return np.asarray(1 / (1 + np.exp(-(NODES - place) / width)))


def _wobble(rng: np.random.Generator, spread: float) -> Array:
    """exp of a random walk with this standard deviation at the end."""
    walk = np.concatenate([[0.0], rng.normal(0, 1, len(NODES) - 1).cumsum()]) / np.sqrt(len(NODES) - 1)
    return np.asarray(np.exp(spread * walk))
