"""Runs what a service does every so often, in every replica."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from shared.faults import Fault
from shared.pipeline.service import Ticker
from shared.runtime.signals import StopSignal

_log = structlog.get_logger()


async def run_tickers(tickers: Sequence[Ticker], stop: StopSignal) -> None:
    """Run every ticker at its pace until the process is to stop."""
    async with asyncio.TaskGroup() as group:
        for ticker in tickers:
            group.create_task(_run(ticker, stop))


async def _run(ticker: Ticker, stop: StopSignal) -> None:
    while not stop.is_set:
        found = await _tick(ticker)
        if not found:  # as long as there is more, the next tick follows at once
            await stop.wait(ticker.every.total_seconds())


async def _tick(ticker: Ticker) -> bool:
    try:
        return await ticker.tick()
    except Fault as fault:
        _log.warning("tick failed", ticker=ticker.name, code=fault.code, reason=fault.message)
    except Exception as error:  # noqa: BLE001  # a tick that fails must not end the process
        _log.exception("tick failed unexpectedly", ticker=ticker.name, kind=type(error).__name__)
    return False
