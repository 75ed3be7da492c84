"""The connection to the database: PostgreSQL by psycopg, SQLite by aiosqlite."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Executable, Row, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.store.write import Write


class Store:
    """One database; safe to share between tasks."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

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
        """
        async with self._engine.begin() as connection:
            yield connection

    async def rows(
        self, statement: Executable, parameters: Mapping[str, object] | None = None
    ) -> Sequence[Row[Any]]:
        """Run one reading statement and return all its rows."""
        async with self._engine.connect() as connection:
            return (await connection.execute(statement, dict(parameters or {}))).all()

    async def commit(self, writes: Sequence[Write]) -> None:
        """Commit writes in one transaction."""
        async with self.begin() as connection:
            await apply(connection, writes)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


async def apply(connection: AsyncConnection, writes: Sequence[Write]) -> None:
    """Run writes, those of one statement together, in the order of first appearance."""
    grouped: dict[int, list[Write]] = {}
    for write in writes:
        grouped.setdefault(id(write.statement), []).append(write)
    for group in grouped.values():
        await connection.execute(group[0].statement, [dict(write.parameters) for write in group])


def open_store(url: str) -> Store:
    """Open a database by its ``RESTANSE_DATABASE_URL``."""
    if url.startswith("postgresql://"):
        target = url.replace("postgresql://", "postgresql+psycopg://", 1)
        return Store(create_async_engine(target, pool_size=10, max_overflow=10))
    engine = create_async_engine(url.replace("sqlite://", "sqlite+aiosqlite://", 1))
    event.listen(engine.sync_engine, "connect", _sqlite_pragmas)
    return Store(engine)


def _sqlite_pragmas(connection: Any, record: object) -> None:
    del record
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=15000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
