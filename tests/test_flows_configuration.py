"""threefutures.toml: what is read, what is refused and how, and what a command makes of it."""

import json
import os
import tomllib
from datetime import date
from pathlib import Path

import pytest

from flows.choices import Choices, chosen
from flows.configuration import Configuration, Secret, load_configuration
from flows.starting import PAGE, STARTING, configuration_page
from metrics.errors import ConfigurationError

TODAY = date(2026, 11, 23)


@pytest.fixture
def configured(tmp_path):
    """Read a configuration from its text and variables."""

    def read(text="", **environment):
        (tmp_path / "threefutures.toml").write_text(text, encoding="utf-8")
        return load_configuration(tmp_path, environment=environment)

    return read


def fault(read, *arguments, **named):
    with pytest.raises(ConfigurationError) as raised:
        read(*arguments, **named)
    return str(raised.value)


def test_without_a_file_everything_has_its_default(tmp_path):
    said = load_configuration(tmp_path, environment={})
    assert said.file is None
    assert said.home == tmp_path / "data"
    assert said.verdict == Configuration().verdict
    assert (said.sources.metr, said.sources.git, dict(said.sources.own)) == (None, None, {})


def test_the_starting_file_says_what_the_defaults_are(configured, tmp_path):
    said = configured(STARTING.read_text(encoding="utf-8"))
    usual = load_configuration(tmp_path / "nowhere", environment={})
    for table in ("verdict", "schedule", "alerts", "network", "retention"):
        assert getattr(said, table) == getattr(usual, table)


def test_every_key_that_is_commented_out_is_one_that_is_known(configured):
    lines = STARTING.read_text(encoding="utf-8").splitlines()
    opened = [line.removeprefix("# ") if "=" in line or line.startswith("# [") else line for line in lines[3:]]
    said = configured("\n".join(opened))
    assert sorted(said.sources.own) == ["evaluations", "mine"]
    assert said.alerts.email.password == Secret("THREEFUTURES_MAIL_PASSWORD")
    assert said.retention.landing == 365


def test_relative_paths_count_from_the_folder_of_the_file(tmp_path):
    file = tmp_path / "elsewhere" / "mine.toml"
    file.parent.mkdir()
    file.write_text(
        'home = "kept"\n[sources.mine]\npath = "ours.csv"\nindicators = "/there/ours.toml"\n'
        '[sources.theirs]\npath = "https://example.org/theirs.csv"\n[sources.git]\nrepositories = ["service"]\n'
    )
    said = load_configuration(tmp_path, environment={"THREEFUTURES_CONFIG": "elsewhere/mine.toml"})
    assert (said.file, said.home) == (file, file.parent / "kept")
    assert said.sources.own["mine"].path == str(file.parent / "ours.csv")
    assert said.sources.own["mine"].indicators == Path("/there/ours.toml")
    assert said.sources.own["theirs"].path == "https://example.org/theirs.csv"
    assert said.sources.git.repositories == (str(file.parent / "service"),)


def test_a_variable_stands_above_the_file(configured, tmp_path):
    said = configured(
        '[schedule]\ncron = "0 6 * * 1"\n',
        THREEFUTURES_SCHEDULE__CRON="0 7 * * *",
        THREEFUTURES_VERDICT__LEAVE_OUT='["eci_score"]',
        THREEFUTURES_VERDICT__FIRST_DATE="2024-01-01",
        THREEFUTURES_NETWORK__ALLOW_PRIVATE="true",
        THREEFUTURES_HOME="kept",
        THREEFUTURES_DEBUG="1",
    )
    assert said.schedule.cron == "0 7 * * *"
    assert said.verdict.leave_out == ("eci_score",)
    assert said.verdict.first_date == date(2024, 1, 1)
    assert said.network.allow_private is True
    assert said.home == tmp_path / "kept"


FAULTS = {
    '[verdict]\n\n# three lines\nfirst_dat = "2024-01-01"\nleave_out = [\n]\n': (
        "threefutures.toml, line 4: verdict.first_dat is not a key that is known\n"
        "  found  first_dat, its value is not repeated here\n"
        "  next   did you mean first_date?"
    ),
    "[sources.metr]\n[alert]\nverdict = true\n": (
        "threefutures.toml, line 2: alert is not a key that is known\n"
        "  found  alert, its value is not repeated here\n"
        "  next   did you mean alerts?"
    ),
    '[sources.mine]\npth = "ours.csv"\n': (
        "threefutures.toml, line 2: sources.mine.pth is not a key that is known\n"
        "  found  pth, its value is not repeated here\n"
        "  next   did you mean path?; then 1 more fault"
    ),
    '[sources.mert]\nevery = "weekly"\n': (
        "threefutures.toml, line 1: sources.mert has no path\n"
        "  found  every\n"
        "  next   write [sources.metr] if that is meant, or add path under [sources.mert]"
    ),
    '[sources.metr]\nevery = "week"\n': (
        "threefutures.toml, line 2: sources.metr.every should be 'always', 'hourly', 'daily', 'weekly' or 'monthly'\n"
        "  found  every = 'week'\n"
        '  next   every: How often at most: "always" (every run), "hourly", "daily", "weekly" or "monthly".'
    ),
    '[sources.My-one]\npath = "x.csv"\n': (
        "threefutures.toml, line 1: sources cannot be called 'My-one'\n"
        "  found  [sources.My-one]\n"
        "  next   take up to 40 letters a-z, digits and single underscores, a letter first"
    ),
    '[sources.git]\nrepositories = [\n  "ok",\n  "ext::sh -c true",\n]\n': (
        "threefutures.toml, line 2: sources.git.repositories names no repository: "
        "'ext::sh -c true' is not an address that is read\n"
        "  found  a transport other than https and ssh\n"
        "  next   give a folder, an https:// or an ssh:// address"
    ),
    '[sources.git]\nrepositories = ["https://me:s3cret@example.org/app.git"]\n': (
        "threefutures.toml, line 2: sources.git.repositories has a name or a token in its address, "
        "which does not belong in a file\n"
        "  found  https://example.org/app.git\n"
        "  next   leave it out of the address; an ssh:// address logs in with a key"
    ),
    '[alerts]\nwebhook = "https://example.org/s3cret"\n': (
        "threefutures.toml, line 2: alerts.webhook is a secret, which does not belong in a file\n"
        "  found  a text other than env:NAME (it is not repeated here)\n"
        '  next   put it into an environment variable and write "env:THE_NAME_OF_IT"'
    ),
    "[verdict]\nprior = [0.3, 0.5]\n": (
        "threefutures.toml, line 2: verdict.prior is not a prior over the three futures\n"
        "  found  [0.3, 0.5]\n"
        '  next   write a preset such as "sceptic", or weights of stall, compounding, recursive: [0.3, 0.5, 0.2]'
    ),
    "schedule = 5\n": (
        "threefutures.toml, line 1: schedule is not a table\n"
        "  found  schedule = 5\n"
        "  next   write [schedule] above its keys"
    ),
}


@pytest.mark.parametrize("text", FAULTS, ids=lambda text: text.split("\n")[-2][:30])
def test_a_fault_is_told_with_its_line(configured, text):
    assert fault(configured, text) == FAULTS[text]


SECRETIVE = [
    '[alerts]\nwebhok = "s3cret"\n',
    '[alerts.email]\npasword = "s3cret"\n',
    '[alerts.email]\nhost = ["s3cret"]\n',
    'alerts.email = "s3cret"\n',
    '[alert]\nwebhook = "s3cret"\n',
    '[lake]\ncatalog = "host=h password=s3cret"\n',
    'lake = "host=h password=s3cret"\n',
    '[sources.mine]\npath = "ftp://me:s3cret@host/x.csv"\n',
    '[sources.mine]\npath = "HTTPS://me:s3cret@host/x.csv"\n',
    '[sources.mine]\npath = "https://me:s3cret/more@host/x.csv"\n',
    '[sources.mine]\npath = "https://me@s3cret@host/x.csv"\n',
    '[sources.mine]\npath = "https://[s3cret/x.csv"\n',
    '[sources.metr]\nurl = "ftp://me:s3cret@host/x.yaml"\n',
    '[sources.metr]\nurl = "https://me:s3cret@host/x.yaml"\n',
    '[sources.git]\nrepositories = ["HTTPS://me:s3cret@host/app.git"]\n',
]


@pytest.mark.parametrize("text", SECRETIVE)
def test_no_fault_repeats_what_a_secret_could_be(configured, text):
    assert "s3cret" not in fault(configured, text)


def test_the_scheme_of_an_address_may_be_written_in_capitals(configured):
    said = configured('[sources.mine]\npath = "HTTPS://Example.org/@ours/x@1.csv"\n')
    assert said.sources.own["mine"].path == "https://Example.org/@ours/x@1.csv"


def test_a_fault_of_a_variable_names_the_variable(configured):
    assert fault(configured, "", THREEFUTURES_SCHEDULE__CORN="0 7 * * *") == (
        "THREEFUTURES_SCHEDULE__CORN: schedule.corn is not a key that is known\n"
        "  found  corn, its value is not repeated here\n"
        "  next   did you mean cron?"
    )


def test_a_fault_of_a_table_that_stands_in_variables_alone_names_one(configured):
    assert fault(configured, "", THREEFUTURES_SCHEDUL__CRON="0 7 * * *").startswith(
        "THREEFUTURES_SCHEDUL__CRON: schedul is not a key that is known\n"
    )
    assert fault(configured, "", THREEFUTURES_ALERTS__EMAIL__PASSWORD="env:A").startswith(
        "THREEFUTURES_ALERTS__EMAIL__PASSWORD: alerts.email has no host\n"
    )


def test_a_fault_below_thousands_of_lines_is_told_with_its_line(configured):
    tables = "".join(f"[sources.t{at}]\npath = 'x.csv'\n" for at in range(1500))
    said = fault(configured, f"{tables}[verdict]\nfirst_dat = 1\n")
    assert said.startswith("threefutures.toml, line 3002: verdict.first_dat is not")


def test_lines_are_counted_whatever_ends_them(configured, tmp_path):
    file = tmp_path / "windows.toml"
    file.write_bytes(b"[verdict]\r\n\r\nfirst_dat = 1\r\n")
    said = fault(load_configuration, tmp_path, file=file, environment={})
    assert said.startswith(f"{file}, line 3: ")


@pytest.mark.parametrize("place", ["/dev/zero", "pipe", "large.toml"])
def test_what_is_no_file_of_that_size_is_no_configuration(tmp_path, place):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large.toml").write_bytes(b"#" * (2**20 + 1))
    said = fault(load_configuration, tmp_path, environment={"THREEFUTURES_CONFIG": place})
    assert said.splitlines()[1] in ("  found  a folder, a pipe or a device", "  found  more than 1,048,576 bytes")


@pytest.mark.parametrize("megabytes", ["inf", "nan", "20000"])
def test_a_download_has_an_end(configured, megabytes):
    assert "network.max_mb should" in fault(configured, f"[network]\nmax_mb = {megabytes}\n")


def test_a_file_that_is_not_toml_is_told_with_its_place(configured, tmp_path):
    assert fault(configured, "home = data\n") == (
        f"{tmp_path}/threefutures.toml: the configuration is not valid TOML\n"
        "  found  Invalid value (at line 1, column 8)\n"
        "  next   mend the named place"
    )


def test_a_named_file_that_is_not_there_is_a_fault(tmp_path):
    assert fault(load_configuration, tmp_path, environment={"THREEFUTURES_CONFIG": "ours.toml"}) == (
        f"{tmp_path}/ours.toml: the configuration cannot be read\n"
        "  found  No such file or directory\n"
        "  next   threefutures init writes one"
    )


def test_a_secret_is_read_from_its_variable_and_never_shown(configured, monkeypatch):
    monkeypatch.setenv("OUR_HOOK", "https://example.org/s3cret")
    said = configured('[alerts]\nwebhook = "env:OUR_HOOK"\nslack = "env:OUR_SLACK"\n')
    assert said.alerts.webhook.read() == "https://example.org/s3cret"
    assert "s3cret" not in repr(said)
    assert fault(said.alerts.slack.read) == (
        "the configuration takes a secret from OUR_SLACK, which is not set\n"
        "  found  no such variable, or an empty one\n"
        "  next   export OUR_SLACK=..., or leave the key out"
    )


def test_what_is_typed_stands_above_the_file(configured):
    said = configured('[verdict]\nprior = [0.3, 0.5, 0.2]\nleave_out = ["eci_score"]\nfirst_date = 2024-01-01\n')
    assert chosen(said, prior=None, today=TODAY) == Choices("0.3,0.5,0.2", date(2024, 1, 1), ("eci_score",))
    assert chosen(said, prior="sceptic", today=TODAY).prior == "sceptic"


CHOICES = {
    'prior = "skeptic"': (
        "threefutures.toml, line 2: verdict.prior 'skeptic' is not a prior over the three futures\n"
        "  found  'skeptic'\n"
        "  next   give uniform, ai2027, sceptic, mechanism, or three weights for stall, compounding, recursive "
        "such as 0.3,0.5,0.2"
    ),
    'leave_out = ["eci_scor"]': (
        "threefutures.toml, line 2: verdict.leave_out names no indicator\n"
        "  found  'eci_scor'\n"
        "  next   did you mean eci_score?"
    ),
    "first_date = 2027-01-01": (
        "threefutures.toml, line 2: verdict.first_date 2027-01-01 is in the future\n"
        "  found  today is 2026-11-23 in UTC\n"
        "  next   give a date up to today, or leave the key out"
    ),
}


@pytest.mark.parametrize("line", CHOICES)
def test_a_choice_that_nobody_knows_is_told_before_any_work(configured, line):
    assert fault(chosen, configured(f"[verdict]\n{line}\n"), prior=None, today=TODAY) == CHOICES[line]


def test_a_verdict_names_every_choice_of_the_file(threefutures, folder):
    (folder / "threefutures.toml").write_text(
        '[verdict]\nprior = "sceptic"\nfirst_date = "2024-01-01"\nleave_out = ["eci_score"]\n'
    )
    options = ("--brief", "--no-sensitivity", "--as-of", "2026-10-08")
    assert threefutures("classify", *options)[1].splitlines()[:2] == [
        "differs from the default: prior, first date 2024-01-01, left out eci_score, as of",
        "",
    ]
    said = json.loads(threefutures("classify", *options, "--json", "--prior", "uniform")[1])
    assert (said["first_date"], said["leave_out"], said["prior"]["name"]) == ("2024-01-01", ["eci_score"], "uniform")
    assert "eci_score" not in {row["indicator"] for row in said["evidence"]}
    assert min(row["first_on"] for row in said["evidence"]) >= "2024-01-01"
    silent = [row for row in said["left_out"] if row["reason"] == "left out by choice"]
    assert [(row["indicator"], row["next"]) for row in silent] == [("eci_score", "drop it from leave_out")]


def test_the_home_is_that_of_the_file(threefutures, folder):
    (folder / "threefutures.toml").write_text('home = "kept"\n')
    assert threefutures("indicators", "--role", "evidence")[0] == 0
    assert threefutures("sql", "FROM fact")[2].startswith(f"{folder}/kept/published")


def test_init_writes_a_file_that_can_be_read_and_never_another_over_it(threefutures, folder):
    assert threefutures("init")[:2] == (0, "threefutures.toml\n")
    assert tomllib.loads((folder / "threefutures.toml").read_text())["verdict"]["prior"] == "uniform"
    (folder / "threefutures.toml").write_text("home = 'mine'\n")
    code, out, err = threefutures("init")
    assert (code, out) == (2, "")
    assert err == (
        "threefutures.toml: there is one already\n"
        f"  found  {folder}/threefutures.toml; it is as it was\n"
        "  next   edit it, or move it away and run threefutures init again\n"
    )
    assert (folder / "threefutures.toml").read_text() == "home = 'mine'\n"


def test_the_page_says_what_the_models_say():
    assert PAGE.read_text(encoding="utf-8") == configuration_page()
