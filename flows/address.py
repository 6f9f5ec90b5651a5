"""Which addresses may be spoken to: http and https, and no machine of the inner network unless it is allowed.

A name is resolved once, here, and the connection goes to the address that was looked at: a name that answers with
another address a moment later (DNS rebinding) gains nothing.
"""

import logging
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from metrics.errors import DataError, TransientError

# At INFO httpx logs every address that it asks: that of a webhook is a secret, and a query can be a key.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

SCHEMES = ("http", "https")

NAT64 = IPv6Network("64:ff9b::/96")
"""The last 32 bits of such an address are one of IPv4."""

NOT_OPEN = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "fec0::/10", "3fff::/20")))
"""Of protocols, relays, sites and documentation: some versions of Python take them for public."""

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port -> addresses as text; OSError where there is none."""


class Endpoint(NamedTuple):
    """Where a request goes: the name for the publisher, the addresses for the connection."""

    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...]


def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def endpoint(url: str, *, allow_private: bool, resolve: Resolve = resolved) -> Endpoint:
    """Where a URL leads, once it is known that we may go there.

    Raises:
        DataError: it is no address of http or https, has a password in it, or leads to an inner network.
        TransientError: its name is not known at the moment.
    """
    scheme, host, port = _parts(url)
    try:
        addresses = tuple(resolve(host, port))
    except UnicodeError as error:  # an empty label, or one of more than 63 characters
        raise DataError(
            f"{shown(url)}: the host is no name of one", found=str(error), next="look at the address"
        ) from error
    except OSError as error:
        raise TransientError(
            f"{shown(url)}: the host is not known", found=error.strerror or str(error), next="look at the network"
        ) from error
    inner = [address for address in addresses if not is_public(address)]
    if inner and not allow_private:
        # One inner address among several is enough: which of them answers is not ours to choose.
        raise DataError(
            f"{shown(url)}: the address is of an inner network",
            found=f"{host} is {inner[0]}",
            next="allow_private = true under [network] of threefutures.toml, if it is yours",
        )
    return Endpoint(scheme, host, port, addresses)


def is_public(address: str) -> bool:
    """Whether an address is one of the open network; those that wrap another are judged by what they wrap."""
    ip = ip_address(address.split("%", 1)[0])
    wrapped = _wrapped(ip) if isinstance(ip, IPv6Address) else None
    if wrapped is not None:
        return is_public(str(wrapped))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not any(ip in one for one in NOT_OPEN)


def is_web(place: str) -> bool:
    """Whether a place is an address, and no path of this machine."""
    return place.lower().startswith(tuple(f"{scheme}://" for scheme in SCHEMES))


def shown(url: str) -> str:
    """A URL as an error or a note may tell it: a query can be a key, and a user a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _parts(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        # What Python says repeats it, and a password may stand where the port should.
        found = "a host or a port that is none"
        raise DataError("the address of a source cannot be read", found=found, next="write https://...") from error
    if parts.scheme not in SCHEMES or not host:
        raise DataError(
            f"{shown(url)}: only http and https are fetched",
            found=f"{parts.scheme}://" if parts.scheme else "no scheme",
            next="write https://...",
        )
    if parts.username or parts.password:
        raise DataError(
            f"{shown(url)}: an address is given without a name and password",
            found="a name before the @",
            next="fetch the file yourself, and give its path",
        )
    return parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme]


def _wrapped(ip: IPv6Address) -> IPv4Address | None:
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
