"""Both stand-ins in one event loop, on two loopback ports, living the same simulated day."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from datetime import date
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from services.sandbox.day import Day
from services.sandbox.ecpay.app import ecpay_app
from services.sandbox.ecpay.world import DEFAULT_CLIENT, EcpayWorld
from services.sandbox.tripletex.app import tripletex_app
from services.sandbox.tripletex.rules import Rules
from services.sandbox.tripletex.tokens import CONSUMER_TOKEN
from services.sandbox.tripletex.world import TripletexWorld
from shared.clock import SystemClock

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 1.0


class Sandbox:
    """Both stand-ins, running between ``start`` and ``stop``.

    Args:
        today: The first simulated day.
        tripletex_port: Port of the Tripletex stand-in; 0 takes a free one.
        ecpay_port: Port of the ECPay stand-in; 0 takes a free one.
        host: The address to listen on.
        rules: How strict the Tripletex stand-in is.
    """

    def __init__(
        self,
        today: date,
        *,
        tripletex_port: int = 0,
        ecpay_port: int = 0,
        host: str = LOOPBACK,
        rules: Rules | None = None,
    ) -> None:
        self.day = Day(today)
        self.tripletex = TripletexWorld(self.day, rules=rules)
        self.ecpay = EcpayWorld(self.day)
        self._tripletex = _Peer(tripletex_app(self.tripletex), host, tripletex_port)
        self._ecpay = _Peer(ecpay_app(self.ecpay, self.day), host, ecpay_port)

    @property
    def tripletex_url(self) -> str:
        """Base address of the Tripletex stand-in, with ``/v2``."""
        return f"{self._tripletex.url}/v2"

    @property
    def ecpay_url(self) -> str:
        """Host part of the ECPay stand-in's address."""
        return self._ecpay.url

    async def start(self) -> None:
        """Listen on both ports."""
        await self._tripletex.start()
        await self._ecpay.start()

    async def stop(self) -> None:
        """Close both ports."""
        await self._tripletex.stop()
        await self._ecpay.stop()

    async def __aenter__(self) -> Self:
        """Start and return the sandbox."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the sandbox."""
        await self.stop()


class _NoHangUps(logging.Filter):
    """Leaves injected hang-ups out of the log; what else the server complains of is a bug."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "without completing response" not in record.getMessage()


_NO_HANG_UPS = _NoHangUps()  # one for all servers: a logger takes the same filter only once


class _QuietServer(uvicorn.Server):
    """A server that leaves the signals of the process alone and stops without delay."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        logging.getLogger("uvicorn.error").addFilter(_NO_HANG_UPS)
        self._stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

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


class _Peer:
    """One application on one port."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self._address: tuple[str, int] = self._socket.getsockname()
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            date_header=False,  # the simulated day is not the machine's
        )
        self._server = _QuietServer(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        host, port = self._address
        return f"http://{host}:{port}"

    async def start(self) -> None:
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._task.done():
                await self._task
            await asyncio.sleep(0)

    async def stop(self) -> None:
        if self._task is None:
            self._socket.close()
            return
        self._server.end()
        await self._task
        self._socket.close()


async def serve(port: int, host: str = LOOPBACK, *, today: date | None = None) -> None:
    """Run both stand-ins until cancelled, Tripletex on ``port`` and ECPay on the next one.

    Prints both addresses and the environment that points the broker at them.

    Args:
        port: The port of Tripletex; 0 takes free ones for both.
        host: The address to listen on.
        today: The first simulated day, by default the real one.
    """
    first = today or SystemClock().today()
    next_port = port + 1 if port else 0
    async with Sandbox(first, tripletex_port=port, ecpay_port=next_port, host=host) as sandbox:
        print(ready_to_paste(sandbox), flush=True)  # noqa: T201 - what the command is for
        await asyncio.Event().wait()


def ready_to_paste(sandbox: Sandbox) -> str:
    """Return the environment that points the broker at a running sandbox."""
    return "\n".join(
        [
            f"export RESTANSE_TRIPLETEX_URL={sandbox.tripletex_url}",
            f"export RESTANSE_TRIPLETEX_CONSUMER_TOKEN={CONSUMER_TOKEN}",
            f"export RESTANSE_ECPAY_URL={sandbox.ecpay_url}",
            f"export RESTANSE_ECPAY_CLIENT_ID={DEFAULT_CLIENT.client_id}",
            f"export RESTANSE_ECPAY_CLIENT_SECRET={DEFAULT_CLIENT.secret}",
            f"export RESTANSE_TODAY={sandbox.day.today}",
        ]
    )
