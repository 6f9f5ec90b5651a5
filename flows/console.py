"""How a command speaks: faults in three lines, tables and JSON on stdout, the rest on stderr.

Which commands there are stands in cli.py.
"""

import json
import math
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from flows.settings import debugging, wants_colour
from metrics.errors import ThreeFuturesError, UsageError

if TYPE_CHECKING:
    from scenarios import Assessment


def run_command(command: click.Command) -> NoReturn:
    """Run a command line; every fault ends in two or three lines and an exit code, never in a traceback."""
    try:
        command.main(standalone_mode=False)
    except ThreeFuturesError as error:
        _fail(str(error), 2 if isinstance(error, UsageError) else 1)
    except click.ClickException as error:
        _fail(_usage(error), 2)
    except (click.Abort, KeyboardInterrupt):
        _fail("stopped; what was written before is whole", 1)
    except BrokenPipeError:
        # The reader of our output has seen enough; closing stderr keeps Python from saying so at exit.
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if debugging():
            raise
        _fail(
            f"threefutures met a fault of its own: {type(error).__name__}\n  found  {_one_line(error)}\n"
            "  next   set THREEFUTURES_DEBUG=1 and run it again, then report what it prints; facts are intact",
            1,
        )
    sys.exit(0)


def _fail(text: str, code: int) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(code)


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    command = " ".join(["threefutures", *_names(context)]) if context else "threefutures"
    return f"{command}: {error.format_message()}\n  next   {command} --help"


def _names(context: click.Context) -> list[str]:
    """The commands below the first: what the program file is called does not matter."""
    return [*_names(context.parent), context.info_name or ""] if context.parent else []


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or "no message"


class Day(click.ParamType[date]):
    """An ISO date."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ARG002
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise UsageError(
                f"--as-of {value!r} is not a date", found=str(value), next="write it as 2026-01-31"
            ) from error


def today() -> date:
    """The day it is, in UTC."""
    return datetime.now(UTC).date()


def say(text: str) -> None:
    """Say something beside the result, on stderr."""
    click.echo(text, err=True)


def show_progress() -> None:
    """Show the lines of a run on stderr."""
    from flows.progress import to_stderr

    to_stderr()


def speaks_unicode() -> bool:
    """Whether stdout can take more than ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def print_block(
    assessment: "Assessment",
    *,
    previous: dict[str, Any] | None = None,
    differs: Sequence[str] = (),
    next_commands: Sequence[str] = (),
) -> None:
    """Print the verdict, its range and what to do next; colour only for a person who wants it."""
    from reports.terminal import block

    text = block(
        assessment,
        previous=previous,
        unicode=speaks_unicode(),
        colour=speaks_colour(),
        differs=differs,
        next_commands=next_commands,
    )
    click.echo(text)


def speaks_colour() -> bool:
    """Whether stdout is a terminal that shows colour, and NO_COLOR is not set."""
    return sys.stdout.isatty() and wants_colour()


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], *, limit: int | None = 40, width: int | None = 88
) -> None:
    """Print rows for people, in lines of at most `width` columns."""
    from reports.listing import table

    click.echo(table(columns, rows, unicode=speaks_unicode(), limit=limit, width=width))


def terminal_width() -> int | None:
    """Columns of the terminal, or None where stdout is none: a file is as wide as it needs."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def print_json(value: Any) -> None:
    """Print JSON for programs."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_json_value))


def _json_value(value: Any) -> Any:
    if isinstance(value, date | datetime | Path):
        return str(value)
    item: Callable[[], Any] | None = getattr(value, "item", None)
    return item() if item else str(value)


def records(table: Any) -> list[dict[str, Any]]:
    """The rows of a frame as dicts; what is absent is None."""
    return [{key: None if _absent(value) else value for key, value in row.items()} for row in table.to_dict("records")]


def _absent(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)
