"""What a person is told: complete over the contract's refusals."""

from __future__ import annotations

import pytest

from services.ecpay_forwarder.tasks import ADVICE, advice_on
from tests.harness.ecpay_contract import contract

WRITES = (
    "/clients/{clientId}/claims",
    "/clients/{clientId}/claims/batch",
    "/clients/{clientId}/payments",
    "/clients/{clientId}/payments/batch",
    "/clients/{clientId}/payments/{paymentReference}/reversal",
    "/clients/{clientId}/credits",
)
CODES = frozenset().union(*(contract().codes_of(path, "post") for path in WRITES))


@pytest.mark.parametrize("code", sorted(CODES - {"IN_PROGRESS"}))
def test_every_refusal_of_the_contract_has_words_of_its_own(code: str) -> None:
    assert code in ADVICE


def test_there_are_no_words_for_refusals_that_do_not_exist() -> None:
    assert set(ADVICE) <= set(contract().problem_codes())


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_words_are_plain_and_say_what_to_do(code: str) -> None:
    advice = advice_on(code)

    assert code not in advice.wrong + advice.what_to_do
    assert not advice.wrong.endswith(".")
    assert advice.what_to_do.endswith(".")


def test_a_new_code_is_named() -> None:
    assert "BRAND_NEW" in advice_on("BRAND_NEW").wrong
