"""A delivery that was read: its message and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.bus.port import Delivery
from shared.faults import Unreadable
from shared.messages.catalog import decode
from shared.pipeline.outcomes import Incoming

ATTEMPT = "attempt"
FIRST_SEEN = "first-seen"


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery and the message in it."""

    delivery: Delivery
    incoming: Incoming


@dataclass(frozen=True, slots=True)
class Illegible:
    """A delivery whose bytes are no message, and why."""

    delivery: Delivery
    fault: Unreadable


def read(
    deliveries: Sequence[Delivery], *, now: datetime
) -> tuple[Sequence[Taken], Sequence[Illegible]]:
    """Decode deliveries; one that cannot be read does not hold up its neighbours."""
    taken: list[Taken] = []
    illegible: list[Illegible] = []
    for delivery in deliveries:
        try:
            message = decode(delivery.body, hint=delivery.type)
        except Unreadable as fault:
            illegible.append(Illegible(delivery, fault))
            continue
        incoming = Incoming(
            message=message,
            queue=delivery.queue,
            attempt=attempt_of(delivery.headers),
            first_seen=first_seen_of(delivery.headers) or now,
        )
        taken.append(Taken(delivery, incoming))
    return taken, illegible


def attempt_of(headers: Mapping[str, object]) -> int:
    """Return the number of this try; one unless a retry of ours says otherwise."""
    told = headers.get(ATTEMPT)
    return told if isinstance(told, int) and told > 0 else 1


def first_seen_of(headers: Mapping[str, object]) -> datetime | None:
    """Return when the first try began, if a retry of ours tells."""
    told = headers.get(FIRST_SEEN)
    if not isinstance(told, str):
        return None
    try:
        instant = datetime.fromisoformat(told)
    except ValueError:
        return None
    return instant.astimezone(UTC) if instant.tzinfo else None
