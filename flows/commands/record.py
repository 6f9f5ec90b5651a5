"""Commands that show what is kept: sources, indicators, quarantine, sql, export."""

from pathlib import Path

import click

from flows.commands.kept import kept_home, kept_known
from flows.commands.options import PATH, as_json
from flows.console import Text, print_json, print_table, print_text, say, speaks_unicode, today

FORMATS = ("table", "csv", "json", "parquet")
PACKAGED = ("parquet", "csv", "duckdb")


@click.command()
@as_json
def sources(as_json: bool) -> None:
    """List every source: how much is known from it, its licence, and whether it is late.

    \b
    Example: threefutures sources --json
    """
    from flows.report import source_table

    known = kept_known()
    table = source_table(known.facts, today(), known.failing, known.own)
    if as_json:
        print_json(table.to_dict("records"))
        return
    columns = ["id", "n", "newest_on", "last_known_since", "stale"]
    print_table(columns, table[columns].to_numpy().tolist())
    for row in table.to_dict("records"):
        click.echo(click.wrap_text(f"{row['id']}: {row['licence']}", 88, subsequent_indent="  "))


@click.command()
@click.option("--role", type=click.Choice(["evidence", "context"]), help="Only those with this role.")
@as_json
def indicators(role: str | None, as_json: bool) -> None:
    """List every indicator: what it is, its unit, and whether it has a vote.

    \b
    Example: threefutures indicators --role evidence
    """
    from dataclasses import asdict

    from metrics import load_indicators

    chosen = [one for one in load_indicators().values() if role in (None, one.role)]
    if as_json:
        print_json([asdict(one) for one in chosen])
        return
    rows = [[one.id, one.title, one.unit, one.role] for one in chosen]
    print_table(["id", "title", "unit", "role"], rows, limit=None)


@click.command()
@as_json
def quarantine(as_json: bool) -> None:
    """List what was refused: rows, each with its place and reason, and whole files that are held back.

    \b
    Example: threefutures quarantine --json
    """
    from warehouse.held import held_files

    held = [one._asdict() for one in held_files(kept_home())]
    table = kept_known().quarantine
    if as_json:
        print_json(table.to_dict("records") + [{"line": None, "indicator": "", "row": "", **one} for one in held])
        return
    if table.empty and not held:
        click.echo("Nothing is in quarantine: every row that was read was accepted.")
        return
    from reports.listing import held_back, refusals

    if held:
        print_text(held_back(held, unicode=speaks_unicode()))
    if not table.empty:
        print_text(refusals(table.to_dict("records"), unicode=speaks_unicode()))


@click.command()
@click.argument("query", type=Text(), required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), help="By default as -o is named, else a table.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file, whole.")
@click.option("--all", "every", is_flag=True, help="Print every row, not the first 40.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def sql(query: str | None, form: str | None, output: Path | None, every: bool, as_json: bool) -> None:
    """Ask the published snapshot in SQL; it is read-only. Without QUERY: a shell, or statements from stdin.

    \b
    Example: threefutures sql "SELECT * FROM observation_as_of(DATE '2025-06-30')"
    Example: threefutures sql "FROM latest_assessment" --format json
    Example: threefutures sql "FROM revisions" -o revisions.csv
    """
    from flows.asking import ask_in, wish

    wanted = wish("json" if as_json else None, form, output, every=every)
    if query is not None:
        ask_in(kept_home(), query, wanted)
        return
    from flows.sql_shell import open_shell

    open_shell(kept_home(), wanted)


@click.command()
@click.argument("folder", type=PATH)
@click.option("--format", "form", type=click.Choice(PACKAGED), default="parquet", show_default=True)
@as_json
def export(folder: Path, form: str, as_json: bool) -> None:
    """Write what is published to FOLDER as a data package, with its licences and citations.

    \b
    Example: threefutures export --format csv threefutures-data
    """
    from importlib.metadata import version

    from warehouse.package import write_package

    package = write_package(kept_home(), folder, form, version=version("threefutures"))
    if as_json:
        print_json(package._asdict())
        return
    click.echo(f"{folder}/datapackage.json")
    if package.left_out:
        say(package.left_out)
    say(f"{package.resources} tables, {package.rows:,} rows, {package.size / 1e6:.1f} MB")
