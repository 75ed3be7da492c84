"""What all of ECPay shares: the day, the stamps, the numbers and the announced rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count

from services.sandbox.day import Day
from services.sandbox.ecpay.interest import RATES

_MORNING = time(6)


class Office:
    """The simulated day with stamps and running numbers; nothing here is random."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.rates: dict[date, Decimal] = dict(RATES)
        self._numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(1))
        self._stamped = day.today
        self._stamps = count(1)

    @property
    def today(self) -> date:
        """The simulated civil date."""
        return self.day.today

    def instant(self) -> datetime:
        """Return a new instant of today, later than every one before it."""
        if self._stamped != self.today:
            self._stamped, self._stamps = self.today, count(1)
        morning = datetime.combine(self.today, _MORNING, UTC)
        return morning + timedelta(milliseconds=next(self._stamps))

    def stamp(self) -> str:
        """Return a new instant of today as the contract writes it."""
        return as_stamp(self.instant())

    def number(self, kind: str) -> int:
        """Return the next number of a kind, from one."""
        return next(self._numbers[kind])


def as_stamp(instant: datetime) -> str:
    """Return an instant as RFC 3339 in UTC with milliseconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{instant.microsecond // 1000:03d}Z"
    )
