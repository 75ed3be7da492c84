"""Check characters of a KID."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ecpay_forwarder.kid import is_valid_kid


@pytest.mark.parametrize(
    "kid", ["10042200773", "1234567897", "26", "12345674", "0000000000000000000000000", "6-"]
)
def test_a_kid_of_either_kind_is_valid(kid: str) -> None:
    assert is_valid_kid(kid)


@pytest.mark.parametrize(
    "kid", ["", "1", "10042200772", "10 042200773", "\uff11\uff12", "1" * 26, "-1"]
)
def test_anything_else_is_not(kid: str) -> None:
    assert not is_valid_kid(kid)


@given(st.text("0123456789", min_size=1, max_size=24))
def test_at_most_two_check_characters_fit_and_at_least_one(digits: str) -> None:
    fitting = [check for check in "0123456789-" if is_valid_kid(digits + check)]

    assert 1 <= len(fitting) <= 2
