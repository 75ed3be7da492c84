"""Injected faults: what the next matching calls meet instead of a normal answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class Kind(StrEnum):
    """What happens to a disturbed call.

    ``LOST`` lets the write happen and loses the answer; ``DROP`` closes the connection before
    anything happens; ``DELAY`` answers normally after a while.
    """

    ERROR = "error"
    HTML = "html"
    EMPTY = "empty"
    RATE_LIMIT = "rate-limit"
    BARE_RATE_LIMIT = "bare-rate-limit"
    DROP = "drop"
    DELAY = "delay"
    LOST = "lost"


@dataclass(slots=True, eq=False)
class Disturbance:
    """A fault for the next calls that match.

    Attributes:
        kind: What happens.
        calls: How many calls are left to disturb.
        method: The method, ``*`` for any.
        path: A shell pattern over the path without ``/v2``, as ``/invoice/*/:payment``.
        company_id: Only calls into this company; None for all.
        status: The status of ``ERROR``, ``HTML`` and ``EMPTY``.
        code: The code in the body of ``ERROR``; 9000 with status 403 is a missing entitlement.
        seconds: How long ``DELAY`` waits before it answers, and ``LOST`` before it hangs up.
    """

    kind: Kind
    calls: int = 1
    method: str = "*"
    path: str = "*"
    company_id: int | None = None
    status: int = 500
    code: int = 1000
    seconds: float = 0.0

    def matches(self, method: str, path: str, company_id: int | None) -> bool:
        """Whether a call is to be disturbed."""
        return (
            self.calls > 0
            and self.method in ("*", method)
            and fnmatchcase(path, self.path)
            and self.company_id in (None, company_id)
        )


class Disturbances:
    """The faults waiting for their calls, first come first served."""

    def __init__(self) -> None:
        self._waiting: list[Disturbance] = []
        self.met = 0

    def add(self, disturbance: Disturbance) -> None:
        """Let a fault wait for its calls."""
        self._waiting.append(disturbance)

    def clear(self) -> None:
        """Forget all waiting faults."""
        self._waiting.clear()

    def take(self, method: str, path: str, company_id: int | None) -> Disturbance | None:
        """Return the fault this call meets, and use one of its calls up."""
        for waiting in self._waiting:
            if waiting.matches(method, path, company_id):
                waiting.calls -= 1
                self.met += 1
                self._waiting = [left for left in self._waiting if left.calls > 0]
                return waiting
        return None
