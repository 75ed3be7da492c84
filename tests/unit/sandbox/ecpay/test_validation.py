from __future__ import annotations

from typing import Any

import pytest

from services.sandbox.ecpay.actions import ACTION
from services.sandbox.ecpay.handover import CLAIM
from services.sandbox.ecpay.payout import ACKNOWLEDGEMENT
from services.sandbox.ecpay.validation import Many, Pairs, Shape, Text, Thing
from tests.harness.ecpay_sandbox import claim, debtor

BOTH = Thing({"name": Text(longest=3, shortest=1), "list": Many(Text(), most=1, fewest=1)})


def faults(shape: Shape, value: Any) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in shape.faults(value, "")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, []),
        ([], [("", "WRONG_TYPE")]),
        ({"name": None}, [("/name", "WRONG_TYPE")]),
        ({"name": "four"}, [("/name", "TOO_LONG")]),
        ({"name": ""}, [("/name", "WRONG_FORMAT")]),
        ({"list": "x"}, [("/list", "WRONG_TYPE")]),
        ({"list": []}, [("/list", "OUT_OF_RANGE")]),
        ({"list": ["a", 1]}, [("/list", "TOO_MANY"), ("/list/1", "WRONG_TYPE")]),
        ({"a/b~c": 1}, [("/a~1b~0c", "UNKNOWN_FIELD")]),
    ],
)
def test_every_fault_is_told_at_its_place(value: Any, expected: list[tuple[str, str]]) -> None:
    assert faults(BOTH, value) == expected


def test_metadata_is_few_short_pairs() -> None:
    pairs = {f"name{number}": "x" for number in range(11)} | {"with space": "x", "long": "x" * 201}

    assert faults(Pairs(), pairs) == [
        ("", "TOO_MANY"),
        ("/with space", "WRONG_FORMAT"),
        ("/long", "TOO_LONG"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("dueDate", "2026-02-30", "WRONG_FORMAT"),
        ("dueDate", "20260803", "WRONG_FORMAT"),
        ("originalAmount", "10000", "WRONG_FORMAT"),
        ("originalAmount", 10000.0, "WRONG_TYPE"),
        ("originalAmount", "010.00", "WRONG_FORMAT"),
        ("currency", "nok", "WRONG_FORMAT"),
        ("entryStage", "LEGAL", "NOT_IN_ENUM"),
        ("claimReference", "with space", "WRONG_FORMAT"),
        ("debtor", debtor(phone="call me"), "WRONG_FORMAT"),
        ("dispute", {"disputed": "no"}, "WRONG_TYPE"),
        ("description", "x" * 201, "TOO_LONG"),
    ],
)
def test_a_hand_over_is_checked_field_by_field(field: str, value: Any, code: str) -> None:
    found = faults(CLAIM, claim(**{field: value}))

    assert [fault_code for _, fault_code in found] == [code]


def test_messages_never_repeat_the_value() -> None:
    secret = "01017012345"

    told = [fault.message for fault in CLAIM.faults(claim(**{secret: secret, "kid": 7}), "")]

    assert told
    assert not any(secret in message for message in told)


def test_a_time_needs_its_zone() -> None:
    booked = {"status": "BOOKED", "bookedAt": "2026-09-15T05:12:44+02:00"}

    assert faults(ACKNOWLEDGEMENT, booked) == [("/bookedAt", "WRONG_FORMAT")]


def test_an_action_is_one_of_seven() -> None:
    assert faults(ACTION, {"type": "DANCE"}) == [("/type", "NOT_IN_ENUM")]
