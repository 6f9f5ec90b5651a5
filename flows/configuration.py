"""threefutures.toml: what can be set in it, as typed and documented models, and how it is found and read.

The string under a field is what docs/configuration.md says of it. Sources stand in configuration_sources.py, values in
configuration_values.py, how a fault is told in configuration_faults.py. Nothing heavy is imported here, because every
command reads the file: names that other packages know (presets of priors, indicators) are checked where they are used.
"""

import os
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from flows.configuration_faults import Origin, UnfitError, overrides, told_fault, unreadable
from flows.configuration_sources import Expect, GitSource, InspectSource, LiveSource, OwnTable, Sources, Table
from flows.configuration_values import (
    EnvironmentSecret,
    FilePath,
    MailAddress,
    Secret,
    Weights,
)

__all__ = [
    "Configuration",
    "Expect",
    "GitSource",
    "InspectSource",
    "LiveSource",
    "OwnTable",
    "Secret",
    "Sources",
    "load_configuration",
]

NAME = "threefutures.toml"

VARIABLE = "THREEFUTURES_CONFIG"
"""Names a file elsewhere than in the working folder."""

LARGEST = 2**20
"""Bytes that the file may have."""

DEFAULT_CRON = "0 6 * * 1"


class Verdict(Table):
    """How the public record is judged; what differs from the default is named in every verdict and report."""

    prior: Weights = "uniform"
    """A preset ("uniform", "ai2027", "sceptic", "mechanism"), or weights of stall, compounding, recursive."""
    first_date: date | None = None
    """Values observed before it do not count. By default that of scenarios.toml; the sweep varies it whatever it is."""
    leave_out: tuple[str, ...] = ()
    """Ids of indicators that get no vote; they are still shown."""

    @property
    def prior_text(self) -> str:
        """The prior as `--prior` takes it."""
        return self.prior if isinstance(self.prior, str) else ",".join(f"{weight:g}" for weight in self.prior)


class Schedule(Table):
    """When `threefutures serve` runs the pipeline."""

    cron: str = DEFAULT_CRON
    """Five fields (minute, hour, day, month, weekday) in UTC; a sixth counts seconds."""


class Email(Table):
    """Alerts by SMTP."""

    host: str = Field(min_length=1)
    """The mail server."""
    sender: MailAddress
    """Address the alerts come from."""
    recipients: tuple[MailAddress, ...] = Field(min_length=1)
    """Addresses they go to."""
    port: int = Field(default=587, ge=1, le=65535)
    """Of the mail server."""
    starttls: bool = True
    """Whether the connection is encrypted; false only for a server on this machine."""
    user: EnvironmentSecret | None = None
    """Name to log in with, as "env:NAME"."""
    password: EnvironmentSecret | None = None
    """Its password, as "env:NAME"."""

    @model_validator(mode="after")
    def _whole_login(self) -> "Email":
        if bool(self.user) != bool(self.password):
            raise UnfitError(
                "has half a login",
                found=f"{'user' if self.user else 'password'} alone",
                next="give user and password, or neither",
            )
        return self


class Alerts(Table):
    """What is told, and where to; nothing is sent without webhook, slack, email or command."""

    verdict: bool = True
    """When the words of the verdict change."""
    markers: bool = True
    """When a marker is reached, or no longer is."""
    tripwires: bool = True
    """When a value crosses that which would settle it."""
    sources: bool = True
    """When a source fails, or recovers."""
    webhook: EnvironmentSecret | None = None
    """Address that gets JSON, as "env:NAME"."""
    slack: EnvironmentSecret | None = None
    """Address of a Slack-compatible webhook, as "env:NAME"."""
    email: Email | None = None
    """Mail, a table of its own: [alerts.email]."""
    command: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Program and arguments, as a list; the text comes on its standard input. No shell reads it."""


class Network(Table):
    """What may be fetched."""

    allow_private: bool = False
    """Whether addresses of this machine and of private networks may be fetched."""
    timeout: float = Field(default=30.0, gt=0, le=3600)
    """Seconds without an answer after which a host counts as silent."""
    max_mb: float = Field(default=200.0, gt=0, le=10_000)
    """Megabytes that a download may have, at most 10,000; an archive may have 256 when unpacked."""


class Retention(Table):
    """What is removed in time; by default nothing is."""

    reports: int | None = Field(default=None, ge=1)
    """How many reports are kept, the newest; by default all."""
    landing: int | None = Field(default=None, ge=1)
    """Days after which a landed file goes on which no fact rests; by default never."""


class Lake(Table):
    """A warehouse that several machines write to, in place of the live database; needs the extra `ducklake`."""

    catalogue: EnvironmentSecret
    """How to reach its PostgreSQL database ("host=... dbname=... user=..."), as "env:NAME"."""
    data: FilePath
    """Folder of its files, the same for every machine."""


class Tasks(Table):
    """Where `git` and `run` measure repositories and `calibrate` simulates worlds; by default here."""

    dask: str | None = Field(default=None, pattern=r"^(tcp|tls)://[^\s/]+$")
    """Scheduler of a Dask cluster, "tcp://host:8786"; needs the extra `dask`."""


class Configuration(Table):
    """threefutures.toml."""

    home: FilePath = Field(default=Path("data"), validate_default=True)
    """The folder everything is kept in: copy it to back up."""
    sources: Sources = Field(default_factory=dict, validate_default=True)
    verdict: Verdict = Verdict()
    schedule: Schedule = Schedule()
    alerts: Alerts = Alerts()
    network: Network = Network()
    retention: Retention = Retention()
    lake: Lake | None = None
    tasks: Tasks = Tasks()
    _file: Path | None = PrivateAttr(default=None)
    _origin: Origin = PrivateAttr(default=Origin(NAME, "", {}))

    @property
    def file(self) -> Path | None:
        """The file it was read from; None where there is none."""
        return self._file

    def place(self, *key: str) -> str:
        """Where a key is set, for people: the line of the file, or the variable."""
        return self._origin.place(key)


def load_configuration(
    folder: Path, *, file: Path | None = None, environment: Mapping[str, str] | None = None
) -> Configuration:
    """The configuration: the file, and above it the environment; the defaults where there is neither.

    Args:
        folder: the working folder: ./threefutures.toml is read if it is there.
        file: read this one; by default that of THREEFUTURES_CONFIG, if it is set.
        environment: by default that of the process.

    Raises:
        ConfigurationError: the file cannot be read, or a key or value is none that is known.
    """
    variables = os.environ if environment is None else environment
    named = file or (Path(variables[VARIABLE]) if variables.get(VARIABLE) else None)
    path = folder / (named or NAME)
    found = named is not None or path.is_file()
    origin = Origin(str(named or NAME), _read(path) if found else "", overrides(variables))
    document = origin.document()
    base = (path.parent if found else folder).absolute()
    # The command line's own variable has always counted from the working folder.
    if home := variables.get("THREEFUTURES_HOME"):
        document["home"] = str(folder.absolute() / home)
    try:
        configuration = Configuration.model_validate(document, context={"folder": base})
    except ValidationError as error:
        raise told_fault(error, Configuration, origin) from error
    configuration._file, configuration._origin = path.absolute() if found else None, origin
    return configuration


def _read(path: Path) -> str:
    try:
        text = _content(path).decode("utf-8-sig")
        tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(path, error) from error
    return text


def _content(path: Path) -> bytes:
    # A device may have no end, and a pipe may never begin.
    if path.exists() and not path.is_file():
        raise ValueError("a folder, a pipe or a device")
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"more than {LARGEST:,} bytes")
    return content
