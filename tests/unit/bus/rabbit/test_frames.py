from __future__ import annotations

from collections.abc import Iterator

import pytest
from pika import BasicProperties, frame, spec

from shared.bus.port import Outgoing
from shared.bus.rabbit.frames import (
    ack_frame,
    hand_back_frames,
    publish_frames,
    reject_frames,
)

ROOM = 131_064


def decoded(data: bytes) -> Iterator[frame.Frame]:
    while data:
        consumed, read = frame.decode_frame(data)
        data = data[consumed:]
        yield read


@pytest.mark.parametrize("body", [b"", b"one", "blåbær".encode(), b"x" * ROOM, b"y" * (ROOM + 1)])
def test_publish_reads_back_as_it_was(body: bytes) -> None:
    message = Outgoing(
        "invoices",
        "overdue.å",
        body,
        "id-1",
        type="t",
        correlation_id="c",
        headers={"attempt": 3, "fault-message": "ærlig"},
    )

    method, header, *bodies = decoded(publish_frames(7, message, ROOM))

    assert (method.channel_number, method.method.exchange) == (7, "invoices")
    assert (method.method.routing_key, method.method.mandatory) == ("overdue.å", True)
    assert header.body_size == len(body)
    assert b"".join(each.fragment for each in bodies) == body
    assert max((len(each.fragment) for each in bodies), default=0) <= ROOM
    assert header.properties == BasicProperties(
        content_type="application/cloudevents+json",
        headers={"attempt": 3, "fault-message": "ærlig"},
        delivery_mode=2,
        correlation_id="c",
        message_id="id-1",
        type="t",
    )


def test_header_equals_what_pika_would_send() -> None:
    message = Outgoing("e", "k", b"body", "id", type="t", headers={"a": 1})
    properties = BasicProperties(
        content_type=message.content_type,
        headers={"a": 1},
        delivery_mode=2,
        message_id="id",
        type="t",
    )

    assert publish_frames(1, message, ROOM) == b"".join(
        [
            frame.Method(1, spec.Basic.Publish(0, "e", "k", mandatory=True)).marshal(),
            frame.Header(1, 4, properties).marshal(),
            frame.Body(1, b"body").marshal(),
        ]
    )


@pytest.mark.parametrize("multiple", [True, False])
def test_ack_equals_what_pika_would_send(*, multiple: bool) -> None:
    expected = frame.Method(3, spec.Basic.Ack(1 << 40, multiple)).marshal()

    assert ack_frame(3, 1 << 40, multiple=multiple) == expected


@pytest.mark.parametrize("requeue", [True, False])
def test_rejects_equal_what_pika_would_send(*, requeue: bool) -> None:
    expected = [frame.Method(3, spec.Basic.Reject(tag, requeue)).marshal() for tag in (5, 9)]

    assert reject_frames(3, [5, 9], requeue=requeue) == b"".join(expected)


def test_hand_back_equals_what_pika_would_send() -> None:
    expected = frame.Method(3, spec.Basic.Nack(5, multiple=False, requeue=True)).marshal()

    assert hand_back_frames(3, [5]) == expected
