"""Commands for whoever keeps it running: doctor, alert, backup."""

from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands.kept import configuration, kept_home
from flows.commands.options import PATH, as_json
from flows.console import print_json, print_table, print_text, say
from flows.settings import wait_seconds
from metrics.errors import DataError, UsageError
from reports.listing import finding_lines


@click.command()
@click.option("--test", is_flag=True, help="Send a test message over every channel.")
@as_json
def alert(test: bool, as_json: bool) -> None:
    """List the channels that alerts go to, or try them.

    \b
    Example: threefutures alert --test
    """
    from flows.channels import channels, try_out

    found = channels(configuration())
    if test and not found:
        raise UsageError(
            "there is no channel to test",
            found="no webhook, slack, email or command under [alerts]",
            next='write webhook = "env:THREEFUTURES_WEBHOOK" under [alerts] in threefutures.toml',
        )
    rows = [{"channel": one.name, "where": one.where, **({"test": try_out(one)} if test else {})} for one in found]
    if as_json:
        print_json(rows)
    else:
        columns = ["channel", "where", *(["test"] if test else [])]
        print_table(columns, [list(row.values()) for row in rows])
    failed = [row for row in rows if row.get("test", "sent") != "sent"]
    if failed:
        raise DataError(
            f"{', '.join(row['channel'] for row in failed)}: the test message was not taken",
            found=failed[0]["test"],
            next="mend [alerts] in threefutures.toml, or the variable it names; then threefutures alert --test",
        )


@click.command()
@as_json
def doctor(as_json: bool) -> None:
    """Say what is well and what is not: machine, data folder, schedule, last run, sources. Exit code 1 if one fails.

    \b
    Example: threefutures doctor --json
    """
    from flows.doctor import Patient, examine, worst

    found = examine(Patient(kept_home(), configuration(), datetime.now(UTC)))
    if as_json:
        print_json([one._asdict() for one in found])
    else:
        print_text("\n".join(line for one in found for line in finding_lines(*one)))
    if worst(found) == "fail":
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("folder", type=PATH)
@as_json
def backup(folder: Path, as_json: bool) -> None:
    """Copy everything that is kept to FOLDER, also while a schedule is going: it waits until nobody writes.

    To restore, copy the folder back to where the data folder was.

    \b
    Example: threefutures backup /backups/2026-11-23
    """
    from warehouse.backup import back_up
    from warehouse.connection import writer

    home = kept_home()
    with writer(home, command="backup", wait_seconds=wait_seconds(), on_wait=say):
        copied = back_up(home, folder.absolute())
    if as_json:
        print_json(copied._asdict())
        return
    click.echo(folder)
    say(f"{copied.files} files, {copied.size / 1e6:.1f} MB, each compared with its original")
