"""The configuration to start with, and the page that explains every key: both made from this project's own words."""

import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from flows import configuration as models
from flows.configuration import NAME
from flows.configuration_faults import models_in
from metrics.errors import ConfigurationError
from warehouse.faults import os_explained

STARTING = Path(__file__).with_name("starting.toml")

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"

TABLES: Sequence[tuple[str, type[BaseModel]]] = (
    ("[sources.metr], [sources.epoch]", models.LiveSource),
    ("[sources.NAME]", models.OwnTable),
    ("[sources.NAME.expect]", models.Expect),
    ('[sources.NAME] with kind = "inspect"', models.InspectSource),
    ("[sources.git]", models.GitSource),
    ("[verdict]", models.Verdict),
    ("[schedule]", models.Schedule),
    ("[alerts]", models.Alerts),
    ("[alerts.email]", models.Email),
    ("[network]", models.Network),
    ("[retention]", models.Retention),
    ("[lake]", models.Lake),
    ("[tasks]", models.Tasks),
)
"""Tables in the order of the page."""

OPENING = f"""# threefutures.toml

What threefutures reads before every command: `./{NAME}` of the working folder, or the file that `THREEFUTURES_CONFIG`
names. Without a file everything has its default. `threefutures init` writes one with comments.

- A key or table that is not known is an error, told with its line and the nearest known key.
- What is typed on the command line stands above the environment, the environment above the file.
- A variable names a table and its key, joined by two underscores: `THREEFUTURES_SCHEDULE__CRON="0 6 * * *"` stands for
  `cron` under `[schedule]`, `THREEFUTURES_SOURCES__MINE__PATH` for `path` under `[sources.mine]`; lists are written as
  in TOML: `THREEFUTURES_VERDICT__LEAVE_OUT='["nanogpt_speedrun_minutes"]'`. The home is `THREEFUTURES_HOME`.
- Relative paths count from the folder of the file, without a file from the working folder; `THREEFUTURES_HOME` always
  counts from the working folder.
- Secrets are never in the file: write `"env:NAME"`, and the variable `NAME` is read when it is needed. Any other text
  is refused, and not repeated.

<!-- made by python -m flows.starting from the models that it imports, checked by a test -->

## Outside of tables

| key | default | what it is |
|---|---|---|
| `home` | `"data"` | The folder everything is kept in: copy it to back up. |
"""


def write_starting(folder: Path) -> Path:
    """Write the commented configuration to a folder.

    Raises:
        ConfigurationError: there is one already.
    """
    file = folder / NAME
    with os_explained(file):
        try:
            with file.open("x", encoding="utf-8") as opened:
                opened.write(STARTING.read_text(encoding="utf-8"))
        except FileExistsError as error:
            raise ConfigurationError(
                f"{NAME}: there is one already",
                found=f"{file}; it is as it was",
                next="edit it, or move it away and run threefutures init again",
            ) from error
    return file


def configuration_page() -> str:
    """docs/configuration.md."""
    return "\n".join([OPENING, *(line for title, model in TABLES for line in _table(title, model))])


def _table(title: str, model: type[BaseModel]) -> Iterator[str]:
    yield from (f"## `{title}`", "", inspect.cleandoc(model.__doc__ or ""), "")
    yield from ("| key | default | what it is |", "|---|---|---|")
    for name, field in model.model_fields.items():
        if not models_in(field.annotation):
            yield f"| `{name}` | {_default(field)} | {field.description} |"
    yield ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    return "" if field.default is None else f"`{_as_toml(field.default)}`"


def _as_toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_as_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


if __name__ == "__main__":
    PAGE.write_text(configuration_page(), encoding="utf-8")
