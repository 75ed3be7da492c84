from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.payment_reconciler.mapping import (
    closed_of,
    collected_of,
    news_of,
    settlement_of,
)
from shared.faults import Invalid
from shared.providers.ecpay import settlements as wire
from shared.providers.ecpay.wire import Event
from tests.harness.settlement_makers import CLIENT, NOON, contract_example, kroner


def told(kind: str, **given: Any) -> Event:
    values: dict[str, Any] = {
        "event_id": "evt_1",
        "sequence": 7,
        "type": kind,
        "occurred_at": NOON,
        "claim_reference": "tt:4711:inv:900123",
        "case_number": "700001",
    }
    return Event.model_validate(values | given)


def test_a_settlement_keeps_every_amount_of_the_contracts_example() -> None:
    made = contract_example("SettlementDirectPayment")

    assert made.checksum_holds
    assert (made.carried_forward, made.lines[1].net_to_client) == (
        kroner("-31.97"),
        kroner("-31.97"),
    )
    assert made.lines[0].vat.rate == 25


def test_a_settlement_we_cannot_carry_names_the_fields() -> None:
    body = contract_example("SettlementPartial").model_dump() | {"payout_account_last4": "2358"}
    strange = wire.Settlement.model_validate(body | {"currency": "kroner"})

    with pytest.raises(Invalid, match=r"stl_00000003 cannot be read: currency"):
        settlement_of(strange, client_id=CLIENT, observed_at=NOON)


def test_a_stage_is_news_of_the_case() -> None:
    data = {"to": "NOTICE_SENT", "deadline": "2026-09-18"}

    news = news_of(told("claim.stage_changed", data=data), client_id=CLIENT)

    assert news is not None
    assert (news.stage, news.status, news.deadline) == ("NOTICE_SENT", None, date(2026, 9, 18))


def test_an_event_about_no_case_is_no_news() -> None:
    assert news_of(told("settlement.created", claim_reference=None), client_id=CLIENT) is None


@pytest.mark.parametrize(("data", "code"), [({"close_code": "PAID"}, "PAID"), ({}, "UNKNOWN")])
def test_a_closed_case_is_told_with_its_code(data: dict[str, str], code: str) -> None:
    message = closed_of(told("claim.closed", data=data), client_id=CLIENT)

    assert message is not None
    assert message.data.close_code == code


def test_a_closed_case_that_is_not_ours_is_not_told() -> None:
    stranger = told("claim.closed", claim_reference="typed in by hand")

    assert closed_of(stranger, client_id=CLIENT) is None


def test_collected_money_is_the_collectors_and_provisional() -> None:
    data = {"amount": "4000.00", "payment_date": "2026-09-24", "payment_reference": "bank:3"}

    message = collected_of(
        told("claim.payment_received", data=data), client_id=CLIENT, observed_at=NOON
    )

    assert message is not None
    assert (message.data.received_by, message.data.amount) == ("AGENCY", kroner(4000))
    assert message.data.payment_reference == "bank:3"


@pytest.mark.parametrize(
    "given",
    [
        {"data": {}},
        {"claim_reference": "typed-in", "data": {"amount": "1.00"}},
        {"data": {"amount": "1.00", "payment_reference": "Ola Nordmann"}},
    ],
)
def test_collected_money_we_cannot_carry_is_not_told(given: dict[str, Any]) -> None:
    event = told("claim.payment_received", **given)

    assert collected_of(event, client_id=CLIENT, observed_at=NOON) is None


def test_collected_money_without_a_day_is_of_the_day_in_oslo() -> None:
    late = datetime(2026, 9, 24, 22, 30, tzinfo=UTC)
    event = told("claim.payment_received", data={"amount": "1.00"}, occurred_at=late)

    message = collected_of(event, client_id=CLIENT, observed_at=NOON)

    assert message is not None
    assert message.data.payment_date == date(2026, 9, 25)


def test_an_event_tells_only_what_it_is_about() -> None:
    closed, paid = told("claim.closed"), told("claim.payment_received", data={"amount": "1.00"})

    assert collected_of(closed, client_id=CLIENT, observed_at=NOON) is None
    assert closed_of(paid, client_id=CLIENT) is None
