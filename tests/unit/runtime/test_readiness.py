from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.booking_writer.bootstrap import build
from shared.bus.declare import declare
from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.embedded.link import EmbeddedLink
from shared.runtime.process import Process
from shared.runtime.readiness import checks
from shared.runtime.resources import Resources


@pytest.fixture
async def link() -> AsyncIterator[EmbeddedLink]:
    broker = EmbeddedBroker()
    await declare(broker)
    link = EmbeddedLink(broker)
    yield link
    await link.close()


@pytest.fixture
async def process(resources: Resources, link: EmbeddedLink) -> Process:
    return Process(resources, [build(resources)], link)


async def ready(resources: Resources, process: Process) -> dict[str, bool]:
    return {name: await check() for name, check in checks(resources, process).items()}


async def test_a_process_at_work_is_ready(resources: Resources, process: Process) -> None:
    await process.start()

    states = await ready(resources, process)

    await process.stop()
    assert states == {"broker": True, "consumers": True, "database": True}


async def test_a_process_that_takes_nothing_is_not_ready(
    resources: Resources, process: Process
) -> None:
    await process.start()
    await process.stop()

    assert (await ready(resources, process))["consumers"] is False


async def test_a_broker_that_is_away_is_named(
    resources: Resources, process: Process, link: EmbeddedLink
) -> None:
    await link.close()

    states = await ready(resources, process)

    assert (states["broker"], states["database"]) == (False, True)
