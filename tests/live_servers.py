"""A server on loopback that answers each path with what it was told, byte by byte: HTTP, and what only resembles it."""

import socket
import socketserver
import struct
import threading
import time
from contextlib import contextmanager

from flows.fetch import Limits, Surroundings, fetch
from flows.live import Due, Live, download, ingest_downloads

LIMITS = Limits(
    connect_seconds=1.0, read_seconds=0.1, total_seconds=3.0, largest=2**20, redirects=3, tries=2, allow_private=True
)

PATIENT = Surroundings(sleep=lambda _seconds: None)
"""Waits between tries are not waited for."""

RESET = object()
"""Break the connection off, instead of closing it."""


def answer(body, status="200 OK", *headers, length=None):
    """A whole answer, whose length may be a lie."""
    size = len(body) if length is None else length
    head = [f"HTTP/1.1 {status}", f"Content-Length: {size}", "Connection: close", *headers]
    return ["\r\n".join(head).encode() + b"\r\n\r\n" + body]


def unmeasured(body, *headers):
    """An answer that ends with its connection."""
    return ["\r\n".join(["HTTP/1.1 200 OK", "Connection: close", *headers]).encode() + b"\r\n\r\n" + body]


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = {}
        self.requests = []

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def says(self, path, *answers):
        """Answer a path with these, one a request, the last one for ever."""
        self.script[path] = list(answers)
        return self.url(path)

    def asked(self, path):
        """The heads of the requests for a path."""
        return [head for head in self.requests if head.split(" ")[1] == path]

    def handle_error(self, request, client_address):
        """Whoever asked has gone away, as it should."""


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.request.recv(65536)
            if not piece:
                return
            head += piece
        text = head.decode("latin-1")
        self.server.requests.append(text)
        answers = self.server.script[text.split(" ")[1]]
        parts = answers.pop(0) if len(answers) > 1 else answers[0]
        for part in parts(text) if callable(parts) else parts:
            if part is RESET:
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif isinstance(part, float):
                time.sleep(part)
            else:
                self.request.sendall(part)


@contextmanager
def serving():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def get(url, **more):
    """Fetch without waiting."""
    return fetch(url, **{"limits": LIMITS, "surroundings": PATIENT} | more)


def ingest(home, source, url, at, *, seen=None, every="always"):
    """Ask for a source's file, and keep what came; the caller holds the writer's lock."""
    asked = download(Due(Live(source, url, every), seen), at=at, limits=LIMITS, surroundings=PATIENT)
    (done,) = ingest_downloads(home, [asked], at=at)
    return done
