"""How an alert travels: a webhook, a Slack-compatible one, mail, or a command of the user's own.

Addresses and passwords come from the environment when something is sent; no message or fault repeats them.
"""

import smtplib
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

import httpx

from flows.configuration import Configuration, Email
from flows.configuration_values import Secret
from flows.settings import environment_without
from metrics.errors import ThreeFuturesError
from reports.alert import test_message

SECONDS = 10.0
"""How long one try may take to connect, and to wait for an answer."""

TRY_SECONDS = 30.0
"""How long one try may take in all: a server that says a word now and then holds nobody up."""

COMMAND_SECONDS = 60.0

PAUSES = (0.5, 2.0)
"""Seconds before a second and a third try of what may succeed later."""

MAY_PASS = (429, 500, 502, 503, 504)
"""Answers after which the same may succeed."""

IMPLICIT_TLS_PORT = 465


class Parcel(NamedTuple):
    """What is sent."""

    subject: str
    text: str
    document: Any
    """The same as JSON, for programs."""


class ChannelError(Exception):
    """Why a channel could not be told, in a few words without any secret."""

    def __init__(self, said: str, *, again: bool = False) -> None:
        super().__init__(said)
        self.again = again
        """Whether the same may succeed later."""


class Channel(NamedTuple):
    """Somewhere to tell."""

    name: str
    where: str
    """For people, without any secret."""
    send: Callable[[Parcel], None]
    """Raises ChannelError."""
    variables: tuple[str, ...] = ()
    """Of the environment, that hold its secrets."""


def channels(said: Configuration) -> list[Channel]:
    """Every channel that is configured."""
    found, alerts = [], said.alerts
    if alerts.webhook:
        found.append(_posting("webhook", alerts.webhook, lambda parcel: parcel.document))
    if alerts.slack:
        found.append(_posting("slack", alerts.slack, _as_slack))
    if mail := alerts.email:
        where = f"{', '.join(mail.recipients)} by {mail.host}:{mail.port}"
        login = tuple(secret.variable for secret in (mail.user, mail.password) if secret)
        found.append(Channel("email", where, _persistent(_timely(lambda parcel: _mail(mail, parcel))), login))
    if words := alerts.command:
        hidden = [variable for other in found for variable in other.variables]
        hidden += [said.lake.catalogue.variable] if said.lake else []
        found.append(Channel("command", words[0], lambda parcel: _run(words, hidden, parcel)))
    return found


def fault(channel: Channel, parcel: Parcel) -> str:
    """Send, and say why it could not be done, in a few words without any secret; empty where it was."""
    try:
        channel.send(parcel)
    except ChannelError as error:
        return str(error)
    except Exception as error:  # what an address or a password can be is without end, and no text of it is told
        return f"it cannot be sent as it is configured ({type(error).__name__})"
    return ""


def try_out(channel: Channel) -> str:
    """Send a test message: "sent", or why it was not."""
    test = test_message()
    return fault(channel, Parcel(*test, {**test._asdict(), "changes": []})) or "sent"


def _posting(name: str, address: Secret, document: Callable[[Parcel], Any]) -> Channel:
    where = f"the address in {address.variable}"
    send = _persistent(_timely(lambda parcel: _post(address, document(parcel))))
    return Channel(name, where, send, (address.variable,))


def _persistent(send: Callable[[Parcel], None]) -> Callable[[Parcel], None]:
    """Try again what may succeed later."""

    def sending(parcel: Parcel) -> None:
        for pause in PAUSES:
            try:
                return send(parcel)
            except ChannelError as error:
                if not error.again:
                    raise
            time.sleep(pause)
        return send(parcel)

    return sending


def _timely(send: Callable[[Parcel], None]) -> Callable[[Parcel], None]:
    """Give up what takes too long in all: timeouts count from word to word, and a server may say one a second."""

    def sending(parcel: Parcel) -> None:
        ended: SimpleQueue[Exception | None] = SimpleQueue()
        Thread(target=lambda: ended.put(_outcome(send, parcel)), daemon=True).start()
        try:
            error = ended.get(timeout=TRY_SECONDS)
        except Empty:
            raise ChannelError(f"it was given up after {TRY_SECONDS:g} seconds") from None
        if error:
            raise error

    return sending


def _outcome(send: Callable[[Parcel], None], parcel: Parcel) -> Exception | None:
    try:
        send(parcel)
    except Exception as error:
        return error
    return None


def _as_slack(parcel: Parcel) -> dict[str, str]:
    """Slack reads three characters as markup."""
    text = f"{parcel.subject}\n{parcel.text}"
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(character, entity)
    return {"text": text}


def _read(secret: Secret) -> str:
    try:
        return secret.read()
    except ThreeFuturesError as error:
        raise ChannelError(f"{secret.variable} is not set") from error


def _post(secret: Secret, document: Any) -> None:
    address, name = _read(secret), secret.variable
    try:
        status = _status(address, document)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:
        raise ChannelError(f"{name} holds no http(s) address ({type(error).__name__})") from None
    except httpx.HTTPError as error:
        raise ChannelError(f"the address in {name} gave no answer ({type(error).__name__})", again=True) from None
    if not 200 <= status < 300:
        raise ChannelError(f"the address in {name} answered {status}", again=status in MAY_PASS)


def _status(address: str, document: Any) -> int:
    """What an address answers; the body, which may have no end, is not read."""
    # A redirect would carry the message to an address that nobody configured.
    client = httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False)
    with client, client.stream("POST", address, json=document) as answer:
        return answer.status_code


def _mail(mail: Email, parcel: Parcel) -> None:
    letter = _letter(mail, parcel)
    with _told(mail), _connected(mail) as server:
        if mail.starttls and mail.port != IMPLICIT_TLS_PORT:
            server.starttls(context=ssl.create_default_context())
        if mail.user and mail.password:
            server.login(_read(mail.user), _read(mail.password))
        if refused := server.send_message(letter):
            raise ChannelError(f"{mail.host} refused {', '.join(sorted(refused))}")


def _connected(mail: Email) -> smtplib.SMTP:
    # Asked for this machine's full name, a resolver that does not know it may take half a minute.
    name = socket.gethostname()
    if mail.port == IMPLICIT_TLS_PORT:
        return smtplib.SMTP_SSL(mail.host, mail.port, name, timeout=SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(mail.host, mail.port, name, timeout=SECONDS)


@contextmanager
def _told(mail: Email) -> Iterator[None]:
    """What a server says may repeat what it was sent: its code alone is passed on."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        again = 400 <= error.smtp_code < 500
        raise ChannelError(f"{mail.host} answered {error.smtp_code}", again=again) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise ChannelError(f"{mail.host} refused {', '.join(sorted(error.recipients))}") from None
    except smtplib.SMTPNotSupportedError:
        raise ChannelError(f"{mail.host} speaks no STARTTLS, or takes no login") from None
    except UnicodeError:
        # Its text would quote what it cannot spell, and smtplib spells names and passwords in ASCII.
        raise ChannelError(f"the login for {mail.host} cannot be spelt in ASCII, or {mail.host} is no name") from None
    except (smtplib.SMTPException, OSError) as error:
        raise ChannelError(f"{mail.host}:{mail.port} gave no answer ({type(error).__name__})", again=True) from None


def _letter(mail: Email, parcel: Parcel) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = parcel.subject, mail.sender, ", ".join(mail.recipients)
    letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain=mail.sender.partition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(parcel.text)
    return letter


def _run(words: tuple[str, ...], hidden: list[str], parcel: Parcel) -> None:
    """Start the command without a shell; it sees no secret of the other channels, nor the lake's."""
    environment = environment_without(hidden) | {"THREEFUTURES_ALERT_SUBJECT": parcel.subject}
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(  # noqa: S603 - the user's own words
            words,
            input=parcel.text.encode(),
            stdout=quiet,
            stderr=quiet,
            env=environment,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ChannelError(f"{words[0]} was stopped after {COMMAND_SECONDS:.0f} seconds") from None
    except OSError as error:
        raise ChannelError(f"{words[0]} cannot be started: {error.strerror}") from None
    if done.returncode:
        raise ChannelError(f"{words[0]} ended with code {done.returncode}")
