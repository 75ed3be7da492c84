from __future__ import annotations

import pytest

from services.sandbox.ecpay.check_digits import (
    is_account_number,
    is_kid,
    is_organisation_number,
)


@pytest.mark.parametrize("kid", ["10042200773", "1230", "1236", "000000018"])
def test_a_kid_fits_mod10_or_mod11(kid: str) -> None:
    assert is_kid(kid)


def test_a_kid_may_end_in_a_dash_by_mod11() -> None:
    dashed = [f"{number}-" for number in range(10, 100) if is_kid(f"{number}-")]

    assert dashed


@pytest.mark.parametrize("kid", ["1", "-", "12345678901234567890123456", "12a4", "10042200770"])
def test_other_texts_are_no_kid(kid: str) -> None:
    assert not is_kid(kid)


def test_account_numbers_have_a_check_digit() -> None:
    assert is_account_number("15034012358")
    assert not is_account_number("15034012357")
    assert not is_account_number("1503401235")


def test_organisation_numbers_have_a_check_digit() -> None:
    assert is_organisation_number("310000035")
    assert not is_organisation_number("310000036")
    assert not is_organisation_number("01017012345")
