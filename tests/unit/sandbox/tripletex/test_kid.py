from __future__ import annotations

import pytest

from services.sandbox.tripletex.kid import check_digit, kid_of


@pytest.mark.parametrize(("digits", "check"), [("7992739871", "3"), ("1", "8"), ("0", "0")])
def test_the_check_digit_is_mod_10(digits: str, check: str) -> None:
    assert check_digit(digits) == check


def test_a_kid_has_13_digits() -> None:
    assert kid_of(10_001, 17) == "0100010000170"
