"""Bringing a database to the schema this release needs.

Migrations only go forward, and a release's code works with the schema before its own as well, so
that processes can be replaced one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from shared.faults import Conflict
from shared.store.engine import Store, open_store
from shared.store.schema import metadata

T = TypeVar("T")

_LOCK = text("SELECT pg_advisory_xact_lock(7267378)")
_SCRIPTS = Path(__file__).parent / "migrations"


def newest() -> str:
    """Return the revision this release needs."""
    return str(ScriptDirectory(str(_SCRIPTS)).get_current_head())


async def upgrade(url: str) -> str:
    """Bring a database to the newest schema and return its revision; safe to run twice at once.

    Raises:
        Outage: The database does not answer.
    """
    return await _with_store(url, _upgrade)


async def current(url: str) -> str | None:
    """Return the revision a database is at, None when it was never migrated.

    Raises:
        Outage: The database does not answer.
    """
    return await _with_store(url, _current)


async def check(url: str) -> None:
    """Return when a database is at this release's schema.

    Raises:
        Outage: The database does not answer.
        Conflict: It is at another revision; tells which command mends it.
    """
    found = await current(url)
    if found != newest():
        raise Conflict(
            f"the database is at revision {found or 'none'}, this release needs {newest()}; "
            "run 'restanse db upgrade'"
        )


async def create_all(store: Store) -> None:
    """Create every table that is not there, without history; for tests."""
    async with store.begin() as connection:
        await connection.run_sync(metadata.create_all)


async def _with_store(url: str, work: Callable[[Connection], T]) -> T:
    store = open_store(url)
    try:
        async with store.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await store.close()


def _upgrade(connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)  # SQLite's write transaction is a lock already
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return str(_current(connection))


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
