from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pika import frame, spec

from shared.bus.rabbit.deliveries import whole_delivery

CHANNEL = 3


def delivery(body: bytes, *, chunk: int = 131_064, tag: int = 7) -> bytes:
    """Return the bytes of a delivery as pika itself would write them."""
    method = spec.Basic.Deliver("consumer", tag, True, "invoices", "overdue.acme")  # noqa: FBT003  # the order of AMQP
    properties = spec.BasicProperties(message_id="an id", headers={"attempt": 2})
    chunks = [body[start : start + chunk] for start in range(0, len(body), chunk)]
    return b"".join(
        [
            frame.Method(CHANNEL, method).marshal(),
            frame.Header(CHANNEL, len(body), properties).marshal(),
            *(frame.Body(CHANNEL, part).marshal() for part in chunks),
        ]
    )


@given(body=st.binary(max_size=400), chunk=st.integers(1, 50), before=st.binary(max_size=20))
def test_a_delivery_is_read_as_it_was_written(body: bytes, chunk: int, before: bytes) -> None:
    data = before + delivery(body, chunk=chunk) + b"what follows"

    read = whole_delivery(data, len(before))

    assert read is not None
    assert (read.channel, read.body, data[read.end :]) == (CHANNEL, body, b"what follows")
    assert (read.method.delivery_tag, read.method.routing_key) == (7, "overdue.acme")
    assert read.properties.headers == {"attempt": 2}
    assert read.properties.message_id == "an id"


@given(body=st.binary(max_size=100), kept=st.floats(0, 1, exclude_max=True))
def test_a_delivery_that_is_cut_is_left_for_later(body: bytes, kept: float) -> None:
    data = delivery(body)
    cut = max(int(len(data) * kept), 7)

    assert whole_delivery(data[:cut], 0) is None


@pytest.mark.parametrize(
    "other",
    [
        frame.Heartbeat().marshal() + b"\x00" * 8,
        frame.Method(CHANNEL, spec.Basic.Ack(1, multiple=False)).marshal(),
        frame.Method(CHANNEL, spec.Basic.CancelOk("consumer")).marshal(),
    ],
    ids=["heartbeat", "ack", "cancel"],
)
def test_whatever_is_no_delivery_is_left_to_pika(other: bytes) -> None:
    assert whole_delivery(other + delivery(b"next"), 0) is None


def test_a_delivery_broken_by_another_frame_is_left_to_pika() -> None:
    whole = delivery(b"body")
    method_only = frame.Method(CHANNEL, spec.Basic.Deliver("c", 1, False, "", "q")).marshal()  # noqa: FBT003  # the order of AMQP

    assert whole_delivery(method_only + whole, 0) is None
