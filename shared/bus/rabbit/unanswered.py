"""Delivery tags that the broker waits to hear about, and the fewest frames to answer them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send: all tags up to ``up_to`` (0: none) together, and the rest one by one."""

    up_to: int
    singly: tuple[int, ...]


class Unanswered:
    """The tags of one channel in one epoch, in the order of delivery."""

    def __init__(self) -> None:
        self._tags: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._tags)

    def __contains__(self, tag: int) -> bool:
        return tag in self._tags

    def add(self, tag: int) -> None:
        """Note a delivery."""
        self._tags[tag] = None

    def remove(self, tags: Iterable[int]) -> None:
        """Note that tags are answered."""
        for tag in tags:
            self._tags.pop(tag, None)

    def settle(self, tags: set[int]) -> Answer:
        """Note that tags are answered, and return how to say so.

        ``multiple`` answers everything up to a tag, so it serves for as long as the oldest
        unanswered tags are all among these.
        """
        up_to = 0
        for oldest in self._tags:
            if oldest not in tags:
                break
            up_to = oldest
        self.remove(tags)
        return Answer(up_to=up_to, singly=tuple(sorted(tag for tag in tags if tag > up_to)))
