"""Addresses of repositories: which are taken, what they are called, and where a folder's repository is kept.

Only paths, https and ssh are taken. Whatever git could run or read for an address (ext::, file://, an option) is not.
"""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from metrics.errors import DataError, UsageError

PROTOCOLS = ("https", "ssh")

LONGEST_POINTER = 4_096
"""Bytes of a .git file that are read: no path is longer."""

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


def repository_name(path: Path) -> str:
    """What to call a repository by its folder."""
    resolved = path.resolve()
    folder = resolved.parent if resolved.name == ".git" else resolved
    return folder.name.removesuffix(".git") or "repository"


def different_of(addresses: Sequence[str]) -> list[str]:
    """The addresses without those of a repository that was named before, however its folder is spelt."""
    first: dict[str, str] = {}
    for address in addresses:
        first.setdefault(address if is_url(address) else str(Path(address).resolve()), address)
    return list(first.values())


def names_of(addresses: Sequence[str]) -> list[str]:
    """What to call each repository: its folder's name, with a few letters of its address where two are the same.

    Bytes of a folder's name that are no UTF-8 are spelt out: names go into files that have to be.
    """
    urls = [is_url(address) for address in addresses]
    folders = [
        url_name(address) if url else repository_name(Path(address))
        for address, url in zip(addresses, urls, strict=True)
    ]
    names = [os.fsencode(folder).decode("utf-8", "backslashreplace") for folder in folders]
    times = Counter(names)
    return [
        name if times[name] == 1 else f"{name}-{hashlib.sha256(os.fsencode(address)).hexdigest()[:6]}"
        for name, address in zip(names, addresses, strict=True)
    ]


def git_directory(path: Path) -> Path:
    """Where the repository of a folder is kept: the folder itself, its .git, or where its .git file points.

    Raises:
        DataError: the folder is no repository.
    """
    for candidate in (_pointed_to(path if path.name == ".git" else path / ".git"), path):
        if (candidate / "HEAD").is_file() and ((candidate / "objects").is_dir() or (candidate / "commondir").is_file()):
            return candidate.absolute()
    found = "a folder without .git" if path.is_dir() else "a file" if path.exists() else "no such folder"
    above = next((folder for folder in path.absolute().parents if (folder / ".git").exists()), None)
    place = f"{above}, which holds .git" if path.is_dir() and above else "the folder that holds .git, or a URL"
    raise DataError(f"{path} is not a git repository", found=found, next=f"name {place}")


def _pointed_to(candidate: Path) -> Path:
    """The directory that the .git file of a worktree or submodule names; the candidate itself if it is no such file."""
    if not candidate.is_file():
        return candidate
    with candidate.open("rb") as file:
        said = file.read(LONGEST_POINTER)
    if not said.startswith(b"gitdir:"):
        return candidate
    return candidate.parent / os.fsdecode(said.removeprefix(b"gitdir:").strip())
