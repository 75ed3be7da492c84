from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from shared.clock import SteppedClock, SystemClock, oslo_date, oslo_morning

NEW_YEAR = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_the_civil_date_is_that_of_oslo() -> None:
    late_evening_utc = datetime(2026, 7, 31, 22, 30, tzinfo=UTC)

    assert oslo_date(late_evening_utc) == date(2026, 8, 1)


def test_morning_in_oslo_follows_daylight_saving() -> None:
    winter, summer = oslo_morning(date(2026, 3, 28)), oslo_morning(date(2026, 3, 29))

    assert (winter.hour, summer.hour) == (5, 4)
    assert summer - winter == timedelta(hours=23)


def test_a_replaced_date_wins_over_the_machine() -> None:
    clock = SystemClock(today=date(2026, 8, 18))

    assert clock.today() == date(2026, 8, 18)
    assert clock.now().tzinfo is UTC


def test_without_a_replacement_the_date_is_the_machine_s() -> None:
    clock = SystemClock()

    assert clock.today() == oslo_date(clock.now())


def test_a_standing_clock_moves_only_when_stepped() -> None:
    clock = SteppedClock(NEW_YEAR)
    before = clock.now()

    clock.advance(timedelta(days=1))

    assert clock.now() - before == timedelta(days=1)
    assert clock.today() == date(2026, 1, 2)


def test_a_stepped_clock_never_goes_back() -> None:
    clock = SteppedClock(NEW_YEAR)

    clock.advance_to(NEW_YEAR - timedelta(days=1))

    assert clock.now() == NEW_YEAR


def test_a_running_clock_goes_on_by_itself() -> None:
    clock = SteppedClock(NEW_YEAR, running=True)

    first = clock.now()

    assert clock.now() >= first >= NEW_YEAR
