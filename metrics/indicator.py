"""Indicator, and the catalogue of indicators read from TOML (the embedded one, or a user's own).

What a number means belongs here; the numbers themselves do not.
"""

import hashlib
import math
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from metrics.errors import CatalogueError

Scale = Literal["log", "logit", "linear"]
Direction = Literal["up", "down"]
Role = Literal["evidence", "context"]
Formation = Literal["frontier", "per_subject", "per_definition"]

EMBEDDED = Path(__file__).with_name("indicators.toml")

LEAST = ("title", "unit", "scale")
"""The keys a user's own file must give."""

_LISTS = ("definitions", "left_out_subjects", "whole_sources")

OPTIONAL = (*_LISTS, "airda", "upper", "lower", "certified_to", "measured_by", "mixes_methods", "whole_vintages")
"""The keys that the embedded catalogue may leave out: not every indicator has them."""


@dataclass(frozen=True)
class Indicator:
    """One thing that is measured, in one unit."""

    id: str
    title: str
    unit: str
    """Unit of every value: "share" is a fraction in [0, 1], "minutes" are minutes."""
    scale: Scale
    """How growth is read: log (quantities), logit (shares, bounded scores), linear (indices already logarithmic)."""
    definition: str = ""
    direction: Direction = "up"
    """Which way more AI progress moves it; falling costs are "down"."""
    lower: float = -math.inf
    upper: float = math.inf
    dimension: str = "own"
    role: Role = "evidence"
    cluster: str = ""
    """Indicators of one cluster are not independent; empty means one of its own."""
    series: Formation = "per_subject"
    """frontier: best so far over subjects; per_subject: one a subject; per_definition: all subjects in one."""
    definitions: tuple[str, ...] = ()
    """Definitions that may carry evidence, the preferred first; for a frontier only the first with enough values does.
    Empty: every definition, each a series of its own."""
    mixes_methods: bool = False
    """Whether values by different methods stand in one series, each method off by an amount of its own; else each has a
    series of its own."""
    left_out_subjects: tuple[str, ...] = ()
    """Subjects that are references rather than measurements of AI, such as a human baseline."""
    measured_by: str = ""
    """The organisation that measures it, whoever's models or work it measures; empty: everybody their own."""
    certified_to: float | None = None
    """The largest value its publisher vouches for: a larger one is read as a lower bound, "at least this"."""
    whole_vintages: bool = False
    """Whether a series takes its points from one publication: those of a later one are other measurements."""
    whole_sources: tuple[str, ...] = ()
    """Sources each of whose publications has all there is: while one is the newest, a series takes its points from it
    alone, and while none is, from the others alone. They and the others are one witness, not two."""
    airda: int | None = None
    """Number of the metric in "Measuring AI R&D Automation" (arXiv 2603.03992), where one fits."""
    caveats: str = ""

    @property
    def is_share(self) -> bool:
        return self.scale == "logit"


class Catalogue(Mapping[str, Indicator]):
    """Indicators by id, with the file they came from.

    `own` is True for a user's file: the rule for too little data differs (docs/method.md).
    """

    def __init__(self, indicators: Mapping[str, Indicator], *, origin: str, sha256: str, own: bool) -> None:
        self._indicators = dict(indicators)
        self.origin = origin
        self.sha256 = sha256
        self.own = own

    def __getitem__(self, key: str) -> Indicator:
        return self._indicators[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._indicators)

    def __len__(self) -> int:
        return len(self._indicators)


def load_indicators(path: str | Path | None = None) -> Catalogue:
    """The catalogue in a TOML file, by default the embedded one.

    Raises:
        CatalogueError: the file cannot be read, is not TOML, has an id twice, an unknown or empty key,
            a missing unit, or a value outside its choices.
    """
    file = Path(path) if path is not None else EMBEDDED
    own = file.resolve() != EMBEDDED
    content = _read(file)
    tables = _tables(file.name, content)
    indicators = {key: _indicator(file.name, key, table, own=own) for key, table in tables.items()}
    return Catalogue(indicators, origin=file.name, sha256=hashlib.sha256(content).hexdigest(), own=own)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CatalogueError(
            f"{file}: the indicators file cannot be read",
            found=error.strerror or str(error),
            next="give the path of a TOML file with one table an indicator",
        ) from error


def _tables(name: str, content: bytes) -> dict[str, dict[str, Any]]:
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CatalogueError(
            f"{name}: the indicators file is not UTF-8 text", found=str(error), next="save it as UTF-8"
        ) from error
    except (ValueError, RecursionError) as error:  # a number too long for Python to read is no TOMLDecodeError
        raise CatalogueError(
            f"{name}: the indicators file is not valid TOML",
            found="lists or tables nested too deep" if isinstance(error, RecursionError) else str(error),
            next="one table an indicator, each id once: [my_indicator] with title, unit and scale",
        ) from error
    if not document:
        raise CatalogueError(
            f"{name}: the indicators file is empty",
            found="no table",
            next="write [my_indicator] with title, unit and scale",
        )
    for key, table in document.items():
        if not isinstance(table, dict):
            raise CatalogueError(
                f"{name}: {key} stands outside a table",
                found=f"{key} = {_said(table)}",
                next=f"write [{key}] above its keys",
            )
    return document


def _said(value: object) -> str:
    """The value as Python writes it: a whole number may have too many digits for that, a list too many levels."""
    try:
        return repr(value)
    except (ValueError, RecursionError):
        return f"a value of type {type(value).__name__}, too long to print"


def _indicator(name: str, key: str, table: dict[str, Any], *, own: bool) -> Indicator:
    known = {field.name for field in fields(Indicator)} - {"id"}
    for unknown in sorted(table.keys() - known):
        near = get_close_matches(unknown, known, n=1)
        raise CatalogueError(
            f"{name}: {key}.{unknown} is not a key of an indicator",
            found=f"{unknown} = {_said(table[unknown])}",
            next=f"did you mean {near[0]}?" if near else f"known keys: {', '.join(sorted(known))}",
        )
    required = LEAST if own else sorted(known - set(OPTIONAL))
    for missing in required:
        if missing not in table:
            raise CatalogueError(
                f"{name}: {key} has no {missing}",
                found=", ".join(table) or "an empty table",
                next=f'add {missing} = "..." under [{key}]',
            )
    for given, value in table.items():
        if value in ("", []) or (isinstance(value, str) and not value.strip()):
            raise CatalogueError(
                f"{name}: {key}.{given} is empty", found=f"{given} = {value!r}", next="say it, or leave the key out"
            )
    return _checked(name, key, _with_defaults(name, key, table))


def _with_defaults(name: str, key: str, table: dict[str, Any]) -> Indicator:
    choices = {"scale": Scale, "direction": Direction, "role": Role, "series": Formation}
    for field, kind in choices.items():
        if field in table and table[field] not in get_args(kind):
            raise CatalogueError(
                f"{name}: {key}.{field} is not one of {', '.join(get_args(kind))}",
                found=f"{field} = {_said(table[field])}",
                next=f"write one of them under [{key}]",
            )
    lower, upper = {"log": (0.0, math.inf), "logit": (0.0, 1.0), "linear": (-math.inf, math.inf)}[table["scale"]]
    values: dict[str, Any] = {"id": key, "cluster": key, "lower": lower, "upper": upper} | table
    lists = {field: tuple(value) for field, value in table.items() if isinstance(value, list)}
    return Indicator(**(values | lists))


_NUMBERS = ("lower", "upper", "airda", "certified_to")


def _check_types(name: str, key: str, indicator: Indicator) -> None:
    for field in fields(Indicator):
        value = getattr(indicator, field.name)
        if not _of_right_type(field.name, value):
            raise CatalogueError(
                f"{name}: {key}.{field.name} is of the wrong type",
                found=f"{field.name} = {_said(value)}",
                next='text in quotes, numbers without, lists of texts as ["a", "b"]',
            )
    for bound in ("lower", "upper"):
        if sys.float_info.max < abs(getattr(indicator, bound)) < math.inf:
            raise CatalogueError(
                f"{name}: {key}.{bound} is too large a number",
                found="a whole number above 1.8e308",
                next="leave it out: without a bound every value is allowed",
            )


def _checked(name: str, key: str, indicator: Indicator) -> Indicator:
    _check_types(name, key, indicator)
    if indicator.unit == "percent" and (indicator.scale, indicator.lower, indicator.upper) != ("logit", 0.0, 1.0):
        raise CatalogueError(
            f"{name}: {key} is in percent, but not a share between 0 and 100 %",
            found=f"scale = {indicator.scale!r}, lower = {indicator.lower}, upper = {indicator.upper}",
            next='write scale = "logit" and no bounds, or name another unit; percent is read as a share',
        )
    if indicator.airda is not None and indicator.airda not in range(1, 15):
        raise CatalogueError(
            f"{name}: {key}.airda is not a number from 1 to 14",
            found=f"airda = {_said(indicator.airda)}",
            next="leave it out where no metric fits",
        )
    if not indicator.lower < indicator.upper:
        raise CatalogueError(
            f"{name}: {key}.lower is not below upper",
            found=f"lower = {indicator.lower}, upper = {indicator.upper}",
            next=f"mend the bounds under [{key}]",
        )
    if indicator.scale == "logit" and not (math.isfinite(indicator.lower) and math.isfinite(indicator.upper)):
        raise CatalogueError(
            f"{name}: {key} is on the logit scale without finite bounds",
            found=f"lower = {indicator.lower}, upper = {indicator.upper}",
            next="give lower and upper, or take another scale",
        )
    if indicator.scale == "log" and indicator.lower < 0:
        raise CatalogueError(
            f"{name}: {key} is on the log scale with a negative lower bound",
            found=f"lower = {indicator.lower}",
            next="write lower = 0, or take another scale",
        )
    return indicator


def _of_right_type(field: str, value: object) -> bool:
    if field in _LISTS:
        return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    if field in _NUMBERS:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number or (field in ("airda", "certified_to") and value is None)
    if field in ("whole_vintages", "mixes_methods"):
        return isinstance(value, bool)
    return isinstance(value, str)
