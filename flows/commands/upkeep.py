"""Commands for whoever keeps it running: alert."""

import click

from flows.commands.kept import configuration
from flows.commands.options import as_json
from flows.console import print_json, print_table
from metrics.errors import DataError, UsageError


@click.command()
@click.option("--test", is_flag=True, help="Send a test message over every channel.")
@as_json
def alert(test: bool, as_json: bool) -> None:
    """List the channels that alerts go to, or try them.

    \b
    Example: threefutures alert --test
    """
    from flows.channels import channels, try_out

    found = channels(configuration().alerts)
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
