"""Options that several commands take."""

from pathlib import Path

import click

from flows.console import Day

PATH: click.Path = click.Path(path_type=Path)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else on stdout.")
as_of_option = click.option("--as-of", type=Day(), help="Use what was known on this date (default: today, UTC).")
prior_option = click.option(
    "--prior",
    help="uniform, ai2027, sceptic, mechanism, or weights S,C,R (default: that of threefutures.toml, or uniform).",
)
minutes_option = click.option("--minutes", type=PATH, help="CSV of task, family and human minutes, for Inspect logs.")
scorer_option = click.option("--scorer", default="", help="Whose score counts, where Inspect samples have several.")
release_dates_option = click.option("--release-dates", type=PATH, help="Release date by agent: METR's YAML, or a CSV.")
