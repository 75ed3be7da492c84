from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from shared.bus.headers import outgoing
from shared.bus.limits import BODY_LIMIT, HEADER_LIMIT
from shared.bus.port import Published
from shared.bus.signals import Signal
from shared.faults import Invalid
from tests.harness.brokers import (
    Broker,
    bodies,
    message,
    numbered,
    take,
    until_link,
    until_ready,
    until_signal,
)


async def test_publishing_nothing_gives_no_outcome(broker: Broker) -> None:
    link = await broker.link()

    assert list(await link.publish([])) == []


async def test_outcomes_stand_in_the_order_of_the_messages(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    keys = ["q", "nowhere", "q", "q", "nowhere"]

    outcomes = await link.publish([message(key) for key in keys])

    confirmed, returned = Published.CONFIRMED, Published.RETURNED
    assert list(outcomes) == [confirmed, returned, confirmed, confirmed, returned]


async def test_return_is_matched_when_ids_are_equal(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    same = "one-id"

    outcomes = await link.publish(
        [message("q", message_id=same), message("no", message_id=same), message("q")]
    )

    assert list(outcomes) == [Published.CONFIRMED, Published.RETURNED, Published.CONFIRMED]


async def test_returned_messages_are_counted(broker: Broker) -> None:
    link = await broker.link()

    await link.publish(numbered(3, "nowhere"))

    assert broker.signals[Signal.RETURNED] == 3


async def test_thousands_in_one_call_are_all_confirmed(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()

    outcomes = await link.publish(numbered(5000, "q"))

    assert set(outcomes) == {Published.CONFIRMED}
    await until_ready(link, "q", 5000)


async def test_publishers_at_once_get_their_own_outcomes(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()

    some, none = await asyncio.gather(
        link.publish(numbered(700, "q")), link.publish(numbered(700, "nowhere"))
    )

    assert set(some) == {Published.CONFIRMED}
    assert set(none) == {Published.RETURNED}


async def test_full_queue_nacks(broker: Broker) -> None:
    await broker.policy("^small$", {"max-length": 5, "overflow": "reject-publish"})
    await broker.queue("small")
    link = await broker.link()

    outcomes = [
        *await link.publish(numbered(10, "small")),
        *await link.publish([message("small")]),
    ]

    assert outcomes[0] is Published.CONFIRMED
    assert outcomes[-1] is Published.NACKED


async def test_full_queue_takes_again_when_emptied(broker: Broker) -> None:
    await broker.policy("^small$", {"max-length": 2, "overflow": "reject-publish"})
    await broker.queue("small")
    link = await broker.link()
    held = [*await link.publish(numbered(10, "small")), *await link.publish([message("small")])]
    subscription = await link.subscribe("small", prefetch=100)
    await subscription.ack(await take(subscription, held.count(Published.CONFIRMED)))
    await until_ready(link, "small", 0)

    outcomes = await link.publish([message("small")])

    assert list(outcomes) == [Published.CONFIRMED]


@pytest.mark.parametrize("size", [0, 1, 131_064, 131_065, 1_500_000])
async def test_body_of_any_size_arrives_whole(broker: Broker, size: int) -> None:
    await broker.queue("q")
    link = await broker.link()
    body = bytes(n % 251 for n in range(size))

    await link.publish([message("q", body=body)])

    assert bodies(await take(await link.subscribe("q", prefetch=1), 1)) == [body]


async def test_every_property_arrives(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    sent = replace(
        message("q", body="Blåbærsyltetøy æøå €".encode(), message_id="ø-1"),
        content_type="text/plain",
        type="no.restanse.invoice.overdue.v1",
        correlation_id="c-1",
        headers=outgoing(fault_message="Ærlig talt", attempt=3),
    )

    await link.publish([sent])
    [got] = await take(await link.subscribe("q", prefetch=1), 1)

    assert (got.body, got.message_id, got.content_type, got.type) == (
        sent.body,
        sent.message_id,
        sent.content_type,
        sent.type,
    )
    assert dict(got.headers) == {"fault-message": "Ærlig talt", "attempt": 3}


async def test_headers_up_to_the_limit_arrive(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    text = "h" * (HEADER_LIMIT - 32)

    await link.publish([replace(message("q"), headers={"fault-message": text})])

    [got] = await take(await link.subscribe("q", prefetch=1), 1)
    assert got.headers["fault-message"] == text


async def test_headers_over_the_limit_are_refused_and_the_link_lives_on(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    large = replace(message("q"), headers={"fault-message": "h" * 200_000})

    with pytest.raises(Invalid, match="headers"):
        await link.publish([message("q"), large])

    assert list(await link.publish([message("q")])) == [Published.CONFIRMED]
    await until_ready(link, "q", 1)


async def test_body_over_the_limit_is_refused(broker: Broker) -> None:
    link = await broker.link()

    with pytest.raises(Invalid, match="body"):
        await link.publish([message("q", body=bytes(BODY_LIMIT + 1))])


@pytest.mark.parametrize("part", ["exchange", "routing_key", "message_id", "content_type", "type"])
async def test_short_text_over_its_limit_is_refused(broker: Broker, part: str) -> None:
    link = await broker.link()
    change: dict[str, Any] = {part: "å" * 128}
    too_long = replace(message("q"), **change)

    with pytest.raises(Invalid, match=part):
        await link.publish([too_long])


async def test_publishing_while_the_broker_is_away_is_unknown(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    broker.go_away()
    await until_link(link, ready=False)

    outcomes = await link.publish(numbered(3, "q"))

    assert list(outcomes) == [Published.UNKNOWN] * 3
    assert broker.signals[Signal.UNKNOWN] == 3


async def test_unknown_is_sent_again_with_the_same_id(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    sent = message("q")
    broker.go_away()
    await until_link(link, ready=False)
    first = await link.publish([sent])
    broker.come_back()
    await until_link(link, ready=True)

    second = await link.publish([sent])

    assert [*first, *second] == [Published.UNKNOWN, Published.CONFIRMED]
    [got] = await take(await link.subscribe("q", prefetch=1), 1)
    assert got.message_id == sent.message_id


async def test_publishing_goes_on_after_a_cut(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    await link.publish([message("q")])
    broker.cut()
    await until_signal(broker, Signal.LOST)
    await until_link(link, ready=True)

    outcomes = await link.publish([message("q")])

    assert list(outcomes) == [Published.CONFIRMED]


async def test_publishing_over_a_closed_link_is_unknown(broker: Broker) -> None:
    await broker.queue("q")
    link = await broker.link()
    await link.close()

    outcomes = await link.publish([message("q")])

    assert list(outcomes) == [Published.UNKNOWN]
    assert not link.is_ready
