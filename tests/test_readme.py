"""What the README says is so: its indicators, its commands, its links."""

import re
import shlex
from pathlib import Path

import pytest

from flows.cli import cli
from metrics import load_indicators

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line.split(" #")[0].strip() for line in re.findall(r"^threefutures .*$", README, re.MULTILINE)]


def indicators_table():
    rows = [
        f"| `{one.id}` | {one.title} | {one.unit} | {one.dimension} |"
        for one in load_indicators().values()
        if one.role == "evidence"
    ]
    return "\n".join(["| id | title | unit | dimension |", "|---|---|---|---|", *sorted(rows)])


def test_the_table_of_indicators_is_that_of_the_catalogue():
    between = README.split("checked by a test -->\n")[1].split("<!-- /indicators -->")[0].strip()
    assert between == indicators_table()


def test_the_number_of_indicators_is_that_of_the_catalogue():
    assert f"{len(load_indicators())} indicators are defined" in README


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shown_is_one_that_exists(command):
    _, name, *arguments = shlex.split(command)
    cli.commands[name].make_context(name, arguments)


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)h][^)]*)\)", README))
def test_every_link_leads_to_a_file(target):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("target", re.findall(r"^make (\w+)", README, re.MULTILINE))
def test_every_make_target_shown_exists(target):
    assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_no_file_names_a_package_registry():
    names = ["constraints.txt", "pyproject.toml", "Makefile", "CONTRIBUTING.md", ".ci/run"]
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in names}
    assert [name for name, text in texts.items() if "index-url" in text.replace("--no-emit-index-url", "")] == []
    assert "://" not in texts["constraints.txt"]
