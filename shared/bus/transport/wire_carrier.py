"""One channel to RabbitMQ for kombu, each call complete when it returns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol, TypeVar

from pika import BasicProperties, spec

from shared.bus.capabilities import check_queue
from shared.bus.limits import check
from shared.bus.port import Published
from shared.bus.rabbit.channel import AwaitedChannel
from shared.bus.rabbit.confirms import ConfirmWindow, Outcomes, Ticket
from shared.bus.rabbit.line import Line
from shared.bus.transport.letters import Letter, OnLetter, QueueWish, posted
from shared.faults import Fault, Outage

T = TypeVar("T")

_PROPERTIES = (
    "content_type",
    "content_encoding",
    "delivery_mode",
    "priority",
    "correlation_id",
    "reply_to",
    "expiration",
    "message_id",
    "timestamp",
    "type",
    "user_id",
    "app_id",
)


class Turning(Protocol):
    """The connection that a carrier lives on."""

    line: Line

    def run(self, waiting: Coroutine[Any, Any, T]) -> T:
        """Turn the event loop until something is done."""

    def arrive(self, hand_over: Callable[[], None]) -> None:
        """Note a delivery."""


class WireCarrier:
    """One channel; keeps the promises of ``shared.bus.transport.letters.Carrier``."""

    def __init__(self, connection: Turning) -> None:
        self._connection = connection
        self._window = ConfirmWindow()
        self._channel: AwaitedChannel | None = None
        self._prefetch = 0

    async def open(self) -> None:
        """Open the channel and ask for confirms."""
        channel = await self._connection.line.channel()
        await channel.confirm(self._on_answer)
        channel.raw.add_on_return_callback(self._on_return)
        self._window = ConfirmWindow()
        channel.closed.add_done_callback(self._on_closed)
        self._channel = channel

    @property
    def number(self) -> int:
        """Return the number of the channel."""
        return 0 if self._channel is None else self._channel.number

    def declare_exchange(self, name: str, kind: str, arguments: Mapping[str, Any]) -> None:
        """Make a durable exchange."""
        self._run(lambda channel: channel.declare_exchange(name, kind, arguments))

    def look_at_exchange(self, name: str) -> None:
        """Fail unless an exchange is there."""
        self._run(lambda channel: channel.look_at_exchange(name))

    def delete_exchange(self, name: str) -> None:
        """Delete an exchange."""
        self._ask(
            f"delete exchange {name!r}", lambda raw, done: raw.exchange_delete(name, callback=done)
        )

    def declare_queue(self, wish: QueueWish) -> tuple[str, int, int]:
        """Make a queue."""
        version = self._connection.line.server_version
        check_queue(wish.name, wish.arguments, server_version=version)
        return self._declare(
            wish.name,
            durable=wish.durable,
            exclusive=wish.exclusive,
            auto_delete=wish.auto_delete,
            arguments=dict(wish.arguments),
        )

    def look_at_queue(self, name: str) -> tuple[str, int, int]:
        """Return name, messages and consumers of a queue."""
        return self._declare(name, passive=True)

    def delete_queue(self, name: str) -> int:
        """Delete a queue."""
        answer = self._ask(
            f"delete queue {name!r}", lambda raw, done: raw.queue_delete(name, callback=done)
        )
        return int(answer.method.message_count)

    def purge_queue(self, name: str) -> int:
        """Drop the messages of a queue."""
        answer = self._ask(
            f"purge queue {name!r}", lambda raw, done: raw.queue_purge(name, callback=done)
        )
        return int(answer.method.message_count)

    def bind(self, queue: str, exchange: str, key: str) -> None:
        """Bind a queue."""
        self._run(lambda channel: channel.bind(queue, exchange, key))

    def unbind(self, queue: str, exchange: str, key: str) -> None:
        """Remove a binding."""
        self._run(lambda channel: channel.unbind(queue, exchange, key))

    def publish(self, letter: Letter, *, mandatory: bool, timeout: float) -> Published:
        """Publish, and wait for the broker's answer."""
        check(posted(letter))
        return self._connection.run(self._publish(letter, mandatory=mandatory, seconds=timeout))

    def limit(self, prefetch: int) -> None:
        """Limit the unanswered deliveries of consumers to come."""
        self._run(lambda channel: channel.prefetch(prefetch))

    def consume(self, queue: str, tag: str, on_letter: OnLetter, *, no_ack: bool) -> None:
        """Consume a queue."""

        def deliver(_raw: object, method: Any, properties: Any, body: bytes) -> None:
            letter = _letter(method, properties, body)
            self._connection.arrive(lambda: on_letter(letter))

        self._ask(
            f"consume queue {queue!r}",
            lambda raw, done: raw.basic_consume(
                queue, deliver, auto_ack=no_ack, consumer_tag=tag, callback=done
            ),
        )

    def cancel(self, tag: str) -> None:
        """Stop consuming."""
        self._run(lambda channel: channel.cancel(tag))

    def get(self, queue: str, *, no_ack: bool) -> Letter | None:
        """Take one message, if there is one."""
        found: list[Letter] = []

        def ask(raw: Any, done: Callable[..., None]) -> None:
            def taken(_raw: object, method: Any, properties: Any, body: bytes) -> None:
                found.append(_letter(method, properties, body))
                done()

            raw.add_callback(done, [spec.Basic.GetEmpty])
            raw.basic_get(queue, taken, auto_ack=no_ack)

        self._ask(f"get from queue {queue!r}", ask)
        return found[0] if found else None

    def ack(self, tag: int, *, multiple: bool) -> None:
        """Settle a delivery, or all up to it."""
        self._write(lambda raw: raw.basic_ack(tag, multiple=multiple))

    def reject(self, tag: int, *, requeue: bool) -> None:
        """Reject a delivery."""
        self._write(lambda raw: raw.basic_reject(tag, requeue=requeue))

    def close(self) -> None:
        """Close the channel."""
        if self._channel is not None and self._channel.is_open:
            self._connection.run(self._channel.close())

    async def _publish(self, letter: Letter, *, mandatory: bool, seconds: float) -> Published:
        channel = self._open_channel()
        outcomes = Outcomes(1)
        self._window.add(Ticket(posted(letter), outcomes, 0))
        channel.raw.basic_publish(
            letter.exchange,
            letter.routing_key,
            letter.body,
            BasicProperties(headers=dict(letter.headers) or None, **letter.properties),
            mandatory=mandatory,
        )
        await asyncio.wait([outcomes.complete], timeout=seconds)
        return outcomes.result()[0]

    def _declare(self, name: str, **wish: Any) -> tuple[str, int, int]:
        answer = self._ask(
            f"declare queue {name!r}",
            lambda raw, done: raw.queue_declare(name, callback=done, **wish),
        )
        method = answer.method
        return method.queue, method.message_count, method.consumer_count

    def _run(self, call: Callable[[AwaitedChannel], Coroutine[Any, Any, T]]) -> T:
        return self._connection.run(call(self._open_channel()))

    def _ask(self, doing: str, send: Callable[[Any, Callable[..., None]], object]) -> Any:
        channel = self._open_channel()
        return self._connection.run(channel.request(doing, lambda done: send(channel.raw, done)))

    def _write(self, write: Callable[[Any], None]) -> None:
        channel = self._open_channel()

        async def written() -> None:
            write(channel.raw)
            await asyncio.sleep(0)  # the turn in which it is flushed
            await asyncio.sleep(0)

        self._connection.run(written())

    def _open_channel(self) -> AwaitedChannel:
        channel = self._channel
        if channel is None or not channel.is_open:
            raise Outage("the channel to the broker is closed", dependency="broker")
        return channel

    def _on_answer(self, answer: Any) -> None:
        method = answer.method
        nacked = isinstance(method, spec.Basic.Nack)
        outcome = Published.NACKED if nacked else Published.CONFIRMED
        self._window.answer(method.delivery_tag, outcome, multiple=method.multiple)

    def _on_return(self, _raw: object, method: Any, properties: Any, _body: bytes) -> None:
        self._window.mark_returned(
            method.exchange, method.routing_key, properties.message_id or ""
        )

    def _on_closed(self, closed: asyncio.Future[Fault]) -> None:
        if closed.result().code == "not-found":
            # Only one publish is in flight at a time, so it is the one that was refused.
            self._window.answer(1 << 63, Published.RETURNED, multiple=True)
        self._window.lose()


def _letter(method: Any, properties: Any, body: bytes) -> Letter:
    given = {name: getattr(properties, name) for name in _PROPERTIES}
    return Letter(
        body=body,
        headers=properties.headers or {},
        properties={name: value for name, value in given.items() if value is not None},
        exchange=method.exchange,
        routing_key=method.routing_key,
        tag=method.delivery_tag,
        redelivered=method.redelivered,
    )
