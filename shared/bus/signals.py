"""What a link tells whoever counts: one callback, a closed set of signals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Final, TypeAlias

from shared.bus.port import Published


class Signal(Enum):
    """Something about a link worth a counter."""

    CONNECTED = "connected"
    LOST = "lost"
    DIAL_FAILED = "dial-failed"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    CONSUMER_LOST = "consumer-lost"
    STALE_ANSWER = "stale-answer"
    NACKED = "nacked"
    RETURNED = "returned"
    UNKNOWN = "unknown"
    RESUBSCRIBED = "resubscribed"


Observe: TypeAlias = Callable[[Signal, int], None]
"""Called with a signal and how many of it; must not wait and must not raise."""


def nobody(signal: Signal, count: int) -> None:
    """Watch nothing."""
    del signal, count


_UNWANTED: Final = {
    Published.NACKED: Signal.NACKED,
    Published.RETURNED: Signal.RETURNED,
    Published.UNKNOWN: Signal.UNKNOWN,
}


def observe_outcomes(observe: Observe, outcomes: Sequence[Published]) -> None:
    """Tell of every outcome that is not a confirm."""
    for outcome, signal in _UNWANTED.items():
        if count := outcomes.count(outcome):
            observe(signal, count)
