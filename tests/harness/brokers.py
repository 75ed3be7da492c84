"""The brokers that one suite of tests runs on: in process, and a real RabbitMQ behind a proxy.

The fixture ``broker`` gives each in turn, empty.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from random import Random
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import pytest

from shared.bus.connect import open_link
from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.policies import Policy
from shared.bus.port import Delivery, Link, Outgoing, Subscription
from shared.bus.rabbit.address import read_address
from shared.bus.rabbit.session import session
from shared.bus.signals import Signal
from tests.harness.rabbitmq_node import RabbitMqNode
from tests.harness.tcp_proxy import TcpProxy

PATIENCE = 40.0
QUORUM = {"x-queue-type": "quorum"}


class Broker(Protocol):
    """A broker under test."""

    signals: Counter[Signal]

    async def link(self) -> Link:
        """Open a link to it."""

    async def exchange(self, name: str, kind: str, arguments: Mapping[str, object] = ...) -> None:
        """Declare an exchange."""

    async def queue(
        self, name: str, *bound: tuple[str, str], arguments: Mapping[str, object] = ...
    ) -> None:
        """Declare a quorum queue, bound to (exchange, key) pairs."""

    async def delete_queue(self, name: str) -> None:
        """Delete a queue."""

    async def policy(self, pattern: str, definition: Mapping[str, str | int]) -> None:
        """Set a policy; queues declared from now on have it."""

    def cut(self) -> None:
        """Lose every connection."""

    def go_away(self) -> None:
        """Lose every connection and accept none."""

    def come_back(self) -> None:
        """Accept connections again."""

    async def stop(self) -> None:
        """Close every link."""


class InProcess:
    """The embedded broker."""

    def __init__(self) -> None:
        self.signals: Counter[Signal] = Counter()
        self.core = EmbeddedBroker()
        self._links: list[Link] = []

    async def link(self) -> Link:
        link = await open_link("embedded://", name="t", broker=self.core, observe=self._count)
        self._links.append(link)
        return link

    async def exchange(
        self, name: str, kind: str, arguments: Mapping[str, object] | None = None
    ) -> None:
        self.core.declare_exchange(name, kind, arguments or {})

    async def queue(
        self,
        name: str,
        *bound: tuple[str, str],
        arguments: Mapping[str, object] | None = None,
    ) -> None:
        self.core.declare_queue(name, QUORUM | dict(arguments or {}))
        for exchange, key in bound:
            self.core.bind(name, exchange, key)

    async def delete_queue(self, name: str) -> None:
        self.core.delete_queue(name)

    async def policy(self, pattern: str, definition: Mapping[str, str | int]) -> None:
        made = Policy(f"p{len(self.core.policies)}", pattern, len(self.core.policies), definition)
        self.core.set_policies([*self.core.policies.values(), made])

    def cut(self) -> None:
        self.core.cut()

    def go_away(self) -> None:
        self.core.go_away()

    def come_back(self) -> None:
        self.core.come_back()

    async def stop(self) -> None:
        for link in self._links:
            await link.close()

    def _count(self, signal: Signal, count: int) -> None:
        self.signals[signal] += count


class Real:
    """A virtual host of a RabbitMQ of our own; links go through a proxy that can be cut."""

    def __init__(self, node: RabbitMqNode, proxy: TcpProxy) -> None:
        self.signals: Counter[Signal] = Counter()
        self.vhost = f"test-{uuid.uuid4().hex[:12]}"
        self.url = node.add_vhost(self.vhost)
        self._node = node
        self._proxy = proxy
        self._policies = 0
        self._links: list[Link] = []

    async def link(self) -> Link:
        parts = urlsplit(self.url)
        through = parts._replace(netloc=f"guest:guest@127.0.0.1:{self._proxy.port}")
        link = await open_link(
            urlunsplit(through),
            name="t",
            observe=self._count,
            random=Random(1),  # noqa: S311 -- jitter of a test
        )
        self._links.append(link)
        return link

    async def exchange(
        self, name: str, kind: str, arguments: Mapping[str, object] | None = None
    ) -> None:
        async with session(read_address(self.url, name="t")) as channel:
            await channel.declare_exchange(name, kind, arguments or {})

    async def queue(
        self,
        name: str,
        *bound: tuple[str, str],
        arguments: Mapping[str, object] | None = None,
    ) -> None:
        async with session(read_address(self.url, name="t")) as channel:
            await channel.declare_queue(name, QUORUM | dict(arguments or {}))
            for exchange, key in bound:
                await channel.bind(name, exchange, key)

    async def delete_queue(self, name: str) -> None:
        self._node.call("DELETE", f"/queues/{self.vhost}/{name}")

    async def policy(self, pattern: str, definition: Mapping[str, str | int]) -> None:
        self._policies += 1
        body = {
            "pattern": pattern,
            "definition": dict(definition),
            "priority": self._policies,
            "apply-to": "queues",
        }
        self._node.call("PUT", f"/policies/{self.vhost}/p{self._policies}", body)

    def cut(self) -> None:
        self._proxy.cut()

    def go_away(self) -> None:
        self._proxy.refuse()

    def come_back(self) -> None:
        self._proxy.accept()

    async def stop(self) -> None:
        for link in self._links:
            await link.close()
        await self._proxy.stop()
        self._node.drop_vhost(self.vhost)

    def _count(self, signal: Signal, count: int) -> None:
        self.signals[signal] += count


@pytest.fixture(params=["embedded", pytest.param("rabbitmq", marks=pytest.mark.real)])
async def broker(request: pytest.FixtureRequest) -> AsyncIterator[Broker]:
    """Give an empty broker of each kind."""
    made: Broker = InProcess()
    if request.param == "rabbitmq":
        node: RabbitMqNode = request.getfixturevalue("rabbitmq_node")
        proxy = TcpProxy("127.0.0.1", node.ports.amqp)
        await proxy.start()
        made = Real(node, proxy)
    yield made
    await made.stop()


def message(
    routing_key: str = "", *, exchange: str = "", body: bytes = b"{}", message_id: str = ""
) -> Outgoing:
    """Make a message; without an exchange the routing key names a queue."""
    return Outgoing(
        exchange=exchange,
        routing_key=routing_key,
        body=body,
        message_id=message_id or str(uuid.uuid4()),
    )


def numbered(count: int, routing_key: str, *, exchange: str = "") -> list[Outgoing]:
    """Make messages whose bodies are ``0``, ``1``, and so on."""
    return [message(routing_key, exchange=exchange, body=str(n).encode()) for n in range(count)]


async def take(subscription: Subscription, count: int) -> list[Delivery]:
    """Take exactly so many deliveries; fail when they do not come."""
    taken: list[Delivery] = []
    async with asyncio.timeout(PATIENCE):
        while len(taken) < count:
            taken += await subscription.batch(size=count - len(taken), linger=0.01)
    return taken


def bodies(deliveries: Sequence[Delivery]) -> list[bytes]:
    """Return the bodies of deliveries."""
    return [delivery.body for delivery in deliveries]


async def until_ready(link: Link, queue: str, ready: int) -> None:
    """Wait until so many messages of a queue are ready for delivery."""
    async with asyncio.timeout(PATIENCE):
        while (await link.state(queue)).ready != ready:
            await _moment()


async def until_link(link: Link, *, ready: bool) -> None:
    """Wait until a link is ready to publish, or is not."""
    async with asyncio.timeout(PATIENCE):
        while link.is_ready is not ready:
            await _moment()


async def until_signal(broker: Broker, signal: Signal, count: int = 1) -> None:
    """Wait until links have told of something so often."""
    async with asyncio.timeout(PATIENCE):
        while broker.signals[signal] < count:
            await _moment()


async def _moment() -> None:
    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.01)
