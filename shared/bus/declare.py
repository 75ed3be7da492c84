"""Declare the topology: idempotent, and with nothing but AMQP.

Policies need the management API or ``rabbitmqctl``; ``shared.operations.topology`` applies them.
Services run correctly before that: they dead-letter by publishing to ``dead-letters`` themselves,
and policies only add the broker's own safety nets (delivery limit, length limit).
An embedded broker gets its policies here, for it has no other door.
"""

from __future__ import annotations

from shared.bus.capabilities import check_queue
from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.policies import policies
from shared.bus.rabbit.address import read_address
from shared.bus.rabbit.session import session
from shared.bus.topology import exchanges, queues


async def declare(broker: str | EmbeddedBroker) -> None:
    """Declare every exchange, queue and binding.

    Args:
        broker: The URL of a RabbitMQ, or an embedded broker.

    Raises:
        Outage: The broker does not answer.
        Invalid: Something of the same name is there already and differs.
    """
    if isinstance(broker, EmbeddedBroker):
        _declare_embedded(broker)
    else:
        await _declare_rabbit(broker)


def _declare_embedded(broker: EmbeddedBroker) -> None:
    for exchange in exchanges():
        broker.declare_exchange(exchange.name, exchange.type, exchange.arguments or {})
    for queue in queues():
        broker.declare_queue(queue.name, queue.queue_arguments)
        for bound in queue.bindings:
            broker.bind(queue.name, bound.exchange.name, bound.routing_key)
    broker.set_policies(policies())


async def _declare_rabbit(url: str) -> None:
    async with session(read_address(url, name="restanse topology")) as channel:
        for exchange in exchanges():
            await channel.declare_exchange(exchange.name, exchange.type, exchange.arguments or {})
        for queue in queues():
            check_queue(queue.name, queue.queue_arguments, server_version=channel.server_version)
            await channel.declare_queue(queue.name, queue.queue_arguments)
            for bound in queue.bindings:
                await channel.bind(queue.name, bound.exchange.name, bound.routing_key)
