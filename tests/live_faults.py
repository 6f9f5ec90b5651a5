"""What a server can do wrong: the faults of docs/live-sources.md, each as the server plays it."""

import gzip
import io
import struct
import zipfile
import zlib
from typing import NamedTuple

from live_samples import INDEX, MODELS, archive, index, results
from live_servers import RESET, answer, unmeasured

GOOD = results()
BETTER = results((1.5, 3.5, 7.5, 15.5, 32.5))
"""What the server would have said if all were well."""

HUB = {"epoch_capabilities_index.csv": index(120, 125, 130)}

AGAIN, REFUSED, HELD = "asked again", "refused", "held back"


class Fault(NamedTuple):
    """One fault: who plays it how, what is told of it, and what is done."""

    kind: str
    name: str
    script: object
    told: str
    """How the first line goes on after the address, or after "its newest file is held back:"."""
    done: str
    source: str = "metr_results"


def _cut(body, at, declared=None):
    return answer(body[:at], length=len(body) if declared is None else declared)


def _chunked(*pieces, end=b"0\r\n\r\n"):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return [head + b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + end]


def _to(location, status="302 Found"):
    return answer(b"", status, f"Location: {location}")


def _page(text):
    return answer(text, "200 OK", "Content-Type: text/html")


def _packed(body, encoding="gzip"):
    return answer(body, "200 OK", f"Content-Encoding: {encoding}")


def _zip(content):
    return answer(content, "200 OK", "Content-Type: application/zip")


def _hub_of(table):
    return archive({"epoch_capabilities_index.csv": table})


def _patched(content, offset, value):
    """An archive whose directory says something else of its first member."""
    at = content.index(b"PK\x01\x02")
    return content[: at + offset] + value + content[at + offset + len(value) :]


def _twice():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(zipfile.ZipInfo("a.csv"), index(1, 2, 3))
        file.writestr(zipfile.ZipInfo("b.csv"), index(1, 2, 3))
    return packed.getvalue()


def _bomb():
    """8 MB of zeros in 8 kB."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([packer.compress(bytes(2**20)) for _ in range(8)]) + packer.flush()


BUSY = [
    ("500", "500 Internal Server Error", ()),
    ("501", "501 Not Implemented", ()),
    ("502", "502 Bad Gateway", ()),
    ("503", "503 Service Unavailable", ()),
    ("503 and Retry-After in seconds", "503 Service Unavailable", ("Retry-After: 2",)),
    ("504", "504 Gateway Timeout", ()),
    ("507", "507 Insufficient Storage", ()),
    ("520, of no standard", "520 Web Server Returned an Unknown Error", ()),
    ("429", "429 Too Many Requests", ()),
    ("429 and Retry-After in seconds", "429 Too Many Requests", ("Retry-After: 1",)),
    ("429 and Retry-After 0", "429 Too Many Requests", ("Retry-After: 0",)),
    (
        "429 and Retry-After as a date",
        "429 Too Many Requests",
        ("Date: Fri, 20 Nov 2026 06:00:00 GMT", "Retry-After: Fri, 20 Nov 2026 06:00:01 GMT"),
    ),
    ("429 and a Retry-After that is none", "429 Too Many Requests", ("Retry-After: soon",)),
]

ANSWERS = [
    ("201", "201 Created"),
    ("204", "204 No Content"),
    ("206, a part that nobody asked for", "206 Partial Content"),
    ("300", "300 Multiple Choices"),
    ("301 without a place", "301 Moved Permanently"),
    ("304 that nobody asked for", "304 Not Modified"),
    ("400", "400 Bad Request"),
    ("401", "401 Unauthorized"),
    ("402", "402 Payment Required"),
    ("403", "403 Forbidden"),
    ("404", "404 Not Found"),
    ("410", "410 Gone"),
    ("418", "418 I'm a teapot"),
    ("451", "451 Unavailable For Legal Reasons"),
]

BROKEN_OFF = [
    ("the connection closes before an answer", []),
    ("the connection is reset before an answer", [RESET]),
    ("the connection closes in the status line", [b"HTTP/1.1 2"]),
    ("the connection closes in the headers", [b"HTTP/1.1 200 OK\r\nContent-Le"]),
    ("no byte of the body comes", _cut(BETTER, 0)),
    ("one byte of the body comes", _cut(BETTER, 1)),
    ("half of the body comes", _cut(BETTER, len(BETTER) // 2)),
    ("all but one byte of the body comes", _cut(BETTER, -1)),
    ("the connection is reset in the body", [*_cut(BETTER, 100), 0.01, RESET]),
    ("pieces without their end", _chunked(BETTER, end=b"")),
    ("a piece that is shorter than it says", [_chunked(BETTER)[0][:-40]]),
    ("the size of a piece is no number", _chunked(end=b"xyz\r\n")),
    ("a length that is no number", [b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n" + BETTER]),
    ("a negative length", answer(BETTER, length=-1)),
    ("two lengths that differ", answer(BETTER, "200 OK", "Content-Length: 7")),
    ("a greeting of another protocol", [b"220 mail.example ESMTP\r\n"]),
    ("noise", [bytes(range(256))]),
    ("a status that is no number", [b"HTTP/1.1 abc OK\r\n\r\n"]),
    ("a body without head", [BETTER]),
    ("headers without end", [b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 40_000]),
    ("an alert of TLS", [b"\x15\x03\x01\x00\x02\x02\x28"]),
]

SILENT = [
    ("nothing is said", [0.25]),
    ("nothing after the status line", [b"HTTP/1.1 200 OK\r\n", 0.25]),
    ("nothing after the headers", [*_cut(BETTER, 0), 0.25]),
    ("nothing after half of the body", [*_cut(BETTER, len(BETTER) // 2), 0.25]),
]

NO_DATA = [
    (
        "a page",
        _page(b"<!DOCTYPE html><html><body>Down for maintenance</body></html>"),
        "is a web page or XML, not data",
    ),
    ("a page after a byte order mark", _page(b"\xef\xbb\xbf<html></html>"), "is a web page or XML, not data"),
    ("a page after white space", answer(b"\r\n\r\n  <HTML>"), "is a web page or XML, not data"),
    (
        "a page that is called YAML",
        answer(b"<html>", "200 OK", "Content-Type: text/yaml"),
        "is a web page or XML, not data",
    ),
    ("XML", answer(b'<?xml version="1.0"?><Error/>'), "is a web page or XML, not data"),
    ("nothing", answer(b""), "is empty"),
    ("white space", answer(b" \r\n\t\n"), "is empty"),
]

PACKED = [
    ("a gzip bomb: 8 MB in 8 kB", _packed(_bomb()), "is too large", REFUSED),
    ("gzip that breaks off", _packed(gzip.compress(BETTER)[:-20]), "broke off", AGAIN),
    ("gzip with a wrong sum", _packed(gzip.compress(BETTER)[:-8] + b"\0" * 8), "is damaged", AGAIN),
    ("gzip that is none", _packed(BETTER), "is damaged", AGAIN),
    ("br, which nobody asked for", _packed(BETTER, "br"), "is packed in a way that was not asked for", REFUSED),
    ("gzip in gzip", _packed(BETTER, "gzip, gzip"), "is packed in a way that was not asked for", REFUSED),
    ("a length above the limit", answer(b"a: b\n", length=2**30), "is too large", REFUSED),
    ("a body above the limit without a length", unmeasured(b"a: b\n" * 300_000), "is too large", REFUSED),
]

ASTRAY = [
    ("to itself", "/astray", "redirects without end"),
    ("to ftp", "ftp://127.0.0.1/results.yaml", "only http and https are fetched"),
    ("to a file of this machine", "file:///etc/passwd", "only http and https are fetched"),
    ("to a script", "javascript:alert(1)", "it is no address"),
    (
        "to a place with a password",
        "http://me:secret@127.0.0.1/results.yaml",
        "an address is given without a name and password",
    ),
    ("to a port that is none", "http://127.0.0.1:99999/", "the address of a source cannot be read"),
    ("to an address that is none", "http://[zz]/results.yaml", "it redirects to no address"),
    ("to half an address", "http://[::1", "it redirects to no address"),
    ("to a name with an empty part", "http://a..b/results.yaml", "the host is no name of one"),
    ("to a name that begins with a dot", "http://.invalid/results.yaml", "the host is no name of one"),
    ("to a name with a part of 64 letters", f"http://{'a' * 64}.invalid/", "the host is no name of one"),
]

METR = GOOD.decode()
UNREADABLE = [
    ("a message as JSON", answer(b'{"error": "not found"}'), HELD),
    ("a message as text", answer(b"Service temporarily unavailable"), HELD),
    ("NUL bytes", answer(BETTER[:50] + bytes(20) + BETTER[50:]), HELD),
    ("UTF-16", answer(METR.encode("utf-16")), HELD),
    ("noise in the place of text", answer(bytes(range(1, 256)) * 4), HELD),
    ("another file of the same publisher", answer(b"agents:\n  a:\n    tasks: []\n"), HELD),
    ("a key has another name", answer(METR.replace("_horizon_length", "_horizon").encode()), HELD),
    ("the suite is not said", answer(METR.partition("\n")[2].encode()), HELD),
    ("a suite that nobody knows", answer(results(suite="METR-Horizon-v9")), HELD),
    ("a number that is none", answer(METR.replace("7.500", "n/a").encode()), HELD),
    ("a date that is none", answer(METR.replace("2024-02-15", "2024-02-31").encode()), HELD),
    ("a model twice", answer(METR.replace("  beta:", "  alpha:").encode()), HELD),
    ("two documents", answer(f"{METR}---\n{METR}".encode()), HELD),
    ("aliases of YAML that unfold", answer(b"a: &a [1, 1]\nb: &b [*a, *a]\nresults: [*b, *b]\n"), HELD),
    ("a tag that would run Python", answer(b"results: !!python/object/apply:os.system [echo]\n"), HELD),
    ("YAML of a hundred levels", answer(b"results: " + b"[" * 100 + b"]" * 100), HELD),
]

DRIFTED = [
    ("half of the file, and a length to match", answer(BETTER[: len(BETTER) // 2 - 3]), "too few rows"),
    ("most rows are gone", answer(results((1.5, 3.5), models=MODELS[-2:])), "too few rows"),
    ("every value is ten times as large", answer(results((15, 35, 75, 155, 315))), "too many values changed"),
    ("minutes became seconds", answer(results((90, 210, 450, 930, 1890))), "too many values changed"),
    ("p80 is gone", answer(results(p80=False)), "an indicator is gone"),
    ("an older file without its date", answer(results(year=2023)), "older than what is known"),
    ("models that are not released yet", answer(results(year=2031)), "too many rows refused"),
    ("horizons below nothing", answer(results((-1, -2, -3, -4, -5))), "too many rows refused"),
]

ARCHIVES = [
    ("an archive that breaks off, and the length with it", _zip(archive(HUB)[:-30])),
    ("an archive without its beginning", _zip(b"PK\x03\x04" + archive(HUB)[40:])),
    ("a member with a wrong sum", _zip(archive(HUB, compression=0).replace(b"model-2,125", b"model-2,999"))),
    ("a zip bomb: 8 MB in a member", _zip(archive({**HUB, "bomb.csv": bytes(8 * 2**20)}))),
    ("a member that is larger than it says", _zip(_patched(archive(HUB), 24, struct.pack("<I", 10)))),
    ("a member with a password", _zip(_patched(archive(HUB), 8, b"\x01\0"))),
    ("a member packed in a way that nobody knows", _zip(_patched(archive(HUB), 10, b"\x63\0"))),
    ("members without number", _zip(archive({f"{at}.csv": b"" for at in range(1_001)}))),
    ("a name that leads out of the archive", _zip(archive({**HUB, "../../etc/cron.d/x.csv": b"a"}))),
    ("a name from the root", _zip(archive({**HUB, "/etc/x.csv": b"a"}))),
    ("a table twice", _zip(_twice())),
    ("no table of the index", _zip(archive({"other.csv": b"Name,Release date,Win + tie rate (%)\na,2024-01-01,.5\n"}))),
    ("a column has another name", _zip(_hub_of(index(1, 2, header=INDEX.replace("ECI", "E"))))),
    ("an index without rows", _zip(_hub_of(INDEX.encode()))),
    ("a row with too many cells", _zip(_hub_of(index(1, 2) + b"a,1,2024-01-01,Lab,more\n"))),
]

FAULTS = [
    *(
        Fault("busy", name, answer(b"", status, *more), f"the server answered {status[:3]}", AGAIN)
        for name, status, more in BUSY
    ),
    Fault(
        "busy",
        "429 and Retry-After of a day",
        answer(b"", "429 Too Many Requests", "Retry-After: 86400"),
        "the server answered 429",
        REFUSED,
    ),
    *(Fault("no file", name, answer(b"", status), f"it answered {status[:3]}", REFUSED) for name, status in ANSWERS),
    *(Fault("broken off", name, script, "it broke off", AGAIN) for name, script in BROKEN_OFF),
    *(Fault("silent", name, script, "it did not answer in time", AGAIN) for name, script in SILENT),
    *(Fault("no data", name, script, f"it {told}", REFUSED) for name, script, told in NO_DATA),
    *(Fault("packed", name, script, f"it {told}", done) for name, script, told, done in PACKED),
    *(Fault("sent astray", name, _to(place), told, REFUSED) for name, place, told in ASTRAY),
    *(Fault("unreadable", name, script, "cannot be read", done) for name, script, done in UNREADABLE),
    *(Fault("drifted", name, script, told, HELD) for name, script, told in DRIFTED),
    *(Fault("archive", name, script, "cannot be read", HELD, "epoch_hub") for name, script in ARCHIVES),
]
