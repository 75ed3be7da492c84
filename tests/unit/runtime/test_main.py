from __future__ import annotations

import pytest

from shared.faults import Misconfigured
from shared.runtime.catalog import bootstrap_of, service_names
from shared.runtime.main import _refuse_a_part_on_embedded
from shared.settings import Settings


def test_the_four_services_are_installed() -> None:
    assert service_names() == (
        "booking-writer",
        "ecpay-forwarder",
        "payment-reconciler",
        "tripletex-poller",
    )


def test_an_unknown_service_is_refused_with_those_there_are() -> None:
    with pytest.raises(Misconfigured, match="tripletex-poller"):
        bootstrap_of("tripletex-polar")


def test_one_service_alone_on_the_embedded_broker_is_refused() -> None:
    with pytest.raises(Misconfigured, match="run all"):
        _refuse_a_part_on_embedded(Settings(), ["booking-writer"])


@pytest.mark.parametrize(
    ("url", "names"),
    [("embedded://", service_names()), ("amqp://mq", ["booking-writer"])],
    ids=["all on embedded", "one on RabbitMQ"],
)
def test_what_can_be_reached_is_allowed(url: str, names: list[str]) -> None:
    _refuse_a_part_on_embedded(Settings(broker_url=url), names)

    assert names
