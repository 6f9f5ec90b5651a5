"""Commands that judge: classify, report, explain, replay, calibrate."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.kept import kept_choices, kept_facts, kept_home, kept_spread
from flows.commands.options import PATH, as_json, as_of_option, prior_option
from flows.console import (
    Day,
    Text,
    print_block,
    print_document,
    print_json,
    print_text,
    say,
    show_file,
    speaks_unicode,
    today,
)
from flows.settings import wait_seconds
from metrics.errors import UsageError

if TYPE_CHECKING:
    from scenarios import Assessment
    from scenarios.replay import Clock
    from scenarios.tripwires import Tripwires


@click.command()
@as_of_option
@prior_option
@click.option("--data", type=PATH, help="Classify this CSV instead of the record.")
@click.option("--indicators", type=PATH, help="What the CSV's indicators are (TOML).")
@click.option("--brief", is_flag=True, help="The verdict alone, without the evidence table.")
@click.option("--tripwires", is_flag=True, help="And what to measure next: values that would change the answer.")
@click.option("--no-sensitivity", is_flag=True, help="Skip the sweeps; faster, and no range is shown.")
@as_json
def classify(
    as_of: date | None,
    prior: str | None,
    data: Path | None,
    indicators: Path | None,
    brief: bool,
    tripwires: bool,
    no_sensitivity: bool,
    as_json: bool,
) -> None:
    """Say which future the record, or your own table, resembles.

    \b
    Example: threefutures classify --as-of 2026-03-31 --prior sceptic
    Example: threefutures classify --brief --tripwires
    Example: threefutures classify --data ours.csv --indicators ours.toml
    """
    if (data is None) != (indicators is None):
        raise UsageError(
            "--data and --indicators belong together",
            found="one of them",
            next="threefutures classify --data ours.csv --indicators ours.toml",
        )
    choices = kept_choices(prior)
    if data is not None and indicators is not None:
        assessment = _classify_own(data, indicators, as_of, choices.prior, not no_sensitivity)
    else:
        from flows.assess import assess

        assessment = assess(kept_facts(), as_of=as_of or today(), choices=choices, sensitivity=not no_sensitivity)
    ahead = _ahead(assessment) if tripwires else None
    if as_json:
        print_json(assessment.to_dict() | ({"tripwires": ahead.to_dict()["wires"]} if ahead else {}))
        return
    own = ["threefutures classify ... --json"] if data else []
    usual = today() if data is None else None
    print_block(assessment, differs=["as of"] if as_of not in (None, usual) else [], next_commands=own)
    if not brief:
        from reports.terminal import evidence

        click.echo("")
        click.echo(evidence(assessment, unicode=speaks_unicode()))
    if ahead:
        from reports.tripwires import tripwires_text

        click.echo("")
        print_text(tripwires_text(ahead, unicode=speaks_unicode()))


def _ahead(assessment: "Assessment") -> "Tripwires":
    from scenarios.tripwires import tripwires

    return tripwires(assessment)


def _classify_own(data: Path, indicators: Path, as_of: date | None, prior: str, sensitivity: bool) -> "Assessment":
    from flows.given import bytes_of
    from metrics import load_indicators
    from scenarios.classifier import classify_judged
    from scenarios.intake import read_own

    catalogue = load_indicators(indicators)
    observations = read_own(
        bytes_of(data, next="give the path of a CSV file with indicator, observed_on and value"),
        catalogue,
        name=data.name,
        today=today(),
    )
    return classify_judged(observations, catalogue, as_of=as_of, prior=prior, sensitivity=sensitivity)


@click.command()
@as_of_option
@prior_option
@click.option(
    "--format",
    "as_format",
    type=click.Choice(["all", "html", "md", "json"]),
    default="all",
    show_default=True,
    help="Which files are written beside the JSON. Others of the day stay if they are made from the same.",
)
@click.option("--open", "open_it", is_flag=True, help="Show the page in a browser.")
@click.option("--diff", nargs=2, type=Day(), metavar="DATE DATE", help="Print what moved between two reports.")
@as_json
def report(
    as_of: date | None,
    prior: str | None,
    as_format: str,
    open_it: bool,
    diff: tuple[date, date] | None,
    as_json: bool,
) -> None:
    """Write the status report of what is kept, as of a date: a page, its text and its data.

    \b
    Example: threefutures report --open
    Example: threefutures report --as-of 2026-06-30 --format md
    Example: threefutures report --diff 2026-06-30 2026-10-10
    """
    if diff:
        _print_difference(*diff, as_json=as_json)
        return
    if open_it and as_format not in ("all", "html"):
        raise UsageError(
            "--open shows the page, which is not drawn",
            found=f"--format {as_format}",
            next="threefutures report --open",
        )
    _write_report(as_of, prior, as_format, open_it=open_it, as_json=as_json)


def _print_difference(before: date, after: date, *, as_json: bool) -> None:
    from flows.report import written
    from reports.diff import diff, difference

    if before == after:
        raise UsageError(
            "--diff compares two days", found=f"{before} twice", next="threefutures report --diff EARLIER LATER"
        )
    then, now = (written(kept_home().reports, day) for day in sorted((before, after)))
    if as_json:
        print_json(difference(then, now))
    else:
        print_text(diff(then, now).rstrip("\n"))


def _write_report(as_of: date | None, prior: str | None, as_format: str, *, open_it: bool, as_json: bool) -> None:
    from flows.assess import assess
    from flows.earlier import earlier
    from flows.progress import shown
    from flows.recall import recalled
    from flows.report import FORMATS, record, write_report
    from reports.status import status_json
    from warehouse.connection import writer

    home, choices = kept_home(), kept_choices(prior)
    home.prepare()
    with writer(home, command="report", wait_seconds=wait_seconds(), on_wait=say):
        known = kept_facts()
        assessment = assess(known, as_of=as_of or today(), choices=choices)
        kept = recalled(home, assessment, published=True)
        told = record(known, assessment, previous=earlier(home, assessment, published=True), kept=kept)
        file = write_report(home, assessment, told, [one for one in FORMATS if as_format in ("all", one)])
    if as_json:
        print_document(status_json(assessment, record=told))
    else:
        click.echo(shown(file))
    if open_it:
        show_file(file)


@click.command()
@click.argument("id", type=Text())
@as_of_option
@as_json
def explain(id: str, as_of: date | None, as_json: bool) -> None:
    """Explain a future, an indicator, a fact or a run.

    What it says, what it means, where it comes from, what it does to the verdict, and what it cannot tell. Futures are
    stall, compounding and recursive; ids of facts and runs are those of the tables fact and run (threefutures sql).

    \b
    Example: threefutures explain task_horizon_p50
    Example: threefutures explain compounding
    """
    from difflib import get_close_matches

    from flows.assess import assess
    from flows.earlier import earlier
    from flows.past_run import past_run
    from flows.report import record
    from reports.explain import drawn, explain_dict, known_ids
    from reports.explain import explain as explained
    from reports.explain_run import explain_run

    if ran := past_run(kept_home(), id):
        print_json(explain_run(ran)._asdict()) if as_json else print_text(drawn(explain_run(ran)))
        return
    known = kept_facts()
    assessment = assess(known, as_of=as_of or today(), choices=kept_choices())
    told = record(known, assessment, previous=earlier(kept_home(), assessment, published=True))
    text = explained(id, assessment, told)
    if text is None:
        near = get_close_matches(id, known_ids(assessment, told), n=3)
        raise UsageError(
            f"there is nothing called {id!r}",
            found="no future, indicator, fact or run of that id",
            next=f"did you mean {' or '.join(near)}?" if near else "threefutures indicators lists the indicators",
        )
    if as_json:
        print_json(explain_dict(id, assessment, told))
        return
    print_text(text)


@click.command()
@click.option("--from", "first", default="2023-01", show_default=True, help="First date: YYYY-MM or YYYY-MM-DD.")
@click.option("--to", "last", default=None, help="Last date (default: this month).")
@click.option("--every", type=click.Choice(["week", "month", "quarter", "year"]), default="month", show_default=True)
@click.option(
    "--clock",
    type=click.Choice(["known", "observed"]),
    default="known",
    show_default=True,
    help="known: with what was public then; observed: with hindsight, what had happened by then.",
)
@prior_option
@as_json
def replay(first: str, last: str | None, every: str, clock: "Clock", prior: str | None, as_json: bool) -> None:
    """Say what would have been said at each of many past dates.

    \b
    Example: threefutures replay --from 2023-01 --to 2026-11 --every month
    Example: threefutures replay --every quarter --clock observed --json
    """
    from flows.replay import keep_replay, replayed
    from reports.replay import replay_text

    until, choices, home = last or f"{today():%Y-%m}", kept_choices(prior), kept_home()
    told = replayed(kept_facts(), first=first, last=until, every=every, clock=clock, choices=choices, home=home)
    if as_json:
        print_json(told.to_dict())
    else:
        print_text(replay_text(told, unicode=speaks_unicode()))
    keep_replay(home, told)


@click.command()
@click.option("--worlds", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="Of each suite.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another seed, other worlds.")
@click.option("--jobs", type=click.IntRange(1), default=None, help="Processes (default: one a processor).")
@as_json
def calibrate(worlds: int, seed: int, jobs: int | None, as_json: bool) -> None:
    """Say how often the verdict is right, on simulated worlds with a known answer.

    \b
    Example: threefutures calibrate --worlds 200
    """
    from flows.assess import assess
    from flows.calibrate import calibrate as simulate
    from reports.calibration import calibration_page

    assessment = assess(kept_facts(), as_of=today(), sensitivity=False)
    summary = simulate(assessment.series, worlds=worlds, seed=seed, jobs=jobs, spread=kept_spread())
    if as_json:
        print_json(summary.to_dict())
        return
    print_text(calibration_page(summary))
