"""Opaque cursors that only move forward and never expire.

A cursor names the feed, the position and a check over both and the owner, so that one issued
for another feed or client is told apart from a good one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from services.sandbox.ecpay.problems import Refusal

_FORM = re.compile(r"^([a-z]{2})\.([0-9a-f]{12})\.([0-9a-f]{8})$")
_SALT = b"restanse sandbox cursors"
LIMIT = 200
DEFAULT_LIMIT = 50
LINE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of one owner: two letters for the kind, and whose it is."""

    kind: str
    owner: str

    def cursor(self, position: int) -> str:
        """Return the cursor that stands after ``position`` items."""
        return f"{self.kind}.{position:012x}.{self._check(position)}"

    def position(self, cursor: str | None) -> int:
        """Return the position of a cursor, zero when there is none.

        Raises:
            Refusal: The cursor was not issued for this feed and owner.
        """
        if cursor is None:
            return 0
        found = _FORM.match(cursor)
        if found is None or found[1] != self.kind:
            raise Refusal("INVALID_CURSOR")
        position = int(found[2], 16)
        if not hmac.compare_digest(found[3], self._check(position)):
            raise Refusal("INVALID_CURSOR")
        return position

    def _check(self, position: int) -> str:
        text = f"{self.kind}|{self.owner}|{position}".encode()
        return hmac.new(_SALT, text, hashlib.sha256).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Where a page starts and how long it may be."""

    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


Item = TypeVar("Item")


def page(
    feed: Feed,
    items: Sequence[Item],
    wanted: PageRequest,
    *,
    show: Callable[[Item], Mapping[str, Any]],
    is_current: Callable[[int, Item], bool] = lambda _position, _item: True,
) -> dict[str, Any]:
    """Return one page of a feed.

    Args:
        feed: The feed, which makes the cursors.
        items: Everything in the feed, oldest first.
        wanted: Where to start and how many.
        show: How an item is written.
        is_current: Whether the item at a position, counted from one, still belongs there.
    """
    start = feed.position(wanted.cursor)
    chosen: list[tuple[int, Item]] = []
    for position in range(start + 1, len(items) + 1):
        if is_current(position, items[position - 1]):
            chosen.append((position, items[position - 1]))
            if len(chosen) > wanted.limit:
                break
    kept = chosen[: wanted.limit]
    return {
        "items": [show(item) for _, item in kept],
        "nextCursor": feed.cursor(kept[-1][0] if kept else start),
        "hasMore": len(chosen) > len(kept),
    }
