from __future__ import annotations

import asyncio

from shared.bus.intake import Intake
from tests.harness.deliveries import a_delivery


def tags(deliveries: object) -> list[int]:
    assert isinstance(deliveries, list)
    return [each.tag for each in deliveries]


async def test_full_batch_does_not_linger() -> None:
    intake = Intake()
    for tag in range(5):
        intake.put(a_delivery(tag=tag))

    assert tags(await intake.batch(size=5, linger=3600)) == [0, 1, 2, 3, 4]


async def test_batch_ends_when_it_fills_up() -> None:
    intake = Intake()
    waiting = asyncio.create_task(intake.batch(size=2, linger=3600))
    for tag in range(3):
        await asyncio.sleep(0)
        intake.put(a_delivery(tag=tag))

    assert tags(await waiting) == [0, 1]
    assert len(intake) == 1


async def test_takers_take_turns() -> None:
    intake = Intake()
    first = asyncio.create_task(intake.batch(size=2, linger=0))
    second = asyncio.create_task(intake.batch(size=2, linger=0))
    await asyncio.sleep(0)
    for tag in range(4):
        intake.put(a_delivery(tag=tag))

    assert tags(await first) == [0, 1]
    assert tags(await second) == [2, 3]


async def test_stop_wakes_every_taker() -> None:
    intake = Intake()
    takers = [asyncio.create_task(intake.batch(size=1, linger=0)) for _ in range(3)]
    await asyncio.sleep(0)

    intake.stop()

    assert [tags(each) for each in await asyncio.gather(*takers)] == [[], [], []]


async def test_cleared_deliveries_are_gone_and_waiting_goes_on() -> None:
    intake = Intake()
    intake.put(a_delivery(tag=1))
    intake.clear()
    waiting = asyncio.create_task(intake.batch(size=1, linger=0))
    await asyncio.sleep(0)

    intake.put(a_delivery(tag=2))

    assert tags(await waiting) == [2]


async def test_clearing_while_lingering_starts_over() -> None:
    intake = Intake()
    intake.put(a_delivery(tag=1))
    waiting = asyncio.create_task(intake.batch(size=2, linger=0.02))
    await asyncio.sleep(0)
    intake.clear()
    intake.put(a_delivery(tag=2))

    assert tags(await waiting) == [2]


async def test_a_connection_lost_while_a_batch_fills_is_no_end() -> None:
    intake = Intake()
    intake.put(a_delivery(tag=1))
    waiting = asyncio.create_task(intake.batch(size=5, linger=0.001))
    await asyncio.sleep(0)

    intake.clear()
    await asyncio.wait([waiting], timeout=0.01)
    intake.put(a_delivery(tag=2))

    assert tags(await asyncio.wait_for(waiting, 5)) == [2]


async def test_a_stop_while_a_lost_batch_is_waited_for_ends_the_wait() -> None:
    intake = Intake()
    intake.put(a_delivery(tag=1))
    waiting = asyncio.create_task(intake.batch(size=5, linger=0.001))
    await asyncio.sleep(0)
    intake.clear()

    intake.stop()

    assert await asyncio.wait_for(waiting, 5) == []
