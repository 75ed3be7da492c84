"""``pika://`` for kombu: RabbitMQ over the same lines and channels as the services use.

A connection has an event loop of its own that turns only while a call waits, so heartbeats are
answered only then; a connection that lay idle for long may turn out to be lost, which kombu's
own retries handle. It belongs to one thread, and cannot be used inside a running event loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from kombu.transport import base

from shared.bus.rabbit.address import Address
from shared.bus.rabbit.line import CLOSE_SECONDS, Line, dial
from shared.bus.transport.channel import Channel
from shared.bus.transport.letters import Unknown
from shared.bus.transport.wire_carrier import WireCarrier
from shared.faults import Fault, NotAllowed, Outage

T = TypeVar("T")

DEFAULT_PORT = 5672
DEFAULT_ENCRYPTED_PORT = 5671
HEARTBEAT_SECONDS = 60


class WireConnection:
    """A connection to RabbitMQ."""

    def __init__(self, address: Address, client: Any) -> None:
        self.client = client
        self.arrived: deque[Callable[[], None]] = deque()
        self._more: asyncio.Future[None] | None = None
        self._loop = asyncio.new_event_loop()
        self._channels: list[Channel] = []
        try:
            self.line: Line = self.run(dial(address))
        except Fault:
            self._loop.close()
            raise

    @property
    def connected(self) -> bool:
        """Tell whether the connection can be used."""
        return not self._loop.is_closed() and self.line.is_open

    def run(self, waiting: Coroutine[Any, Any, T]) -> T:
        """Turn the event loop until something is done."""
        if self._loop.is_closed():
            waiting.close()
            raise Outage("the connection to the broker is closed", dependency="broker")
        return self._loop.run_until_complete(waiting)

    def channel(self) -> Channel:
        """Open a channel with confirms."""
        carrier = WireCarrier(self)
        self.run(carrier.open())
        made = Channel(self, carrier.number, carrier)
        self._channels.append(made)
        return made

    def arrive(self, hand_over: Callable[[], None]) -> None:
        """Note a delivery, to be handed over when events are drained."""
        self.arrived.append(hand_over)
        if self._more is not None and not self._more.done():
            self._more.set_result(None)

    def drain_events(self, timeout: float | None = None) -> None:
        """Hand over one delivery.

        Raises:
            TimeoutError: None came in time.
            Outage: The connection was lost.
        """
        if not self.arrived:
            self.run(self._wait(timeout))
        if self.arrived:
            self.arrived.popleft()()
        elif self.connected:
            raise TimeoutError
        else:
            raise Outage("the connection to the broker is lost", dependency="broker")

    def close(self) -> None:
        """Close the connection."""
        if self._loop.is_closed():
            return
        self.arrived.clear()
        for channel in self._channels:
            channel.is_open = False
        if self.line.is_open:
            self.run(self.line.close())
        self.run(_last_turns())
        self._loop.close()

    async def _wait(self, seconds: float | None) -> None:
        self._more = asyncio.get_running_loop().create_future()
        ends: list[asyncio.Future[Any]] = [self._more, self.line.lost]
        await asyncio.wait(ends, timeout=seconds, return_when="FIRST_COMPLETED")
        self._more = None


class Transport(base.Transport):  # type: ignore[misc] # kombu has no types
    """kombu's way in."""

    driver_type = "amqp"
    driver_name = "pika"
    default_port = DEFAULT_PORT
    connection_errors = (Outage, NotAllowed)
    recoverable_connection_errors = (Outage, Unknown)
    channel_errors = (Fault,)
    recoverable_channel_errors = ()
    implements = base.Transport.implements.extend(
        exchange_type=frozenset(["direct", "topic", "fanout", "headers"]), heartbeats=False
    )

    def establish_connection(self) -> WireConnection:
        """Connect."""
        return WireConnection(self._address(), self.client)

    def create_channel(self, connection: WireConnection) -> Channel:
        """Open a channel."""
        return connection.channel()

    def drain_events(self, connection: WireConnection, **kwargs: Any) -> None:
        """Hand over one delivery."""
        connection.drain_events(**kwargs)

    def verify_connection(self, connection: WireConnection) -> bool:
        """Tell whether a connection can be used."""
        return connection.connected

    def close_connection(self, connection: WireConnection) -> None:
        """Close a connection."""
        connection.close()

    @property
    def default_connection_params(self) -> dict[str, Any]:
        """Return what kombu uses for the parts that a URL leaves out."""
        return {
            "userid": "guest",
            "password": "guest",
            "port": DEFAULT_ENCRYPTED_PORT if self.client.ssl else DEFAULT_PORT,
            "hostname": "127.0.0.1",
            "login_method": "PLAIN",
        }

    def _address(self) -> Address:
        client = self.client
        options = client.transport_options or {}
        return Address(
            host=client.hostname or "127.0.0.1",
            port=client.port or self.default_connection_params["port"],
            user=client.userid or "guest",
            password=client.password or "guest",
            vhost=client.virtual_host or "/",
            name=options.get("name", "restanse kombu"),
            is_encrypted=bool(client.ssl),
            heartbeat=int(client.heartbeat or HEARTBEAT_SECONDS),
            ca_file=options.get("cacertfile"),
            certificate_file=options.get("certfile"),
            key_file=options.get("keyfile"),
        )


async def _last_turns() -> None:
    # pika closes its socket in a callback of a later turn.
    await asyncio.wait([asyncio.create_task(asyncio.sleep(0))], timeout=CLOSE_SECONDS)
