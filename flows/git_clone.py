"""Bare mirrors of repositories that lie elsewhere than on this machine."""

import os
import subprocess
from pathlib import Path

from flows.git_address import PROTOCOLS, redacted
from flows.git_process import safe_environment
from flows.git_store import folder_of
from metrics.errors import TransientError

MEASURED = "refs/heads/measured"
"""What the mirror calls the commit that HEAD was at its publisher."""

_OF_THE_NETWORK = ("HOME", "SSH_AUTH_SOCK", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE")
"""Variables that reaching a host may need; git's own configuration is still not read."""


def mirror(address: str, cache: Path) -> Path:
    """A bare mirror of the address's HEAD and of its notes on authorship, brought up to date.

    Args:
        address: as judged by is_url.
        cache: folder of the mirrors.

    Raises:
        TransientError: the host does not answer, or says no; what was mirrored before stays.
    """
    folder = folder_of(cache, address)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not (folder / "HEAD").is_file():
        _git(address, folder.parent, "init", "--quiet", "--bare", "--template=", str(folder))
    wanted = [f"+HEAD:{MEASURED}", "+refs/notes/*:refs/notes/*"]
    here = f"--git-dir={folder}"
    # Pruned: notes that are gone at the publisher attest nothing any more.
    fetch = ["fetch", "--quiet", "--prune", "--no-tags", "--no-recurse-submodules"]
    _git(address, folder, here, *fetch, "--", address, *wanted)
    _git(address, folder, here, "symbolic-ref", "HEAD", MEASURED)
    return folder


def _git(address: str, folder: Path, *arguments: str) -> None:
    environment = safe_environment(folder) | {name: os.environ[name] for name in _OF_THE_NETWORK if name in os.environ}
    # Nobody is there to answer a question; and what a host sends may not have git fetch from elsewhere.
    environment |= {"GIT_ALLOW_PROTOCOL": ":".join(PROTOCOLS), "GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}
    never = ["-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "gc.auto=0"]
    command = ["git", *never, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 -- the address stands behind "--"
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().split("\n")
        raise TransientError(
            f"{redacted(address)} cannot be mirrored",
            found=redacted(lines[-1])[:200],
            next="check the address and the network, then try again; what was read before is kept",
        )
