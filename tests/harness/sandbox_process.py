"""Both stand-ins in a process of their own, steered through their admin sides."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.harness.command_line import RESTANSE

FIRST_DAY = "2026-08-18"


@dataclass(frozen=True, slots=True)
class SandboxProcess:
    """A running sandbox; ``environment`` is what it printed to be pasted."""

    environment: Mapping[str, str]
    client: httpx.Client

    def tripletex(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Call the admin side of Tripletex."""
        root = self.environment["RESTANSE_TRIPLETEX_URL"].removesuffix("/v2")
        return self._call(method, f"{root}/admin{path}", body)

    def ecpay(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Call the admin side of ECPay."""
        return self._call(method, f"{self.environment['RESTANSE_ECPAY_URL']}/admin{path}", body)

    def day(self, day: str) -> None:
        """Let both live through the days up to this one."""
        self.tripletex("POST", "/day", {"date": day})

    def _call(self, method: str, url: str, body: Mapping[str, Any] | None) -> Any:
        answer = self.client.request(method, url, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@contextmanager
def running_sandbox(today: str = FIRST_DAY) -> Iterator[SandboxProcess]:
    """Start a sandbox on free ports and end it after the block."""
    process = subprocess.Popen(
        [RESTANSE, "sandbox", "--port", "0", "--today", today],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        with httpx.Client(timeout=60) as client:
            yield SandboxProcess(_printed(process), client)
    finally:
        process.kill()
        process.communicate()


def _printed(process: subprocess.Popen[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    assert process.stdout is not None
    for line in process.stdout:
        if match := re.match(r"export (RESTANSE_\w+)=(\S+)", line):
            found[match[1]] = match[2]
        if {"RESTANSE_TRIPLETEX_URL", "RESTANSE_ECPAY_CLIENT_SECRET"} <= set(found):
            return found
    raise AssertionError("the sandbox ended before it said where it is")
