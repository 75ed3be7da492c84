from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.bus.limits import check
from shared.bus.port import Delivery
from shared.faults import Bug, Fault, Invalid, Transient
from shared.messages.invoices import Address
from shared.pipeline.copies import Place, dead_letter, failed_try, later_try
from shared.pipeline.relay import as_outgoing
from shared.pipeline.taken import attempt_of, first_seen_of, read
from shared.pipeline.verdict import RetryAt
from tests.harness.deliveries import a_delivery
from tests.harness.plant import NOW, QUEUE

NAME = "Kari Nordmann"
PLACE = Place("payment-reconciler", "decide_origin")
LATER = NOW + timedelta(minutes=4)
DELIVERY = a_delivery()
TEXTS = st.text(max_size=600)


def tried(**headers: object) -> Delivery:
    return replace(DELIVERY, headers={name.replace("_", "-"): v for name, v in headers.items()})


def test_a_later_try_goes_to_the_one_queue_that_failed() -> None:
    row = later_try(DELIVERY, RetryAt(LATER, 2, Transient("x")), now=NOW)

    assert (row.exchange, row.routing_key, row.available_at) == ("", QUEUE, LATER)
    assert (row.body, row.message_id, row.type) == (DELIVERY.body, "m-1", DELIVERY.type)


def test_a_later_try_remembers_its_history() -> None:
    row = later_try(DELIVERY, RetryAt(LATER, 2, Transient("x")), now=NOW)
    again = replace(DELIVERY, headers=row.headers)

    assert (attempt_of(again.headers), first_seen_of(again.headers)) == (2, NOW)
    third = later_try(again, RetryAt(LATER, 3, Transient("x")), now=LATER)
    assert (third.attempt, third.first_seen) == (3, NOW)


def test_received_headers_are_left_behind_but_for_the_replay_and_the_trace() -> None:
    received = tried(x_death=[{"count": 3}], CC="globex", replay_id="r-9", traceparent="00-a-b-01")

    row = later_try(received, RetryAt(LATER, 2, Transient("x")), now=NOW)

    assert set(row.headers) == {"attempt", "first-seen", "replay-id", "traceparent"}
    assert row.headers["replay-id"] == "r-9"


def test_a_dead_letter_says_what_where_and_since_when() -> None:
    before = tried(attempt=3, first_seen=NOW.isoformat())
    fault = Invalid("no such claim", code="UNKNOWN_CLAIM", dependency="ecpay")

    row = dead_letter(before, fault, PLACE, now=LATER)

    assert (row.exchange, row.routing_key, row.body) == ("dead-letters", QUEUE, DELIVERY.body)
    assert dict(row.headers) == {
        "attempt": 3,
        "first-seen": NOW.isoformat(),
        "origin-queue": QUEUE,
        "fault-class": "Invalid",
        "fault-code": "UNKNOWN_CLAIM",
        "fault-message": "no such claim",
        "fault-dependency": "ecpay",
        "fault-service": "payment-reconciler",
        "fault-handler": "decide_origin",
        "fault-first-at": NOW.isoformat(),
        "fault-last-at": LATER.isoformat(),
    }


@given(message=TEXTS, code=TEXTS, carried=TEXTS, message_id=st.text(max_size=63))
def test_a_dead_letter_can_be_published_whatever_the_fault_says(
    message: str, code: str, carried: str, message_id: str
) -> None:
    received = replace(
        DELIVERY, message_id=message_id, headers={"traceparent": carried, "replay-id": carried}
    )
    fault = Invalid(message, code=code, dependency="ecpay")

    row = dead_letter(received, fault, PLACE, now=NOW)

    check(as_outgoing(row))
    assert "\x00" not in str(row)


def test_a_bug_leaves_its_trace_in_its_history() -> None:
    bug = Bug("unexpected", code="KeyError")
    bug.__cause__ = KeyError("missing")

    attempt = failed_try(tried(attempt=2), bug, now=NOW)

    assert (attempt.attempt, attempt.fault, attempt.code) == (2, "Bug", "KeyError")
    assert "KeyError: 'missing'" in attempt.trace


def test_a_foreseen_fault_leaves_no_trace() -> None:
    fault: Fault = Transient("503")

    assert failed_try(DELIVERY, fault, now=NOW).trace == ""


def test_a_message_without_an_id_is_unnamed() -> None:
    assert failed_try(replace(DELIVERY, message_id=""), Bug("x"), now=NOW).message_id == "unnamed"


@given(st.one_of(st.integers(), st.text(), st.none(), st.booleans()))
def test_a_strange_history_is_no_history(told: object) -> None:
    delivery = tried(attempt=told, first_seen=told)

    _, (illegible,) = read([delivery], now=NOW)

    assert illegible.delivery is delivery
    assert attempt_of(delivery.headers) >= 1
    assert first_seen_of(delivery.headers) is None


def test_a_first_try_without_a_zone_is_not_believed() -> None:
    assert first_seen_of({"first-seen": "2026-03-02T09:00:00"}) is None


def test_the_trace_of_a_message_that_broke_its_schema_quotes_nothing_of_it() -> None:
    (illegible,) = read([a_delivery(body=b'{"type": "x", "data": "Kari Nordmann"}')], now=NOW)[1]

    assert "Kari" not in failed_try(DELIVERY, illegible.fault, now=NOW).trace


def test_the_trace_of_a_value_that_cannot_be_quotes_nothing_of_it() -> None:
    bug = Bug("unexpected")
    try:
        Address(line1="Storgata 1", postal_code="0155", city="", country=NAME)
    except ValidationError as error:
        bug.__cause__ = error

    told = failed_try(DELIVERY, bug, now=NOW).trace

    assert "ValidationError" in told
    assert NAME not in told
