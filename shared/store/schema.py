"""Every table there is: importing this makes the metadata complete."""

from __future__ import annotations

from shared.store import (
    attempts,
    audit,
    bookings,
    claims,
    clients,
    feeds,
    held,
    inbox,
    outbox,
    payments,
    poll,
    reported,
    settlements,
    tasks,
    watched,
)
from shared.store.tables import metadata

__all__ = ["OWNERS", "metadata"]

OWNERS = (
    attempts,
    audit,
    bookings,
    claims,
    clients,
    feeds,
    held,
    inbox,
    outbox,
    payments,
    poll,
    reported,
    settlements,
    tasks,
    watched,
)
"""The table files; a new one is added here, or migrations do not see its tables."""
