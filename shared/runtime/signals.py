"""SIGTERM and SIGINT as an event that the process waits for."""

from __future__ import annotations

import asyncio
import signal


class StopSignal:
    """Set once, by a signal or by the process itself."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def is_set(self) -> bool:
        """Tell whether the process is to stop."""
        return self._event.is_set()

    def set(self) -> None:
        """Ask the process to stop."""
        self._event.set()

    async def wait(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109  # a tick's length
        """Wait until the process is to stop, or for so many seconds; tell which."""
        try:
            await asyncio.wait_for(self._event.wait(), timeout)
        except TimeoutError:
            return False
        return True


def stop_on_signals() -> StopSignal:
    """Return a stop signal that SIGTERM and SIGINT set; needs a running loop."""
    stop = StopSignal()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
