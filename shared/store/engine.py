"""The connection to the database: PostgreSQL by psycopg, SQLite by aiosqlite.

SQLite has one writer. Writers of one process queue for a lock of ours, in order, instead of
polling the file's; writers of other processes are waited for by ``busy_timeout``. Every writing
transaction takes the file's lock at its start, so none is refused half way.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from sqlalchemy import Executable, Row, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.store.apply import apply
from shared.store.faults import database_faults
from shared.store.write import Write

POSTGRES_SETTINGS = {
    "connect_timeout": 5,
    "application_name": "restanse",
    "tcp_user_timeout": 15_000,
    "options": "-c statement_timeout=60s -c lock_timeout=20s"
    " -c idle_in_transaction_session_timeout=60s -c timezone=UTC",
}
SQLITE_PRAGMAS = ("busy_timeout=15000", "synchronous=FULL", "foreign_keys=ON")
WAL_TRIES = 10

_PING = text("SELECT 1")


class Store:
    """One database; safe to share between the tasks of one event loop."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writer = asyncio.Lock()

    @property
    def dialect(self) -> str:
        """Return ``postgresql`` or ``sqlite``."""
        return self._engine.dialect.name

    @property
    def engine(self) -> AsyncEngine:
        """Return the engine, for migrations and for tests."""
        return self._engine

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that commits at the end of the block.

        Raises:
            Outage: The database does not answer.
            Transient: It asks for another try (deadlock, serialisation, busy).
            Bug: It refused a statement, for example for a constraint.
        """
        async with AsyncExitStack() as stack:
            stack.enter_context(database_faults())
            if self.dialect == "sqlite":
                await stack.enter_async_context(self._writer)
            connection = await stack.enter_async_context(self._engine.begin())
            if self.dialect == "sqlite":
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    async def rows(
        self, statement: Executable, parameters: Mapping[str, object] | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Run one reading statement and return all its rows.

        Raises:
            Outage: The database does not answer.
            Transient: It asks for another try.
        """
        with database_faults():
            async with self._engine.connect() as connection:
                if self.dialect == "postgresql":  # SQLite reads without a transaction as it is
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                return (await connection.execute(statement, dict(parameters or {}))).all()

    async def commit(self, writes: Sequence[Write]) -> None:
        """Commit writes in one transaction.

        Raises:
            Outage: The database does not answer.
            Transient: It asks for another try.
            Bug: It refused a write.
        """
        async with self.begin() as connection:
            await apply(connection, writes)

    async def ping(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            Outage: It does not answer.
        """
        await self.rows(_PING)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def open_store(url: str) -> Store:
    """Open a database by its ``RESTANSE_DATABASE_URL``; connects when first used."""
    if url.startswith("postgresql://"):
        return Store(_postgres(url))
    return Store(_sqlite(url))


def _postgres(url: str) -> AsyncEngine:
    return create_async_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=10,
        max_overflow=10,
        pool_timeout=15,
        pool_pre_ping=True,
        hide_parameters=True,  # an error is kept with its trace, and values may be personal
        connect_args=POSTGRES_SETTINGS,
    )


def _sqlite(url: str) -> AsyncEngine:
    engine = create_async_engine(
        url.replace("sqlite://", "sqlite+aiosqlite://", 1),
        hide_parameters=True,  # an error is kept with its trace, and values may be personal
        connect_args={"isolation_level": None},  # transactions are begun by us, not by the driver
    )
    event.listen(engine.sync_engine, "connect", _sqlite_pragmas)
    return engine


def _sqlite_pragmas(connection: Any, record: object) -> None:
    del record
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Switch the file to a write-ahead log, which does not wait for others by itself."""
    for left in reversed(range(WAL_TRIES)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if not left:
                raise
            cursor.execute("BEGIN IMMEDIATE")  # waits for whoever holds the file
            cursor.execute("COMMIT")
        else:
            return
