from __future__ import annotations

from datetime import timedelta

import pytest

from services.tripletex_poller.bootstrap import build
from shared.clock import SteppedClock
from shared.pipeline.service import Service
from shared.runtime.resources import Resources
from shared.store.clients import ClientState
from shared.store.engine import Store
from shared.store.outbox import counts
from tests.harness.building import STARTED, add_client


@pytest.fixture
def service(resources: Resources) -> Service:
    return build(resources)


async def queued(store: Store) -> int:
    return (await counts(store, now=STARTED + timedelta(days=1))).due


async def test_round_looks_at_every_confirmed_client_at_once(
    service: Service, sqlite_store: Store
) -> None:
    for state in ClientState:
        await add_client(sqlite_store, state.value.lower(), state)

    await service.round()

    assert await queued(sqlite_store) == 2


async def test_tick_queues_a_due_client_once(service: Service, sqlite_store: Store) -> None:
    await add_client(sqlite_store, "fjord", ClientState.ACTIVE)
    (ticker,) = service.tickers

    found = [await ticker.tick(), await ticker.tick()]

    assert found == [True, False]
    assert await queued(sqlite_store) == 1


async def test_tick_finds_the_client_again_after_a_quarter(
    service: Service, sqlite_store: Store, stepped_clock: SteppedClock
) -> None:
    await add_client(sqlite_store, "fjord", ClientState.ACTIVE)
    (ticker,) = service.tickers
    await ticker.tick()
    stepped_clock.advance(timedelta(minutes=15))

    assert await ticker.tick()


def test_poller_consumes_its_own_queue(service: Service) -> None:
    assert [one.queue for one in service.consumers] == ["tripletex-poller"]
