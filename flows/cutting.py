"""A deadline for a whole exchange over HTTP: timeouts count from byte to byte, and a server may send one a second."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Lock, Timer
from typing import Any

Trace = Callable[[str, Mapping[str, Any]], None]
"""What httpx calls, as the extension "trace" of a request, with what it is doing."""

CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")


@contextmanager
def cut_after(seconds: float) -> Iterator[Trace]:
    """Shut every connection that a trace has seen once the seconds are over; whoever reads from it meets its end."""
    streams, lock, is_over = [], Lock(), False

    def watch(event: str, info: Mapping[str, Any]) -> None:
        if event in CONNECTED:
            with lock:
                streams.append(info["return_value"])
                if is_over:
                    _shut(streams[-1])

    def cut() -> None:
        nonlocal is_over
        with lock:
            is_over = True
            for stream in streams:
                _shut(stream)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()


def _shut(stream: Any) -> None:
    with suppress(OSError):  # it is closed, or TLS has taken its socket over
        stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
