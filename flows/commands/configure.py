"""The command that writes the configuration: init."""

from pathlib import Path

import click


@click.command()
def init() -> None:
    """Write a commented threefutures.toml to the working folder; one that is there stays as it is.

    \b
    Example: threefutures init
    """
    from flows.starting import write_starting

    click.echo(f"{write_starting(Path.cwd()).name}")
    click.echo("  next: read it through, then threefutures run; docs/configuration.md explains every key", err=True)
