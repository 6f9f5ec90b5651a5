"""Commands that write the warehouse: run, ingest, rebuild, serve."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.kept import configuration, kept_choices, kept_home
from flows.commands.options import (
    PATH,
    as_json,
    as_of_option,
    minutes_option,
    prior_option,
    release_dates_option,
    scorer_option,
)
from flows.console import Day, print_block, print_json, run_document, show_progress
from flows.server import local_server
from flows.settings import quiet_prefect, wait_seconds

if TYPE_CHECKING:
    from flows.ingest import Ingested
    from warehouse.home import Home


@click.command(short_help="The whole pipeline once: ingest, classify, report, publish.")
@as_of_option
@prior_option
@click.option("--offline", is_flag=True, help="Ask no publisher: nothing leaves this machine.")
@as_json
def run(as_of: date | None, prior: str | None, offline: bool, as_json: bool) -> None:
    """Ingest, validate, keep, classify, report and publish, as a Prefect flow.

    Publishers are asked whom threefutures.toml names (threefutures init); without one nobody is.

    \b
    Example: threefutures run --as-of 2026-06-30
    """
    kept_choices(prior)
    home = kept_home()
    home.prepare()
    quiet_prefect(home.prefect)
    server = local_server(home.prefect)
    show_progress()
    from flows.progress import step
    from flows.recorded import require_all
    from flows.track import track

    with step("prefect") as watch:
        server.wait()
        watch.text = f"waited for the server at {server.address}"
    file = configuration().file
    tracked = track(
        str(home.root),
        as_of=as_of.isoformat() if as_of else None,
        prior=prior,
        configuration=str(file) if file else None,
        offline=offline,
    )
    if as_json:
        print_json(run_document(tracked))
    else:
        click.echo("")
        from reports.tripwires import next_line

        print_block(tracked.assessment, previous=tracked.previous, ahead=next_line(tracked.ahead))
    require_all(tracked.ingested)


@click.command()
@click.option("--cron", help="When, in UTC (default: that of threefutures.toml); a sixth field counts seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line: the schedule, then every run.")
@click.option("--ui", is_flag=True, help="Show every run to browsers of this machine; the address is printed.")
def serve(cron: str | None, as_json: bool, ui: bool) -> None:
    """Run the pipeline on a schedule until stopped with Ctrl-C.

    \b
    Example: threefutures serve --cron "0 6 * * 1" --ui
    """
    said, home = configuration(), kept_home()
    kept_choices()
    home.prepare()
    quiet_prefect(home.prefect)
    server = local_server(home.prefect, ui=ui)
    show_progress()
    from flows.schedule import When
    from flows.schedule import serve as serve_flow

    configured = When(f"{said.place('schedule', 'cron')}: cron", said.schedule.cron)
    when = configured if cron is None else When("--cron", cron)
    serve_flow(home.root, when=when, configuration=said.file, server=server, ui=ui, as_json=as_json)


@click.command(short_help="Make facts and quarantine anew from the landed files.")
@as_json
def rebuild(as_json: bool) -> None:
    """Make facts and quarantine anew from the landed files, and publish them.

    \b
    Example: threefutures rebuild
    """
    from flows.progress import LOGGER
    from flows.rebuild import rebuild as rebuild_all
    from flows.rebuild import require_landed
    from scenarios.words import counted
    from warehouse.connection import writer

    home = kept_home()
    home.prepare()
    show_progress()
    with writer(home, command="rebuild", wait_seconds=wait_seconds(), on_wait=LOGGER.warning):
        require_landed(home)
        rebuilt = rebuild_all(home, at=datetime.now(UTC))
    if as_json:
        print_json(rebuilt._asdict() | {"refused": [str(fault) for fault in rebuilt.refused]})
    else:
        click.echo(f"{counted(rebuilt.files, 'file')}: {rebuilt.facts} facts, {rebuilt.quarantined} rows in quarantine")
    if rebuilt.refused:
        raise rebuilt.refused[0]


@click.command(short_help="Read sources into the warehouse, and publish the snapshot.")
@click.argument("source", nargs=-1, callback=lambda _context, _argument, names: tuple(dict.fromkeys(names)))
@click.option("--file", "files", multiple=True, type=PATH, help="Read this file as SOURCE; may be given again.")
@click.option("--known-since", type=Day(), help="First day the public could know what --file says; needed with it.")
@minutes_option
@scorer_option
@release_dates_option
@click.option("--accept", metavar="SHA", help="Take the file of SOURCE that is held back; threefutures quarantine.")
@click.option("--offline", is_flag=True, help="Ask no publisher: nothing leaves this machine.")
@as_json
def ingest(
    source: Sequence[str],
    files: Sequence[Path],
    known_since: date | None,
    minutes: Path | None,
    scorer: str,
    release_dates: Path | None,
    accept: str | None,
    offline: bool,
    as_json: bool,
) -> None:
    """Ingest SOURCE... (all by default) into the warehouse, and publish the snapshot.

    A SOURCE that is fetched is asked for its newest file, whether or not it is due.

    \b
    Example: threefutures ingest metr_horizons
    Example: threefutures ingest metr_runs --file runs.jsonl.gz --known-since 2025-01-28
    Example: threefutures ingest epoch_hub
    Example: threefutures ingest git
    Example: threefutures ingest epoch_hub --accept 3f9a41c0
    Example: threefutures ingest inspect_logs --file logs/ --minutes human-minutes.csv --known-since 2026-02-01
    """
    from flows.horizon import Evaluations
    from flows.ingest import chosen_sources
    from flows.live import accept as accept_held
    from flows.newest import newest
    from flows.own_files import ingest_own, named_sources, one_source, require_day
    from flows.recorded import require_all

    home = kept_home()
    show_progress()
    if accept:
        held = one_source(named_sources(home, source), source, option="--accept")
        ingested = _ingest(home, lambda at: (accept_held(home, held, accept, at=at),))
    elif files:
        own, day = one_source(chosen_sources(source), source), require_day(known_since)
        given = Evaluations(files, minutes, scorer, release_dates)
        ingested = _ingest(home, lambda at: (ingest_own(home, own, given, known_since=day, at=at),))
    else:
        keep = newest(home, configuration(), source, at=datetime.now(UTC), offline=offline)
        ingested = _ingest(home, keep)
    if as_json:
        print_json([one._asdict() for one in ingested])
    require_all(ingested)


def _ingest(home: "Home", ingest_all: "Callable[[datetime], Sequence[Ingested]]") -> "Sequence[Ingested]":
    from flows.progress import LOGGER, report_ingested
    from flows.rebuild import bring_up_to_date
    from flows.recorded import recorded
    from warehouse.connection import writer
    from warehouse.publish import publish

    home.prepare()
    at = datetime.now(UTC)
    with writer(home, command="ingest", wait_seconds=wait_seconds(), on_wait=LOGGER.warning):
        bring_up_to_date(home, at=at)
        with recorded(home, command="ingest", at=at) as recording:
            ingested = ingest_all(at)
            recording.add([one._asdict() for one in ingested])
            recording.finish("done")
            publish(home)
    report_ingested(ingested)
    return ingested
