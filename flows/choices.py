"""What is chosen of how the record is judged: the command line's word first, then the configuration's.

Names that only other packages know are checked here, before any work.
"""

from datetime import date
from difflib import get_close_matches
from typing import NamedTuple

from flows.configuration import Configuration
from metrics import load_indicators
from metrics.errors import ConfigurationError, UsageError
from scenarios.prior import parse_prior


class Choices(NamedTuple):
    """How the record is judged; the defaults are those that every verdict is compared with."""

    prior: str = "uniform"
    """A preset, or "S,C,R"."""
    first_date: date | None = None
    """Values observed before it do not count; by default that of scenarios.toml."""
    leave_out: tuple[str, ...] = ()
    """Indicators that get no vote."""


USUAL = Choices()


def chosen(configuration: Configuration, *, prior: str | None, today: date) -> Choices:
    """The choices of a command.

    Args:
        configuration: what the file and the environment say.
        prior: what was typed, if anything was.
        today: no first date may be after it.

    Raises:
        UsageError: what was typed is no prior.
        ConfigurationError: what the configuration names is no prior, no indicator, or a day of the future.
    """
    verdict, place = configuration.verdict, configuration.place
    if prior is not None:
        parse_prior(prior)
    else:
        _require_prior(verdict.prior_text, place("verdict", "prior"))
    for name in verdict.leave_out:
        _require_indicator(name, place("verdict", "leave_out"))
    if verdict.first_date and verdict.first_date > today:
        raise ConfigurationError(
            f"{place('verdict', 'first_date')}: verdict.first_date {verdict.first_date} is in the future",
            found=f"today is {today} in UTC",
            next="give a date up to today, or leave the key out",
        )
    return Choices(prior or verdict.prior_text, verdict.first_date, tuple(sorted(set(verdict.leave_out))))


def _require_prior(prior: str, where: str) -> None:
    try:
        parse_prior(prior)
    except UsageError as error:
        raise ConfigurationError(f"{where}: verdict.{error.message}", found=error.found, next=error.next) from error


def _require_indicator(name: str, where: str) -> None:
    known = load_indicators()
    if name in known:
        return
    near = get_close_matches(name, known, n=1)
    raise ConfigurationError(
        f"{where}: verdict.leave_out names no indicator",
        found=repr(name),
        next=f"did you mean {near[0]}?" if near else "threefutures indicators lists them",
    )
