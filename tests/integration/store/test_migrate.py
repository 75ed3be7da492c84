"""Migrations on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from shared.faults import Conflict
from shared.store import migrate
from shared.store.engine import open_store
from shared.store.schema import metadata


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


async def test_migrations_make_what_the_models_say(empty_url: str) -> None:
    await migrate.upgrade(empty_url)

    store = open_store(empty_url)
    async with store.begin() as connection:
        found = await connection.run_sync(differences)
    await store.close()
    assert found == []


async def test_upgrading_twice_changes_nothing(empty_url: str) -> None:
    first = await migrate.upgrade(empty_url)
    second = await migrate.upgrade(empty_url)

    assert first == second == await migrate.current(empty_url) == migrate.newest()


async def test_upgrading_at_once_is_done_once(empty_url: str) -> None:
    revisions = await asyncio.gather(*(migrate.upgrade(empty_url) for _ in range(3)))

    assert set(revisions) == {migrate.newest()}


async def test_an_empty_database_is_behind_and_an_upgraded_one_is_not(empty_url: str) -> None:
    with pytest.raises(Conflict, match="restanse db upgrade"):
        await migrate.check(empty_url)

    await migrate.upgrade(empty_url)

    await migrate.check(empty_url)
