"""One open AMQP connection, from dialling to its loss."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from pika import exceptions

from shared.bus.capabilities import Version, read_version
from shared.bus.faults import as_fault
from shared.bus.rabbit.address import Address, parameters
from shared.bus.rabbit.channel import AwaitedChannel
from shared.bus.rabbit.wire import Wire
from shared.bus.signals import Observe, Signal, nobody
from shared.faults import Fault, Outage

DIAL_SECONDS: Final = 15.0
CLOSE_SECONDS: Final = 5.0


class Line:
    """An open connection. ``lost`` resolves, with the reason, when it is open no longer."""

    def __init__(self, address: Address, observe: Observe) -> None:
        loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[Fault] = loop.create_future()
        self.is_blocked = False
        self._unblocked = asyncio.Event()
        self._unblocked.set()
        self._opened: asyncio.Future[None] = loop.create_future()
        self._address = address
        self._observe = observe
        self.wire = Wire(
            parameters(address),
            on_open_callback=self._on_open,
            on_open_error_callback=self._on_lost,
            on_close_callback=self._on_lost,
            custom_ioloop=loop,
        )
        self.wire.add_on_connection_blocked_callback(self._on_blocked)
        self.wire.add_on_connection_unblocked_callback(self._on_unblocked)

    @property
    def is_open(self) -> bool:
        """Tell whether the connection can be used."""
        return not self.lost.done() and bool(self.wire.is_open)

    @property
    def server_version(self) -> Version:
        """Return the version that the server said it has."""
        return read_version(str((self.wire.server_properties or {}).get("version", "")))

    async def opened(self) -> None:
        """Wait until the connection is open.

        Raises:
            Outage: The broker does not answer.
            NotAllowed: It refuses the credentials or the virtual host.
        """
        try:
            async with asyncio.timeout(DIAL_SECONDS):
                ends: list[asyncio.Future[Any]] = [self._opened, self.lost]
                await asyncio.wait(ends, return_when="FIRST_COMPLETED")
        except TimeoutError:
            self._hang_up()
            raise Outage(
                f"{self._address.place} did not answer in {DIAL_SECONDS:.0f} s",
                dependency="broker",
            ) from None
        except asyncio.CancelledError:
            self._hang_up()
            raise
        if self.lost.done():
            raise self.lost.result()

    async def channel(self) -> AwaitedChannel:
        """Open a channel.

        Raises:
            Outage: The connection is lost.
        """
        if not self.is_open:
            raise Outage("the connection to the broker is lost", dependency="broker")
        return await AwaitedChannel.open(self.wire, self.server_version)

    async def unblocked(self) -> None:
        """Wait until the broker takes messages again, or the connection is lost."""
        await self._unblocked.wait()

    async def close(self) -> None:
        """Close the connection in good order, or at least close it."""
        self._hang_up()
        await asyncio.wait([self.lost], timeout=CLOSE_SECONDS)

    def drop(self) -> None:
        """Give the connection up without a word to the broker, which answers none."""
        self.wire.drop()

    def _hang_up(self) -> None:
        try:
            self.wire.close()
        except exceptions.ConnectionWrongStateError:
            return  # closed already

    def _on_open(self, _wire: Wire) -> None:
        if not self._opened.done():
            self._opened.set_result(None)

    def _on_lost(self, _wire: Wire, error: BaseException) -> None:
        if not self.lost.done():
            self.lost.set_result(as_fault(f"connection to {self._address.place}", error))
        self.is_blocked = False
        self._unblocked.set()

    def _on_blocked(self, _wire: Wire, _reason: object) -> None:
        self.is_blocked = True
        self._unblocked.clear()
        self._observe(Signal.BLOCKED, 1)

    def _on_unblocked(self, _wire: Wire, _frame: object) -> None:
        self.is_blocked = False
        self._unblocked.set()
        self._observe(Signal.UNBLOCKED, 1)


async def dial(address: Address, observe: Observe = nobody) -> Line:
    """Open a connection.

    Raises:
        Outage: The broker does not answer.
        NotAllowed: It refuses the credentials or the virtual host.
    """
    line = Line(address, observe)
    await line.opened()
    return line
