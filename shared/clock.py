"""Time as a parameter: the only place that reads the machine's clock.

Instants are aware UTC; civil dates are those of Europe/Oslo, as both providers use them.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from typing import Protocol
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")


class Clock(Protocol):
    """Tells the time; safe to share between tasks."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""

    def today(self) -> date:
        """Return the present civil date in Europe/Oslo."""


class SystemClock:
    """The machine's clock, with a civil date that may be replaced (``RESTANSE_TODAY``)."""

    def __init__(self, today: date | None = None) -> None:
        self._today = today

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the replaced date if there is one, else today's in Europe/Oslo."""
        return self._today or oslo_date(self.now())


class SteppedClock:
    """A clock that somebody steps: for simulated days and for tests.

    Between steps it runs at the machine's pace when ``running``, and stands still otherwise.
    It never goes back.
    """

    def __init__(self, start: datetime, *, running: bool = False) -> None:
        self._base = start
        self._running = running
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """Return the simulated instant, aware, in UTC."""
        passed = time.monotonic() - self._origin if self._running else 0.0
        return self._base + timedelta(seconds=passed)

    def today(self) -> date:
        """Return the simulated civil date in Europe/Oslo."""
        return oslo_date(self.now())

    def advance(self, by: timedelta) -> None:
        """Step forward by a duration that is not negative."""
        self._base += max(by, timedelta(0))

    def advance_to(self, instant: datetime) -> None:
        """Step forward to an instant; an instant in the past changes nothing."""
        self.advance(instant - self.now())


def oslo_date(instant: datetime) -> date:
    """Return the civil date in Europe/Oslo at an instant."""
    return instant.astimezone(OSLO).date()


def oslo_morning(day: date) -> datetime:
    """Return 06:00 in Europe/Oslo on a day, as an instant in UTC."""
    return datetime.combine(day, wall_time(6), tzinfo=OSLO).astimezone(UTC)
