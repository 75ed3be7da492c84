"""Watches background tasks: what breaks in one is not forgotten."""

from __future__ import annotations

import asyncio


class Lookout:
    """Remembers the first task that broke; belongs to the loop it was made in."""

    def __init__(self) -> None:
        self._first: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def watch(self, task: asyncio.Task[None]) -> None:
        """Look after a task; one that is cancelled did not break."""
        task.add_done_callback(self._note)

    async def broken(self) -> None:
        """Wait until a task breaks, and raise what broke it."""
        await asyncio.shield(self._first)

    def check(self) -> None:
        """Raise what broke the first task that broke, if any did."""
        if self._first.done():
            self._first.result()

    def _note(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or self._first.done():
            return
        error = task.exception()
        if error is not None:
            self._first.set_exception(error)
            self._first.exception()  # looked at: whoever waits later still gets it
