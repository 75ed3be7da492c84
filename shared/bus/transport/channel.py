"""The channel that kombu's producers, consumers and entities work on."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from kombu.message import Message
from kombu.transport import base

from shared.bus.transport.letters import (
    PERSISTENT,
    Carrier,
    Letter,
    OnLetter,
    QueueWish,
    raise_unless_confirmed,
)

ANSWER_SECONDS: Final = 30.0
_NEVER_PASSED_ON: Final = frozenset({"cc", "bcc"})


class DeclaredQueue(NamedTuple):
    """What declaring a queue tells."""

    queue: str
    message_count: int
    consumer_count: int


class Channel(base.StdChannel):  # type: ignore[misc] # kombu has no types
    """A kombu channel over a carrier.

    Publishing is persistent and waits for the confirm: what is returned, refused or unknown is
    raised (``shared.bus.transport.letters``). Received ``x-*`` headers are never published again.
    """

    def __init__(self, connection: Any, number: int, carrier: Carrier) -> None:
        self.connection = connection
        self.channel_id = number
        self.is_open = True
        self.no_ack_consumers: set[str] = set()
        self.events: dict[str, set[Callable[..., None]]] = defaultdict(set)
        self._carrier = carrier

    def exchange_declare(
        self,
        exchange: str,
        type: str = "direct",  # noqa: A002 -- kombu's name
        *,
        passive: bool = False,
        arguments: Mapping[str, Any] | None = None,
        **_flags: Any,
    ) -> None:
        """Make a durable exchange, or fail unless it is there when ``passive``."""
        if passive:
            self._carrier.look_at_exchange(exchange)
        else:
            self._carrier.declare_exchange(exchange, type, arguments or {})

    def exchange_delete(self, exchange: str, **_flags: Any) -> None:
        """Delete an exchange."""
        self._carrier.delete_exchange(exchange)

    def queue_declare(
        self,
        queue: str = "",
        *,
        passive: bool = False,
        durable: bool = True,
        exclusive: bool = False,
        auto_delete: bool = False,
        arguments: Mapping[str, Any] | None = None,
        **_flags: Any,
    ) -> DeclaredQueue:
        """Make a queue, or look at it when ``passive``."""
        if passive:
            return DeclaredQueue(*self._carrier.look_at_queue(queue))
        wish = QueueWish(queue, durable, exclusive, auto_delete, arguments or {})
        return DeclaredQueue(*self._carrier.declare_queue(wish))

    def queue_bind(
        self, queue: str, exchange: str = "", routing_key: str = "", **_flags: Any
    ) -> None:
        """Bind a queue."""
        self._carrier.bind(queue, exchange, routing_key)

    def queue_unbind(
        self, queue: str, exchange: str = "", routing_key: str = "", **_flags: Any
    ) -> None:
        """Remove a binding."""
        self._carrier.unbind(queue, exchange, routing_key)

    def queue_delete(self, queue: str, **_flags: Any) -> int:
        """Delete a queue; return how many messages went with it."""
        return self._carrier.delete_queue(queue)

    def queue_purge(self, queue: str, **_flags: Any) -> int:
        """Drop the messages of a queue; return how many."""
        return self._carrier.purge_queue(queue)

    def prepare_message(  # noqa: PLR0917 -- kombu passes them by position
        self,
        body: bytes | str,
        priority: int | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        headers: Mapping[str, Any] | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Letter:
        """Make a message of what a producer has serialised."""
        given = {
            "delivery_mode": PERSISTENT,
            "message_id": str(uuid.uuid4()),
            **(properties or {}),
            "priority": priority,
            "content_type": content_type,
            "content_encoding": content_encoding,
        }
        return Letter(
            body=body.encode() if isinstance(body, str) else body,
            headers={n: v for n, v in (headers or {}).items() if _may_leave(n)},
            properties={name: value for name, value in given.items() if value is not None},
        )

    def basic_publish(
        self,
        message: Letter,
        exchange: str = "",
        routing_key: str = "",
        *,
        mandatory: bool = True,
        timeout: float | None = None,
        confirm_timeout: float | None = None,
        **_flags: Any,
    ) -> None:
        """Publish and wait for the confirm.

        Raises:
            Returned: No queue takes the message (only when ``mandatory``).
            Nacked: The broker refused it.
            Unknown: The broker did not answer.
            Invalid: It passes a limit.
        """
        addressed = Letter(
            message.body, message.headers, message.properties, exchange, routing_key
        )
        seconds = confirm_timeout or timeout or ANSWER_SECONDS
        outcome = self._carrier.publish(addressed, mandatory=mandatory, timeout=seconds)
        raise_unless_confirmed(outcome, addressed)

    def basic_qos(self, prefetch_size: int, prefetch_count: int, *_global: Any) -> None:
        """Limit the unanswered deliveries of each consumer; never of the whole channel."""
        del prefetch_size
        self._carrier.limit(prefetch_count)

    def basic_consume(
        self,
        queue: str,
        no_ack: bool = False,  # noqa: FBT001, FBT002 -- kombu passes it by position
        consumer_tag: str | None = None,
        callback: OnLetter | None = None,
        **_flags: Any,
    ) -> str:
        """Consume a queue."""
        tag = consumer_tag or str(uuid.uuid4())
        if no_ack:
            self.no_ack_consumers.add(tag)
        self._carrier.consume(queue, tag, callback or _forget, no_ack=no_ack)
        return tag

    def basic_cancel(self, consumer_tag: str, **_flags: Any) -> None:
        """Stop consuming."""
        self.no_ack_consumers.discard(consumer_tag)
        self._carrier.cancel(consumer_tag)

    def basic_get(
        self,
        queue: str,
        no_ack: bool = False,  # noqa: FBT001, FBT002 -- kombu's signature
        **_flags: Any,
    ) -> Letter | None:
        """Take one message, if there is one."""
        return self._carrier.get(queue, no_ack=no_ack)

    def basic_ack(
        self,
        delivery_tag: int,
        multiple: bool = False,  # noqa: FBT001, FBT002 -- kombu's signature
    ) -> None:
        """Settle a delivery, or all up to it."""
        self._carrier.ack(delivery_tag, multiple=multiple)

    def basic_reject(
        self,
        delivery_tag: int,
        requeue: bool = False,  # noqa: FBT001, FBT002 -- kombu's signature
    ) -> None:
        """Give a delivery back, or have it dead-lettered."""
        self._carrier.reject(delivery_tag, requeue=requeue)

    def message_to_python(self, letter: Letter) -> Message:
        """Return a delivery as kombu's message."""
        return Message(
            body=letter.body,
            channel=self,
            delivery_tag=letter.tag,
            content_type=letter.properties.get("content_type"),
            content_encoding=letter.properties.get("content_encoding"),
            delivery_info={
                "exchange": letter.exchange,
                "routing_key": letter.routing_key,
                "redelivered": letter.redelivered,
            },
            properties=dict(letter.properties),
            headers=dict(letter.headers),
        )

    def close(self) -> None:
        """Close the channel; what is unanswered goes back."""
        if self.is_open:
            self.is_open = False
            self._carrier.close()


def _may_leave(header: str) -> bool:
    name = header.lower()
    return not name.startswith("x-") and name not in _NEVER_PASSED_ON


def _forget(letter: Letter) -> None:
    del letter
