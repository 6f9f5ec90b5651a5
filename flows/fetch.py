"""An address -> the bytes that are there now, or nothing if they are those of last time.

Nothing is kept here, and nothing understood: what is in the bytes is for the sources' readers. Every fault of the
network ends in one of two errors: TransientError, which is tried again, and DataError, which is not.
"""

import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version
from itertools import count
from random import Random
from typing import NamedTuple
from urllib.parse import urljoin

import httpx

from flows.address import Endpoint, Resolve, endpoint, resolved, shown
from flows.cutting import Trace, cut_after
from metrics.errors import DataError, TransientError

MEGABYTE = 2**20

REDIRECTS = (301, 302, 303, 307, 308)
NOT_MODIFIED = 304
BUSY = 429

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

AGENT = f"threefutures/{version('threefutures')}"


@dataclass(frozen=True)
class Limits:
    """How long, how much and how often."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    """Between two pieces of an answer."""
    total_seconds: float = 300.0
    """For a file with all its tries: one that drips must not hold a run up."""
    largest: int = 200 * MEGABYTE
    """Bytes, as they come and unpacked; the largest file of a publisher has 15 MB."""
    redirects: int = 5
    tries: int = 3
    longest_wait_seconds: float = 60.0
    """A server that asks for more (Retry-After) is asked again in the next run."""
    allow_private: bool = False


class Validators(NamedTuple):
    """What a server gave with a file, for it to say later that the file is still the same."""

    etag: str = ""
    last_modified: str = ""


class Answer(NamedTuple):
    """What is at an address."""

    content: bytes | None
    """None: what was there last time."""
    validators: Validators
    url: str
    """Where it was in the end, after redirects."""


class Surroundings(NamedTuple):
    """What fetching takes from the machine; tests give their own."""

    resolve: Resolve = resolved
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    transport: httpx.BaseTransport | None = None


class _AskedToWaitError(TransientError):
    """To be tried again, not before some seconds have passed."""

    seconds: float = 0.0


def fetch(
    url: str,
    *,
    known: Validators | None = None,
    limits: Limits | None = None,
    seed: int = 0,
    surroundings: Surroundings | None = None,
) -> Answer:
    """What is at an address now.

    Args:
        url: http or https.
        known: of the file that was there last time; with them the server may answer that it still is.
        limits: how long, how much and how often.
        seed: of the jitter between tries, so that machines that failed together do not come back together.
        surroundings: network and clock.

    Raises:
        DataError: the address may not be spoken to, or what is there is no file.
        TransientError: it could not be had this time.
    """
    limits, around = limits or Limits(), surroundings or Surroundings()
    chance, deadline = Random(seed), around.clock() + limits.total_seconds  # noqa: S311 -- jitter is no secret
    timeout = httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds)
    with (
        cut_after(limits.total_seconds) as watch,
        httpx.Client(timeout=timeout, trust_env=False, verify=_trust(), transport=around.transport) as client,
    ):
        for attempt in count(1):
            try:
                return _Try(client, limits, around, deadline, watch, attempt).follow(url, known or Validators())
            except TransientError as error:
                asked_for = min(getattr(error, "seconds", 0.0), limits.total_seconds)
                wait = max(asked_for, 2.0 ** (attempt - 1)) * (1 + chance.random() / 2)
                is_late = around.clock() + wait > deadline or asked_for > limits.longest_wait_seconds
                if attempt == limits.tries or is_late:
                    raise
            around.sleep(wait)
    raise AssertionError  # count() has no end


@cache
def _trust() -> ssl.SSLContext:
    """Whose certificates are believed; reading them takes longer than most files."""
    return httpx.create_ssl_context()


def published_on(validators: Validators, fetched_at: datetime) -> date:
    """The day a file was published: the server's, where it names one that has been, else the day we got it."""
    try:
        said = parsedate_to_datetime(validators.last_modified).astimezone(UTC).date()
    except (ValueError, TypeError, OverflowError):
        return fetched_at.astimezone(UTC).date()
    return min(said, fetched_at.astimezone(UTC).date())


class _Try(NamedTuple):
    """One try at a file."""

    client: httpx.Client
    limits: Limits
    around: Surroundings
    deadline: float
    watch: Trace
    """Sees every connection, to cut it at the deadline."""
    attempt: int

    def follow(self, url: str, known: Validators) -> Answer:
        """Ask, and go where the answer points to."""
        here = url
        for _ in range(self.limits.redirects + 1):
            if self.around.clock() > self.deadline:
                raise self._too_slow(url)
            found = self._ask(here, known)
            if isinstance(found, Answer):
                return found
            if here.startswith("https:") and found.startswith("http:"):
                raise _refused(url, "redirects from https to http", shown(found))
            here = found
        raise _refused(url, "redirects without end", f"more than {self.limits.redirects} redirects")

    def _ask(self, url: str, known: Validators) -> Answer | str:
        """The answer, or where it points to."""
        place = endpoint(url, allow_private=self.limits.allow_private, resolve=self.around.resolve)
        # The certificate must be the name's: the address says nothing of who answers.
        name = {"sni_hostname": place.host} if place.scheme == "https" else {}
        try:
            with self.client.stream(
                "GET",
                self._numeric(url, place),
                headers=_headers(place, known),
                extensions={"trace": self.watch, **name},
            ) as response:
                return self._read(url, response, known)
        except (httpx.ConnectTimeout, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout) as error:
            raise _failed(url, "did not answer in time", type(error).__name__) from error
        except httpx.ConnectError as error:
            if "CERTIFICATE" in str(error).upper():
                raise _refused(url, "has no certificate that can be trusted", str(error)) from error
            raise _failed(url, "cannot be reached", str(error)) from error
        except httpx.TransportError as error:
            if self.around.clock() > self.deadline:
                raise self._too_slow(url) from error
            if "location header" in str(error):  # httpx reads it although it follows none
                raise _refused(url, "redirects to no address", str(error)) from error
            raise _failed(url, "broke off", str(error) or type(error).__name__) from error
        except (httpx.InvalidURL, ValueError) as error:
            raise _refused(url, "is no address", str(error)) from error

    def _numeric(self, url: str, place: Endpoint) -> httpx.URL:
        """The URL with an address that was looked at in the place of the name; another one at every try."""
        address = place.addresses[(self.attempt - 1) % len(place.addresses)]
        return httpx.URL(url).copy_with(host=address.split("%", 1)[0], fragment=None)

    def _read(self, url: str, response: httpx.Response, known: Validators) -> Answer | str:
        status, headers = response.status_code, response.headers
        if status in REDIRECTS and "location" in headers:
            return urljoin(url, headers["location"])
        if status == NOT_MODIFIED and any(known):
            return Answer(None, known, url)
        if status == BUSY or status >= 500:
            raise self._busy(url, response)
        if status != 200:
            raise _refused(url, f"answered {status}", response.reason_phrase or "no file")
        validators = Validators(headers.get("etag", ""), headers.get("last-modified", ""))
        return Answer(self._body(url, response), validators, url)

    def _busy(self, url: str, response: httpx.Response) -> TransientError:
        error = _AskedToWaitError(
            f"{shown(url)}: the server answered {response.status_code}",
            found=response.reason_phrase or "no file",
            next="the next run asks again; what was known stays",
        )
        error.seconds = _seconds(response.headers)
        return error

    def _body(self, url: str, response: httpx.Response) -> bytes:
        packing = response.headers.get("content-encoding", "identity").strip().lower()
        if packing not in ("identity", "gzip", ""):
            raise _refused(url, "is packed in a way that was not asked for", packing)
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self.limits.largest:
            raise self._too_large(url)
        raw = self._pieces(url, response.iter_raw())
        plain = b"".join(self._unpacked(url, raw) if packing == "gzip" else raw)
        if not plain[:1000].strip():
            raise _refused(url, "is empty", f"{len(plain):,} bytes")
        if plain[:1000].removeprefix(BYTE_ORDER_MARK).lstrip().startswith(b"<"):
            raise _refused(url, "is a web page or XML, not data", response.headers.get("content-type", "") or "a page")
        return plain

    def _pieces(self, url: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces as they come, until they are too many or too slow."""
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > self.limits.largest:
                raise self._too_large(url)
            if self.around.clock() > self.deadline:
                raise self._too_slow(url)
            yield piece

    def _unpacked(self, url: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """What gzip makes of the pieces, a bounded amount at a time: a kilobyte can unpack to a gigabyte."""
        packed, size = zlib.decompressobj(wbits=31), 0
        try:
            for piece in pieces:
                rest = piece
                while rest:
                    part = packed.decompress(rest, MEGABYTE)
                    rest, size = packed.unconsumed_tail, size + len(part)
                    if size > self.limits.largest:
                        raise self._too_large(url)
                    yield part
        except zlib.error as error:
            raise _failed(url, "is damaged", str(error)) from error
        yield packed.flush()
        if not packed.eof:
            raise _failed(url, "broke off", "the last of the packed data missing")

    def _too_slow(self, url: str) -> TransientError:
        return _failed(url, "takes too long", f"no whole answer in {self.limits.total_seconds:g} s")

    def _too_large(self, url: str) -> DataError:
        return _refused(url, "is too large", f"more than {self.limits.largest / MEGABYTE:g} MB")


def _headers(place: Endpoint, known: Validators) -> dict[str, str]:
    bracketed = f"[{place.host}]" if ":" in place.host else place.host
    usual = place.port == {"http": 80, "https": 443}[place.scheme]
    headers = {
        "Host": bracketed if usual else f"{bracketed}:{place.port}",
        "User-Agent": AGENT,
        "Accept": "*/*",
        "Accept-Encoding": "gzip",
        "If-None-Match": known.etag,
        "If-Modified-Since": known.last_modified,
    }
    return {name: value for name, value in headers.items() if value}


def _seconds(headers: httpx.Headers) -> float:
    """How long Retry-After asks to wait: seconds, or a day and time by the server's own clock."""
    asked = headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        return (parsedate_to_datetime(asked) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError):
        return 0.0


def _failed(url: str, what: str, found: str) -> TransientError:
    return TransientError(f"{shown(url)}: it {what}", found=found, next="the next run asks again; what was known stays")


def _refused(url: str, what: str, found: str) -> DataError:
    return DataError(f"{shown(url)}: it {what}", found=found, next="look at the address; what was known stays")
