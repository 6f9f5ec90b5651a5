"""Bare mirrors of repositories that lie elsewhere than on this machine."""

import os
import signal
import subprocess
from pathlib import Path

from flows.git_address import PROTOCOLS, redacted
from flows.git_process import safe_environment
from flows.git_store import folder_of
from metrics.errors import DataError, TransientError

MEASURED = "refs/heads/measured"
"""What the mirror calls the commit that HEAD was at its publisher."""

LONGEST_SECONDS = 3_600.0
"""Of one talk with a host: the largest histories take minutes, and a run waits for the slowest of its repositories."""

_OF_THE_NETWORK = ("HOME", "SSH_AUTH_SOCK", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE")
"""Variables that reaching a host may need; git's own configuration is still not read."""

_SSH = "ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=15 -o ServerAliveCountMax=4"
"""Nobody is there to answer a question, and a host that fell silent is given a minute."""

_ALWAYS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "gc.auto": "0",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
}


def mirror(address: str, cache: Path) -> Path:
    """A bare mirror of the address's HEAD and of its notes on authorship, brought up to date.

    Args:
        address: as judged by is_url.
        cache: folder of the mirrors.

    Raises:
        DataError: the repository has no commit.
        TransientError: the host does not answer, or says no; what was mirrored before stays.
    """
    folder = folder_of(cache, address)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not (folder / "HEAD").is_file():
        object_format = _object_format(address, folder.parent)
        init = ["init", "--quiet", "--bare", "--template=", f"--object-format={object_format}"]
        _git(address, folder.parent, *init, str(folder))
    wanted = [f"+HEAD:{MEASURED}", "+refs/notes/*:refs/notes/*"]
    here = f"--git-dir={folder}"
    # Pruned: notes that are gone at the publisher attest nothing any more.
    fetch = ["fetch", "--quiet", "--prune", "--no-tags", "--no-recurse-submodules"]
    _git(address, folder, here, *fetch, "--", address, *wanted)
    _git(address, folder, here, "symbolic-ref", "HEAD", MEASURED)
    return folder


def _object_format(address: str, folder: Path) -> str:
    """Which hashes the publisher has: a mirror must be made with the same."""
    # Without a git directory of its own git would take, and obey, one around the working folder.
    head = _git(address, folder, f"--git-dir={os.devnull}", "ls-remote", "--quiet", "--", address, "HEAD").split()
    if not head:
        raise DataError(
            f"{redacted(address)} has no commit",
            found="no HEAD at the publisher",
            next="push a branch, or leave it out",
        )
    return "sha256" if len(head[0]) == 64 else "sha1"


def _git(address: str, folder: Path, *arguments: str) -> str:
    """What git says, which may talk with the host.

    Raises:
        TransientError: it did not succeed, or not within LONGEST_SECONDS.
    """
    environment = safe_environment(folder) | {name: os.environ[name] for name in _OF_THE_NETWORK if name in os.environ}
    # What a host sends may not have git fetch from elsewhere.
    environment |= {"GIT_ALLOW_PROTOCOL": ":".join(PROTOCOLS), "GIT_SSH_COMMAND": _SSH}
    always = [part for name, value in _ALWAYS.items() for part in ("-c", f"{name}={value}")]
    command = ["git", *always, *arguments]
    # A group of its own, because git leaves the ssh that it started behind.
    with subprocess.Popen(  # noqa: S603 -- the address stands behind "--"
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            said, faults = process.communicate(timeout=LONGEST_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise _unmirrored(address, f"no end after {LONGEST_SECONDS:,.0f} seconds") from error
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        lines = faults.decode("utf-8", "replace").strip().split("\n")
        raise _unmirrored(address, redacted(lines[-1])[:200])
    return said.decode("ascii", "replace")


def _unmirrored(address: str, found: str) -> TransientError:
    return TransientError(
        f"{redacted(address)} cannot be mirrored",
        found=found,
        next="check the address and the network, then try again; what was read before is kept",
    )
