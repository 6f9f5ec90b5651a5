"""scenarios.toml as typed values, and the hash under which an assessment can be repeated.

Reading and validation belong here; what the constants mean stands beside them in the file.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from metrics.errors import CatalogueError

FOLDER = Path(__file__).parent
FILE = FOLDER / "scenarios.toml"

FORMING = (
    "beliefs.py",
    "forming.py",
    "indicator.py",
    "indicators.toml",
    "organisation.py",
    "organisations.toml",
    "series.py",
)
"""Files of metrics by which observations become series and are put down to an organisation."""

SCENARIOS = ("stall", "compounding", "recursive")
"""The futures, in the order of every array of length three."""

T = TypeVar("T")


@dataclass(frozen=True)
class Scenario:
    """One of the three futures."""

    title: str
    phrase: str
    """As it reads inside a sentence: "a stall"."""
    story: str
    citation: str


@dataclass(frozen=True)
class NamedPrior:
    """A preset, and whose it is."""

    weights: tuple[float, ...]
    citation: str
    shapes: str = "resemblance"
    """resemblance: the library of shapes; mechanism: recursion by its equation (mechanism.py)."""


@dataclass(frozen=True)
class Record:
    """Which part of the embedded record is used, and how much of it is needed."""

    first_date: date
    minimum_series: int
    minimum_clusters: int
    thinned_to: int


@dataclass(frozen=True)
class Link:
    """From values to the scale on which growth adds up."""

    clip_low: float
    clip_high: float
    widths: Mapping[str, float]
    outlier_minimum: int
    outlier_at: float
    outlier_floor: float
    first_value_error: float


@dataclass(frozen=True)
class Ceilings:
    """Weights of where bounded scores end, by future."""

    indicators: tuple[str, ...]
    """Indicators these weights are for; none: every other bounded one."""
    grid: tuple[float, ...]
    stall: tuple[float, ...]
    compounding: tuple[float, ...]
    recursive: tuple[float, ...]


@dataclass(frozen=True)
class Skeleton:
    """What all futures share: start, total growth, noise."""

    start_sd: float
    growth_sd: float
    noise_low: float
    noise_high: float
    noise_points: int
    noise_middle: float
    noise_spread: float
    wander: tuple[float, ...]
    wander_weights: tuple[float, ...]
    wander_length: float
    method_sd: Mapping[str, float]


@dataclass(frozen=True)
class CompoundingShapes:
    """Constants of shapes.compounding."""

    constant_weight: float
    break_weight: float
    break_at: tuple[float, ...]
    break_sd: float
    break_log_ratios: tuple[float, ...]
    bend_weight: float
    bend_log_ratios: tuple[float, ...]


@dataclass(frozen=True)
class StallShapes:
    """Constants of shapes.stall."""

    gompertz_weight: float
    gompertz_rates: tuple[float, ...]
    logistic_weight: float
    logistic_steepness: tuple[float, ...]
    logistic_middles: tuple[float, ...]
    break_weight: float
    break_at: tuple[float, ...]
    break_ratios: tuple[float, ...]


@dataclass(frozen=True)
class RecursiveShapes:
    """Constants of shapes.recursive."""

    ratios: tuple[float, ...]
    late_ratios: tuple[float, ...]
    late_at: tuple[float, ...]
    exponential_weight: float
    hyperbolic_weight: float
    late_exponential_weight: float
    late_hyperbolic_weight: float


@dataclass(frozen=True)
class ShapeConstants:
    """The libraries of the three futures."""

    compounding: CompoundingShapes
    stall: StallShapes
    recursive: RecursiveShapes


@dataclass(frozen=True)
class Mechanism:
    """Constants of mechanism.py."""

    phi_middle: float
    phi_spread: float
    ratios: tuple[float, ...]


@dataclass(frozen=True)
class Combination:
    """How series add up."""

    series_cap: float
    cluster_cap: float
    cap_per_value: float
    rho: float
    rho_same_runs: float
    same_runs: tuple[tuple[str, ...], ...]
    rho_organisation: float
    rho_measurer: float
    weak_dimensions: tuple[str, ...]
    weak_weight: float
    weak_cap: float
    least_shown: float


@dataclass(frozen=True)
class VerdictRule:
    """Thresholds of verdict.py."""

    names_at: float
    leans_at: float
    third_below: float
    close_within: float
    conflict_at: float
    stale_gaps: float
    stale_days: int
    stale_minimum: int
    concentration_share: float
    concentration_minimum: int
    misfit_rms: float
    misfit_autocorrelation: float
    misfit_minimum: int
    surprise_share: float
    surprise_count: int
    surprise_among: int


@dataclass(frozen=True)
class Sensitivity:
    """Which choices are varied."""

    windows: tuple[str, ...]
    own_windows: tuple[float, ...]
    tilts: tuple[float, ...]


@dataclass(frozen=True)
class Marker:
    """A signature of one future as a measurable statement; it never enters the probabilities."""

    id: str
    scenario: str
    title: str
    indicator: str
    rule: str
    """A function of markers.RULES."""
    threshold: tuple[float, ...]
    near: float
    """From which value on the status is "near"; for a range, how far outside it."""
    threshold_text: str
    citation: str
    method: str = ""
    """Readings made in this way; empty: in any."""
    also: tuple[str, ...] = ()
    """Further indicators that the rule reads."""


@dataclass(frozen=True)
class Settings:
    """All of scenarios.toml."""

    version: str
    scenarios: Mapping[str, Scenario]
    priors: Mapping[str, NamedPrior]
    record: Record
    link: Link
    ceilings: tuple[Ceilings, ...]
    skeleton: Skeleton
    shapes: ShapeConstants
    mechanism: Mechanism
    combination: Combination
    verdict: VerdictRule
    sensitivity: Sensitivity
    markers: tuple[Marker, ...]
    sha256: str
    """Of scenarios.toml, this package's source files and those that form series, by content."""


@cache
def settings() -> Settings:
    """The settings in scenarios.toml, read once.

    Raises:
        CatalogueError: the file lacks a key, has one too many, or a value is out of its choices.
    """
    return read_settings(FILE.read_bytes())


def read_settings(content: bytes) -> Settings:
    """Settings from the bytes of a scenarios file."""
    try:
        document = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(
            "scenarios.toml: the file is not valid TOML", found=str(error), next="mend the named line"
        ) from error
    read = _record(Settings, document | {"sha256": _fingerprint(content)}, "scenarios.toml")
    _check(read)
    return read


def _fingerprint(content: bytes) -> str:
    digest = hashlib.sha256(content)
    forming = [FOLDER.parent / "metrics" / name for name in FORMING]
    for source in [*sorted(FOLDER.glob("*.py"), key=lambda path: path.name), *forming]:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def _record(kind: type[T], table: Any, where: str) -> T:
    if not isinstance(table, dict):
        raise CatalogueError(f"{where}: a table is expected", found=repr(table), next="write it as a table of keys")
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    required = {name for name, field in known.items() if name not in kind.__dict__}
    for key in sorted((table.keys() - known.keys()) | (required - table.keys())):
        fault = "is missing" if key in required else "is not known"
        raise CatalogueError(f"{where}: key {key!r} {fault}", found=", ".join(table), next="compare with settings.py")
    return kind(**{key: _value(known[key].type, value, f"{where}: {key}") for key, value in table.items()})


def _value(kind: Any, value: Any, where: str) -> Any:
    arguments = getattr(kind, "__args__", ())
    if hasattr(kind, "__dataclass_fields__"):
        return _record(kind, value, where)
    if arguments and isinstance(value, dict):
        return {key: _value(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
    if arguments and isinstance(value, list):
        return tuple(_value(arguments[0], item, where) for item in value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if arguments or not isinstance(value, kind):
        raise CatalogueError(f"{where}: the value is of the wrong type", found=repr(value), next="mend scenarios.toml")
    return value


def _check(read: Settings) -> None:
    faults = {
        "scenarios": tuple(read.scenarios) == SCENARIOS,
        "priors": all(len(prior.weights) == len(SCENARIOS) for prior in read.priors.values()),
        "ceilings": all(_is_rectangular(ceilings) for ceilings in read.ceilings) and not read.ceilings[-1].indicators,
        "skeleton.wander": len(read.skeleton.wander) == len(read.skeleton.wander_weights),
        "markers": all(marker.scenario in SCENARIOS for marker in read.markers)
        and len({marker.id for marker in read.markers}) == len(read.markers),
    }
    for where, sound in faults.items():
        if not sound:
            raise CatalogueError(
                f"scenarios.toml: {where} is not consistent",
                found="names, order or lengths differ",
                next=f"the futures are {', '.join(SCENARIOS)}, in this order; lists of one table are equally long",
            )


def _is_rectangular(ceilings: Ceilings) -> bool:
    lengths = {len(values) for values in (ceilings.grid, ceilings.stall, ceilings.compounding, ceilings.recursive)}
    return len(lengths) == 1
