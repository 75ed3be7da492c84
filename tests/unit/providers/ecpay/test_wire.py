"""Wire models: every example of the contract is read, and more than the contract is tolerated."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from shared.providers.ecpay import requests, settlements, wire
from tests.harness.ecpay_contract import contract

MODELS: dict[str, type[BaseModel]] = {
    "Agreement": wire.Agreement,
    "Claim": wire.Claim,
    "ClaimPage": wire.Page[wire.Claim],
    "ClaimBatchAnswer": wire.ClaimBatchAnswer,
    "ClaimActionReceipt": wire.ClaimActionReceipt,
    "Payment": wire.Payment,
    "PaymentBatchAnswer": wire.PaymentBatchAnswer,
    "PaymentReversal": wire.PaymentReversal,
    "Credit": wire.Credit,
    "EventPage": wire.Page[wire.Event],
    "SettlementPage": wire.Page[settlements.SettlementHeader],
    "SettlementLinePage": wire.Page[settlements.SettlementLine],
    "Acknowledgement": settlements.Acknowledgement,
    "Problem": wire.Problem,
}
EXAMPLES = [
    pytest.param(MODELS[schema], value, id=place)
    for schema, place, value in contract().examples()
    if schema in MODELS
]


@pytest.mark.parametrize(("model", "value"), EXAMPLES)
def test_every_example_answer_is_read(model: type[BaseModel], value: Any) -> None:
    assert model.model_validate(value)


@pytest.mark.parametrize("schema", sorted(MODELS))
def test_each_model_has_an_example_in_the_contract(schema: str) -> None:
    assert any(schema == found for found, _, _ in contract().examples())


def test_new_fields_and_new_values_of_closed_sets_are_tolerated() -> None:
    claim = {
        **contract().example("ClaimCreated"),
        "stage": "BRAND_NEW",
        "allowedActions": ["DANCE"],
        "invented": {"deep": 1},
    }

    read = wire.Claim.model_validate(claim)

    assert read.stage == "BRAND_NEW"


@pytest.mark.parametrize("amount", [10000, 10000.0, "10000", "10000.0", "1e4", "-1.00", None])
def test_money_is_a_string_with_two_decimals_and_nothing_else(amount: object) -> None:
    claim = {**contract().example("ClaimCreated"), "originalAmount": amount}

    with pytest.raises(ValidationError):
        wire.Claim.model_validate(claim)


def test_an_item_that_cannot_be_read_spoils_no_other() -> None:
    answer = contract().example("ClaimBatchMixed")
    broken = {**answer["results"][0], "claim": {"claimId": "clm_1"}}

    read = wire.ClaimBatchAnswer.model_validate({"results": [broken, *answer["results"][1:]]})

    assert read.results[0].claim is None
    assert read.results[3].claim is not None


def test_an_event_with_data_nobody_understands_does_not_hold_the_feed_up() -> None:
    event = {"eventId": "evt_1", "sequence": 1, "type": "claim.danced"}
    event |= {"occurredAt": "2026-09-04T06:00:00.010Z", "data": {"amount": 12.5}}

    read = wire.Event.model_validate(event)

    assert read.type == "claim.danced"
    assert read.data == wire.EventData()


def test_a_line_is_read_with_exact_amounts() -> None:
    (line,) = contract().example("SettlementPaidInFull")["lines"]["items"]

    read = settlements.SettlementLine.model_validate(line)

    assert read.net_to_client == Decimal("9981.46")
    assert read.allocation.reminder_fee == Decimal("38.00")


def test_a_request_says_nothing_of_itself_in_logs() -> None:
    address = requests.Address(line1="Storgata 1", postal_code="0155", city="Oslo", country="NO")

    assert "Storgata" not in f"{address} {address!r}"


def test_a_request_takes_no_field_the_contract_does_not_know() -> None:
    with pytest.raises(ValidationError):
        requests.ClaimAction.model_validate({"type": "PAUSE", "nationalId": "1"})


@pytest.mark.parametrize(
    ("schema", "model"),
    [
        ("Address", requests.Address),
        ("Debtor", requests.Debtor),
        ("PaymentBefore", requests.PaymentBefore),
        ("FeeAlreadyClaimed", requests.FeeAlreadyClaimed),
        ("InterestAlreadyClaimed", requests.InterestAlreadyClaimed),
        ("NoticeHistoryItem", requests.NoticeSent),
        ("ClaimCreate", requests.ClaimCreate),
        ("PaymentCreate", requests.PaymentCreate),
        ("PaymentReversalCreate", requests.PaymentReversalCreate),
        ("CreditCreate", requests.CreditCreate),
        ("ClaimAction", requests.ClaimAction),
        ("AcknowledgementCreate", requests.AcknowledgementCreate),
    ],
)
def test_a_request_has_the_fields_the_contract_requires_and_none_it_does_not_know(
    schema: str, model: type[BaseModel]
) -> None:
    told = contract().document["components"]["schemas"][schema]

    ours = {field.alias for field in model.model_fields.values()}

    assert ours <= set(told["properties"])
    assert set(told["required"]) <= ours
