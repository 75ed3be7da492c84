from __future__ import annotations

from datetime import date

from services.sandbox.day import Day


def test_every_day_that_passes_is_told() -> None:
    day = Day(date(2026, 11, 2))
    told: list[date] = []
    day.on_each(told.append)

    day.advance_to(date(2026, 11, 4))

    assert told == [date(2026, 11, 3), date(2026, 11, 4)]
    assert day.today == date(2026, 11, 4)


def test_a_listener_sees_the_day_as_today() -> None:
    day = Day(date(2026, 11, 2))
    seen: list[tuple[date, date]] = []
    day.on_each(lambda begun: seen.append((begun, day.today)))

    day.advance_to(date(2026, 11, 3))

    assert seen == [(date(2026, 11, 3), date(2026, 11, 3))]


def test_a_past_day_changes_nothing() -> None:
    day = Day(date(2026, 11, 2))

    day.advance_to(date(2026, 11, 1))

    assert day.today == date(2026, 11, 2)
