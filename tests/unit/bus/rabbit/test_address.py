from __future__ import annotations

import pytest

from shared.bus.rabbit.address import parameters, read_address
from shared.faults import Misconfigured


def test_every_part_is_read() -> None:
    address = read_address(
        "amqp://us%40er:p%2Fw@rabbit.example:5673/a%2Fb?heartbeat=7", name="poller"
    )

    assert (address.host, address.port) == ("rabbit.example", 5673)
    assert (address.user, address.password) == ("us@er", "p/w")
    assert (address.vhost, address.name, address.heartbeat) == ("a/b", "poller", 7)


@pytest.mark.parametrize("url", ["amqp://host", "amqp://host/", "amqp://host/%2F"])
def test_default_virtual_host(url: str) -> None:
    address = read_address(url, name="n")

    assert (address.vhost, address.port) == ("/", 5672)
    assert address.management == "http://host:15672"


def test_encrypted_defaults() -> None:
    address = read_address("amqps://host/v", name="n")

    assert (address.port, address.is_encrypted) == (5671, True)
    assert address.management == "https://host:15671"


def test_management_may_be_elsewhere() -> None:
    address = read_address("amqp://host/?management=http://other:8080", name="n")

    assert address.management == "http://other:8080"


@pytest.mark.parametrize(
    "url", ["http://host", "amqp://", "amqp://h?heartbeat=soon", "amqp://h?unknown=1"]
)
def test_unusable_url_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        read_address(url.replace("://", "://user:hush@", 1), name="n")

    assert "hush" not in caught.value.message


def test_missing_certificate_file_is_misconfigured() -> None:
    address = read_address("amqps://host/?cacertfile=/nonesuch.pem", name="n")

    with pytest.raises(Misconfigured, match="certificate"):
        parameters(address)


def test_password_is_not_shown() -> None:
    assert "hush" not in repr(read_address("amqp://u:hush@host/", name="n"))


def test_every_wait_has_an_end() -> None:
    made = parameters(read_address("amqp://host/", name="poller"))

    assert made.socket_timeout == 5
    assert made.stack_timeout == 10
    assert made.heartbeat == 30
    assert made.client_properties["connection_name"] == "poller"
