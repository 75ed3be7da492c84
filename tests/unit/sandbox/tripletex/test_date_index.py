from __future__ import annotations

from datetime import date

from services.sandbox.tripletex.date_index import DateIndex


def test_a_window_holds_its_first_day_and_not_its_end() -> None:
    index: DateIndex[str] = DateIndex()
    for day in (3, 1, 2):
        index.add(date(2026, 1, day), f"item {day}")

    found = list(index.between(date(2026, 1, 1), date(2026, 1, 3)))

    assert found == ["item 1", "item 2"]


def test_items_of_one_day_keep_their_order() -> None:
    index: DateIndex[int] = DateIndex()
    for item in (2, 1):
        index.add(date(2026, 1, 1), item)

    assert list(index.between(date.min, date.max)) == [2, 1]
