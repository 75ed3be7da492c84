"""The message contract as people meet it."""

from __future__ import annotations

import json

import pytest

from shared.faults import Invalid
from shared.messages.catalog import EVENT_TYPES
from shared.operations.events import check_messages, example_of, list_event_types


def test_every_type_is_listed_with_what_it_says() -> None:
    rows = list_event_types()

    assert {row.type for row in rows} == set(EVENT_TYPES)
    assert all(row.summary for row in rows)


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_every_example_keeps_the_contract(name: str) -> None:
    (finding,) = check_messages(example_of(name).encode())

    assert (finding.type, finding.problem) == (name, None)


def test_a_part_of_a_name_is_enough_when_it_fits_one() -> None:
    assert json.loads(example_of("invoice.overdue"))["type"] == "no.restanse.invoice.overdue.v1"


@pytest.mark.parametrize(("name", "told"), [("invoice", "more than one"), ("x.y", "no type")])
def test_a_name_that_does_not_fit_one_is_refused(name: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        example_of(name)


def test_a_fault_names_its_field() -> None:
    broken = json.loads(example_of("invoice.overdue"))
    broken["data"]["outstanding"] = "12.345"

    (finding,) = check_messages(json.dumps(broken).encode())

    assert "data.outstanding" in (finding.problem or "")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{", b"[1]", b'{"type": "unknown"}'])
def test_what_is_no_message_is_a_finding(content: bytes) -> None:
    (finding,) = check_messages(content)

    assert finding.problem


def test_one_message_a_line_is_read_line_by_line() -> None:
    line = json.dumps(json.loads(example_of("poll.feed")))

    findings = [*check_messages(f"{line}\n\n{{}}\n".encode())]

    assert [(found.line, found.problem is None) for found in findings] == [(1, True), (3, False)]


def test_an_array_of_messages_is_read_one_by_one() -> None:
    message = json.loads(example_of("poll.feed"))

    assert len([*check_messages(json.dumps([message, message]).encode())]) == 2


def test_a_message_beyond_a_mebibyte_is_refused() -> None:
    (finding,) = check_messages(json.dumps({"type": "x" * 1_100_000}).encode())

    assert "1 MiB" in (finding.problem or "")


def test_nothing_holds_no_message() -> None:
    assert [*check_messages(b"")] == []
