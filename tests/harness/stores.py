"""Databases for tests: SQLite in a file and PostgreSQL in a private node, with every table."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from shared.store.engine import Store, open_store
from shared.store.schema import metadata
from tests.harness.postgres_node import PostgresNode


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a file with every table once; tests copy it."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give a test a SQLite file of its own, with every table."""
    path = tmp_path / "restanse.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresNode) -> str:
    """Make a database with every table once; tests copy it."""
    name = postgres.create_database()
    _create_tables(postgres.url(name).replace("postgresql:", "postgresql+psycopg:"))
    return name


@pytest.fixture
def postgres_url(postgres: PostgresNode, postgres_template: str) -> Iterator[str]:
    """Give a test a PostgreSQL database of its own, with every table."""
    name = postgres.create_database(postgres_template)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[Store]:
    """Open a SQLite database with every table."""
    opened = open_store(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
async def postgres_store(postgres_url: str) -> AsyncIterator[Store]:
    """Open a PostgreSQL database with every table."""
    opened = open_store(postgres_url)
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give a test a database of its own with every table, on each of the two kinds in turn."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """Open a database with every table, on each of the two kinds in turn."""
    opened = open_store(database_url)
    yield opened
    await opened.close()


def _create_tables(url: str) -> None:
    # not by Store: a session fixture may be set up while a loop is running
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()
