"""The one simulated day that both stand-ins live in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

Listener = Callable[[date], None]


class Day:
    """The civil date of the simulation; it only moves forward, one day at a time.

    Listeners are called once for each day that begins, in the order they were added, after
    ``today`` has become that day.
    """

    def __init__(self, today: date) -> None:
        self._today = today
        self._listeners: list[Listener] = []

    @property
    def today(self) -> date:
        """The simulated civil date."""
        return self._today

    def on_each(self, listener: Listener) -> None:
        """Call a function with each day that begins from now on."""
        self._listeners.append(listener)

    def advance_to(self, day: date) -> None:
        """Let every day up to and including this one begin; a past day changes nothing."""
        while self._today < day:
            self._today += timedelta(days=1)
            for listener in self._listeners:
                listener(self._today)
