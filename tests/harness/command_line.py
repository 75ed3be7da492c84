"""Restanse as its users start it: the console script in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

RESTANSE = Path(sys.executable).parent / "restanse"
PATIENCE_SECONDS = 90


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A shell with some ``RESTANSE_…`` variables set and a folder of its own."""

    environment: Mapping[str, str]
    folder: Path

    def on(self, today: str) -> CommandLine:
        """Return the same shell on another civil date."""
        return replace(self, environment={**self.environment, "RESTANSE_TODAY": today})

    def run(self, *arguments: str, stdin: str = "", exit_code: int = 0) -> str:
        """Run a command to its end and return what it printed on standard output."""
        done = subprocess.run(
            [RESTANSE, *arguments],
            env=self._environment(),
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        told = f"restanse {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == exit_code, told
        return done.stdout

    def json(self, *arguments: str, exit_code: int = 0) -> Any:
        """Run a command and return what it said as JSON."""
        return json.loads(self.run(*arguments, "-o", "json", exit_code=exit_code))

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """Start a command and end it by SIGTERM after the block: it must drain and exit 0."""
        with (self.folder / f"{'-'.join(arguments)}.log").open("ab") as log:
            process = subprocess.Popen(
                [RESTANSE, *arguments],
                env=self._environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
            try:
                yield process
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    assert process.wait(PATIENCE_SECONDS) == 0, log.name
            finally:
                process.kill()
                process.wait()

    def said(self, phrase: str) -> int:
        """Count how often the commands that were started here said something in their logs."""
        return sum(log.read_text().count(phrase) for log in self.folder.glob("*.log"))

    def _environment(self) -> dict[str, str]:
        kept = ("PATH", "HOME", "LANG", "TMPDIR")
        own = {name: os.environ[name] for name in kept if name in os.environ}  # noqa: TID251 -- for a child
        return {**own, **self.environment, "PYTHONWARNINGS": "ignore"}
