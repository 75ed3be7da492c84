from __future__ import annotations

import json
import typing
from datetime import UTC, date, datetime

import pytest

from shared.faults import Unreadable
from shared.messages.catalog import (
    EVENT_TYPES,
    PAYMENT_DIRECT,
    PAYMENT_RECEIVED,
    POLL_REQUESTED,
    AnyEvent,
    EventType,
    caused_by,
    decode,
    encode,
    event,
    kind_of,
)
from shared.messages.ids import claim_reference, invoice_of
from shared.messages.polls import PollRequest

NOON = datetime(2026, 8, 18, 12, tzinfo=UTC)


def poll(client_id: str = "acme", key: str | None = None) -> AnyEvent:
    body = PollRequest(client_id=client_id, requested_at=NOON, today=date(2026, 8, 18))
    return event(POLL_REQUESTED, body, subject=client_id, system="restanse", time=NOON, key=key)


def test_a_message_survives_its_bytes() -> None:
    assert decode(encode(poll())) == poll()


def test_the_same_fact_found_twice_is_the_same_message() -> None:
    assert poll().id == poll().id
    assert poll().id != poll("other").id
    assert poll(key="a").id != poll(key="b").id


def test_effects_carry_their_cause_and_the_start_of_the_chain() -> None:
    cause = poll()

    (first,) = caused_by(cause, [poll(key="first")])
    (second,) = caused_by(first, [poll(key="second")])

    assert (first.causationid, first.correlationid) == (cause.id, cause.id)
    assert (second.causationid, second.correlationid) == (first.id, cause.id)


def test_a_routing_key_names_event_and_client() -> None:
    assert PAYMENT_RECEIVED.routing_key("acme") == "received.acme"
    assert PAYMENT_DIRECT.name == "no.restanse.payment.direct.v1"
    assert POLL_REQUESTED.routing_key("acme") == "tripletex-poller"
    assert kind_of(poll()) is POLL_REQUESTED


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "SCHEMA"),
        (b"\xff\xfe", "SCHEMA"),
        (b"[]", "SCHEMA"),
        (b'{"type": "no.restanse.payment.vanished.v1"}', "UNKNOWN_TYPE"),
    ],
    ids=["empty", "not text", "not an object", "unknown type"],
)
def test_bytes_that_are_no_message_are_unreadable(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as raised:
        decode(content)

    assert raised.value.code == code


def test_a_broken_field_is_named() -> None:
    document = json.loads(encode(poll()))
    document["data"]["today"] = "yesterday"

    with pytest.raises(Unreadable) as raised:
        decode(json.dumps(document).encode())

    assert raised.value.field == "data.today"


def test_an_unknown_field_is_refused() -> None:
    document = json.loads(encode(poll()))
    document["data"]["amount"] = 3

    with pytest.raises(Unreadable, match=r"data\.amount"):
        decode(json.dumps(document).encode())


@pytest.mark.parametrize("kind", EVENT_TYPES.values(), ids=lambda kind: kind.name)
def test_whatever_may_be_null_may_be_left_out(kind: EventType) -> None:
    fields = kind.body.model_fields.items()

    nullable = [name for name, field in fields if type(None) in typing.get_args(field.annotation)]

    assert [name for name in nullable if kind.body.model_fields[name].is_required()] == []


def test_a_claim_reference_names_its_invoice() -> None:
    assert invoice_of(claim_reference(4711, 2147541923)) == 2147541923
    assert invoice_of("somebody else's") is None
