"""The pipeline as Prefect flows: ingest every source, assess, report, publish.

A task is a decorator over an imported function, and coarse: one a source, one each for the rest. A database
transaction never spans two tasks.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from prefect import Task, flow, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.task_runners import ThreadPoolTaskRunner

from flows import alerts as alerting
from flows import assess as assessing
from flows import report as reporting
from flows.channels import channels
from flows.choices import Choices, chosen
from flows.cluster import dask_runner
from flows.configuration import Configuration, GitSource, Retention, load_configuration
from flows.configured_home import configured_home
from flows.earlier import earlier
from flows.git_source import Reading, batches, ingest_readings, read_batch
from flows.ingest import Ingested, ingest_each, ingest_source
from flows.live import Download, Due, download, due, ingest_downloads, limits, publishers
from flows.own_sources import addresses, ingest_own_sources
from flows.progress import LOGGER, report_ingested, shown, step, to_stderr
from flows.rebuild import bring_up_to_date
from flows.recall import recalled
from flows.recorded import Recording, recorded
from flows.replay import keep_monthly
from flows.retention import retain
from flows.settings import wait_seconds
from metrics.errors import DataError, TransientError
from scenarios import Assessment
from scenarios.tripwires import Tripwires
from scenarios.words import counted
from warehouse import results
from warehouse.connection import live, writer
from warehouse.finalisation import silence_finalisation
from warehouse.home import Home
from warehouse.publish import Published, publish

silence_finalisation()


class Tracked(NamedTuple):
    """What one run of the pipeline did."""

    run_id: str
    ingested: tuple[Ingested, ...]
    assessment: Assessment
    previous: dict[str, Any] | None
    """The document of the assessment before this one, if there was one."""
    ahead: Tripwires
    """What to measure next."""
    report: Path
    published: Published


class Assessed(NamedTuple):
    """An assessment as it is stored."""

    id: str
    """The same for the same facts, model, prior and day: a later run may find it stored already."""
    assessment: Assessment
    previous: dict[str, Any] | None
    """As in Tracked."""
    ahead: Tripwires
    """As in Tracked."""


async def _transient(_task: "Task[..., Any]", _run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed task may be tried again."""
    try:
        await state.aresult()
    except TransientError:
        return True
    except Exception:
        return False
    return False


ingest_task = task(
    name="ingest",
    task_run_name="ingest {source.id}",
    tags=["ingest"],
    retries=2,
    retry_delay_seconds=[2, 10],
    retry_jitter_factor=0.5,
    retry_condition_fn=_transient,
    cache_policy=NO_CACHE,
    persist_result=False,
)(ingest_source)
"""Land, judge and keep one source."""


fetch_task = task(
    name="fetch",
    task_run_name="fetch {wanted.live.source.id}",
    tags=["fetch"],
    cache_policy=NO_CACHE,
    persist_result=False,
)(download)
"""Ask for one file; what goes wrong on the way is an answer, and it has been asked again already."""

keep_task = task(name="keep", tags=["ingest"], cache_policy=NO_CACHE, persist_result=False)(ingest_downloads)
"""Judge and keep what was fetched."""

own_task = task(name="own", tags=["ingest"], cache_policy=NO_CACHE, persist_result=False)(ingest_own_sources)
"""Read the user's own files."""

keep_git_task = task(name="keep git", tags=["ingest"], cache_policy=NO_CACHE, persist_result=False)(ingest_readings)
"""Judge and keep what was measured."""


def fetch(home: Home, configured: Configuration, at: datetime) -> list[Download]:
    """Ask every address that the configuration names and whose turn it is."""
    asked: list[Due] = due(home, [*publishers(configured.sources), *addresses(configured.sources)], at=at)
    return [fetch_task(one, at=at, limits=limits(configured.network)) for one in asked]


measure_task = task(
    name="measure",
    task_run_name="measure {batch[0][1]}",
    tags=["measure"],
    cache_policy=NO_CACHE,
    persist_result=False,
)(read_batch)
"""Measure the repositories of a batch; one that fails is an answer."""


@flow(name="measure", flow_run_name="measure", persist_result=False, validate_parameters=False)
def measure(home: Home, git: GitSource, on: date, offline: bool) -> list[Reading]:
    """Measure repositories, a task a batch; the task runner decides where."""
    asked = [measure_task.submit(home, batch, git, on=on) for batch in batches(git, offline=offline)]
    return [reading for one in asked for reading in one.result()]


def measured(home: Home, said: Configuration, on: date, offline: bool) -> list[Reading]:
    """What the repositories of the configuration say, by its cluster if it has one; without any no flow is started."""
    git, cluster = said.sources.git, said.tasks.dask
    if git is None or not batches(git, offline=offline):
        return []
    runner: Any = dask_runner(cluster) if cluster else ThreadPoolTaskRunner(max_workers=git.jobs)
    return measure.with_options(task_runner=runner)(_without_lake(home), git, on, offline)


def _without_lake(home: Home) -> Home:
    """What a flow may be given: the server keeps its parameters and shows them, and a lake has a password."""
    return home._replace(lake=None)


def ingest(home: Home, names: Sequence[str], at: datetime) -> tuple[Ingested, ...]:
    """Ingest every source named, or all of them, as a flow of its own."""

    @flow(name="ingest", flow_run_name="ingest", persist_result=False, validate_parameters=False)
    def ingest_named(folder: Home, names: Sequence[str], at: datetime) -> tuple[Ingested, ...]:
        return ingest_each(folder._replace(lake=home.lake), names, at=at, one=ingest_task)

    return ingest_named(_without_lake(home), names, at)


@task(name="assess", tags=["assess"], cache_policy=NO_CACHE, persist_result=False)
def assess(home: Home, run_id: str, as_of: date, choices: Choices, at: datetime) -> Assessed:
    """Classify what is known, and keep the assessment beside the one before it."""
    with step("assess") as watch:
        known = assessing.known_live(home)
        if known.facts.empty:
            raise DataError(
                f"{home.root}: there is no fact to assess",
                found="every source failed, or no row was accepted",
                next="threefutures quarantine lists what was refused",
            )
        assessment = assessing.assess(known, as_of=as_of, choices=choices)
        previous = earlier(home, assessment, published=False)
        with live(home) as connection:
            ahead = assessing.next_values(connection, assessment)
            document = assessment.to_dict() | {"tripwires": ahead.to_dict()["wires"]}
            assessment_id = results.store_assessment(connection, document, run_id=run_id, stored_at=at)
        verdict = assessment.verdict.kind.replace("_", " ")
        watch.text = f"{len(assessment.series)} series, {len(assessment.checks)} checks: {verdict}"
    table = [{"series": row["title"], **row} for row in assessment.to_dict()["evidence"]]
    create_table_artifact(key="evidence", table=table, description=assessment.verdict.words)
    return Assessed(assessment_id, assessment, previous, ahead)


@task(name="replay", tags=["assess"], cache_policy=NO_CACHE, persist_result=False)
def replay(home: Home, as_of: date, choices: Choices, at: datetime) -> None:
    """Keep what would have been said at the end of every month until a date."""
    with step("replay") as watch:
        kept = keep_monthly(home, until=as_of, choices=choices, at=at)
        watch.text = f"{counted(kept.dates, 'date')}: {kept.computed} computed, {kept.dates - kept.computed} as before"


@task(name="report", tags=["report"], cache_policy=NO_CACHE, persist_result=False)
def report(home: Home, assessment: Assessment, previous: dict[str, Any] | None) -> Path:
    """Write the status report."""
    with step("report") as watch:
        kept = recalled(home, assessment, published=False)
        record = reporting.record(assessing.known_live(home), assessment, previous=previous, kept=kept)
        folder, as_before = home.reports / assessment.as_of.isoformat(), ", as before"
        if not reporting.is_written(home, assessment, record):
            folder, as_before = reporting.write_report(home, assessment, record).parent, ""
        watch.text = f"{shown(home.reports / 'latest' / 'status.html')}{as_before}"
    create_markdown_artifact(key="status-report", markdown=(folder / "status.md").read_text(encoding="utf-8"))
    create_link_artifact(key="status-report-file", link=(folder / "status.html").as_uri(), link_text="status.html")
    return folder


@task(name="alert", tags=["alert"], cache_policy=NO_CACHE, persist_result=False)
def alert(home: Home, due: Sequence[alerting.Letter], recording: Recording, at: datetime) -> None:
    """Tell every channel what is due to it; one that cannot be told fails nothing. The caller holds no lock."""
    with step("alert") as watch:
        outcomes = alerting.send(due)
        with writer(home, command="alert", wait_seconds=wait_seconds(), on_wait=LOGGER.warning):
            alerting.keep(home, due, outcomes, run_id=recording.run_id, at=at)
            recording.add(outcomes)
            publish(home)
        watch.text = ", ".join(f"{one['alert']}: {one['outcome']}" for one in outcomes)


@task(name="publish", tags=["publish"], cache_policy=NO_CACHE, persist_result=False)
def publish_task(home: Home) -> Published:
    """Swap in the snapshot that everybody reads."""
    with step("publish") as watch:
        published = publish(home)
        watch.text = str(shown(published.path))
    return published


@flow(name="track", flow_run_name="track", persist_result=False)
def track(
    home: str | None = None,
    as_of: str | None = None,
    prior: str | None = None,
    command: str = "run",
    configuration: str | None = None,
    offline: bool = False,
) -> Tracked:
    """Fetch what is due, ingest every source, assess what is known, report, publish.

    Args:
        home: the data folder; by default that of the configuration.
        as_of: ISO date; nothing that became known later is used. Today in UTC by default.
        prior: a preset, or "S,C,R"; by default that of the configuration.
        command: who asks, for the run table and for whoever waits for the lock.
        configuration: a threefutures.toml; by default as load_configuration finds one.
        offline: ask nobody on the network.

    Raises:
        BusyError: another process went on writing for longer than we wait.
        DataError: no source gave a fact.
    """
    to_stderr()
    at = datetime.now(UTC)
    day = date.fromisoformat(as_of) if as_of else at.date()
    said = load_configuration(Path.cwd(), file=Path(configuration) if configuration else None)
    folder = configured_home(said, Path(home) if home else None)
    choices = chosen(said, prior=prior, today=at.date())
    folder.prepare()
    told = channels(said) if as_of is None and prior is None else []
    with alerting.failure_told(folder, told, at=at):
        # Before the lock: a slow server must hold up nobody who writes.
        fetched = [] if offline else fetch(folder, said, at)
        readings = measured(folder, said, at.date(), offline)
        with writer(folder, command=command, wait_seconds=wait_seconds(), on_wait=LOGGER.warning):
            bring_up_to_date(folder, at=at)
            with recorded(folder, command=command, at=at) as recording:
                ingested = ingest(folder, (), at)
                ingested += own_task(folder, said.sources, at=at) if said.sources.own else ()
                ingested += keep_task(folder, fetched, at=at) if fetched else ()
                ingested += (keep_git_task(folder, readings, at=at),) if readings else ()
                recording.add([one._asdict() for one in ingested])
                report_ingested(ingested)
                assessed = assess(folder, recording.run_id, day, choices, at)
                recording.add([{"assessment": assessed.id}])
                replay(folder, day, choices, at)
                written = report(folder, assessed.assessment, assessed.previous)
                _retain(folder, said.retention, at)
                recording.finish("done")
                published = publish_task(folder)
            if told:
                page = written / "status.html"
                run = alerting.concluded(folder, recording.run_id, assessed.id, assessed.assessment, page, at)
                due = alerting.letters(folder, run, said.alerts, told)
    if told:
        alert(folder, due, recording, at)
    return Tracked(
        recording.run_id, ingested, assessed.assessment, assessed.previous, assessed.ahead, written, published
    )


def _retain(home: Home, settings: Retention, at: datetime) -> None:
    if settings.reports or settings.landing:
        with step("retain") as watch:
            removed = retain(home, settings, at=at)
            watch.text = f"{counted(removed.reports, 'report')} and {counted(removed.landed, 'landed file')} removed"
