"""Addresses of repositories: which are taken, and what they are called.

Only paths, https and ssh are taken. Whatever git could run or read for an address (ext::, file://, an option) is not.
"""

import re

from metrics.errors import UsageError

PROTOCOLS = ("https", "ssh")

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_TRANSPORT = re.compile(r"[A-Za-z0-9+.-]+::")
_SCP = re.compile(r"[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+:[^:].*")
_SECRET = re.compile(r"//[^/@\s]*@")


def is_url(address: str) -> bool:
    """Whether an address is of another host; it is a path otherwise.

    Raises:
        UsageError: it is empty, or git could take it for an option, or for a transport other than https and ssh.
    """
    if not address.strip():
        raise UsageError("a repository has no address", found="an empty text", next="write . for this folder")
    if address.startswith("-"):
        raise UsageError(f"{address!r} looks like an option, not a repository", next=f"write ./{address} for a folder")
    scheme = _SCHEME.match(address)
    if _TRANSPORT.match(address) or (scheme and scheme[1].lower() not in PROTOCOLS):
        raise UsageError(
            f"{redacted(address)!r} is not an address that is read",
            found="a transport other than https and ssh",
            next="give a folder, an https:// or an ssh:// address",
        )
    return bool(scheme or _SCP.fullmatch(address))


def redacted(address: str) -> str:
    """The address without a user's name or token."""
    return _SECRET.sub("//", address)


def url_name(address: str) -> str:
    """What to call the repository of an address."""
    return re.split(r"[/:]", address.rstrip("/"))[-1].removesuffix(".git") or "repository"
