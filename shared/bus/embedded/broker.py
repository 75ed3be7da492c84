"""The embedded broker: exchanges, queues and policies in memory.

It is one object that the process hands to whoever opens a link; nothing is global. It belongs to
one event loop and never waits, so every call is complete when it returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

from shared.bus.embedded.parcels import Parcel, dead
from shared.bus.embedded.queues import HeldQueue
from shared.bus.embedded.routing import KINDS, ExchangeRules
from shared.bus.policies import Policy
from shared.bus.port import Outgoing, Published
from shared.faults import Invalid

DEFAULT_EXCHANGE: Final = ""


class Connection(Protocol):
    """Whoever is connected, as the broker sees them."""

    def cut(self) -> None:
        """Be told that the connection is lost."""

    def queue_appeared(self, name: str) -> None:
        """Be told that a queue was made."""

    def queue_vanished(self, name: str) -> None:
        """Be told that a queue was deleted."""


class EmbeddedBroker:
    """A broker in this process.

    It confirms, returns what is unroutable, counts deliveries, dead-letters, refuses what passes
    a length, and can be made to lose connections. What it holds is gone with it.
    """

    def __init__(self) -> None:
        self.exchanges: dict[str, ExchangeRules] = {}
        self.queues: dict[str, HeldQueue] = {}
        self.policies: dict[str, Policy] = {}
        self.is_away = False
        self._connections: dict[Connection, None] = {}

    def declare_exchange(self, name: str, kind: str, arguments: Mapping[str, object]) -> None:
        """Make an exchange; an equal one may be there already."""
        if kind not in KINDS:
            raise Invalid(f"exchange {name}: there is no kind {kind!r}", dependency="broker")
        there = self.exchanges.get(name)
        if there is None:
            self.exchanges[name] = ExchangeRules(name, kind, dict(arguments))
        elif (there.kind, dict(there.arguments)) != (kind, dict(arguments)):
            _unequal("exchange", name)

    def declare_queue(self, name: str, arguments: Mapping[str, object]) -> HeldQueue:
        """Make a queue; an equal one may be there already."""
        there = self.queues.get(name)
        if there is None:
            there = self.queues[name] = HeldQueue(name, arguments, self._bury)
            self._apply_policy(there)
            for connection in list(self._connections):
                connection.queue_appeared(name)
        elif there.arguments != dict(arguments):
            _unequal("queue", name)
        return there

    def queue(self, name: str) -> HeldQueue:
        """Return a queue.

        Raises:
            Invalid: There is no such queue.
        """
        found = self.queues.get(name)
        if found is None:
            raise Invalid(f"there is no queue {name!r}", code="not-found", dependency="broker")
        return found

    def exchange(self, name: str) -> ExchangeRules:
        """Return an exchange.

        Raises:
            Invalid: There is no such exchange.
        """
        found = self.exchanges.get(name)
        if found is None:
            raise Invalid(f"there is no exchange {name!r}", code="not-found", dependency="broker")
        return found

    def bind(self, queue: str, exchange: str, key: str) -> None:
        """Bind a queue to an exchange; dead letters that waited for a way get another try."""
        self.exchange(exchange).bind(self.queue(queue).name, key)
        for held in self.queues.values():
            waiting, held.withheld = held.withheld, []
            for parcel, reason in waiting:
                self._bury(held, parcel, reason)

    def delete_queue(self, name: str) -> int:
        """Delete a queue with its bindings; return how many messages went with it."""
        gone = self.queues.pop(name, None)
        for exchange in self.exchanges.values():
            exchange.forget(name)
        for connection in list(self._connections):
            connection.queue_vanished(name)
        return 0 if gone is None else len(gone.ready)

    def set_policies(self, policies: Iterable[Policy]) -> None:
        """Replace all policies."""
        self.policies = {policy.name: policy for policy in policies}
        for queue in self.queues.values():
            self._apply_policy(queue)

    def publish(self, message: Outgoing, *, mandatory: bool = True) -> Published:
        """Take a message and say what became of it."""
        targets = self._targets(message.exchange, message.routing_key)
        if not targets:
            return Published.RETURNED if mandatory else Published.CONFIRMED
        outcome = Published.CONFIRMED
        for queue in targets:
            if queue.is_full:
                outcome = Published.NACKED
            else:
                queue.put(Parcel(message, 0, message.headers))
        return outcome

    def connect(self, connection: Connection) -> None:
        """Register a connection, to be told what happens to it."""
        self._connections[connection] = None

    def disconnect(self, connection: Connection) -> None:
        """Forget a connection."""
        self._connections.pop(connection, None)

    def cut(self) -> None:
        """Lose every connection at once, as a network may."""
        for connection in list(self._connections):
            connection.cut()

    def go_away(self) -> None:
        """Lose every connection and accept none, as a broker that went down."""
        self.is_away = True
        self.cut()

    def come_back(self) -> None:
        """Accept connections again, with everything that was held."""
        self.is_away = False
        self.cut()

    def _targets(self, exchange: str, key: str) -> Sequence[HeldQueue]:
        if exchange == DEFAULT_EXCHANGE:
            queue = self.queues.get(key)
            return () if queue is None else (queue,)
        seen: set[str] = set()
        following: str | None = exchange
        while following is not None and following not in seen:
            rules = self.exchanges.get(following)
            if rules is None:
                return ()
            names = rules.route(key)
            if names:
                return [self.queues[name] for name in names]
            seen.add(following)
            following = rules.alternate
        return ()

    def _apply_policy(self, queue: HeldQueue) -> None:
        covering = [policy for policy in self.policies.values() if policy.covers(queue.name)]
        best = max(covering, key=lambda policy: policy.priority, default=None)
        queue.settings = {} if best is None else best.definition

    def _bury(self, queue: HeldQueue, parcel: Parcel, reason: str) -> None:
        exchange = queue.setting("dead-letter-exchange")
        if exchange is None:
            return
        key = str(queue.setting("dead-letter-routing-key") or parcel.message.routing_key)
        letter = dead(parcel, queue=queue.name, reason=reason, exchange=str(exchange), key=key)
        targets = self._targets(str(exchange), key)
        if not targets and queue.setting("dead-letter-strategy") == "at-least-once":
            queue.withheld.append((parcel, reason))
            return
        for target in targets:
            target.put(replace(letter))


def _unequal(what: str, name: str) -> None:
    raise Invalid(
        f"{what} {name!r} is there already with another kind or other arguments",
        code="precondition-failed",
        dependency="broker",
    )
