"""Numbers and sentences, the same in terminal, report and JSON.

Every number is written here and nowhere else: probabilities as whole counts out of a hundred, decibans with one
decimal, dates in full. What a verdict is, is decided in verdict.py; how it reads, here.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import floor, isfinite, log10

MINUS = "\u2212"
THIN_SPACE = "\u2009"

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

OBSTACLES_NAMED = 3

AT_THE_CAP = "as much as one series may say"
"""Instead of the strength of evidence that a cap has cut and that is still moderate."""

TITLES = {
    "names": "Names",
    "leans": "Leans",
    "cannot_tell": "Cannot tell",
    "none_fits": "None fits",
    "too_little": "Too little",
}
"""A verdict's kind as a heading."""


def counts(probabilities: Mapping[str, float]) -> dict[str, str]:
    """Whole counts out of 100 that sum to 100 (largest remainder), "under 1" for 0 and "over 99" for 100."""
    exact = {key: 100 * p for key, p in probabilities.items()}
    whole = {key: floor(value) for key, value in exact.items()}
    by_remainder = sorted(exact, key=lambda key: (whole[key] - exact[key], list(exact).index(key)))
    for key in by_remainder[: round(sum(exact.values())) - sum(whole.values())]:
        whole[key] += 1
    return {key: _bounded(count) for key, count in whole.items()}


def count(probability: float) -> str:
    """One probability as a count out of 100: "54", "under 1", "over 99"."""
    return _bounded(floor(100 * probability + 0.5))


def count_range(low: float, high: float) -> str:
    """ "11 to 90"; one count where both are the same."""
    first, last = count(low), count(high)
    return first if first == last else f"{first} to {last}"


def decibans(value: float) -> str:
    """One decimal, with a true minus: "−8.2"."""
    return signed(f"{value:.1f}")


def adding_up(parts: Sequence[float]) -> list[float]:
    """Parts with one decimal that add up to their sum with one decimal: the largest remainders are rounded up."""
    whole = [floor(10 * part) for part in parts]
    missing = round(10 * float(f"{sum(parts):.1f}")) - sum(whole)
    for at in sorted(range(len(parts)), key=lambda at: whole[at] - 10 * parts[at])[:missing]:
        whole[at] += 1
    return [tenths / 10 for tenths in whole]


def signed(text: str) -> str:
    """A formatted number with a true minus, and none before a zero."""
    return text.lstrip("-") if not any(digit in text for digit in "123456789") else text.replace("-", MINUS)


def is_all_it_may(value: float) -> bool:
    """Whether evidence that a cap has cut still says much: of two futures near their caps, hardly any may be left."""
    return strength(value) in ("moderate", "strong")


def strength(value: float) -> str:
    """How much evidence so many decibans are, as they are shown with one decimal."""
    steps = ((3, "hardly any"), (5, "weak"), (10, "moderate"))
    return next((word for limit, word in steps if round(abs(value), 1) < limit), "strong")


def odds(value: float) -> str:
    """Decibans as odds: "1.5 : 1"."""
    return f"{two_digits(10 ** (abs(value) / 10))} : 1" if value >= 0 else f"1 : {two_digits(10 ** (-value / 10))}"


def full_date(on: date) -> str:
    """ "10 October 2026"."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def two_digits(value: float) -> str:
    """Two significant digits without an exponent: 0.84, 1.2, 8.0, 62, 450."""
    if value == 0 or not isfinite(value):
        return "0" if value == 0 else "·"
    decimals = 1 - floor(log10(abs(value)))
    rounded = round(value, decimals)
    decimals = 1 - floor(log10(abs(rounded)))
    return signed(f"{rounded:.{max(decimals, 0)}f}")


def share(value: float) -> str:
    """A fraction as whole per cent: "26 %"; "under 1 %" for a small one."""
    percent = floor(100 * value + 0.5)
    text = f"under 1{THIN_SPACE}%" if percent == 0 and value > 0 else f"{percent}{THIN_SPACE}%"
    return f"over 99{THIN_SPACE}%" if percent == 100 and value < 1 else text


def times(value: float) -> str:
    """A multiplier: "1.2 times"."""
    return f"{two_digits(value)} times"


def duration(minutes: float) -> str:
    """Seconds below one minute, minutes below 90, hours with one decimal below 10, whole hours above."""
    if minutes < 1:
        return f"{two_digits(60 * minutes)} s"
    if minutes < 90:
        return f"{two_digits(minutes) if minutes < 10 else floor(minutes + 0.5)} min"
    hours = minutes / 60
    return f"{hours:.1f} h" if hours < 9.95 else f"{floor(hours + 0.5)} h"


def months(value: float) -> str:
    """A doubling time: "4.2 months"."""
    return f"{value:.1f} months"


def value_text(value: float, unit: str) -> str:
    """A value in its indicator's unit."""
    known = {"share": share, "times": times, "minutes": duration, "months": months}
    return known[unit](value) if unit in known else f"{plain(value)} {unit}"


def plain(value: float) -> str:
    """A number with the digits it has, at most four: "166.3", "3,000"."""
    text = f"{value:,.{max(0, 3 - floor(log10(abs(value))))}f}" if value else "0"
    return signed(text.rstrip("0").rstrip(".") if "." in text else text)


def cluster_name(cluster: str) -> str:
    """A cluster's id as words: "speed runs"."""
    return " ".join({"ai": "AI", "rnd": "R&D"}.get(word, word) for word in cluster.split("_"))


def listed(items: Sequence[str]) -> str:
    """ "a, b and c"."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """ "1 check", "97 checks"."""
    return f"{n} {noun if n == 1 else plural or noun + 's'}"


def names(record: str, phrase: str, in_100: str, n_checks: int) -> str:
    """The sentence where a future is first everywhere; `in_100` as `counts` gives it, to agree with the table."""
    return f"{record} resembles {phrase}: {in_100} in 100, and {_first_in_all(n_checks)}."


def leans(record: str, phrase: str, in_100: str, n_other: int, n_checks: int) -> str:
    """The sentence where a future is ahead, and no check would name another."""
    first = f"{record} leans towards {phrase} ({in_100} in 100)"
    if not n_checks:
        return f"{first}; no checks were made."
    if not n_other:
        return f"{first}, and is {_first_in_all(n_checks)}."
    return f"{first}; in {n_other} of {counted(n_checks, 'check')} another future is ahead."


def cannot_tell(record: str, close: Sequence[str], causes: Sequence[str]) -> str:
    """The sentence where no future is named or leant to.

    Args:
        record: its subject.
        close: phrases of two futures that are close; empty where all three are in play.
        causes: what the answer changes with; empty where no choice changes it.
    """
    what = f"does not yet tell {close[0]} from {close[1]}" if close else "does not settle which future it resembles"
    why = f"the answer changes with {listed(causes)}" if causes else "no future reaches 50 in 100"
    return f"{record} {what}: {why}."


def none_fits(record: str, astray: Sequence[str], surprising: Sequence[str] = ()) -> str:
    """The sentence where too much of a record follows no path.

    Args:
        record: its subject.
        astray: titles of the series that leave every path for long stretches.
        surprising: titles of those with values that no future expected.
    """
    why = []
    if astray:
        why.append(f"{listed(astray)} {_verb(astray, 'depart')} from every path for long stretches")
    if surprising:
        why.append(f"{listed(surprising)} {_verb(surprising, 'take')} values that no future expected")
    return (
        f"None of the three futures describes {record[0].lower() + record[1:]}: {' and '.join(why)}. "
        "The figures below compare poor fits."
    )


def too_little(
    as_of: date, n_series: int, needed: int, n_kinds: int, kinds_needed: int, *, hindsight: bool = False
) -> str:
    """The sentence where the public record is too small to compare."""
    found = (
        f"{n_series} series, {needed} are needed"
        if n_series < needed
        else f"{n_series} series of {counted(n_kinds, 'kind')}, {kinds_needed} kinds are needed"
    )
    return f"Too little {_known('was public on', as_of, hindsight)}: {found}."


def too_little_own(as_of: date, obstacles: Sequence[str] = (), *, hindsight: bool = False) -> str:
    """The same for a user's own record.

    Args:
        as_of: the date.
        obstacles: why values are in no series, the widest first; none where there is no value.
        hindsight: whether it is told by what had happened, not by what was known.
    """
    known = f"Too little {_known('was known on', as_of, hindsight)}: no series"
    if not obstacles:
        return f"{known} has three values."
    more = len(obstacles) - OBSTACLES_NAMED
    others = [f"{counted(more, 'other reason')} beside"] if more > 0 else []
    return f"{known} can vote. {'. '.join([*obstacles[:OBSTACLES_NAMED], *others])}."


def _known(verb: str, as_of: date, hindsight: bool) -> str:
    return f"{'had happened by' if hindsight else verb} {full_date(as_of)}"


def _verb(subjects: Sequence[str], verb: str) -> str:
    return f"{verb}s" if len(subjects) == 1 else verb


def _first_in_all(n_checks: int) -> str:
    return "first in its one check" if n_checks == 1 else f"first in all {n_checks} checks"


def _bounded(whole: int) -> str:
    return "under 1" if whole < 1 else "over 99" if whole > 99 else str(whole)
