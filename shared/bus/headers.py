"""The one place that builds outgoing headers, from an allow-list.

Received headers are never passed on. A carried ``x-death`` makes RabbitMQ 3.10 take the message
for one that goes in circles, and it is dropped or held for ever; a carried ``CC`` routes a copy
elsewhere. What a message must keep is in its body, or is named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TEXT_LIMIT: Final = 160

ALLOWED: Final[Mapping[str, int]] = MappingProxyType(
    {
        "attempt": TEXT_LIMIT,
        "delivery-count": TEXT_LIMIT,
        "fault-class": TEXT_LIMIT,
        "fault-code": TEXT_LIMIT,
        "fault-dependency": TEXT_LIMIT,
        "fault-first-at": TEXT_LIMIT,
        "fault-handler": TEXT_LIMIT,
        "fault-last-at": TEXT_LIMIT,
        "fault-message": 1024,
        "fault-service": TEXT_LIMIT,
        "fault-trace-id": TEXT_LIMIT,
        "first-seen": TEXT_LIMIT,
        "origin-exchange": TEXT_LIMIT,
        "origin-queue": TEXT_LIMIT,
        "origin-routing-key": TEXT_LIMIT,
        "quarantined-from": TEXT_LIMIT,
        "replay-id": TEXT_LIMIT,
        "traceparent": TEXT_LIMIT,
    }
)
"""Names that may leave, each with the most bytes of its text; all of them together stay under
``shared.bus.limits.HEADER_LIMIT``."""


def outgoing(
    wanted: Mapping[str, object] | None = None, **named: str | int | None
) -> Mapping[str, str | int]:
    """Build the headers of an outgoing message.

    Args:
        wanted: Headers by name, perhaps received ones; those not on the allow-list are left out.
        named: The same with underscores for hyphens; these win, and ``None`` leaves one out.

    Returns:
        Only allowed names, numbers as they are and text cut to its limit.
    """
    given = dict(wanted or {}) | {name.replace("_", "-"): text for name, text in named.items()}
    kept = {name: given[name] for name in ALLOWED if given.get(name) is not None}
    return MappingProxyType({name: _fitting(value, ALLOWED[name]) for name, value in kept.items()})


def _fitting(value: object, limit: int) -> str | int:
    if isinstance(value, int):
        return value
    return str(value).encode()[:limit].decode(errors="ignore")
