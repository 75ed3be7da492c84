"""A short conversation with a broker: connect, ask, close."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.bus.rabbit.address import Address
from shared.bus.rabbit.channel import AwaitedChannel
from shared.bus.rabbit.line import dial


@asynccontextmanager
async def session(address: Address) -> AsyncIterator[AwaitedChannel]:
    """Open a connection with one channel, for the length of a block.

    Raises:
        Outage: The broker does not answer.
        NotAllowed: It refuses the credentials or the virtual host.
    """
    line = await dial(address)
    try:
        yield await line.channel()
    finally:
        await line.close()
