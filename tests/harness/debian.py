"""Install a server that the tests start, where the run may: on Debian, as root."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

LOCK = Path(tempfile.gettempdir()) / "restanse-apt.lock"
INSTALL = ("install", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300")
# No questions, and no service started beside the private one (invoke-rc.d heeds the run level).
SETTINGS = ("DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")


def found_or_installed(find: Callable[[], Path | None], package: str) -> Path | None:
    """Return what ``find`` finds, after installing the package if there is nothing yet."""
    if (there := find()) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return there
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of one run come here together
        if (there := find()) is None:
            print(f"Installing {package} ...", flush=True)  # noqa: T201 -- a download takes time
            _apt("update")
            _apt(*INSTALL, package)
            there = find()
    return there


def _apt(*arguments: str) -> None:
    done = subprocess.run(
        ["env", *SETTINGS, "apt-get", "--quiet", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-2000:], sep="\n")  # noqa: T201 -- why it is missing
