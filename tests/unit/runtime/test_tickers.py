from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from shared.faults import Outage
from shared.pipeline.service import Ticker
from shared.runtime.signals import StopSignal
from shared.runtime.tickers import run_tickers

LONG = timedelta(hours=1)


def ticker(tick: Callable[[], Awaitable[bool]], every: timedelta = LONG) -> Ticker:
    return Ticker(name="poll", every=every, tick=tick)


async def test_a_ticker_that_finds_more_ticks_again_at_once() -> None:
    stop, left = StopSignal(), [True, True, False]

    async def tick() -> bool:
        if len(left) == 1:
            stop.set()
        return left.pop(0)

    await run_tickers([ticker(tick)], stop)

    assert left == []


async def test_a_tick_that_fails_does_not_end_the_process() -> None:
    stop, failures = StopSignal(), [Outage("away", dependency="database"), KeyError("unforeseen")]

    async def tick() -> bool:
        if failures:
            raise failures.pop(0)
        stop.set()
        return False

    await asyncio.wait_for(run_tickers([ticker(tick, timedelta(milliseconds=1))], stop), 5)

    assert failures == []


async def test_tickers_run_side_by_side() -> None:
    stop, first_ran = StopSignal(), asyncio.Event()

    async def first() -> bool:
        first_ran.set()
        return False

    async def second() -> bool:
        await first_ran.wait()
        stop.set()
        return False

    await asyncio.wait_for(run_tickers([ticker(second), ticker(first)], stop), 5)

    assert stop.is_set


async def test_a_stop_cuts_the_wait_short() -> None:
    stop = StopSignal()
    waiting = asyncio.create_task(stop.wait(3600))

    stop.set()

    assert await asyncio.wait_for(waiting, 5) is True


async def test_a_wait_that_runs_out_says_so() -> None:
    assert await StopSignal().wait(0.001) is False
