"""Facts and quarantine made anew from the landing files: how a changed schema, a mended parser or a broken file is met."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from metrics.errors import BusyError, WarehouseError
from metrics.observation import Judgement
from warehouse.connection import create, is_current, quoted, snapshot  # noqa: F401
from warehouse.home import Home
from warehouse.landing import Landed, content_of, landed

Read = Callable[[Landed, bytes], Judgement]
"""Parse and judge the bytes of a landed file."""

RESULTS = ("run", "assessment", "evidence", "sensitivity_check", "marker")
