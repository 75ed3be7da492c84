"""What is done about an outcome: pure decisions from outcome, history and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from shared.faults import Fault, Outage, Retryable
from shared.pipeline.outcomes import Dead, Done, Incoming, Outcome, Retry
from shared.retry import GiveUp, decide
from shared.store.write import Write

OUTAGE_FIRST = timedelta(seconds=2)
OUTAGE_CEILING = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again at an instant.

    Attributes:
        attempt: Number of the try it will be.
    """

    at: datetime
    attempt: int
    fault: Fault
    writes: tuple[Write, ...] = ()


Verdict: TypeAlias = Done | RetryAt | Dead


def judge(outcome: Outcome, incoming: Incoming, *, now: datetime, draw: float) -> Verdict:
    """Decide what happens to a message.

    Args:
        outcome: What the handler made of it.
        incoming: The message and its history.
        now: The present instant.
        draw: A random number in [0, 1) for the jitter.
    """
    if not isinstance(outcome, Retry):
        return outcome
    if not isinstance(outcome.fault, Retryable):
        return Dead(outcome.fault, outcome.writes)
    age = now - incoming.first_seen
    decision = decide(outcome.fault, attempt=incoming.attempt, age=age, draw=draw)
    if isinstance(decision, GiveUp):
        return Dead(outcome.fault, outcome.writes)
    away = isinstance(outcome.fault, Outage)
    wait = _outage_wait(outcome.fault, age, draw) if away else decision.after
    return RetryAt(
        at=now + (wait if outcome.after is None else outcome.after),
        attempt=incoming.attempt + (0 if away else 1),
        fault=outcome.fault,
        writes=outcome.writes,
    )


def _outage_wait(fault: Retryable, age: timedelta, draw: float) -> timedelta:
    # Grows with the age of the outage, not with attempts, which an outage does not count; never
    # so long that a dependency which is back waits for its messages.
    grown = min(max(age / 2, OUTAGE_FIRST), OUTAGE_CEILING)
    return max(grown * (0.5 + draw / 2), fault.retry_after or timedelta(0))
