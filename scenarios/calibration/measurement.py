"""From log capability to published series: scatter, drift, outliers, gaps, wrong intervals, ceilings, frontiers.

The noise is not the classifier's: heavy-tailed, with intervals that are too narrow and indicators that change their
yardstick. Ranges are ours. That the first model listed trails the best of its day by up to a year and a half:
Cottier et al. (2024), "How far behind are open models?", Epoch AI.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from metrics.series import MINIMUM_DATES, Series
from scenarios.calibration.mechanisms import Latent
from scenarios.combination import teller
from scenarios.link import Scale, points
from scenarios.settings import settings
from scenarios.span import Span, span_of

Array = npt.NDArray[np.float64]

CEILINGS = {"stall": (0.4, 0.8), "compounding": (0.7, 0.95), "recursive": (0.95, 1.0)}
"""Where the share of AI-written code ends, by future; every other bounded score ends between .85 and 1."""

FLAWS = {"lag": 0.3, "outlier": 0.03, "missing": 0.1, "hole": 0.3, "yardstick": 0.15}
"""Probabilities: the first model listed trails; a value is an outlier; is missing; a twentieth of the record is;
the yardstick changes on the way."""


def measured(
    rng: np.random.Generator,
    scenario: str,
    capability: Latent,
    templates: Sequence[Series],
    bias: Mapping[str, Latent] | None = None,
) -> tuple[Series, ...]:
    """The series of a world; those left with too few values are not published.

    Args:
        rng: of this world.
        scenario: its future.
        capability: what is measured.
        templates: the series whose schedule is used.
        bias: what the series of an organisation measure in place of it, by organisation (combination.teller).
    """
    span = span_of(templates)
    shared = {template.indicator.cluster: rng.normal(0, 1, 400) for template in templates}
    whose = [(bias or {}).get(teller(one), capability) for one in templates]
    found = [
        _measured(rng, scenario, seen, span, one, shared[one.indicator.cluster])
        for one, seen in zip(templates, whose, strict=True)
    ]
    return tuple(one for one in found if one.n >= MINIMUM_DATES)


def _measured(
    rng: np.random.Generator, scenario: str, capability: Latent, span: Span, template: Series, shared: Array
) -> Series:
    z, _, published = anatomy(template)
    v = places(span, template)
    path = _reading(rng, capability, template, v, gain=float(np.ptp(z)) if len(z) > 1 else 1.0)
    level = np.median(z) - np.median(path) if len(z) else 0.0
    truly = published * np.exp(rng.normal(np.log(1.3), 0.4))
    noisy = path + level + _scatter(rng, template, v, shared) + truly * rng.normal(0, 1, len(v))
    drawn = rendered(template, noisy, _ceiling(rng, scenario, template), rng)
    return _with_gaps(rng, _frontier(drawn, noisy), span)


class Anatomy(NamedTuple):
    """What is taken from a template."""

    z: Array
    """Its linked values, in the order of dates, without bounds."""
    error: Array
    """Standard errors as the classifier reads them, of every value, shape (n,); bounds have none."""
    published: Array
    """The same without what the classifier adds to the first value of a frontier."""


def anatomy(template: Series) -> Anatomy:
    """Values and errors of a template."""
    linked = points(template)
    error, published = np.zeros(template.n), np.zeros(template.n)
    if linked is None or not len(linked.z):
        return Anatomy(np.array([]), error, published)
    exact = template.interval != "bound"
    error[exact] = linked.error
    plain = points(replace(template, indicator=replace(template.indicator, series="per_subject")))
    published[exact] = plain.error if plain is not None else 0.0
    return Anatomy(linked.z, error, published)


def places(span: Span, series: Series) -> Array:
    """Where the dates of a series lie in the time of its record, from 0 to 1."""
    days = series.observed_on.astype("datetime64[D]").astype(float)
    return np.asarray((days - span.first_day) / (span.last_day - span.first_day))


def rendered(template: Series, z: Array, ceiling: float, rng: np.random.Generator) -> Series:
    """Linked values as they would be published: in the unit, with the template's kinds of intervals and bounds."""
    scale = Scale(template, ceiling)
    clip = settings().link
    if template.indicator.scale == "logit":
        z = np.clip(z, np.log(clip.clip_low / (1 - clip.clip_low)), np.log(clip.clip_high / (1 - clip.clip_high)))
    down, up = _widths(template)
    bound = template.interval == "bound"
    below, above = np.isfinite(template.value_low), np.isfinite(template.value_high)
    margin = np.abs(rng.normal(0, 0.3, template.n))
    near, far = scale.unlinked(z - np.where(bound, margin, down)), scale.unlinked(z + np.where(bound, margin, up))
    low, high = (near, far) if scale.sign > 0 else (far, near)
    return replace(
        template,
        value=np.where(bound, np.nan, scale.unlinked(z)),
        value_low=np.where(below, low, np.nan),
        value_high=np.where(above, high, np.nan),
    )


def _widths(template: Series) -> tuple[Array, Array]:
    """How far the ends of the template's intervals lie below and above its values, linked; 0 where there is none."""
    scale = Scale(template, 1.0)
    low, high = scale.ends(template.value_low, template.value_high)
    z = scale.linked(np.where(np.isnan(template.value), (template.value_low + template.value_high) / 2, template.value))
    down, up = z - low, high - z
    return tuple(np.where(np.isfinite(width), np.clip(width, 0.0, 5.0), 0.0) for width in (down, up))  # type: ignore[return-value]


def _ceiling(rng: np.random.Generator, scenario: str, template: Series) -> float:
    if template.indicator.scale != "logit":
        return 1.0
    special = any(template.indicator.id in found.indicators for found in settings().ceilings)
    return float(rng.uniform(*CEILINGS[scenario]) if special else rng.uniform(0.85, 1.0))


def _reading(rng: np.random.Generator, capability: Latent, template: Series, v: Array, gain: float) -> Array:
    """What the indicator makes of capability: an elasticity of its own, which may change once on the way."""
    if template.indicator.dimension == "diffusion":
        return _adoption(rng, v, gain)
    width = max(v[-1] - v[0], 1e-9)
    elasticity = max(gain, 0.3) * np.exp(rng.normal(0, 0.4)) / (capability.growth * width)
    level = capability.at(v)
    if template.indicator.series == "frontier" and rng.random() < FLAWS["lag"]:
        level[0] = capability.at(v[:1] - rng.uniform(0.0, 0.4))[0]
    path = elasticity * level
    if rng.random() < FLAWS["yardstick"]:
        change = rng.uniform(v[0], v[-1])
        pivot = elasticity * capability.at(np.array([change]))[0]
        path = np.where(v > change, pivot + (path - pivot) * np.exp(rng.normal(0, 0.4)), path)
    return np.asarray(path)


def _adoption(rng: np.random.Generator, v: Array, gain: float) -> Array:
    """An S-curve of its own, whatever capability does."""
    s = (v - v[0]) / (v[-1] - v[0])
    return np.asarray(max(gain, 0.3) / (1 + np.exp(-rng.uniform(3, 9) * (s - rng.uniform(0.2, 0.8)))))


def _scatter(rng: np.random.Generator, template: Series, v: Array, shared: Array) -> Array:
    """Heavy-tailed noise, of which a part wanders, a part is common to the cluster, and a few values are far out."""
    n, frontier = template.n, template.indicator.series == "frontier"
    size = np.exp(rng.normal(np.log(0.1 if frontier else 0.2), 0.6))
    length = rng.uniform(0.1, 0.4) * (v[-1] - v[0])
    wander = np.linalg.cholesky(np.exp(-np.abs(v[:, None] - v) / length) + 1e-9 * np.eye(n)) @ rng.normal(0, 1, n)
    common = shared[np.clip((v * 200).astype(int), 0, 399)]
    share, jointly = rng.beta(1, 2), rng.uniform(0.2, 0.8)
    white = np.sqrt(1 - jointly) * rng.standard_t(4, n) / np.sqrt(2) + np.sqrt(jointly) * common
    far = (rng.random(n) < FLAWS["outlier"]) * rng.choice([-1, 1], n) * (3 + rng.exponential(2, n))
    return np.asarray(size * (np.sqrt(1 - share) * white + np.sqrt(share) * wander + far))


def _frontier(series: Series, z: Array) -> Series:
    """Of a frontier, what was further than everything before."""
    if series.indicator.series != "frontier":
        return series
    return series.only(z > np.maximum.accumulate(np.concatenate([[-np.inf], z[:-1]])))


def _with_gaps(rng: np.random.Generator, series: Series, span: Span) -> Series:
    """Some values were never published, and sometimes none for a while."""
    keep = rng.random(series.n) >= FLAWS["missing"]
    if rng.random() < FLAWS["hole"]:
        hole, v = rng.uniform(0, 1), places(span, series)
        keep &= np.abs(v - hole) > 0.03
    return series.only(keep) if keep.sum() >= MINIMUM_DATES else series
