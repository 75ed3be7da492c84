"""Opens what a command works with, runs it, and closes everything again."""

from __future__ import annotations

import asyncio
import getpass
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import click

from shared.clock import Clock, SystemClock
from shared.faults import Bug, Misconfigured
from shared.http.door import HttpDoor
from shared.operations.desk import Desk
from shared.providers.ecpay.access import Credentials
from shared.providers.ecpay.client import Ecpay
from shared.providers.tripletex.client import open_tripletex
from shared.settings import Settings, read_settings, variable
from shared.store.engine import Store, open_store
from shared.store.seal import Sealer
from shared.telemetry.logging import set_up_logging

T = TypeVar("T")

_NEEDED_OUTSIDE = (
    "tripletex_consumer_token",
    "ecpay_url",
    "ecpay_client_id",
    "ecpay_client_secret",
)
_OLD_SCHEMA = frozenset({"42P01", "42703", "SQLITE_ERROR"})


def with_store(work: Callable[[Store, Clock], Awaitable[T]]) -> T:
    """Run work that needs the database only.

    Raises:
        Misconfigured: Settings are wrong, or the schema of the database is not ours.
    """
    settings = _settings()

    async def run() -> T:
        store = open_store(settings.database_url)
        try:
            return await work(store, SystemClock(settings.today))
        finally:
            await store.close()

    return _run(run())


def with_desk(work: Callable[[Desk], Awaitable[T]]) -> T:
    """Run work that asks Tripletex and ECPay too.

    Raises:
        Misconfigured: Settings are wrong or missing, or the schema of the database is not ours.
    """
    settings = _settings()
    _must_be_set(settings)

    async def run() -> T:
        async with open_desk(settings) as desk:
            return await work(desk)

    return _run(run())


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Open database and providers for one command."""
    clock = SystemClock(settings.today)
    store = open_store(settings.database_url)
    door = HttpDoor(settings.ecpay_url or "", dependency="ecpay")
    credentials = Credentials(settings.ecpay_client_id, settings.ecpay_client_secret)
    tripletex = open_tripletex(
        settings.tripletex_url, consumer_token=settings.tripletex_consumer_token, clock=clock
    )
    try:
        yield Desk(
            clock=clock,
            store=store,
            sealer=Sealer(settings.secret_keys.get_secret_value()),
            tripletex=tripletex,
            ecpay=Ecpay(door, credentials, clock=clock),
            actor=actor(),
        )
    finally:
        await tripletex.close()
        await door.close()
        await store.close()


def actor() -> str:
    """Return who is asking, for the audit log: the user of this shell."""
    return getpass.getuser()


def _settings() -> Settings:
    """Read the settings, and keep log lines out of the way of a person who did not ask."""
    settings = read_settings()
    context = click.get_current_context(silent=True)
    debug = context is not None and bool(context.find_root().params.get("debug"))
    set_up_logging(settings.log_format, level=logging.DEBUG if debug else logging.ERROR)
    return settings


def _must_be_set(settings: Settings) -> None:
    missing = [name for name in _NEEDED_OUTSIDE if not _is_set(getattr(settings, name))]
    if missing:
        told = "\n".join(f"  {variable(name)}: needed to reach both systems" for name in missing)
        raise Misconfigured(f"the settings are not usable:\n{told}")


def _is_set(value: object) -> bool:
    secret = getattr(value, "get_secret_value", None)
    return bool(secret() if secret else value)


def _run(work: Awaitable[T]) -> T:
    async def awaited() -> T:
        return await work

    try:
        return asyncio.run(awaited())
    except Bug as fault:
        if fault.dependency == "database" and fault.code in _OLD_SCHEMA:
            msg = (
                f"{fault.message}; the tables are not those of this release, "
                "'restanse db upgrade' makes them"
            )
            raise Misconfigured(msg) from fault
        raise
