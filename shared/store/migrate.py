"""Bringing a database to the schema this release needs."""

from __future__ import annotations

from shared.store.engine import Store
from shared.store.schema import metadata


async def create_all(store: Store) -> None:
    """Create every table that is not there; for tests and for databases that live in memory."""
    async with store.begin() as connection:
        await connection.run_sync(metadata.create_all)
