"""A sandbox, a RabbitMQ, a PostgreSQL and a shell that knows them, one set per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.command_line import CommandLine
from tests.harness.sandbox_process import SandboxProcess, running_sandbox


@pytest.fixture
def sandbox() -> Iterator[SandboxProcess]:
    """Run a sandbox of its own for a test."""
    with running_sandbox() as process:
        yield process


@pytest.fixture
def shell(
    sandbox: SandboxProcess, rabbitmq_vhost: str, empty_postgres_url: str, tmp_path: Path
) -> CommandLine:
    """Return a shell set up for real servers, with the database at the newest schema."""
    shell = CommandLine(
        {
            **sandbox.environment,
            "RESTANSE_BROKER_URL": rabbitmq_vhost,
            "RESTANSE_DATABASE_URL": empty_postgres_url,
            "RESTANSE_SECRET_KEYS": "a key for the test",
            "RESTANSE_LOG_FORMAT": "json",
            "RESTANSE_DRAIN_SECONDS": "10",
        },
        tmp_path,
    )
    shell.run("db", "upgrade")
    return shell


@pytest.fixture
def small_shell(sandbox: SandboxProcess, tmp_path: Path) -> CommandLine:
    """Return a shell with nothing but the defaults: SQLite and the embedded broker."""
    shell = CommandLine(
        {**sandbox.environment, "RESTANSE_DATABASE_URL": f"sqlite:///{tmp_path / 'r.db'}"},
        tmp_path,
    )
    shell.run("db", "upgrade")
    return shell
