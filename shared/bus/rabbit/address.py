"""Where a RabbitMQ is: the parts of a broker URL.

``amqp[s]://user:password@host:port/vhost`` with these options after ``?``: ``management`` (root of
the management API, default ``http://host:15672``, or ``https://host:15671`` for ``amqps``),
``heartbeat`` (seconds), and for ``amqps`` ``cacertfile``, ``certfile`` and ``keyfile``.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

import pika

from shared.faults import Misconfigured

_PORTS: Final = {"amqp": 5672, "amqps": 5671, "pika": 5672}
_OPTIONS: Final = frozenset({"management", "heartbeat", "cacertfile", "certfile", "keyfile"})
_HEARTBEAT_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker is and as whom to speak to it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    vhost: str
    name: str
    is_encrypted: bool = False
    heartbeat: int = _HEARTBEAT_SECONDS
    management: str = ""
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None

    @property
    def place(self) -> str:
        """Return host, port and virtual host, for messages to people."""
        return f"{self.host}:{self.port}/{quote(self.vhost, safe='')}"


def read_address(url: str, *, name: str) -> Address:
    """Read a broker URL.

    Raises:
        Misconfigured: The URL is not one, or has an option that there is not.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Misconfigured("a broker URL is amqp://host/vhost or amqps://host/vhost")
    options = _read_options(parts)
    encrypted = parts.scheme == "amqps"
    return Address(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        user=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        vhost=unquote(parts.path[1:]) or "/",
        name=name,
        is_encrypted=encrypted,
        heartbeat=_read_heartbeat(options),
        management=options.get("management") or _management(parts.hostname, encrypted=encrypted),
        ca_file=options.get("cacertfile"),
        certificate_file=options.get("certfile"),
        key_file=options.get("keyfile"),
    )


def parameters(address: Address) -> pika.ConnectionParameters:
    """Return what pika needs to connect; every wait has an end.

    Raises:
        Misconfigured: A certificate file cannot be used.
    """
    return pika.ConnectionParameters(
        host=address.host,
        port=address.port,
        virtual_host=address.vhost,
        credentials=pika.PlainCredentials(address.user, address.password),
        heartbeat=address.heartbeat,
        socket_timeout=5,
        stack_timeout=10,
        connection_attempts=1,
        ssl_options=_encryption(address) if address.is_encrypted else None,
        client_properties={"connection_name": address.name, "product": "Restanse"},
    )


def _encryption(address: Address) -> pika.SSLOptions:
    try:
        context = ssl.create_default_context(cafile=address.ca_file)
        if address.certificate_file:
            context.load_cert_chain(address.certificate_file, address.key_file)
    except OSError as error:  # SSLError is one
        raise Misconfigured(
            "the certificate files named in the broker URL cannot be used "
            f"({type(error).__name__}: {error.strerror})"
        ) from error
    return pika.SSLOptions(context, address.host)


def _management(host: str, *, encrypted: bool) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"https://{shown}:15671" if encrypted else f"http://{shown}:15672"


def _read_options(parts: SplitResult) -> dict[str, str]:
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if unknown := sorted(set(options) - _OPTIONS):
        known = ", ".join(sorted(_OPTIONS))
        raise Misconfigured(f"the broker URL has no option {', '.join(unknown)}; it has {known}")
    return options


def _read_heartbeat(options: dict[str, str]) -> int:
    text = options.get("heartbeat", str(_HEARTBEAT_SECONDS))
    if not text.isdecimal():
        raise Misconfigured(f"heartbeat in the broker URL is in whole seconds, not {text[:20]!r}")
    return int(text)
