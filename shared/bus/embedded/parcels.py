"""A message while the embedded broker holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.bus.port import Outgoing


@dataclass(slots=True)
class Parcel:
    """One copy of a message in one queue.

    Attributes:
        position: Place in the order of arrival at its queue; kept when it comes back.
        delivery_count: Earlier deliveries that came back.
        headers: Those of the message, and ``x-death`` once it was dead-lettered.
    """

    message: Outgoing
    position: int
    headers: Mapping[str, object]
    delivery_count: int = 0
    redelivered: bool = False


def dead(parcel: Parcel, *, queue: str, reason: str, exchange: str, key: str) -> Parcel:
    """Return the dead letter of a parcel, addressed to an exchange, with why and whence."""
    deaths = [_count_death(parcel, queue, reason), *_other_deaths(parcel, queue, reason)]
    headers = {
        "x-first-death-exchange": parcel.message.exchange,
        "x-first-death-queue": queue,
        "x-first-death-reason": reason,
        **parcel.headers,
        "x-death": deaths,
    }
    message = replace(parcel.message, exchange=exchange, routing_key=key)
    return Parcel(message=message, position=0, headers=headers)


def _deaths(parcel: Parcel) -> list[dict[str, object]]:
    known = parcel.headers.get("x-death", [])
    return [dict(death) for death in known] if isinstance(known, list) else []


def _other_deaths(parcel: Parcel, queue: str, reason: str) -> list[dict[str, object]]:
    return [d for d in _deaths(parcel) if (d["queue"], d["reason"]) != (queue, reason)]


def _count_death(parcel: Parcel, queue: str, reason: str) -> dict[str, object]:
    earlier = [d for d in _deaths(parcel) if (d["queue"], d["reason"]) == (queue, reason)]
    count = earlier[0]["count"] if earlier else 0
    return {
        "count": int(str(count)) + 1,
        "reason": reason,
        "queue": queue,
        "exchange": parcel.message.exchange,
        "routing-keys": [parcel.message.routing_key],
    }
