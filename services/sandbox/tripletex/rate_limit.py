"""The rate limit: calls per employee token and consumer in a short window."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from services.sandbox.tripletex.rules import Rules


class Budget(NamedTuple):
    """What is left of a window, as the headers tell it."""

    limit: int
    remaining: int
    reset_seconds: int

    @property
    def is_spent(self) -> bool:
        """Whether this call is over the limit."""
        return self.remaining < 0

    def headers(self) -> dict[str, str]:
        """Return the headers every answer carries."""
        return {
            "X-Rate-Limit-Limit": str(self.limit),
            "X-Rate-Limit-Remaining": str(max(self.remaining, 0)),
            "X-Rate-Limit-Reset": str(self.reset_seconds),
        }


class RateLimit:
    """Counts calls in windows of real time."""

    def __init__(self, rules: Rules, monotonic: Callable[[], float]) -> None:
        self._rules = rules
        self._monotonic = monotonic
        self._windows: dict[str, tuple[float, int]] = {}

    def spend(self, key: str) -> Budget | None:
        """Count one call of a key; None when there is no limit."""
        limit = self._rules.calls_per_window
        if not limit:
            return None
        now = self._monotonic()
        start, used = self._windows.get(key, (now, 0))
        if now - start >= self._rules.window_seconds:
            start, used = now, 0
        self._windows[key] = (start, used + 1)
        left = start + self._rules.window_seconds - now
        return Budget(limit, limit - used - 1, max(1, math.ceil(left)))
