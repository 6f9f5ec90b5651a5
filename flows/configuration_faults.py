"""How a fault of threefutures.toml is told: which key, on which line or in which variable, and what to write.

The models stand in configuration.py.
"""

import tomllib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from metrics.errors import ConfigurationError

Key = tuple[str, ...]
"""A key's path from the top: ("schedule", "cron")."""

PAGE = "docs/configuration.md has every key"

PREFIX, JOINT = "THREEFUTURES_", "__"
"""THREEFUTURES_SCHEDULE__CRON stands for cron under [schedule]: a table and its key are joined by two underscores."""

KNOWN_SOURCES = ("metr", "epoch", "git")
"""Names under `sources` that mean something by themselves."""

FURTHER = "__pydantic_extra__"
"""Where a model says what its tables of other names are."""

SECRETIVE = ("alerts", "lake")
"""Tables that take secrets: somebody may have written one in the place of env:NAME, under whatever key."""

LONGEST_SHOWN = 120
"""Characters of a value that are repeated."""


class UnfitError(ValueError):
    """A value that is refused, with its own words: the message follows the key."""

    def __init__(self, message: str, *, found: str, next: str) -> None:
        super().__init__(message)
        self.message = message
        self.found = found
        self.next = next


class Override(NamedTuple):
    """A variable that stands above the file."""

    name: str
    value: str


@dataclass(frozen=True)
class Origin:
    """Where values come from: a file, and variables by the key that each stands for."""

    name: str
    text: str
    overrides: Mapping[Key, Override]

    def document(self) -> dict[str, Any]:
        """The file's tables with the variables above them."""
        document = tomllib.loads(self.text)
        for key, override in self.overrides.items():
            table = document
            for name in key[:-1]:
                if not isinstance(table.setdefault(name, {}), dict):
                    table[name] = {}
                table = table[name]
            table[key[-1]] = _typed(override.value)
        return document

    def place(self, key: Key) -> str:
        """The variable or the line that a key stands in; empty where it stands nowhere."""
        while key:
            if key in self.overrides:
                return self.overrides[key].name
            if line := self._line(key):
                return f"{self.name}, line {line}"
            # A table may stand in nothing but the variables of its keys.
            if begun := [one.name for name, one in self.overrides.items() if name[: len(key)] == key]:
                return begun[0]
            key = key[:-1]
        return self.name

    def _line(self, key: Key) -> int | None:
        """The line on which a key begins: the first that is needed for it to be there."""
        lines = self.text.replace("\r\n", "\n").split("\n")
        line = bisect_left(range(len(lines) + 1), True, key=lambda end: _has(_beginning(lines, end), key))
        return line if line <= len(lines) else None


def _beginning(lines: Sequence[str], least: int) -> Any:
    """The tables of the first lines, at least so many: more where a value goes on."""
    for end in range(least, len(lines) + 1):
        with suppress(ValueError):
            return tomllib.loads("\n".join(lines[:end]))
    return {}


def _typed(value: str) -> Any:
    """A variable's text; a list or a table in it is TOML."""
    if not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except ValueError:
        return value


def _has(document: Any, key: Key) -> bool:
    for name in key:
        if not isinstance(document, dict) or name not in document:
            return False
        document = document[name]
    return True


def overrides(variables: Mapping[str, str]) -> dict[Key, Override]:
    """Variables by the path of the key that each stands for."""
    return {
        tuple(name.removeprefix(PREFIX).lower().split(JOINT)): Override(name, variables[name])
        for name in sorted(variables)
        if name.startswith(PREFIX) and JOINT in name
    }


def told_fault(error: ValidationError, model: type[BaseModel], origin: Origin) -> ConfigurationError:
    """The first fault that the models found, and how many more there are.

    A key that is not known comes first: where one is misspelt, the right one is missing too.
    """
    faults = sorted(error.errors(include_url=False), key=lambda fault: fault["type"] != "extra_forbidden")
    key = _key(faults[0]["loc"])
    message, found, remedy = _told(faults[0], key, model)
    # A list whose only item is refused is also called too short.
    others = len({_key(fault["loc"]) for fault in faults}) - 1
    more = f"; then {others} more {'fault' if others == 1 else 'faults'}" if others else ""
    return ConfigurationError(f"{origin.place(key)}: {message}", found=found, next=f"{remedy}{more}")


def unreadable(path: Path, error: Exception) -> ConfigurationError:
    """A file that cannot be opened, is no text, or no TOML."""
    if isinstance(error, OSError):
        return ConfigurationError(
            f"{path}: the configuration cannot be read",
            found=error.strerror or str(error),
            next="threefutures init writes one",
        )
    found = "tables or lists nested too deep" if isinstance(error, RecursionError) else str(error)
    return ConfigurationError(f"{path}: the configuration is not valid TOML", found=found, next="mend the named place")


def _key(loc: Sequence[str | int]) -> Key:
    """The path of a fault without positions in lists, and without the kind of one's own sources."""
    names = [str(one) for one in loc if not isinstance(one, int)]
    if names[0] == "sources" and names[2:3] in (["table"], ["inspect"]):
        del names[2]
    return tuple(names)


def _told(fault: Any, key: Key, model: type[BaseModel]) -> tuple[str, str, str]:
    """Message, what was found, and what to write."""
    name, value = ".".join(key), fault["input"]
    if fault["type"] == "extra_forbidden":
        # It may be the mistyped name of a secret.
        return f"{name} is not a key that is known", _unshown(key), _nearest(key[-1], list(_fields(model, key)))
    if fault["type"] == "missing":
        return _told_missing(key, value)
    unfit = (fault.get("ctx") or {}).get("error")
    if isinstance(unfit, UnfitError):
        return f"{name} {unfit.message}", unfit.found, unfit.next
    if fault["type"] in ("model_type", "model_attributes_type", "dict_type"):
        return f"{name} is not a table", _shown(key, value), f"write [{name}] above its keys"
    field = _fields(model, key).get(key[-1])
    wanted = str(fault["msg"]).replace("Input should", "should").removeprefix("should ")
    meaning = field.description if field and field.description else PAGE
    return f"{name} should {wanted[:1].lower()}{wanted[1:]}", _shown(key, value), f"{key[-1]}: {meaning}"


def _told_missing(key: Key, value: Any) -> tuple[str, str, str]:
    *table, name = key
    near = get_close_matches(key[1], KNOWN_SOURCES, n=1) if table[0] == "sources" else []
    hint = f"write [sources.{near[0]}] if that is meant, or " if near and near[0] != key[1] else ""
    found = ", ".join(value) if isinstance(value, dict) and value else "an empty table"
    where = ".".join(table)
    return f"{where} has no {name}", found, f"{hint}add {name} under [{where}]"


def _shown(key: Key, value: object) -> str:
    """The key and its value as far as it fits; what a secret could be is not repeated."""
    text = f"{key[-1]} = {value!r}"
    if key[0] in SECRETIVE or "://" in text:
        return _unshown(key)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _unshown(key: Key) -> str:
    return f"{key[-1]}, its value is not repeated here"


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"


def _fields(model: type[BaseModel], key: Key) -> Mapping[str, FieldInfo]:
    """What the table of a key takes."""
    for name in key[:-1]:
        field = model.model_fields.get(name)
        inner = models_in(field.annotation if field else model.__annotations__.get(FURTHER))
        if not inner:
            return {}
        model = inner[0]
    return dict(sorted(model.model_fields.items()))


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models in an annotation, in its order."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [one for part in get_args(annotation) for one in models_in(part)]
