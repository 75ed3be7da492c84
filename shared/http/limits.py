"""What a provider says about how fast it may be called.

Tripletex counts per token and answers ``X-Rate-Limit-Limit/-Remaining/-Reset`` (seconds left in
the period) on every response, and 429 until the period ends. Others send ``Retry-After`` in
seconds or as a date. Missing or broken headers mean that nothing is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from shared.faults import Transient

LONGEST = timedelta(hours=1)
"""No header makes us wait longer than this."""
PATIENCE = timedelta(seconds=90)
"""A call waits this long for its turn; beyond that its message is tried again later."""
BLIND = timedelta(seconds=2)
"""How long a 429 without any header stops us."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many calls are left in the present period, and how long it lasts."""

    remaining: int
    reset: timedelta


def allowance(headers: Mapping[str, str]) -> Allowance | None:
    """Return what the rate-limit headers say, or None when they are missing or broken.

    Args:
        headers: By lower-case name.
    """
    remaining = _first(headers, "x-rate-limit-remaining", "ratelimit-remaining")
    reset = _first(headers, "x-rate-limit-reset", "ratelimit-reset")
    if not (remaining and reset and remaining.isdigit() and reset.isdigit()):
        return None
    return Allowance(int(remaining), min(timedelta(seconds=int(reset[:9])), LONGEST))


def asked_wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the wait a refused call asks for, or None when it asks for none.

    ``Retry-After`` counts before the rate-limit headers.
    """
    told = headers.get("retry-after", "").strip()
    if told.isdigit():
        return min(timedelta(seconds=int(told[:9])), LONGEST)
    if told:
        return _until(told, now)
    known = allowance(headers)
    return known.reset if known else None


def _first(headers: Mapping[str, str], *names: str) -> str:
    return next((headers[name].strip() for name in names if name in headers), "")


def _until(told: str, now: datetime) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(aware - now, timedelta(0)), LONGEST)


class Limiter:
    """Holds calls back when the allowance of one token is used up.

    Shared by all tasks of a process that use the token. Other processes are not seen, except
    through the headers; a 429 stays possible and is a fault of the call that met it.

    Args:
        dependency: The peer's name in faults.
    """

    def __init__(self, dependency: str = "") -> None:
        self._dependency = dependency
        self._left: int | None = None
        self._reset_at = 0.0
        self._queue = asyncio.Lock()

    async def turn(self) -> None:
        """Return when a call may be made, and count it.

        Raises:
            Transient: That is too far off for whoever waits with a message in hand.
        """
        async with self._queue:
            wait = self._wait()
            if wait > PATIENCE.total_seconds():
                msg = f"no call is left for another {wait:.0f} seconds"
                after = timedelta(seconds=wait)
                raise Transient(
                    msg, code="RATE_LIMIT", dependency=self._dependency, retry_after=after
                )
            if wait > 0:
                await asyncio.sleep(wait)
                self._left = None
            if self._left is not None:
                self._left -= 1

    def learn(self, status: int, headers: Mapping[str, str]) -> None:
        """Take note of what a response said."""
        now = asyncio.get_running_loop().time()
        known = allowance(headers)
        if status == 429:  # noqa: PLR2004  # Too Many Requests
            reset = known.reset if known else BLIND
            self._left, self._reset_at = 0, now + max(reset.total_seconds(), 0.1)
        elif known:
            self._learn_remaining(known, now)

    def _wait(self) -> float:
        wait = self._reset_at - asyncio.get_running_loop().time()
        if wait <= 0:
            self._left = None  # a new period has begun, and nothing is known of it
        return wait if self._left is not None and self._left <= 0 else 0.0

    def _learn_remaining(self, known: Allowance, now: float) -> None:
        # Responses overtake one another, and seconds are rounded up: within one period the
        # lowest figure and the earliest end are the truest.
        reset_at = now + known.reset.total_seconds()
        if self._left is not None and now < self._reset_at:
            self._left = min(self._left, known.remaining)
            self._reset_at = min(self._reset_at, reset_at)
        else:
            self._left, self._reset_at = known.remaining, reset_at
