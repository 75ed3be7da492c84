"""Norwegian banking days: neither weekends nor public holidays."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

_FIXED = ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))
_AROUND_EASTER = (-3, -2, 1, 39, 50)  # Thursday, Friday, Monday, Ascension, Whit Monday
_SATURDAY = 5


@lru_cache(maxsize=64)
def easter_sunday(year: int) -> date:
    """Return Easter Sunday by the Gregorian computus (Meeus/Jones/Butcher)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    skipped, correction = divmod(century, 4)
    lunar = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - skipped - lunar + 15) % 30
    leap, spare = divmod(rest, 4)
    weekday = (32 + 2 * correction + 2 * leap - epact - spare) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_banking_day(day: date) -> bool:
    """Tell whether banks settle on a day."""
    if day.weekday() >= _SATURDAY or (day.month, day.day) in _FIXED:
        return False
    return (day - easter_sunday(day.year)).days not in _AROUND_EASTER


def banking_day_from(day: date) -> date:
    """Return the day itself when it is a banking day, else the next one."""
    while not is_banking_day(day):
        day += timedelta(days=1)
    return day


def after_banking_days(day: date, count: int) -> date:
    """Return the ``count``-th banking day after a day."""
    for _ in range(count):
        day = banking_day_from(day + timedelta(days=1))
    return day
