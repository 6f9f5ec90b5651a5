"""How a process that used DuckDB ends without a page of noise."""

import atexit
import os
import sys
from pathlib import Path


def silence_finalisation() -> None:
    """Close stderr when everything has been said and the interpreter takes itself down.

    Where threads outlive the modules, as Prefect's do, the bindings of DuckDB 2 then print a page of "leaked" lines
    that say nothing about the run. Tracebacks and exit codes come before, and stay.
    """
    atexit.register(_close_stderr)


def _close_stderr() -> None:
    sys.stderr.flush()
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
