"""The command line: `threefutures`. A command reads its options, calls one function and prints.

Heavy packages are imported inside the commands: `--help` answers at once, and nothing but `run` and `serve` pays for
Prefect. Results go to stdout, progress and faults to stderr; how a command ends is told in ending.py.
"""

from typing import NoReturn

import click

from flows.commands import configure, measure, pipeline, record, upkeep, verdict
from flows.ending import run_command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88})
@click.version_option(package_name="threefutures")
def cli() -> None:
    """Is AI starting to build itself, and which of three futures does the record resemble?

    \b
    threefutures run                 the whole pipeline, then the verdict
    threefutures classify            the verdict and its evidence
    threefutures sql "..."           ask the published snapshot

    Everything is kept in data/ below the working folder, or in THREEFUTURES_HOME.
    """


for command in (
    *(pipeline.run, pipeline.ingest, pipeline.rebuild, pipeline.serve),
    *(verdict.classify, verdict.report, verdict.explain, verdict.replay, verdict.calibrate),
    *(record.sources, record.indicators, record.quarantine, record.sql, record.export),
    *(measure.horizon, measure.git),
    configure.init,
    *(upkeep.doctor, upkeep.alert, upkeep.backup),
):
    cli.add_command(command)


def main() -> NoReturn:
    """Run what was typed."""
    run_command(cli)
