"""An ASGI application served inside a process that keeps its own signals."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette


class _Server(uvicorn.Server):
    """Leaves SIGTERM and SIGINT to the process and tells when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


class HttpServer:
    """Serves one application on one address.

    Args:
        port: Port to bind; 0 takes a free one, which ``port`` then tells.
    """

    def __init__(self, app: Starlette, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._listener = socket.create_server((host, port), reuse_port=False)
        self.port: int = self._listener.getsockname()[1]
        config = uvicorn.Config(app, log_config=None, lifespan="off", access_log=False)
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to serve and return once requests are answered."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        await self._server.up.wait()

    async def stop(self) -> None:
        """Finish running requests and end serving."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._listener.close()
