"""What is asked, of whom, and how often."""

import gzip
import shutil
import ssl
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain, cycle

import httpx
import pytest
from live_servers import LIMITS, answer, get, serving

from flows.address import endpoint, is_public
from flows.fetch import Limits, Surroundings, Validators, _trust, fetch, published_on
from metrics.errors import DataError, TransientError

AT = datetime(2026, 11, 20, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def server():
    with serving() as running:
        yield running


def test_a_file_is_fetched_as_it_is_with_what_the_server_says_of_it(server):
    url = server.says("/a", answer(b"a: 1\n", "200 OK", 'ETag: "7"', "Last-Modified: Tue, 03 Mar 2026 10:00:00 GMT"))
    found = get(url)
    assert found.content == b"a: 1\n"
    assert found.validators == Validators('"7"', "Tue, 03 Mar 2026 10:00:00 GMT")


def test_a_packed_file_is_unpacked(server):
    assert (
        get(server.says("/b", answer(gzip.compress(b"a: 1\n"), "200 OK", "Content-Encoding: gzip"))).content
        == b"a: 1\n"
    )


def test_a_server_that_knows_the_file_is_not_asked_for_it_again(server):
    url = server.says("/c", answer(b"", "304 Not Modified"))
    known = Validators('"7"', "Tue, 03 Mar 2026 10:00:00 GMT")
    assert get(url, known=known).content is None
    (head,) = server.asked("/c")
    assert 'if-none-match: "7"\r\n' in head.lower()
    assert "if-modified-since: tue, 03 mar 2026 10:00:00 gmt\r\n" in head.lower()


def test_redirects_are_followed_to_their_end(server):
    server.says("/d/2", answer(b"a: 1\n"))
    url = server.says("/d", answer(b"", "301 Moved Permanently", "Location: d/2"))
    assert get(url).url == server.url("/d/2")


def test_a_host_that_is_known_to_nobody_can_be_asked_later():
    def nobody(host, port):
        raise OSError(-2, "Name or service not known")

    with pytest.raises(TransientError) as refusal:
        fetch("https://data.example/x", limits=LIMITS, surroundings=Surroundings(resolve=nobody, sleep=lambda _: None))
    assert str(refusal.value) == (
        "https://data.example/x: the host is not known\n  found  Name or service not known\n"
        "  next   look at the network"
    )


WAITS = {
    "each wait is longer than the one before": ("503 Service Unavailable", (), [(1.0, 1.5), (2.0, 3.0)]),
    "what the server asks for is waited for": (
        "429 Too Many Requests",
        ("Retry-After: 7",),
        [(7.0, 10.5), (7.0, 10.5)],
    ),
    "a day is left to the next run": ("429 Too Many Requests", ("Retry-After: 86400",), []),
}


@pytest.mark.parametrize("name", WAITS)
def test_waits_between_tries(server, name):
    status, headers, expected = WAITS[name]
    slept = []
    url = server.says("/busy", answer(b"", status, *headers))
    with pytest.raises(TransientError):
        get(url, limits=Limits(tries=3, allow_private=True), surroundings=Surroundings(sleep=slept.append))
    assert len(slept) == len(expected)
    assert all(low <= seconds <= high for seconds, (low, high) in zip(slept, expected, strict=True))


def test_machines_that_failed_together_do_not_come_back_together(server):
    url = server.says("/busy", answer(b"", "500 Internal Server Error"))
    waits = []
    for seed in (1, 2, 1):
        slept = []
        with pytest.raises(TransientError):
            get(url, seed=seed, surroundings=Surroundings(sleep=slept.append))
        waits.append(slept)
    assert waits[0] == waits[2] != waits[1]


def test_a_file_that_drips_is_given_up_when_its_time_is_over(server):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    url = server.says("/drip", [head, *[part for _ in range(20) for part in (b"x", 0.005)]])
    clock = iter(range(1000))
    with pytest.raises(TransientError) as refusal:
        get(url, surroundings=Surroundings(sleep=lambda _: None, clock=lambda: next(clock)))
    assert str(refusal.value).startswith(f"{url}: it takes too long\n")


INNER = [
    "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1",
    "192.0.0.8", "192.88.99.1", "fec0::1", "3fff::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_no_public_one_however_it_is_wrapped(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_an_address_of_the_open_network_is_public(address):
    assert is_public(address)


def test_one_inner_address_among_several_is_enough_to_refuse():
    with pytest.raises(DataError) as refusal:
        endpoint(
            "https://data.example/a.csv?key=secret", allow_private=False, resolve=lambda *_: ["1.1.1.1", "10.0.0.7"]
        )
    assert str(refusal.value) == (
        "https://data.example/a.csv: the address is of an inner network\n"
        "  found  data.example is 10.0.0.7\n"
        "  next   allow_private = true under [network] of threefutures.toml, if it is yours"
    )


NAMES = {"data.example": "1.1.1.1", "inner.example": "192.168.0.9"}


def world(reply):
    """A network whose names are NAMES, and whose servers reply so."""
    asked = []

    def handle(request):
        asked.append(request)
        return reply(request)

    surroundings = Surroundings(
        resolve=lambda host, _port: [NAMES[host]], sleep=lambda _: None, transport=httpx.MockTransport(handle)
    )
    return surroundings, asked


def test_the_connection_goes_to_the_address_that_was_looked_at_and_the_certificate_is_the_names():
    surroundings, asked = world(lambda _request: httpx.Response(200, stream=httpx.ByteStream(b"a,b\n")))
    fetch("https://data.example/a.csv", limits=Limits(), surroundings=surroundings)
    (request,) = asked
    assert (request.url.host, request.headers["host"]) == ("1.1.1.1", "data.example")
    assert request.extensions["sni_hostname"] == "data.example"


def test_a_redirect_to_an_inner_address_is_refused_before_anybody_there_is_asked():
    moved = httpx.Response(302, headers={"Location": "https://inner.example/admin"})
    surroundings, asked = world(lambda _request: moved)
    with pytest.raises(DataError) as refusal:
        fetch("https://data.example/a.csv", limits=Limits(), surroundings=surroundings)
    assert refusal.value.found == "inner.example is 192.168.0.9"
    assert len(asked) == 1


def test_nobody_is_led_from_https_to_http():
    moved = httpx.Response(302, headers={"Location": "http://data.example/a.csv"})
    with pytest.raises(DataError) as refusal:
        fetch("https://data.example/a.csv", limits=Limits(), surroundings=world(lambda _request: moved)[0])
    assert str(refusal.value) == (
        "https://data.example/a.csv: it redirects from https to http\n  found  http://data.example/a.csv\n"
        "  next   look at the address; what was known stays"
    )


PUBLISHED = {
    "Tue, 03 Mar 2026 23:59:59 GMT": date(2026, 3, 3),
    "Tue, 03 Mar 2026 23:59:59 -0500": date(2026, 3, 4),
    "Mon, 01 Jan 2035 00:00:00 GMT": AT.date(),
    "yesterday": AT.date(),
    "": AT.date(),
}


@pytest.mark.parametrize("said", PUBLISHED)
def test_a_file_is_known_since_the_day_its_server_names_or_else_since_it_was_fetched(said):
    assert published_on(Validators("", said), AT) == PUBLISHED[said]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate, and is not here")
def test_a_certificate_must_be_of_the_name_although_the_connection_is_to_the_address(tmp_path, monkeypatch):
    name, key, certificate = "data.example", tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    _trust.cache_clear()
    here = Surroundings(resolve=lambda _host, _port: ["127.0.0.1"], sleep=lambda _: None)
    with serving() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.says("/a", answer(b"a: 1\n"))
        port = server.server_address[1]
        assert get(f"https://{name}:{port}/a", surroundings=here).content == b"a: 1\n"
        with pytest.raises(DataError) as refusal:
            get(f"https://other.example:{port}/a", surroundings=here)
    _trust.cache_clear()
    assert refusal.value.message.endswith("/a: it has no certificate that can be trusted")


def dripping(_head):
    """A head without end, a line every 20 ms, for as long as somebody listens."""
    return chain([b"HTTP/1.1 200 OK\r\n"], cycle([b"X-A: b\r\n", 0.02]))


@pytest.mark.parametrize("path", ["/drip", "/to-drip"])
def test_a_head_that_drips_is_cut_at_the_deadline(server, path):
    server.says("/drip", dripping)
    server.says("/to-drip", answer(b"", "302 Found", "Location: /drip"))
    with pytest.raises(TransientError) as late:
        get(server.url(path), limits=replace(LIMITS, total_seconds=0.4))
    assert late.value.message.endswith("/drip: it takes too long")
    assert late.value.found == "no whole answer in 0.4 s"
