"""One queue of the embedded broker: order, prefetch, counting and limits of a quorum queue."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from shared.bus.embedded.parcels import Parcel

STREAM_LENGTH: Final = 10_000
REJECTED: Final = "rejected"
LIMIT_PASSED: Final = "delivery_limit"

Deliver: TypeAlias = Callable[[int, Parcel], None]
"""Takes a delivery tag and what is delivered."""

Bury: TypeAlias = Callable[["HeldQueue", Parcel, str], None]
"""Takes a dead letter of a queue with its reason."""


class Consumer:
    """Somebody who takes from one queue, at most ``prefetch`` unanswered at once (0: no end)."""

    def __init__(self, deliver: Deliver, prefetch: int) -> None:
        self.deliver = deliver
        self.prefetch = prefetch
        self.unanswered: dict[int, Parcel] = {}
        self.backlog: deque[Parcel] = deque(maxlen=STREAM_LENGTH)  # of a stream's reader only
        self._last_tag = 0

    @property
    def has_room(self) -> bool:
        """Tell whether one more may be delivered."""
        return not self.prefetch or len(self.unanswered) < self.prefetch

    def take(self, parcel: Parcel) -> None:
        """Deliver a parcel."""
        self._last_tag += 1
        self.unanswered[self._last_tag] = parcel
        self.deliver(self._last_tag, parcel)


class HeldQueue:
    """A queue with its messages and consumers.

    Consumers with room are served in turn. What comes back goes to the front, in its old order.
    """

    def __init__(self, name: str, arguments: Mapping[str, object], bury: Bury) -> None:
        self.name = name
        self.arguments = dict(arguments)
        self.settings: Mapping[str, object] = {}
        self.ready: deque[Parcel] = deque(maxlen=STREAM_LENGTH if self.is_stream else None)
        self.consumers: deque[Consumer] = deque()
        self.withheld: list[tuple[Parcel, str]] = []
        self._bury = bury
        self._position = 0

    @property
    def is_stream(self) -> bool:
        """Tell whether reading leaves the messages where they are."""
        return self.arguments.get("x-queue-type") == "stream"

    def setting(self, name: str) -> object:
        """Return a setting: arguments win over the policy, as on RabbitMQ."""
        return self.arguments.get(f"x-{name}", self.settings.get(name))

    @property
    def is_full(self) -> bool:
        """Tell whether one more message would be refused."""
        most = self.setting("max-length")
        if not isinstance(most, int) or self.setting("overflow") != "reject-publish":
            return False
        return len(self.ready) >= most

    def put(self, parcel: Parcel) -> None:
        """Add a message at the end."""
        self._position += 1
        parcel.position = self._position
        self.ready.append(parcel)
        if self.is_stream:
            self._offer_to_readers(parcel)
        elif self.consumers:
            self.serve()

    def attach(self, consumer: Consumer) -> None:
        """Add a consumer and serve it."""
        self.consumers.append(consumer)
        self.serve()

    def detach(self, consumer: Consumer) -> None:
        """Remove a consumer; it keeps what it has not answered."""
        if consumer in self.consumers:
            self.consumers.remove(consumer)

    def abandon(self, consumer: Consumer) -> None:
        """Remove a consumer that is gone; what it had comes back."""
        self.detach(consumer)
        held = list(consumer.unanswered.values())
        consumer.unanswered.clear()
        self.come_back(held)

    def settle(self, consumer: Consumer, tags: Iterable[int]) -> None:
        """Forget what a consumer has done."""
        for tag in tags:
            consumer.unanswered.pop(tag, None)
        self.serve()

    def give_back(self, consumer: Consumer, tags: Iterable[int]) -> None:
        """Take unhandled deliveries back, to this queue and no other."""
        self.come_back([consumer.unanswered.pop(t) for t in tags if t in consumer.unanswered])

    def reject(self, consumer: Consumer, tags: Iterable[int]) -> None:
        """Dead-letter deliveries."""
        for parcel in [consumer.unanswered.pop(t) for t in tags if t in consumer.unanswered]:
            self._bury(self, parcel, REJECTED)
        self.serve()

    def come_back(self, parcels: list[Parcel]) -> None:
        """Put parcels back in front, each with one more delivery counted."""
        if self.is_stream:
            return
        limit = self.setting("delivery-limit")
        for parcel in sorted(parcels, key=_backwards):
            parcel.delivery_count += 1
            parcel.redelivered = True
            if isinstance(limit, int) and parcel.delivery_count > limit:
                self._bury(self, parcel, LIMIT_PASSED)
            else:
                self._put_in_front(parcel)
        self.serve()

    def serve(self) -> None:
        """Deliver what is ready to consumers with room, in turn."""
        if self.is_stream:
            self._serve_readers()
            return
        ready, consumers = self.ready, self.consumers
        idle = 0
        while ready and idle < len(consumers):
            consumer = consumers[0]
            consumers.rotate(-1)
            if consumer.has_room:
                idle = 0
                consumer.take(ready.popleft())
            else:
                idle += 1

    def _put_in_front(self, parcel: Parcel) -> None:
        later: list[Parcel] = []
        while self.ready and self.ready[0].position < parcel.position:
            later.append(self.ready.popleft())
        self.ready.appendleft(parcel)
        self.ready.extendleft(reversed(later))

    def _offer_to_readers(self, parcel: Parcel) -> None:
        for reader in self.consumers:
            reader.backlog.append(parcel)
        self._serve_readers()

    def _serve_readers(self) -> None:
        for reader in self.consumers:
            while reader.backlog and reader.has_room:
                reader.take(reader.backlog.popleft())


def _backwards(parcel: Parcel) -> int:
    return -parcel.position
