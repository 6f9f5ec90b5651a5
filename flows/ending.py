"""How a command ends: every fault in three lines and an exit code, never in a traceback.

Exit codes: 0 done, also when the reader of the output had seen enough; 1 the data says no; 2 wrong usage.
"""

import errno
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from flows.console import say
from flows.settings import debugging, require_log_form
from metrics.errors import ThreeFuturesError, UsageError
from reports.untrusted import three_lines

OF_A_STREAM = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def run_command(command: click.Command) -> NoReturn:
    """Run a command line as it was typed, and end."""
    try:
        _prepare_streams()
        require_log_form()
        _invoke(command)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except ThreeFuturesError as error:
        _fail(error, 2 if isinstance(error, UsageError) else 1)
    except click.ClickException as error:
        _fail(_usage(error), 2)
    except (click.Abort, KeyboardInterrupt):
        _fail(ThreeFuturesError("stopped; what was written before is whole"))
    except OSError as error:
        _end_with(error)
    except Exception as error:
        if debugging():
            raise
        _fail(_own_fault(error))
    sys.exit(0)


def _invoke(command: click.Command) -> None:
    """What click's main does, which would take a reader that has gone for a fault."""
    with command.make_context("threefutures", sys.argv[1:] or ["--help"]) as context:
        command.invoke(context)


def _prepare_streams() -> None:
    """Make sure that what is printed goes where it should.

    Raises:
        UsageError: standard output is closed.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # The next file that is opened would get its number, and be printed into.
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
    if sys.stdout is None:
        raise UsageError(
            "there is nowhere to print to", found="standard output is closed", next="send it to a file or /dev/null"
        )
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A path may have bytes that are no text: they are spelt out.
        sys.stdout.reconfigure(errors="backslashreplace")


def _fail(error: ThreeFuturesError, code: int = 1) -> NoReturn:
    say(three_lines(error), level="error")
    sys.exit(code)


def _usage(error: click.ClickException) -> UsageError:
    context = getattr(error, "ctx", None)
    command = " ".join(["threefutures", *_names(context)]) if context else "threefutures"
    return UsageError(f"{command}: {error.format_message()}", next=f"{command} --help")


def _names(context: click.Context) -> list[str]:
    """The commands below the first: what the program file is called does not matter."""
    return [*_names(context.parent), context.info_name or ""] if context.parent else []


def _end_with(error: OSError) -> NoReturn:
    """End after a fault of the system; one that names no file is of a stream."""
    if error.filename is None and error.errno in OF_A_STREAM:
        _drop_output()
        if error.errno == errno.EPIPE:
            sys.exit(0)
        _fail(
            ThreeFuturesError(
                "the result could not be printed",
                found=f"standard output: {os.strerror(error.errno)}",
                next="send it elsewhere and run again; what is kept is intact",
            )
        )
    _fail(
        ThreeFuturesError(
            f"{error.filename or 'threefutures'}: the system refused",
            found=error.strerror or str(error),
            next="mend it and run again, or give another folder with THREEFUTURES_HOME; what is kept is intact",
        )
    )


def _drop_output() -> None:
    """Let Python's last flush of stdout succeed, which would complain otherwise."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _own_fault(error: Exception) -> ThreeFuturesError:
    return ThreeFuturesError(
        f"threefutures met a fault of its own: {type(error).__name__}",
        found=str(error) or "no message",
        next="set THREEFUTURES_DEBUG=1 and run it again, then report what it prints; facts are intact",
    )
