from __future__ import annotations

import pytest

from shared.bus.connect import open_link
from shared.bus.embedded.broker import EmbeddedBroker
from shared.faults import Misconfigured


async def test_links_to_one_embedded_broker_see_the_same_queues() -> None:
    broker = EmbeddedBroker()
    one = await open_link("embedded://", name="one", broker=broker)
    two = await open_link("embedded://", name="two", broker=broker)
    broker.declare_queue("q", {})

    assert await one.state("q") == await two.state("q")


async def test_embedded_link_needs_a_broker() -> None:
    with pytest.raises(Misconfigured, match="RESTANSE_BROKER_URL"):
        await open_link("embedded://", name="one")


async def test_unknown_scheme_is_refused() -> None:
    with pytest.raises(Misconfigured):
        await open_link("kafka://host", name="one")
