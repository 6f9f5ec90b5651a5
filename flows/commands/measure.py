"""Commands that measure what they are given: horizon, git."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands.kept import kept_home, kept_spread
from flows.commands.options import PATH, as_json, minutes_option, release_dates_option, scorer_option
from flows.console import Day, Rates, print_document, print_json, print_text, say, speaks_unicode, terminal_width
from metrics.errors import UsageError

if TYPE_CHECKING:
    from flows.git_measure import Outcome


@click.command()
@click.argument("files", nargs=-1, required=True, type=PATH)
@release_dates_option
@click.option("--regularisation", default=1e-5, show_default=True, help="Lambda; METR's was 0.1 until February 2026.")
@click.option("--weights", type=click.Choice(["invsqrt", "equal"]), default="invsqrt", show_default=True)
@click.option("--tail", type=click.Choice(["logistic", "weibull"]), default="logistic", show_default=True)
@click.option("--cheats", type=click.Choice(["fail", "drop", "count"]), default="fail", show_default=True)
@click.option("--success", type=Rates(), default="0.5,0.8", show_default=True, help="Success rates.")
@click.option("--draws", type=click.IntRange(0, 1_000_000), default=10_000, show_default=True, help="Bootstrap draws.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--since", type=Day(future=True), default="2023-01-01", show_default=True, help="First release date of the trend."
)
@click.option("--sensitivity", is_flag=True, help="Add what other choices would have given.")
@minutes_option
@scorer_option
@as_json
def horizon(
    files: Sequence[Path],
    release_dates: Path | None,
    minutes: Path | None,
    scorer: str,
    draws: int,
    seed: int,
    since: date,
    sensitivity: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Estimate task horizons from FILE..., with METR's method.

    A FILE is told by its content: METR's run files or task counts, a CSV of agent, task, family, minutes, successes,
    runs (or one row a run), or Inspect logs with --minutes.

    \b
    Example: threefutures horizon task_results_1_1.yaml --sensitivity
    Example: threefutures horizon runs.jsonl.gz --release-dates release_dates.yaml --json
    """
    from flows.horizon import Evaluations, horizon_document, read_evaluations
    from metrics.estimators.suite import Settings
    from reports.horizons import horizons_text

    found = read_evaluations(Evaluations(files, minutes, scorer, release_dates))
    document = horizon_document(
        found, Settings(**settings), draws=draws, seed=seed, since=since, sensitivity=sensitivity
    )
    if as_json:
        print_json(document)
        return
    print_text(horizons_text(document, unicode=speaks_unicode(), width=terminal_width()))


@click.command()
@click.argument("repositories", nargs=-1, required=True, metavar="REPO...")
@click.option("--out", type=PATH, help="Write monthly.csv, commits.parquet and summary.json to this folder.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Processes that read.",
)
@click.option("--surviving", is_flag=True, help="Add the share of lines that are there today, by blame.")
@click.option("--output-multiplier", is_flag=True, help="Add durable lines per engineer against a baseline.")
@click.option(
    "--baseline", type=click.IntRange(1970, 2100), help="Year before AI (default: found by the marked share)."
)
@as_json
def git(
    repositories: Sequence[str],
    out: Path | None,
    jobs: int,
    surviving: bool,
    output_multiplier: bool,
    baseline: int | None,
    as_json: bool,
) -> None:
    """Measure the AI-written share of code in REPO..., folders or https or ssh addresses.

    \b
    Example: threefutures git . --out shares
    Example: threefutures git ../service --output-multiplier --json
    """
    from flows.git_files import summary_text
    from flows.git_measure import Asked, measure_each
    from flows.git_report import require_measured, require_out, summary_of, write
    from reports.code_shares import shares_text

    if baseline and not output_multiplier:
        raise UsageError(
            "--baseline is the year that output is compared with",
            found="no --output-multiplier",
            next=f"add --output-multiplier, or leave out --baseline {baseline}",
        )
    asked = Asked(surviving, output_multiplier, baseline)
    require_out(out)
    outcomes = []
    home = kept_home().root / "git"
    spread = kept_spread()
    for one in measure_each(repositories, home=home, jobs=jobs, asked=asked, progress=say, spread=spread):
        outcomes.append(one)
        _say_outcome(one)
    found = [one.measured for one in outcomes if one.measured]
    if out and found:
        write(out, found, home=home)
    if as_json:
        print_document(summary_text(summary_of(found)))
    elif found:
        months = {one.repo: [month._asdict() for month in one.months] for one in found}
        print_text(shares_text(summary_of(found), months, unicode=speaks_unicode(), width=terminal_width()))
    require_measured(outcomes)


def _say_outcome(outcome: "Outcome") -> None:
    from metrics.untrusted import plain
    from reports.listing import step

    say(step("measure", f"{plain(outcome.repo)}: {outcome.told}", outcome.seconds))
