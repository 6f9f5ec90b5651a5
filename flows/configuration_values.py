"""Values of threefutures.toml: secrets, places, addresses, priors. What is refused says so in its own words."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, PlainValidator, ValidationInfo

from flows.address import is_web, shown
from flows.configuration_faults import UnfitError
from flows.git_address import is_url
from metrics.errors import ConfigurationError, UsageError

MARK = "env:"
"""What a secret begins with: the name of a variable follows."""


@dataclass(frozen=True)
class Secret:
    """A secret of the environment; it is never kept, shown or logged, only its variable's name is."""

    variable: str

    def read(self) -> str:
        """The secret.

        Raises:
            ConfigurationError: the variable is not set, or empty.
        """
        if value := os.environ.get(self.variable):
            return value
        raise ConfigurationError(
            f"the configuration takes a secret from {self.variable}, which is not set",
            found="no such variable, or an empty one",
            next=f"export {self.variable}=..., or leave the key out",
        )


def _secret(value: object) -> Secret:
    name = value.removeprefix(MARK) if isinstance(value, str) and value.startswith(MARK) else ""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise UnfitError(
            "is a secret, which does not belong in a file",
            found="a text other than env:NAME (it is not repeated here)",
            next='put it into an environment variable and write "env:THE_NAME_OF_IT"',
        )
    return Secret(name)


def _place(text: str, info: ValidationInfo) -> str:
    """A path from the folder of the file on; an http(s) address as it is."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", text)
    if scheme and not is_web(text):
        raise UnfitError(
            "has a transport other than http and https",
            found=f"{scheme[1]}://",
            next="give a path, or an http(s) address",
        )
    return _without_login(text) if scheme else str(_path(Path(text), info))


def _path(path: Path, info: ValidationInfo) -> Path:
    if not path.name and not path.is_absolute():
        raise UnfitError("is no path", found="an empty text", next="give a file or a folder, or leave the key out")
    return Path(info.context["folder"] if info.context else "") / path.expanduser()


def _without_login(address: str) -> str:
    """An address as it is, http(s) in lower case; what it holds is not repeated, because a login may be in it."""
    if not is_web(address):
        return address
    scheme, _, rest = address.partition("://")
    try:
        parts = urlsplit(address)
        has_login = "@" in parts.netloc
        is_readable = has_login or (bool(parts.hostname) and parts.port != 0)
    except ValueError:
        has_login = is_readable = False
    if has_login:
        raise UnfitError(
            "has a name or a token in its address, which does not belong in a file",
            found=shown(address),
            next="leave it out of the address; an ssh:// address logs in with a key",
        )
    if not is_readable:
        raise UnfitError(
            "is an address that cannot be read",
            found="a host or a port that is none (it is not repeated here)",
            next="write https://host/path; a name or a password has no place in it",
        )
    return f"{scheme.lower()}://{rest}"


def _repository(address: str, info: ValidationInfo) -> str:
    try:
        return _without_login(address) if is_url(address) else str(_path(Path(address), info))
    except UsageError as error:
        raise UnfitError(
            f"names no repository: {error.message}", found=error.found or address, next=error.next
        ) from error


def _web_address(text: str) -> str:
    if not re.match(r"https?://[^\s/]", text, re.IGNORECASE):
        found = "no https:// at its beginning (it is not repeated here)"
        raise UnfitError("is no web address", found=found, next="write https://..., or leave the key out")
    return _without_login(text)


def _mail_address(text: str) -> str:
    if not re.fullmatch(r"[^\s@]+@[^\s@]+", text):
        raise UnfitError("has no mail address", found="a text that is none", next="write name@host")
    return text


def _weights(prior: object) -> str | tuple[float, ...]:
    if isinstance(prior, str) and prior.strip():
        return prior
    numbers = isinstance(prior, list) and all(isinstance(one, int | float) for one in prior)
    if not numbers or not isinstance(prior, list) or len(prior) != 3:
        raise UnfitError(
            "is not a prior over the three futures",
            found=repr(prior),
            next='write a preset such as "sceptic", or weights of stall, compounding, recursive: [0.3, 0.5, 0.2]',
        )
    return tuple(float(weight) for weight in prior)


EnvironmentSecret = Annotated[Secret, PlainValidator(_secret)]
FilePath = Annotated[Path, AfterValidator(_path)]
Place = Annotated[str, AfterValidator(_place)]
Repository = Annotated[str, AfterValidator(_repository)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Weights = Annotated[str | tuple[float, ...], PlainValidator(_weights)]
Every = Literal["always", "hourly", "daily", "weekly", "monthly"]
