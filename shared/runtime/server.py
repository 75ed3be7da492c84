"""An ASGI application served inside a process that keeps its own signals."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 1.0
"""How long running requests may take once the server is to stop."""


class _Server(uvicorn.Server):
    """Leaves SIGTERM and SIGINT to the process, tells when it is up and stops without delay."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self._stopping = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    async def main_loop(self) -> None:
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        del sockets  # closed by their owner
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        for task in await self._unfinished():
            task.cancel()

    async def _unfinished(self) -> set[asyncio.Task[None]]:
        tasks = set(self.server_state.tasks)
        return (await asyncio.wait(tasks, timeout=GRACE_SECONDS))[1] if tasks else set()

    def end(self) -> None:
        self.should_exit = True
        self._stopping.set()


class HttpServer:
    """Serves one application on one address, bound when it is made.

    Args:
        port: Port to bind; 0 takes a free one, which ``port`` then tells.
    """

    def __init__(self, app: ASGIApp, *, host: str = LOOPBACK, port: int = 0) -> None:
        self._listener = socket.create_server((host, port), reuse_port=False)
        self.host, self.port = self._listener.getsockname()[:2]
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            date_header=False,  # uvicorn's ticks, which would keep it right, are not run
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Return the address requests are sent to."""
        return f"http://{self.host}:{self.port}"

    async def start(self) -> None:
        """Begin to serve and return once requests are answered."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        up = asyncio.create_task(self._server.up.wait())
        await asyncio.wait({self._task, up}, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if self._task.done():
            await self._task  # raises what kept it from serving

    async def stop(self) -> None:
        """Finish running requests, but not for long, and end serving."""
        self._server.end()
        if self._task is not None:
            await self._task
        self._listener.close()
