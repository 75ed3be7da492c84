"""Records by civil date, so that a window of dates costs what it holds."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from datetime import date
from typing import Generic, TypeVar

Item = TypeVar("Item")


class DateIndex(Generic[Item]):
    """Lists of items by date; reading a window touches only the dates in it."""

    def __init__(self) -> None:
        self._days: list[date] = []
        self._items: dict[date, list[Item]] = {}

    def add(self, day: date, item: Item) -> None:
        """Add an item on a day."""
        items = self._items.get(day)
        if items is None:
            items = self._items[day] = []
            insort(self._days, day)
        items.append(item)

    def between(self, first: date, end: date) -> Iterator[Item]:
        """Yield the items from a day, inclusive, to a day, exclusive."""
        for position in range(bisect_left(self._days, first), bisect_left(self._days, end)):
            yield from self._items[self._days[position]]
