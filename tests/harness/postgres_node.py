"""A private PostgreSQL cluster: its own directory, its own port, started by the test run.

The node is a real one with ``fsync`` on, so that it may be killed and started again. It never
touches a cluster that the machine runs. ``initdb`` refuses root, so a root run becomes the
``postgres`` user (or ``nobody``) for it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from time import monotonic
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.harness.debian import found_or_installed

INSTALLED = Path("/usr/lib/postgresql")
NEEDED = ("initdb", "pg_ctl", "postgres")
START_SECONDS = 60
SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "fsync": "on",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "warning",
}


class MissingPostgres(RuntimeError):
    """PostgreSQL is not installed and could not be installed."""


class PostgresNode:
    """One cluster; ``url()`` is given to whoever needs a database in it."""

    def __init__(self, home: Path, binaries: Path) -> None:
        self._binaries = binaries
        self._data = home / "data"
        self._log = home / "log"
        self._sockets = home
        self.port = _free_port()

    def initialise(self) -> None:
        """Make the cluster."""
        self._run("initdb", "-D", self._data, "-U", "restanse", "-E", "UTF8", "--no-locale")
        lines = [f"{name} = {value}\n" for name, value in SETTINGS.items()]
        lines.append(f"unix_socket_directories = '{self._sockets}'\n")
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.writelines(lines)

    def start(self) -> None:
        """Start, also after a kill, whose last children may still hold the memory."""
        deadline = monotonic() + START_SECONDS
        while True:
            try:
                self._control("start", "-l", str(self._log), "-o", f"-p {self.port}")
            except subprocess.CalledProcessError:
                if monotonic() > deadline:
                    raise
                Event().wait(0.1)
            else:
                return

    def stop(self) -> None:
        """End every session and stop."""
        self._control("stop", "-m", "fast")

    def kill9(self) -> None:
        """Kill the node as a lost machine would: every process of it, at once."""
        pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        for process in (pid, *_children(pid)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database, as ``RESTANSE_DATABASE_URL`` takes it."""
        return f"postgresql://restanse@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template1") -> str:
        """Make a database as a copy of another and return its name."""
        name = f"test_{uuid4().hex[:12]}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._admin(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, ending its sessions."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._admin(statement.format(sql.Identifier(name)))

    def _admin(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    def _control(self, verb: str, *options: str) -> None:
        self._run("pg_ctl", verb, "-D", self._data, "-w", "-t", "60", *options)

    def _run(self, program: str, *arguments: str | Path) -> None:
        # stdout is not captured: the server inherits it, and a reader would wait for its end
        subprocess.run(
            [self._binaries / program, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._sockets,
            user=_server_user(),
        )


def find_binaries() -> Path:
    """Return the folder of the newest PostgreSQL, installing one where root may.

    Raises:
        MissingPostgres: There is none and it could not be installed.
    """
    found = found_or_installed(_newest, "postgresql")
    if found is None:
        msg = (
            f"PostgreSQL 15 to 17 is missing: none of {INSTALLED}/*/bin holds {', '.join(NEEDED)};"
            " install it with 'apt-get install postgresql' and run again"
        )
        raise MissingPostgres(msg)
    return found


@contextmanager
def running_postgres() -> Iterator[PostgresNode]:
    """Run a private node for the length of a block."""
    binaries = find_binaries()
    home = Path(tempfile.mkdtemp(prefix="restanse-postgres-"))
    os.chown(home, -1 if (user := _server_user()) is None else user, -1)
    node = PostgresNode(home, binaries)
    try:
        node.initialise()
        node.start()
        yield node
    finally:
        _end(node)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresNode]:
    """Run one private node for the whole session."""
    with running_postgres() as node:
        yield node


@pytest.fixture
def empty_postgres_url(postgres: PostgresNode) -> Iterator[str]:
    """Give a test an empty database of its own."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)


def _children(parent: int) -> list[int]:
    parents = {int(each.parent.name): _parent(each) for each in Path("/proc").glob("[0-9]*/stat")}
    return [process for process, its_parent in parents.items() if its_parent == parent]


def _parent(stat: Path) -> int:
    try:
        # pid (name) state parent ...; the name may hold anything, parentheses too
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0  # it ended meanwhile


def _newest() -> Path | None:
    found = [
        folder
        for folder in INSTALLED.glob("*/bin")
        if all((folder / program).exists() for program in NEEDED)
    ]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


def _server_user() -> int | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return known.get("postgres", known["nobody"])


def _end(node: PostgresNode) -> None:
    try:
        node.stop()
    except subprocess.CalledProcessError:
        return  # a test killed it and left it so


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
