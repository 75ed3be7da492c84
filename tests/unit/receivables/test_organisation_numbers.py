from __future__ import annotations

import pytest

from shared.receivables.organisation_numbers import (
    digits_of,
    is_organisation_number,
    looks_like_national_id,
)


@pytest.mark.parametrize("number", ["974760673", "923609016", "889640782"])
def test_real_numbers_are_valid(number: str) -> None:
    assert is_organisation_number(number)


@pytest.mark.parametrize(
    "number", ["974760674", "97476067", "9747606731", "", "abcdefghi", "٩٧٤٧٦٠٦٧٣", "100000120"]
)
def test_anything_else_is_not(number: str) -> None:
    assert not is_organisation_number(number)


@pytest.mark.parametrize(
    "typed", ["974 760 673", "974.760.673", "NO974760673MVA", " no 974760673 mva "]
)
def test_decoration_is_taken_off(typed: str) -> None:
    assert digits_of(typed) == "974760673"


def test_eleven_digits_look_like_a_persons_number() -> None:
    assert looks_like_national_id("01019012345")
    assert not looks_like_national_id("974760673")
