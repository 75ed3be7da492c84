"""What an operator does to the entities of a broker over AMQP."""

from __future__ import annotations

from collections.abc import Iterable

from shared.bus.picture import BindingShape, Difference, wanted
from shared.bus.rabbit.address import Address
from shared.bus.rabbit.channel import AwaitedChannel
from shared.bus.rabbit.line import dial
from shared.bus.rabbit.session import session
from shared.faults import Invalid


async def unbind(address: Address, bindings: Iterable[BindingShape]) -> None:
    """Remove bindings of queues.

    Raises:
        Outage: The broker does not answer.
    """
    async with session(address) as channel:
        for bound in bindings:
            await channel.unbind(bound.queue, bound.exchange, bound.key)


async def missing_entities(address: Address) -> list[Difference]:
    """Return the exchanges and queues that are missing, by passive declaration.

    This is all that AMQP can tell; bindings and policies need the management API.

    Raises:
        Outage: The broker does not answer.
    """
    want = wanted()
    line = await dial(address)
    try:
        exchanges = [
            Difference("exchange", name, "is missing")
            for name in want.exchanges
            if not await _is_there(await line.channel(), exchange=name)
        ]
        queues = [
            Difference("queue", name, "is missing")
            for name in want.queues
            if not await _is_there(await line.channel(), queue=name)
        ]
    finally:
        await line.close()
    return [*exchanges, *queues]


async def _is_there(channel: AwaitedChannel, *, exchange: str = "", queue: str = "") -> bool:
    # The broker closes the channel over what is missing, so each look has one of its own.
    try:
        if exchange:
            await channel.look_at_exchange(exchange)
        else:
            await channel.look_at_queue(queue)
    except Invalid as fault:
        if fault.code != "not-found":
            raise
        return False
    finally:
        await channel.close()
    return True
