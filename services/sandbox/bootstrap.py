"""Both stand-ins in one event loop, on two loopback ports, living the same simulated day."""

from __future__ import annotations

import asyncio
import logging
from datetime import date
from types import TracebackType
from typing import Self

from services.sandbox.day import Day
from services.sandbox.ecpay.app import ecpay_app
from services.sandbox.ecpay.world import DEFAULT_CLIENT, EcpayWorld
from services.sandbox.tripletex.app import tripletex_app
from services.sandbox.tripletex.rules import Rules
from services.sandbox.tripletex.tokens import CONSUMER_TOKEN
from services.sandbox.tripletex.world import TripletexWorld
from shared.clock import SystemClock
from shared.runtime.server import LOOPBACK, HttpServer


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
        logging.getLogger("uvicorn.error").addFilter(_NO_HANG_UPS)
        self._tripletex = HttpServer(tripletex_app(self.tripletex), host=host, port=tripletex_port)
        self._ecpay = HttpServer(ecpay_app(self.ecpay, self.day), host=host, port=ecpay_port)

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


_NO_HANG_UPS = _NoHangUps()  # one for all sandboxes: a logger takes the same filter only once


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
