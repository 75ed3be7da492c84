"""Which queues a routing key reaches: pure rules of direct, fanout and topic exchanges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

KINDS: Final = frozenset({"direct", "fanout", "topic"})
_CACHED_ROUTES: Final = 10_000


def topic_matches(pattern: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether words match a pattern: ``*`` is one word, ``#`` any number, none included.

    Keeps the set of places in the pattern that the words so far can have led to, so the work
    grows with the product of both lengths and no faster.
    """
    places = _past_hashes({0}, pattern)
    for word in words:
        led_to = {
            place if pattern[place] == "#" else place + 1
            for place in places
            if place < len(pattern) and pattern[place] in ("#", "*", word)
        }
        places = _past_hashes(led_to, pattern)
    return len(pattern) in places


def _past_hashes(places: set[int], pattern: Sequence[str]) -> set[int]:
    reached = set(places)
    for place in sorted(places):
        after = place
        while after < len(pattern) and pattern[after] == "#":
            after += 1
            reached.add(after)
    return reached


@dataclass(slots=True)
class ExchangeRules:
    """An exchange, what is bound to it, and where the rest goes.

    Attributes:
        bindings: (queue, routing key) in the order they were made.
    """

    name: str
    kind: str
    arguments: Mapping[str, object]
    bindings: dict[tuple[str, str], None] = field(default_factory=dict)
    _routes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def alternate(self) -> str | None:
        """Return the exchange that takes what reaches no queue here."""
        name = self.arguments.get("alternate-exchange")
        return None if name is None else str(name)

    def bind(self, queue: str, key: str) -> None:
        """Bind a queue; binding twice is binding once."""
        self.bindings[queue, key] = None
        self._routes.clear()

    def unbind(self, queue: str, key: str) -> None:
        """Remove a binding, if it is there."""
        self.bindings.pop((queue, key), None)
        self._routes.clear()

    def forget(self, queue: str) -> None:
        """Remove every binding of a queue."""
        for bound in [binding for binding in self.bindings if binding[0] == queue]:
            del self.bindings[bound]
        self._routes.clear()

    def route(self, key: str) -> tuple[str, ...]:
        """Return the queues that a key reaches, each once."""
        known = self._routes.get(key)
        if known is None:
            if len(self._routes) >= _CACHED_ROUTES:
                self._routes.clear()
            known = tuple(
                dict.fromkeys(q for q, bound in self.bindings if self._reaches(bound, key))
            )
            self._routes[key] = known
        return known

    def _reaches(self, bound: str, key: str) -> bool:
        if self.kind == "fanout":
            return True
        if self.kind == "direct":
            return bound == key
        return topic_matches(bound.split("."), key.split(".") if key else [])
