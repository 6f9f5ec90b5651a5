"""How a command speaks: tables and JSON on stdout, the rest on stderr, in what the terminal can show.

Which commands there are stands in commands/, how a fault is told in ending.py.
"""

import json
import shutil
import sys
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.settings import logs_json, wants_colour
from metrics.errors import UsageError
from reports.untrusted import ascii_only

if TYPE_CHECKING:
    from flows.track import Tracked
    from scenarios import Assessment


class Text(click.ParamType[str]):
    """Text in UTF-8; bytes that are none reach Python as surrogates, which no database and no file takes."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise UsageError(
                "an argument is not UTF-8 text", found=value, next="type it again in a terminal that speaks UTF-8"
            )
        return str(value)


class Day(click.ParamType[date]):
    """An ISO date, by default none of the future: nothing is known of it."""

    name = "date"

    def __init__(self, *, future: bool = False) -> None:
        self._future = future

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ARG002
        option = param.opts[0] if param else "date"
        try:
            day = value if isinstance(value, date) else date.fromisoformat(value)
            if str(value) != day.isoformat():  # 20260131 and 2026-W05-6 are dates too, and look like slips
                raise ValueError(value)
        except ValueError as error:
            raise UsageError(
                f"{option} {value!r} is not a date", found=str(value), next="write it as 2026-01-31"
            ) from error
        if day > today() and not self._future:
            raise UsageError(
                f"{option} {day} is in the future",
                found=f"today is {today()} in UTC",
                next="give a date up to today; nothing is known of a later one",
            )
        return day


class Rates(click.ParamType[tuple[float, ...]]):
    """Success rates, separated by commas."""

    name = "rates"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:  # noqa: ARG002
        try:
            return tuple(float(rate) for rate in value.split(","))
        except ValueError as error:
            raise UsageError(
                f"--success {value!r} is not a list of rates", found=str(value), next="write it as 0.5,0.8"
            ) from error


def today() -> date:
    """The day it is, in UTC."""
    return datetime.now(UTC).date()


def say(text: str, *, level: str = "info") -> None:
    """Say something beside the result, on stderr; a reader that has gone keeps nothing from being done."""
    line = json.dumps({"at": _now(), "level": level, "message": text}, ensure_ascii=False) if logs_json() else text
    with suppress(OSError):
        click.echo(line, err=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def show_file(path: Path) -> None:
    """Open a file in a browser; where there is none, say where it is."""
    try:
        opened = webbrowser.open(path.resolve().as_uri())
    except webbrowser.Error:
        opened = False
    if not opened:
        say(f"no browser can be opened here; the page is {path}")


def show_progress() -> None:
    """Show the lines of a run on stderr."""
    from flows.progress import to_stderr

    to_stderr()


def speaks_unicode() -> bool:
    """Whether stdout can take more than ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def print_text(text: str) -> None:
    """Print lines for people."""
    click.echo(text if speaks_unicode() else ascii_only(text))


def print_block(
    assessment: "Assessment",
    *,
    previous: dict[str, Any] | None = None,
    ahead: str = "",
    differs: Sequence[str] = (),
    next_commands: Sequence[str] = (),
) -> None:
    """Print the verdict, its range and what to do next; colour only for a person who wants it."""
    from reports.findings import choices
    from reports.terminal import block

    text = block(
        assessment,
        previous=previous,
        ahead=ahead,
        unicode=speaks_unicode(),
        colour=speaks_colour(),
        differs=[*choices(assessment), *differs],
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


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print JSON for programs; what is absent or infinite is null. Without `indent` it is one line."""
    from reports.plain_json import plain_json

    print_document(json.dumps(plain_json(value), indent=indent, ensure_ascii=False, allow_nan=False, default=str))


def print_document(text: str) -> None:
    """Print a JSON document; escapes carry what the encoding of stdout does not."""
    carried = text if speaks_unicode() else "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in text)
    click.echo(carried.rstrip("\n"))


def run_document(tracked: "Tracked") -> dict[str, Any]:
    """A run of the pipeline in plain types: its assessment, and what became of each source."""
    return {
        **tracked.assessment.to_dict(),
        "tripwires": tracked.ahead.to_dict()["wires"],
        "run": tracked.run_id,
        "ingested": [one._asdict() for one in tracked.ingested],
        "snapshot": str(tracked.published.path),
        "report": str(tracked.report / "status.html"),
    }
