"""The fault table: complete over the contract, and true to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.faults import Invalid, Outage, Transient
from shared.providers.ecpay.problems import CODES, Call, Fate, fate_of, fault_of
from shared.providers.ecpay.wire import Problem
from tests.harness.ecpay_contract import contract

CALL = Call("hand over 3 claims", "acme")


def problem(code: str) -> Problem:
    return Problem.model_validate({"code": code, "requestId": "req_7"})


def test_the_table_has_every_code_of_the_contract_and_no_other() -> None:
    assert set(contract().problem_codes()) == set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_status_and_repeatability_are_those_of_the_contract(code: str) -> None:
    told = contract().problem_codes()[code]

    ours = CODES[code]

    assert ours.status == told["status"]
    assert (ours.fate in {Fate.REPEAT, Fate.AWAY}) == told["retryable"]


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_example_problem_becomes_a_fault_that_names_its_code(code: str) -> None:
    example = Problem.model_validate(contract().example(code))

    fault = fault_of(CALL, example.status, example)

    assert fault.code == code
    assert fault.dependency == "ecpay"


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (302, Fate.REPEAT),
        (401, Fate.NO_ACCESS),
        (403, Fate.NO_ACCESS_FOR_CLIENT),
        (404, Fate.REFUSED),
        (409, Fate.REFUSED),
        (423, Fate.REPEAT),
        (429, Fate.REPEAT),
        (500, Fate.REPEAT),
        (502, Fate.REPEAT),
        (503, Fate.AWAY),
    ],
)
def test_a_code_that_is_new_or_missing_is_judged_by_its_status(status: int, fate: Fate) -> None:
    assert fate_of(status, "SOMETHING_NEW") is fate
    assert fate_of(status, f"HTTP_{status}") is fate


def test_the_wait_that_ecpay_asks_for_is_kept_exactly() -> None:
    fault = fault_of(CALL, 429, problem("RATE_LIMITED"), retry_after=timedelta(seconds=17))

    assert isinstance(fault, Transient)
    assert fault.retry_after == timedelta(seconds=17)


def test_a_forbidden_agreement_is_an_outage_of_that_client_only() -> None:
    fault = fault_of(CALL, 403, problem("FORBIDDEN"))

    assert isinstance(fault, Outage)
    assert fault.client_id == "acme"


def test_missing_access_is_an_outage_for_everybody() -> None:
    fault = fault_of(CALL, 401, problem("UNAUTHENTICATED"))

    assert isinstance(fault, Outage)
    assert fault.client_id is None


def test_a_refusal_names_fields_and_request_but_never_a_detail() -> None:
    told = Problem.model_validate(
        {
            "code": "VALIDATION_FAILED",
            "detail": "Kari Nordmann lives nowhere",
            "requestId": "req_7",
            "errors": [{"field": "/debtor/name", "code": "TOO_LONG", "message": "Kari Nordmann"}],
        }
    )

    fault = fault_of(CALL, 422, told)

    assert isinstance(fault, Invalid)
    assert fault.field == "/debtor/name"
    assert "req_7" in fault.message
    assert "Kari" not in fault.message
