"""A kombu connection from one of our broker URLs."""

from __future__ import annotations

from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES

from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.rabbit.address import read_address
from shared.bus.transport.embedded import Transport as EmbeddedTransport
from shared.bus.transport.wire import Transport as WireTransport


def kombu_connection(
    url: str, *, name: str = "restanse kombu", broker: EmbeddedBroker | None = None
) -> Connection:
    """Return a kombu connection that is not open yet.

    Args:
        url: ``amqp://``, ``amqps://``, ``pika://`` or ``embedded://``, with the options of
            ``shared.bus.rabbit.address``.
        name: What the connection is called in RabbitMQ's lists.
        broker: The broker of this process, for ``embedded://``.

    Raises:
        Misconfigured: The URL cannot be used.
    """
    if url.startswith("embedded://"):
        return Connection(transport=EmbeddedTransport, transport_options={"broker": broker})
    address = read_address(url, name=name)
    return Connection(
        hostname=address.host,
        port=address.port,
        userid=address.user,
        password=address.password,
        virtual_host=address.vhost,
        ssl=address.is_encrypted,
        heartbeat=address.heartbeat,
        transport=WireTransport,
        transport_options={
            "name": address.name,
            "cacertfile": address.ca_file,
            "certfile": address.certificate_file,
            "keyfile": address.key_file,
        },
    )


def register() -> None:
    """Let ``kombu.Connection("pika://...")`` find our transports; kombu reads no entry points."""
    TRANSPORT_ALIASES["pika"] = "shared.bus.transport.wire:Transport"
    TRANSPORT_ALIASES["embedded"] = "shared.bus.transport.embedded:Transport"
