"""Alerts over real channels: servers on this machine, a program, and what is kept of them."""

import json
import socket
import sys
from datetime import UTC, datetime
from email import message_from_bytes, policy
from itertools import chain, cycle, repeat
from pathlib import Path
from threading import Thread

import pytest
from live_servers import serving
from reports_samples import LEANS, assessment, record

from flows import channels as travelling
from flows.alerts import Concluded, failure_told, keep, letters, send
from flows.channels import ChannelError, Parcel, channels, fault
from flows.configuration import Alerts, Configuration, load_configuration
from metrics.errors import ConfigurationError, DataError
from warehouse.connection import live, writer
from warehouse.home import Home

PARCEL = Parcel("threefutures: <now>", "first & last\n", {"subject": "threefutures: <now>", "n": 1})
ADDRESS = "THREEFUTURES_TEST_WEBHOOK"
AT = datetime(2026, 10, 10, 9, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(travelling, "PAUSES", (0.0, 0.0))


def only(**settings):
    (channel,) = channels(Configuration.model_validate({"alerts": settings}))
    return channel


def refusal(channel):
    with pytest.raises(ChannelError) as error:
        channel.send(PARCEL)
    return str(error.value)


@pytest.fixture
def webhook(httpserver, monkeypatch):
    """An address on this machine that is in the environment."""
    monkeypatch.setenv(ADDRESS, httpserver.url_for("/s3cret"))
    return httpserver


def test_a_webhook_gets_the_document_as_json(webhook):
    webhook.expect_ordered_request("/s3cret", "POST", json=PARCEL.document).respond_with_data("")
    only(webhook=f"env:{ADDRESS}").send(PARCEL)
    webhook.check()


def test_the_address_of_a_webhook_is_not_logged(webhook, caplog):
    caplog.set_level("DEBUG")
    webhook.expect_request("/s3cret").respond_with_data("")
    only(webhook=f"env:{ADDRESS}").send(PARCEL)
    ours = [record.getMessage() for record in caplog.records if record.name != "werkzeug"]
    assert "s3cret" not in str(ours)


def test_slack_gets_text_in_which_nothing_is_markup(webhook):
    expected = {"text": "threefutures: &lt;now&gt;\nfirst &amp; last\n"}
    webhook.expect_ordered_request("/s3cret", "POST", json=expected).respond_with_data("ok")
    only(slack=f"env:{ADDRESS}").send(PARCEL)
    webhook.check()


def test_a_webhook_is_tried_again_where_that_may_help(webhook):
    for status in (503, 429, 200):
        webhook.expect_ordered_request("/s3cret").respond_with_data("", status)
    only(webhook=f"env:{ADDRESS}").send(PARCEL)
    assert [answer.status_code for _, answer in webhook.log] == [503, 429, 200]


@pytest.mark.parametrize("status", [302, 404])
def test_a_webhook_that_refuses_is_not_tried_again_nor_followed(webhook, status):
    webhook.expect_request("/s3cret").respond_with_data("", status, {"Location": webhook.url_for("/else")})
    said = refusal(only(webhook=f"env:{ADDRESS}"))
    assert said == f"the address in {ADDRESS} answered {status}"
    assert [request.path for request, _ in webhook.log] == ["/s3cret"]


def test_no_fault_of_a_webhook_repeats_its_address(monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv(ADDRESS, f"http://127.0.0.1:{probe.getsockname()[1]}/s3cret")
        assert refusal(only(webhook=f"env:{ADDRESS}")) == f"the address in {ADDRESS} gave no answer (ConnectError)"
    monkeypatch.setenv(ADDRESS, "s3cret")
    said = refusal(only(webhook=f"env:{ADDRESS}"))
    assert "s3cret" not in said
    assert ADDRESS in said
    monkeypatch.delenv(ADDRESS)
    assert refusal(only(webhook=f"env:{ADDRESS}")) == f"{ADDRESS} is not set"


class Mailbox:
    """A mail server for one letter; it takes plain logins of ada:s3cret where it asks for one."""

    def __init__(self, *, login=False, answer="250 taken"):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.letter, self.envelope = b"", []
        self.login, self.answer = login, answer
        self.thread = Thread(target=self.serve)

    def serve(self):
        connection, _ = self.listening.accept()
        with connection, connection.makefile("rwb") as talk:
            self.say(talk, "220 here")
            for line in talk:
                word = line.decode().strip()
                if word.upper().startswith("EHLO"):
                    self.say(talk, *(["250-here", "250 AUTH PLAIN"] if self.login else ["250 here"]))
                elif word.startswith("AUTH"):
                    self.say(talk, "535 no: " + word if word.split()[-1] != "AGFkYQBzM2NyZXQ=" else "235 welcome")
                elif word.upper() == "DATA":
                    self.say(talk, "354 go on")
                    self.letter = b"".join(iter(talk.readline, b".\r\n"))
                    self.say(talk, self.answer)
                elif word.upper() == "QUIT":
                    self.say(talk, "221 bye")
                    return
                else:
                    self.envelope.append(word)
                    self.say(talk, "250 well")

    def say(self, talk, *lines):
        talk.write("".join(f"{line}\r\n" for line in lines).encode())
        talk.flush()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(timeout=20)
        self.listening.close()


def mail(box, **more):
    return only(
        email={
            "host": "127.0.0.1",
            "port": box.port,
            "sender": "three@example.org",
            "recipients": ["ada@example.org", "bob@example.org"],
            "starttls": False,
            **more,
        }
    )


def test_a_letter_arrives_with_subject_text_and_recipients():
    with Mailbox() as box:
        mail(box).send(PARCEL)
    letter = message_from_bytes(box.letter, policy=policy.default)
    assert [line.partition(" size")[0] for line in box.envelope] == [
        "mail FROM:<three@example.org>",
        "rcpt TO:<ada@example.org>",
        "rcpt TO:<bob@example.org>",
    ]
    assert (letter["Subject"], letter["To"]) == ("threefutures: <now>", "ada@example.org, bob@example.org")
    assert letter.get_content() == "first & last\r\n"


LOGIN = {"user": "env:THREEFUTURES_TEST_USER", "password": "env:THREEFUTURES_TEST_PASSWORD"}


def test_a_letter_is_sent_with_the_login_of_the_environment(monkeypatch):
    monkeypatch.setenv("THREEFUTURES_TEST_USER", "ada")
    monkeypatch.setenv("THREEFUTURES_TEST_PASSWORD", "s3cret")
    with Mailbox(login=True) as box:
        mail(box, **LOGIN).send(PARCEL)
    assert box.letter


def test_a_refused_login_is_told_without_what_was_sent(monkeypatch):
    monkeypatch.setenv("THREEFUTURES_TEST_USER", "ada")
    monkeypatch.setenv("THREEFUTURES_TEST_PASSWORD", "wrong-s3cret")
    with Mailbox(login=True) as box:
        assert refusal(mail(box, **LOGIN)) == "127.0.0.1 answered 535"
    assert box.letter == b""


def test_a_server_that_cannot_encrypt_gets_no_letter():
    with Mailbox() as box:
        assert refusal(mail(box, starttls=True)) == "127.0.0.1 speaks no STARTTLS, or takes no login"
    assert box.letter == b""


def test_a_letter_that_is_refused_for_good_is_told_with_its_code():
    with Mailbox(answer="554 not here") as box:
        assert refusal(mail(box)) == "127.0.0.1 answered 554"


def test_a_password_that_cannot_be_spelt_is_told_without_a_letter_of_it(monkeypatch):
    monkeypatch.setenv("THREEFUTURES_TEST_USER", "ada")
    monkeypatch.setenv("THREEFUTURES_TEST_PASSWORD", "pässwörd")
    with Mailbox(login=True) as box:
        said = refusal(mail(box, **LOGIN))
    assert said == "the login for 127.0.0.1 cannot be spelt in ASCII, or 127.0.0.1 is no name"


UNSENDABLE = {
    "a command with a NUL": ({"command": ["a\0b"]}, "it cannot be sent as it is configured (ValueError)"),
    "a mail server that is no name": (
        {"email": {"host": "a..b", "sender": "a@b", "recipients": ["c@d"]}},
        "the login for a..b cannot be spelt in ASCII, or a..b is no name",
    ),
    "an address without a scheme": (
        {"webhook": f"env:{ADDRESS}"},
        f"{ADDRESS} holds no http(s) address (UnsupportedProtocol)",
    ),
}


@pytest.mark.parametrize("name", UNSENDABLE)
def test_what_cannot_be_sent_is_told_and_raises_nothing(monkeypatch, name):
    settings, said = UNSENDABLE[name]
    monkeypatch.setenv(ADDRESS, "s3cret.example")
    assert fault(only(**settings), PARCEL) == said


def test_half_a_login_is_refused(tmp_path):
    text = '[alerts.email]\nhost = "h"\nsender = "a@b"\nrecipients = ["c@d"]\nuser = "env:A"\n'
    (tmp_path / "threefutures.toml").write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        load_configuration(tmp_path, environment={})
    assert str(refused.value) == (
        "threefutures.toml, line 1: alerts.email has half a login\n"
        "  found  user alone\n  next   give user and password, or neither"
    )


def endless(_head):
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    return chain([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"], repeat(piece))


def test_a_webhook_is_told_although_its_answer_has_no_end(monkeypatch):
    with serving() as server:
        monkeypatch.setenv(ADDRESS, server.says("/hook", endless))
        only(webhook=f"env:{ADDRESS}").send(PARCEL)


def dripping(_head):
    return chain([b"HTTP/1.1 200 OK\r\n"], cycle([b"X-A: b\r\n", 0.02]))


def test_a_channel_that_drips_is_given_up(monkeypatch):
    monkeypatch.setattr(travelling, "TRY_SECONDS", 0.3)
    with serving() as server:
        monkeypatch.setenv(ADDRESS, server.says("/hook", dripping))
        assert refusal(only(webhook=f"env:{ADDRESS}")) == "it was given up after 0.3 seconds"


def test_a_command_gets_the_text_and_no_secret_of_another_channel(tmp_path, monkeypatch):
    monkeypatch.setenv(ADDRESS, "http://127.0.0.1:1/s3cret")
    monkeypatch.setenv("THREEFUTURES_TEST_LAKE", "password=s3cret")
    script = (
        "import os, sys; open(sys.argv[1], 'w').write("
        "os.environ['THREEFUTURES_ALERT_SUBJECT'] + sys.stdin.read() + "
        "''.join(str(len(os.environ.get(name, ''))) for name in sys.argv[2:]))"
    )
    words = [sys.executable, "-c", script, str(tmp_path / "told"), ADDRESS, "THREEFUTURES_TEST_LAKE"]
    lake = {"catalogue": "env:THREEFUTURES_TEST_LAKE", "data": "lake"}
    alerts = {"webhook": f"env:{ADDRESS}", "command": words}
    channels(Configuration.model_validate({"alerts": alerts, "lake": lake}))[1].send(PARCEL)
    assert (tmp_path / "told").read_text() == "threefutures: <now>first & last\n00"


def test_a_command_that_fails_is_told():
    assert (
        refusal(only(command=["/no/such/program"])) == "/no/such/program cannot be started: No such file or directory"
    )
    assert refusal(only(command=["false"])) == "false ended with code 1"


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "data")
    home.prepare()
    return home


def concluded(of, run="r1", stale="", failing=()):
    sources = record().sources.assign(stale=stale)
    return Concluded(run, f"a-{run}", of, sources, failing, Path("status.md"), AT)


NO_TRIPWIRES = Alerts(tripwires=False)


def tell(home, run, settings, told):
    due = letters(home, run, settings, told)
    outcomes = send(due)
    keep(home, due, outcomes, run_id=run.run_id, at=AT)
    return outcomes


def outcomes(home, run, *told, settings=NO_TRIPWIRES):
    return [one["outcome"] for one in tell(home, run, settings, told)]


class Sent(list):
    """A channel that keeps what it is sent, or refuses it."""

    def channel(self, name="command", *, refusing=False):
        def send(parcel):
            if refusing:
                raise ChannelError("gone")
            self.append(parcel)

        return travelling.Channel(name, "here", send)


def test_a_new_channel_is_told_of_changes_from_then_on_and_of_each_once(home):
    sent = Sent()
    assert outcomes(home, concluded(assessment()), sent.channel()) == ["begun"]
    assert outcomes(home, concluded(assessment(verdict=LEANS), "r2"), sent.channel()) == ["told"]
    assert outcomes(home, concluded(assessment(verdict=LEANS), "r3"), sent.channel()) == ["nothing new"]
    assert [parcel.subject for parcel in sent] == ["threefutures: now leans compounding (was: cannot tell)"]
    assert sent[0].document["changes"] == [
        {
            "kind": "verdict",
            "id": "",
            "was": {"kind": "cannot_tell", "scenario": None},
            "now": {"kind": "leans", "scenario": "compounding"},
        }
    ]


def test_a_channel_that_failed_is_told_by_the_next_run_and_the_others_are_not_told_twice(home):
    good, bad = Sent(), Sent()
    tell(home, concluded(assessment()), NO_TRIPWIRES, [good.channel("webhook"), bad.channel("slack")])
    told = tell(
        home,
        concluded(assessment(verdict=LEANS), "r2"),
        NO_TRIPWIRES,
        [bad.channel("slack", refusing=True), good.channel("webhook")],
    )
    assert told == [
        {"alert": "slack", "outcome": "failed", "reason": "gone"},
        {"alert": "webhook", "outcome": "told"},
    ]
    again = concluded(assessment(verdict=LEANS), "r3")
    assert outcomes(home, again, good.channel("webhook"), bad.channel("slack")) == ["nothing new", "told"]
    assert (len(good), len(bad)) == (1, 1)


def test_what_is_silenced_is_not_told_later_either(home):
    sent, silent = Sent(), Alerts(verdict=False, tripwires=False)
    outcomes(home, concluded(assessment()), sent.channel())
    assert outcomes(home, concluded(assessment(verdict=LEANS), "r2"), sent.channel(), settings=silent) == [
        "nothing new"
    ]
    assert outcomes(home, concluded(assessment(verdict=LEANS), "r3"), sent.channel()) == ["nothing new"]
    assert sent == []


def fail(home, error, *told):
    with pytest.raises(type(error)), failure_told(home, told, at=AT):
        raise error


NO_FACT = DataError("there is no fact to assess", found="every source failed", next="threefutures quarantine")


def test_a_run_that_fails_as_a_whole_is_told_once_and_so_is_that_runs_succeed_again(home):
    sent = Sent()
    outcomes(home, concluded(assessment()), sent.channel())
    fail(home, NO_FACT, sent.channel())
    fail(home, DataError(NO_FACT.message, found="another second"), sent.channel())
    assert outcomes(home, concluded(assessment(), "r4"), sent.channel()) == ["told"]
    assert outcomes(home, concluded(assessment(), "r5"), sent.channel()) == ["nothing new"]
    assert [parcel.subject for parcel in sent] == ["threefutures: the run failed", "threefutures: runs succeed again"]
    assert sent[0].text == (
        "The run failed; what was published before it stays.\n"
        "there is no fact to assess\nfound every source failed\nnext threefutures quarantine\n"
    )


def test_a_change_after_a_failed_run_is_told_in_one_message_with_the_recovery(home):
    sent = Sent()
    outcomes(home, concluded(assessment()), sent.channel())
    fail(home, NO_FACT, sent.channel())
    outcomes(home, concluded(assessment(verdict=LEANS), "r3"), sent.channel())
    assert len(sent) == 2
    assert sent[1].subject == "threefutures: now leans compounding (was: cannot tell)"
    assert sent[1].text.startswith("Runs succeed again, after one that failed as a whole.\nVerdict changed: ")


def test_a_fault_of_our_own_is_told_to_a_new_channel_too_without_its_words(home):
    sent = Sent()
    fail(home, KeyError("s3cret"), sent.channel())
    assert "s3cret" not in str(sent)
    assert "a fault of its own: KeyError" in sent[0].text


def test_a_folder_that_another_process_writes_to_keeps_no_channel_from_being_told(home):
    sent = Sent()
    with writer(home, command="another"):
        fail(home, NO_FACT, sent.channel())
    assert len(sent) == 1


def test_nothing_is_kept_of_an_address(home, webhook):
    webhook.expect_request("/s3cret").respond_with_data("")
    told = channels(Configuration.model_validate({"alerts": {"webhook": f"env:{ADDRESS}"}}))
    for at, of in enumerate((assessment(), assessment(verdict=LEANS))):
        tell(home, concluded(of, f"r{at}"), NO_TRIPWIRES, told)
    with live(home) as connection:
        kept = connection.execute("SELECT * FROM alert").fetchall()
    assert len(webhook.log) == 1
    assert json.loads(webhook.log[0][0].get_data())["run"] == "r1"
    assert "s3cret" not in str(kept)


def configured(folder, **text):
    lines = [f"{key} = {value}" for key, value in text.items()]
    (folder / "threefutures.toml").write_text("\n".join(["[alerts]", *lines]))


def test_the_command_tries_every_channel_and_shows_no_address(threefutures, folder, webhook):
    webhook.expect_request("/s3cret").respond_with_data("")
    configured(folder, webhook=f'"env:{ADDRESS}"', command='["false"]')
    code, out, err = threefutures("alert", "--test", "--json")
    assert code == 1
    assert json.loads(out) == [
        {"channel": "webhook", "where": f"the address in {ADDRESS}", "test": "sent"},
        {"channel": "command", "where": "false", "test": "false ended with code 1"},
    ]
    assert err == (
        "command: the test message was not taken\n"
        "  found  false ended with code 1\n"
        "  next   mend [alerts] in threefutures.toml, or the variable it names; then threefutures alert --test\n"
    )


def test_without_a_channel_there_is_nothing_to_try(threefutures):
    code, _, err = threefutures("alert", "--test")
    assert (code, err.splitlines()[0]) == (2, "there is no channel to test")
