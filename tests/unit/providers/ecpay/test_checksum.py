"""The checksum, against RFC 8785's own examples and the contract's settlements."""

from __future__ import annotations

import json
import struct
from decimal import Decimal

import pytest

from shared.providers.ecpay.checksum import canonical_json, checksum_holds, lines_checksum
from tests.harness.ecpay_contract import contract


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
    ],
)
def test_a_number_is_written_as_rfc_8785_appendix_b_says(bits: str, text: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))

    assert canonical_json(value) == text


def test_members_are_sorted_by_utf16_code_units() -> None:
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]

    written = canonical_json(dict.fromkeys(names, 0))

    expected = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(written)) == expected


def test_only_what_must_be_escaped_is_escaped() -> None:
    assert canonical_json("\u20ac$\u000f\nA'B\"\\/") == '"\u20ac$\\u000f\\nA\'B\\"\\\\/"'


def test_literals_and_nesting_carry_no_white_space() -> None:
    assert canonical_json({"b": [None, True, {}], "a": False}) == '{"a":false,"b":[null,true,{}]}'


def test_an_exact_number_counts_as_the_double_it_stands_for() -> None:
    assert canonical_json([Decimal("4.50"), 7]) == "[4.5,7]"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_what_is_not_json_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"JSON"):
        canonical_json(value)


@pytest.mark.parametrize(
    "name",
    [
        "SettlementPaidInFull",
        "SettlementDirectPayment",
        "SettlementPartial",
        "SettlementReversal",
    ],
)
def test_every_example_settlement_matches_its_checksum(name: str) -> None:
    settlement = contract().example(name)

    assert checksum_holds(settlement["lines"]["items"], settlement["checksum"])


def test_an_unknown_field_is_part_of_the_checksum() -> None:
    assert lines_checksum([{"a": "1"}]) != lines_checksum([{"a": "1", "new": "2"}])


def test_the_order_of_lines_is_part_of_the_checksum() -> None:
    assert lines_checksum([{"a": "1"}, {"a": "2"}]) != lines_checksum([{"a": "2"}, {"a": "1"}])
