"""A channel whose requests can be awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from pika import exceptions

from shared.bus.capabilities import Version
from shared.bus.faults import as_fault
from shared.bus.rabbit.wire import Wire
from shared.faults import Fault, Outage

REQUEST_SECONDS: Final = 15.0


class AwaitedChannel:
    """One AMQP channel; a request over which the broker closes it fails with a fault."""

    def __init__(self, wire: Wire, server_version: Version) -> None:
        self.wire = wire
        self.server_version = server_version
        self.closed: asyncio.Future[Fault] = asyncio.get_running_loop().create_future()
        self.raw: Any = None

    @classmethod
    async def open(cls, wire: Wire, server_version: Version) -> AwaitedChannel:
        """Open a channel on a connection."""
        channel = cls(wire, server_version)

        def start(done: Callable[..., None]) -> None:
            channel.raw = wire.channel(on_open_callback=done)
            channel.raw.add_on_close_callback(channel._on_closed)

        await channel.request("open a channel", start)
        return channel

    @property
    def number(self) -> int:
        """Return the number of the channel on its connection."""
        return int(self.raw.channel_number)

    @property
    def is_open(self) -> bool:
        """Tell whether the channel can be used."""
        return not self.closed.done() and bool(self.raw.is_open)

    async def confirm(self, on_answer: Callable[[Any], None]) -> None:
        """Ask for confirms; ``on_answer`` is called with every ack and nack."""
        await self.request(
            "ask for confirms", lambda done: self.raw.confirm_delivery(on_answer, callback=done)
        )

    async def prefetch(self, count: int) -> None:
        """Limit the unanswered deliveries of the next consumer."""
        await self.request(
            "limit the prefetch",
            lambda done: self.raw.basic_qos(prefetch_count=count, callback=done),
        )

    async def consume(
        self,
        queue: str,
        on_delivery: Callable[..., None],
        *,
        tag: str,
        arguments: Mapping[str, object],
    ) -> None:
        """Consume a queue."""
        await self.request(
            f"consume queue {queue!r}",
            lambda done: self.raw.basic_consume(
                queue, on_delivery, consumer_tag=tag, arguments=dict(arguments), callback=done
            ),
        )

    async def cancel(self, tag: str) -> None:
        """Stop consuming."""
        await self.request(
            "stop consuming", lambda done: self.raw.basic_cancel(tag, callback=done)
        )

    async def look_at_queue(self, name: str) -> tuple[int, int]:
        """Return how many messages are ready and how many consumers a queue has."""
        answer = await self.request(
            f"look at queue {name!r}",
            lambda done: self.raw.queue_declare(name, passive=True, callback=done),
        )
        return answer.method.message_count, answer.method.consumer_count

    async def look_at_exchange(self, name: str) -> None:
        """Fail unless an exchange is there."""
        await self.request(
            f"look at exchange {name!r}",
            lambda done: self.raw.exchange_declare(name, passive=True, callback=done),
        )

    async def declare_exchange(
        self, name: str, kind: str, arguments: Mapping[str, object]
    ) -> None:
        """Make a durable exchange, unless an equal one is there."""
        await self.request(
            f"declare exchange {name!r}",
            lambda done: self.raw.exchange_declare(
                name, exchange_type=kind, durable=True, arguments=dict(arguments), callback=done
            ),
        )

    async def declare_queue(self, name: str, arguments: Mapping[str, object]) -> None:
        """Make a durable queue, unless an equal one is there."""
        await self.request(
            f"declare queue {name!r}",
            lambda done: self.raw.queue_declare(
                name, durable=True, arguments=dict(arguments), callback=done
            ),
        )

    async def bind(self, queue: str, exchange: str, key: str) -> None:
        """Bind a queue; binding twice is binding once."""
        await self.request(
            f"bind queue {queue!r} to {exchange!r}",
            lambda done: self.raw.queue_bind(queue, exchange, key, callback=done),
        )

    async def unbind(self, queue: str, exchange: str, key: str) -> None:
        """Remove a binding, if it is there."""
        await self.request(
            f"unbind queue {queue!r} from {exchange!r}",
            lambda done: self.raw.queue_unbind(queue, exchange, key, callback=done),
        )

    async def close(self) -> None:
        """Close the channel."""
        if self.is_open:
            self.raw.close()
            await asyncio.wait([self.closed], timeout=REQUEST_SECONDS)

    async def request(self, doing: str, start: Callable[[Callable[..., None]], object]) -> Any:
        """Ask the broker for something and wait for its answer.

        Args:
            doing: What is asked, for messages to people.
            start: Sends the request; is given what to call with the answer.

        Raises:
            Outage: The connection is lost, or there is no answer in time.
            Fault: The broker closed the channel over it.
        """
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def done(answer: object = None) -> None:
            if not answered.done():
                answered.set_result(answer)

        try:
            start(done)
        except exceptions.AMQPError as error:
            raise self._why(doing) or as_fault(doing, error) from error
        await asyncio.wait(
            [answered, self.closed], timeout=REQUEST_SECONDS, return_when="FIRST_COMPLETED"
        )
        if answered.done():
            return answered.result()
        raise self._why(doing) or Outage(
            f"{doing}: no answer in {REQUEST_SECONDS:.0f} s", dependency="broker"
        )

    def _why(self, doing: str) -> Fault | None:
        """Return what the channel was closed for, as far as it was: a lost line is an Outage."""
        if not self.closed.done():
            return None
        fault = self.closed.result()
        return type(fault)(f"{doing}: {fault.message}", **_details(fault))

    def _on_closed(self, _channel: object, reason: BaseException) -> None:
        if not self.closed.done():
            self.closed.set_result(as_fault("the channel was closed", reason))


def _details(fault: Fault) -> dict[str, Any]:
    return {"code": fault.code, "dependency": fault.dependency}
