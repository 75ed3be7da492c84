"""From a command to a process: settings, link, topology, health, work, drain, exit code."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from shared.bus.connect import EMBEDDED, open_link
from shared.bus.declare import declare
from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.port import Link
from shared.faults import Fault, Misconfigured
from shared.pipeline.tally import count_signal
from shared.runtime.catalog import bootstrap_of, service_names
from shared.runtime.health import health_app
from shared.runtime.keeping import KeepingLink
from shared.runtime.memory import relax_collector
from shared.runtime.opening import opened
from shared.runtime.process import Process
from shared.runtime.readiness import checks
from shared.runtime.resources import Resources
from shared.runtime.server import HttpServer
from shared.runtime.signals import StopSignal, stop_on_signals
from shared.settings import PEERS, Settings, read_settings
from shared.store import migrate
from shared.telemetry.logging import set_up_logging

ALL = "all"

_log = structlog.get_logger()


def run_alone(name: str) -> None:
    """Run one service as this process and end it with an exit code."""
    try:
        run_here([name], until_idle=False)
    except Fault as fault:
        sys.stderr.write(f"Error: {fault.message}\n")
        sys.exit(fault.exit_code)


def run_here(names: Sequence[str], *, until_idle: bool) -> None:
    """Run services until SIGTERM or SIGINT, or until there is nothing left to do.

    Raises:
        Misconfigured: The settings cannot be used, or a service is not known.
        Outage: The broker or the database did not answer at the start.
    """
    settings = read_settings(needed=PEERS)
    set_up_logging(settings.log_format)
    chosen = service_names() if ALL in names else tuple(dict.fromkeys(names))
    _refuse_a_part_on_embedded(settings, chosen)
    relax_collector()
    asyncio.run(_run(settings, chosen, until_idle=until_idle))


def _refuse_a_part_on_embedded(settings: Settings, names: Sequence[str]) -> None:
    missing = sorted(set(service_names()) - set(names))
    if settings.broker_url.startswith(EMBEDDED) and missing and set(names) <= set(service_names()):
        told = ", ".join(missing)
        raise Misconfigured(
            f"embedded:// is a broker inside one process, so {told} could not be reached: use "
            "'restanse run all', or set RESTANSE_BROKER_URL to an amqp:// address"
        )


async def _run(settings: Settings, names: Sequence[str], *, until_idle: bool) -> None:
    stop = stop_on_signals()
    async with opened(settings) as resources, working(resources, names) as process:
        server = await _serve_health(resources, process)
        try:
            if until_idle:
                await _until_idle(process, stop)
            else:
                await _until_stopped(process, stop)
        finally:
            if server is not None:
                await server.stop()


@asynccontextmanager
async def working(resources: Resources, names: Sequence[str]) -> AsyncIterator[Process]:
    """Start services and drain them at the end of the block, whatever happened in it.

    Raises:
        Misconfigured: A service is not known.
        Outage: The broker or the database does not answer.
        Conflict: The database is not at this release's schema.
    """
    builders = [bootstrap_of(name) for name in names]
    await _prepare_database(resources)
    async with _linked(resources, name=" ".join(names)) as link:
        process = Process(resources, [build(resources) for build in builders], link)
        await process.start()
        try:
            yield process
        finally:
            await process.stop()


@asynccontextmanager
async def _linked(resources: Resources, *, name: str) -> AsyncIterator[Link]:
    settings = resources.settings
    embedded = EmbeddedBroker() if settings.broker_url.startswith(EMBEDDED) else None
    await declare(embedded or settings.broker_url)
    link = await open_link(settings.broker_url, name=name, broker=embedded, observe=count_signal)
    try:
        yield link if embedded is None else await _keeping(link, resources)
    finally:
        await link.close()


async def _keeping(link: Link, resources: Resources) -> Link:
    keeping = KeepingLink(link, resources.store)
    if restored := await keeping.restore():
        _log.info("messages of an earlier process are back", number=restored)
    return keeping


async def _prepare_database(resources: Resources) -> None:
    # A trial must not need a second command; a shared database is migrated by its own step.
    if resources.store.dialect == "sqlite":
        await migrate.upgrade(resources.settings.database_url)
    else:
        await migrate.check(resources.settings.database_url)


async def _serve_health(resources: Resources, process: Process) -> HttpServer | None:
    settings = resources.settings
    if not settings.http_port:
        return None
    app = health_app(checks(resources, process))
    server = HttpServer(app, host=settings.http_host, port=settings.http_port)
    await server.start()
    _log.info("health is served", port=server.port)
    return server


async def _until_idle(process: Process, stop: StopSignal) -> None:
    await process.round()
    left = await process.settle(stop)
    _log.info("idle", waiting_for_later=left.later, next_due=str(left.next_due or ""))


async def _until_stopped(process: Process, stop: StopSignal) -> None:
    ticking = asyncio.create_task(process.tick(stop))
    stopping = asyncio.create_task(stop.wait())
    crashing = asyncio.create_task(process.crashed())
    await asyncio.wait({stopping, crashing}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await ticking
    if crashing.done():
        await crashing  # raises what nobody foresaw; the drain happens all the same
    crashing.cancel()
