"""One date of a replay: what was said, what moved it, and its form as plain types and back.

How a step is worked out belongs to replay.py.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from scenarios.assessment import Facts, Verdict

Key = tuple[str, str, str]

Ranges = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Move:
    """What one series contributed to a step."""

    key: Key
    title: str
    n_before: int
    """Values it had on the date before; 0 for a series that is new."""
    n: int
    decibans: dict[str, float]
    """Change of what enters the sum, by future."""


@dataclass(frozen=True)
class Step:
    """What was said on one date."""

    as_of: date
    verdict: Verdict
    probabilities: dict[str, float]
    ranges: Ranges
    """Lowest and highest over the default and every check."""
    without_one_series: Ranges
    """Lowest and highest over the default and leaving out any one series."""
    evidence: dict[str, float]
    """Decibans of all series together, by future, as they enter the sum."""
    change: dict[str, float]
    """`evidence` less that of the date before, before the first date nothing: the changes add up to `evidence`."""
    moves: tuple[Move, ...]
    """The series behind `change`, which they add up to; in order of their keys."""
    n_series: int
    n_values: int
    n_checks: int
    facts: Facts
    markers: dict[str, str]
    """Status by id of the marker."""
    basis: str
    """Hash of all it follows from: model, prior, date, and what was known then and on the date before. Two steps of
    one basis are the same."""


SPREADS = ("ranges", "without_one_series")
"""Fields of a step that hold a lowest and a highest value a future."""


def plain_step(step: Step) -> dict[str, Any]:
    """The step as a dictionary."""
    plain = {field: getattr(step, field) for field in Step.__dataclass_fields__}
    spread = {key: {one: {"low": low, "high": high} for one, (low, high) in plain[key].items()} for key in SPREADS}
    moves = [_plain_move(move) for move in step.moves]
    return plain | spread | {"verdict": asdict(step.verdict), "moves": moves, "facts": asdict(step.facts)}


def read_step(plain: Mapping[str, Any]) -> Step:
    """The step of a stored document; its numbers are as exact as the document gives them."""
    spread = {key: {one: (said["low"], said["high"]) for one, said in plain[key].items()} for key in SPREADS}
    return Step(
        **dict(plain)
        | spread
        | {
            "as_of": date.fromisoformat(plain["as_of"]),
            "verdict": Verdict(**plain["verdict"] | {"flags": tuple(plain["verdict"]["flags"])}),
            "moves": tuple(_read_move(move) for move in plain["moves"]),
            "facts": Facts(**plain["facts"]),
        }
    )


def _plain_move(move: Move) -> dict[str, Any]:
    indicator, subject, definition = move.key
    rest = {"title": move.title, "n_before": move.n_before, "n": move.n, "decibans": move.decibans}
    return {"indicator": indicator, "subject": subject, "definition": definition} | rest


def _read_move(plain: Mapping[str, Any]) -> Move:
    key = (plain["indicator"], plain["subject"], plain["definition"])
    return Move(key, plain["title"], plain["n_before"], plain["n"], plain["decibans"])
