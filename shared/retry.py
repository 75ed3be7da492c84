"""When to try again: pure decisions from fault, attempt and age.

Full jitter: the wait is drawn evenly between zero and the exponential ceiling, so that a crowd
of failed messages does not come back as a crowd. A wait that the source asked for
(``Retry-After``) is a floor, exact to the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.faults import NotYet, Outage, Retryable


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long to try again.

    Attributes:
        attempts: Tries in all, the first one included.
        first: Ceiling of the first wait.
        growth: By how much the ceiling is multiplied with each attempt.
        ceiling: Largest wait.
        age: A message older than this is not tried again.
    """

    attempts: int
    first: timedelta
    growth: int
    ceiling: timedelta
    age: timedelta

    def __post_init__(self) -> None:
        """Refuse a policy that could never end or never start."""
        shrinks = self.growth < 1 or self.ceiling < self.first
        if self.attempts < 1 or self.first <= timedelta(0) or shrinks:
            msg = f"a retry policy needs attempts, growth >= 1 and 0 < first <= ceiling: {self}"
            raise ValueError(msg)


TRANSIENT = RetryPolicy(
    attempts=8,
    first=timedelta(seconds=8),
    growth=4,
    ceiling=timedelta(hours=4),
    age=timedelta(days=3),
)
"""Ceilings of 8 s, 32 s, 2 min, 9 min, 34 min, 2 h and 4 h: about seven hours at the most."""
NOT_YET = RetryPolicy(
    attempts=400,
    first=timedelta(seconds=1),
    growth=2,
    ceiling=timedelta(hours=1),
    age=timedelta(days=7),
)
"""Long, for the predecessor may itself be waiting for the end of an outage."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Try again after a wait."""

    after: timedelta


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Stop trying; the reason is for a person."""

    reason: str


def decide(fault: Retryable, *, attempt: int, age: timedelta, draw: float) -> TryAgain | GiveUp:
    """Decide on a failed try.

    Args:
        fault: What went wrong.
        attempt: Number of the try that failed, starting at one.
        age: Time since the first try.
        draw: A random number in [0, 1) for the jitter.
    """
    policy = NOT_YET if isinstance(fault, NotYet) else TRANSIENT
    counted = not isinstance(fault, Outage)
    if counted and attempt >= policy.attempts:
        return GiveUp(f"{attempt} attempts failed")
    if counted and age > policy.age:
        return GiveUp(f"still failing after {age}")
    return TryAgain(_wait(fault, policy, attempt, draw))


def _wait(fault: Retryable, policy: RetryPolicy, attempt: int, draw: float) -> timedelta:
    growth: int = policy.growth ** min(attempt - 1, 20)
    grown = policy.first * growth
    jittered = min(grown, policy.ceiling) * draw
    return max(jittered, fault.retry_after or timedelta(0))
