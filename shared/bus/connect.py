"""Open a link by URL: ``amqp://`` and ``amqps://`` to RabbitMQ, ``embedded://`` in process."""

from __future__ import annotations

from random import Random

from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.embedded.link import EmbeddedLink
from shared.bus.port import Link
from shared.bus.rabbit.address import read_address
from shared.bus.rabbit.link import RabbitLink
from shared.bus.signals import Observe, nobody
from shared.faults import Misconfigured

EMBEDDED = "embedded://"


async def open_link(
    url: str,
    *,
    name: str,
    broker: EmbeddedBroker | None = None,
    observe: Observe = nobody,
    random: Random | None = None,
) -> Link:
    """Open a link and wait until it is ready.

    Args:
        url: Where the broker is.
        name: What the connection is called in RabbitMQ's lists.
        broker: The broker that this process shares; needed for ``embedded://`` only.
        observe: Is told what happens to the link.
        random: Draws the jitter between attempts to connect.

    Raises:
        Outage: The broker does not answer.
        NotAllowed: It refuses the credentials or the virtual host.
        Misconfigured: The URL cannot be used.
    """
    if url.startswith(EMBEDDED):
        if broker is None:
            raise Misconfigured(
                "embedded:// is a broker inside one process and nobody made one: run services "
                "together, or set RESTANSE_BROKER_URL to amqp://..."
            )
        return EmbeddedLink(broker, observe)
    link = RabbitLink(read_address(url, name=name), observe, random or Random())  # noqa: S311 -- jitter
    await link.open()
    return link
