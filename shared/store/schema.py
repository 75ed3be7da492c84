"""Every table there is: importing this makes the metadata complete."""

from __future__ import annotations

from shared.store import attempts, audit, clients, inbox, outbox, tasks
from shared.store.tables import metadata

__all__ = ["OWNERS", "metadata"]

OWNERS = (attempts, audit, clients, inbox, outbox, tasks)
"""The table files; a new one is added here, or migrations do not see its tables."""
