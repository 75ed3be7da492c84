"""Opens what a command works with, runs it, and closes everything again."""

from __future__ import annotations

import asyncio
import getpass
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import click

from shared.clock import Clock, SystemClock
from shared.faults import Bug, Misconfigured
from shared.operations.desk import Desk
from shared.runtime.opening import opened
from shared.settings import PEERS, Settings, read_settings
from shared.store.engine import Store, open_store
from shared.telemetry.logging import set_up_logging

T = TypeVar("T")

_OLD_SCHEMA = frozenset({"42P01", "42703", "SQLITE_ERROR"})


def with_store(work: Callable[[Store, Clock], Awaitable[T]]) -> T:
    """Run work that needs the database only.

    Raises:
        Misconfigured: Settings are wrong, or the schema of the database is not ours.
    """
    settings = settings_of_command()

    async def run() -> T:
        store = open_store(settings.database_url)
        try:
            return await work(store, SystemClock(settings.today))
        finally:
            await store.close()

    return run_async(run())


def with_desk(work: Callable[[Desk], Awaitable[T]]) -> T:
    """Run work that asks Tripletex and ECPay too.

    Raises:
        Misconfigured: Settings are wrong or missing, or the schema of the database is not ours.
    """
    settings = settings_of_command(needed=PEERS)

    async def run() -> T:
        async with open_desk(settings) as desk:
            return await work(desk)

    return run_async(run())


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Open database and providers for one command."""
    async with opened(settings) as resources:
        yield resources.desk(actor())


def actor() -> str:
    """Return who is asking, for the audit log: the user of this shell."""
    return getpass.getuser()


def settings_of_command(*, needed: Sequence[str] = ()) -> Settings:
    """Read the settings, and keep log lines out of the way of a person who did not ask."""
    settings = read_settings(needed=needed)
    context = click.get_current_context(silent=True)
    debug = context is not None and bool(context.find_root().params.get("debug"))
    set_up_logging(settings.log_format, level=logging.DEBUG if debug else logging.CRITICAL)
    return settings


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run work to its end.

    Raises:
        Misconfigured: The schema of the database is not that of this release.
    """
    try:
        return asyncio.run(work)
    except Bug as fault:
        if fault.dependency == "database" and fault.code in _OLD_SCHEMA:
            msg = (
                f"{fault.message}; the tables are not those of this release, "
                "'restanse db upgrade' makes them"
            )
            raise Misconfigured(msg) from fault
        raise
