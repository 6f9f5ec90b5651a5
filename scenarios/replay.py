"""replay(): what would have been said on each of many dates, and what moved it from one to the next.

By the clock "known" each date is the classification of what was public then. By the clock "observed", which is
hindsight, a value counts from the day it describes, as it is believed at the end of the record: corrections and late
publications are then in the past as if they had been there. Nothing is computed twice: an indicator without news keeps
its series, and dates with the same series keep their sums and checks.
"""

import hashlib
import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.beliefs import beliefs, believed, in_newest_publication
from metrics.errors import UsageError
from metrics.forming import form, form_series
from metrics.indicator import Catalogue, Indicator
from metrics.series import Series, left_out_table
from scenarios.assessment import Facts, Model, in_plain_types
from scenarios.classifier import Sums, add_up, evidence_table
from scenarios.combination import Weighed, combine
from scenarios.intake import Indicators, fingerprint, in_order, read_as_of, take_in
from scenarios.markers import board
from scenarios.prior import Prior, PriorLike, parse_prior
from scenarios.sensitivity import Record, since
from scenarios.settings import SCENARIOS, settings
from scenarios.step import Key, Move, Ranges, Step, plain_step
from scenarios.verdict import Findings, decide

__all__ = ["CLOCKS", "Clock", "Move", "Replay", "Step", "replay", "replay_judged"]

Clock = Literal["known", "observed"]

CLOCKS: tuple[Clock, ...] = ("known", "observed")


@dataclass(frozen=True)
class Replay:
    """The verdict on many dates."""

    clock: Clock
    prior: Prior
    first_date: date | None
    steps: tuple[Step, ...]
    """In order of date."""
    model: Model
    leave_out: tuple[str, ...] = ()
    """Indicators that got no vote by choice."""

    @property
    def hindsight(self) -> bool:
        """Whether values were used before anyone could know them."""
        return self.clock == "observed"

    def to_dict(self) -> dict[str, Any]:
        """The replay in plain types, ready for JSON; absent values are None."""
        plain: dict[str, Any] = in_plain_types(
            {
                "clock": self.clock,
                "hindsight": self.hindsight,
                "first_date": self.first_date,
                "prior": asdict(self.prior),
                "leave_out": self.leave_out,
                "steps": [plain_step(step) for step in self.steps],
                "model": asdict(self.model),
            }
        )
        return plain

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def replay(
    observations: pd.DataFrame,
    indicators: Indicators,
    dates: Iterable[date | str],
    *,
    clock: Clock = "known",
    prior: PriorLike = "uniform",
    sensitivity: bool = False,
) -> Replay:
    """What would have been said on each date, and the evidence that came between one and the next.

    Args:
        observations: as for classify, every vintage of every value.
        indicators: as for classify.
        dates: at least one, in any order; dates.schedule makes regular ones.
        clock: "known": what was public on the date. "observed": hindsight, what had happened by then as it is
            believed at the end of the record.
        prior: as for classify.
        sensitivity: True makes every check on every date; without checks nothing is ever named.

    Raises:
        DataError: the observations cannot be used.
        UsageError: a date, the clock or the prior cannot be read, or there is no date.
    """
    judged = take_in(observations, indicators)
    return replay_judged(judged, indicators, dates, clock=clock, prior=prior, sensitivity=sensitivity)


def replay_judged(
    observations: pd.DataFrame,
    indicators: Indicators,
    dates: Iterable[date | str],
    *,
    clock: Clock = "known",
    prior: PriorLike = "uniform",
    sensitivity: bool = False,
    told: Mapping[str, Step] | None = None,
    first_date: date | None = None,
    leave_out: Sequence[str] = (),
) -> Replay:
    """replay() for observations that metrics.judge has accepted already, with the choices of classify_judged().

    Args:
        observations: accepted, every vintage of every value.
        indicators: as for replay, and so are dates, clock, prior and sensitivity.
        dates: see there.
        clock: see there.
        prior: see there.
        sensitivity: see there.
        told: steps of earlier replays by their basis; one that would come out the same is not computed again.
        first_date: as for classify_judged, and so is leave_out.
        leave_out: see there.
    """
    chosen = parse_prior(prior)
    days = sorted({read_as_of(day, observations) for day in dates})
    _require(clock, days)
    # What is too much for classify is too much here, and is refused before any work.
    form_series(observations, indicators, as_of=days[-1])
    known, read = _in_hindsight(observations, indicators) if clock == "observed" else (observations, indicators)
    record = Record(
        in_order(known).sort_values("known_since", kind="stable"),
        read,
        days[-1],
        own=_is_own(indicators),
        hindsight=clock == "observed",
        first_date=first_date,
        leave_out=tuple(sorted(set(leave_out))),
    )
    basis = _bases(record, days, chosen, checks=sensitivity)
    found = {day: told[basis[day]] for day in days if told and basis[day] in told}
    found |= {step.as_of: step for step in _computed(record, days, chosen, basis, found, checks=sensitivity)}
    model = Model(settings().version, settings().sha256)
    return Replay(clock, chosen, record.first_date, tuple(found[day] for day in days), model, record.leave_out)


def _require(clock: str, days: list[date]) -> None:
    if clock not in CLOCKS:
        raise UsageError(
            f"clock {clock!r} is not a clock",
            found=repr(clock),
            next="write known (what was public then) or observed (hindsight)",
        )
    if not days:
        raise UsageError("a replay needs at least one date", found="none", next="give dates, or a schedule")


def _in_hindsight(frame: pd.DataFrame, indicators: Indicators) -> tuple[pd.DataFrame, Indicators]:
    """Every value as it is believed at the end, known since the day it describes, and how it is read.

    Of publications that have all there is, the last is taken once: by days of observation none could be told apart.
    """
    if frame.empty:
        return frame, indicators
    end = frame["known_since"].max().date()
    last = believed(frame, end)[in_newest_publication(beliefs(frame, end), indicators)]
    single = {key: replace(one, whole_vintages=False, whole_sources=()) for key, one in indicators.items()}
    return last.assign(known_since=last["observed_on"]), _like(indicators, single)


def _like(indicators: Indicators, changed: Mapping[str, Indicator]) -> Indicators:
    if not isinstance(indicators, Catalogue):
        return changed
    return Catalogue(changed, origin=indicators.origin, sha256=indicators.sha256, own=indicators.own)


def _is_own(indicators: Indicators) -> bool:
    return not isinstance(indicators, Catalogue) or indicators.own


def _bases(record: Record, days: Sequence[date], prior: Prior, *, checks: bool) -> dict[date, str]:
    """What the step of each day follows from, hashed; `known` of the record is in order of known_since."""
    own = [repr(record.indicators[name]) for name in sorted(record.indicators)] if record.own else []
    choices = [asdict(prior), str(record.first_date), record.leave_out]
    common = [settings().sha256, choices, record.hindsight, checks, own]
    rows = (json.dumps([str(cell) for cell in row]) for row in record.known.itertuples(index=False, name=None))
    digest, said, n_before = hashlib.sha256(), [""], 0
    for day in days:
        n = _n_known(record, day)
        for _ in range(n_before, n):
            digest.update(next(rows).encode())
        said.append(digest.hexdigest())
        n_before = n
    return {day: _sha256([*common, str(day), *parts]) for day, parts in zip(days, pairwise(said), strict=True)}


def _sha256(parts: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _n_known(record: Record, day: date) -> int:
    return int(record.known["known_since"].searchsorted(pd.Timestamp(day), side="right"))


def _computed(
    record: Record,
    days: Sequence[date],
    prior: Prior,
    basis: Mapping[date, str],
    found: Container[date],
    *,
    checks: bool,
) -> Iterator[Step]:
    """The steps that are not found. Of the date before one, its sum is enough to tell what has changed since."""
    missing = {day for day in days if day not in found}
    before_missing = {before for before, day in pairwise(days) if day in missing}
    before: dict[Key, _Said] = {}
    for now in _states(record, sorted(missing | before_missing), prior, checked=missing if checks else ()):
        said = _said(now.sums)
        if now.record.as_of in missing:
            yield _step(now, prior, said, before, basis[now.record.as_of])
        before = said


class _State(NamedTuple):
    """What is known on one date, and what the series say."""

    record: Record
    sums: Sums
    series: tuple[Series, ...]
    """From the first date on, those without a vote too."""


class _Said(NamedTuple):
    """What one series said on a date."""

    n: int
    decibans: npt.NDArray[np.float64]


def _states(whole: Record, days: Sequence[date], prior: Prior, *, checked: Container[date]) -> Iterator[_State]:
    """One a date. An indicator is formed anew on a date before which it had news; the others keep their series.

    Args:
        whole: everything, in order of known_since.
        days: in order.
        prior: of every sum.
        checked: the days on which every check is made.
    """
    formed: dict[str, tuple[Series, ...]] = {}
    sums: Sums | None = None
    every: list[Series] = []
    is_checked, n_before = False, 0
    for day in days:
        n = _n_known(whole, day)
        known = whole.known.iloc[:n].sort_index().reset_index(drop=True)
        record = replace(whole, known=known, as_of=day)
        told = set(whole.known["indicator"].iloc[n_before:n])
        news = {name for name in told if whole.indicators[name].role == "evidence"}
        formed |= _formed(record, news)
        # On own data the window sweep follows the span of all observations, those of context too.
        has_news = bool(news) or (whole.own and n > n_before)
        if sums is None or has_news or (day in checked and not is_checked):
            every = sorted((one for group in formed.values() for one in group), key=lambda one: one.key)
            is_checked = day in checked
            sums = add_up(record, record.voting(every), prior, sensitivity=is_checked)
        n_before = n
        yield _State(record, sums, since(every, record.first_date))


def _formed(record: Record, news: set[str]) -> dict[str, tuple[Series, ...]]:
    anew: dict[str, list[Series]] = {name: [] for name in news}
    for one in form(record.beliefs.of(frozenset(news)), record.indicators).series:
        anew[one.indicator.id].append(one)
    return {name: tuple(series) for name, series in anew.items()}


def _said(sums: Sums) -> dict[Key, _Said]:
    return {row.series.key: _Said(row.series.n, sums.total.decibans[at]) for at, row in enumerate(sums.rows)}


def _step(now: _State, prior: Prior, said: Mapping[Key, _Said], before: Mapping[Key, _Said], basis: str) -> Step:
    record, sums, series = now
    table = evidence_table(sums.rows, sums.total)
    moves = _moves(said, before, record.indicators)
    on_board = board(record.known, series, record.as_of, record.indicators)
    return Step(
        as_of=record.as_of,
        verdict=decide(Findings(record, sums.rows, table, sums.total.probabilities, sums.checks, _left_out(now))),
        probabilities=sums.total.probabilities,
        ranges=_ranges([sums.total.probabilities, *(check.probabilities for check in sums.checks)]),
        without_one_series=_ranges(list(_without_one(sums, prior))),
        evidence=_by_scenario(sums.total.decibans.sum(axis=0)),
        change={key: sum(move.decibans[key] for move in moves) + 0.0 for key in SCENARIOS},
        moves=moves,
        n_series=len(sums.rows),
        n_values=sum(row.series.n for row in sums.rows),
        n_checks=len(sums.checks),
        facts=Facts(len(record.known), fingerprint(record.known)),
        markers={marker.id: marker.status for marker in on_board},
        basis=basis,
    )


def _left_out(now: _State) -> pd.DataFrame:
    """What is in no series, where the verdict speaks of it: on a record of one's own without any."""
    record = now.record
    if not record.own or now.sums.rows:
        return left_out_table(())
    return form(record.beliefs, record.indicators).left_out


def _moves(said: Mapping[Key, _Said], before: Mapping[Key, _Said], indicators: Indicators) -> tuple[Move, ...]:
    nothing = _Said(0, np.zeros(len(SCENARIOS)))
    found = []
    for key in sorted({*said, *before}):
        now, then = said.get(key, nothing), before.get(key, nothing)
        if now.n != then.n or (now.decibans != then.decibans).any():
            change = _by_scenario(now.decibans - then.decibans)
            found.append(Move(key, indicators[key[0]].title, then.n, now.n, change))
    return tuple(found)


def _without_one(sums: Sums, prior: Prior) -> Iterator[dict[str, float]]:
    yield sums.total.probabilities
    rows: tuple[Weighed, ...] = sums.rows
    for at in range(len(rows)):
        yield combine([*rows[:at], *rows[at + 1 :]], list(prior.weights.values())).probabilities


def _ranges(every: list[dict[str, float]]) -> Ranges:
    return {key: (min(p[key] for p in every), max(p[key] for p in every)) for key in SCENARIOS}


def _by_scenario(values: npt.NDArray[np.float64]) -> dict[str, float]:
    return {key: float(value) + 0.0 for key, value in zip(SCENARIOS, values, strict=True)}
