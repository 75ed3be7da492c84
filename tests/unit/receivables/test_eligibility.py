from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.receivables.eligibility import TEXTS, Judgement, Reason, Standing, Why, judge
from tests.unit.receivables.makers import ADDRESS, DUE, TERMS, TODAY, customer, invoice

FREE = Standing()
ABROAD = ADDRESS | {"country": {"id": 200, "isoAlpha2Code": "SE"}}


def letter(kind: str, term: str | None = None) -> dict[str, Any]:
    return {"id": 1, "type": kind, "reminderDate": "2026-08-20", "termOfPayment": term}


CASES: list[tuple[Why, dict[str, Any]]] = [
    (Why.NOT_DUE_LONG_ENOUGH, {"invoiceDueDate": (TODAY - timedelta(days=14)).isoformat()}),
    (Why.BEFORE_START_DATE, {"invoiceDueDate": "2026-05-31"}),
    (Why.BELOW_MINIMUM, {"amountOutstanding": Decimal("99.99")}),
    (Why.PAID, {"amountOutstanding": 0}),
    (Why.PAID, {"amountOutstanding": Decimal(-350)}),
    (Why.CREDITED, {"amountOutstanding": 0, "isCredited": True}),
    (Why.CREDITED, {"isCredited": True}),
    (Why.CREDIT_NOTE, {"isCreditNote": True}),
    (Why.DRAFT, {"isCharged": False}),
    (Why.DRAFT, {"invoiceNumber": 0}),
    (Why.DRAFT, {"invoiceDueDate": None}),
    (Why.CURRENCY, {"currency": {"id": 5, "code": "EUR"}}),
    (Why.FACTORING, {"customer": customer(isFactoring=True)}),
    (Why.FOREIGN_DEBTOR, {"customer": customer(postalAddress=ABROAD)}),
    (Why.MISSING_CUSTOMER, {"customer": None}),
    (Why.MISSING_CUSTOMER, {"customer": {"id": 50}}),
    (Why.MISSING_ADDRESS, {"customer": customer(postalAddress=None)}),
    (Why.MISSING_ADDRESS, {"customer": customer(postalAddress=ADDRESS | {"city": " "})}),
    (
        Why.NATIONAL_ID_AS_ORGANISATION_NUMBER,
        {"customer": customer(organizationNumber="010190 12345")},
    ),
    (
        Why.NATIONAL_ID_AS_ORGANISATION_NUMBER,
        {"customer": customer(organizationNumber="01019012345", isPrivateIndividual=True)},
    ),
    (Why.MISSING_ORGANISATION_NUMBER, {"customer": customer(organizationNumber="")}),
    (Why.INVALID_ORGANISATION_NUMBER, {"customer": customer(organizationNumber="974760674")}),
    (Why.INVALID_ORGANISATION_NUMBER, {"customer": customer(organizationNumber="SE5560")}),
    (Why.NOTICE_RUNNING, {"reminders": [letter("NOTICE_OF_DEBT_COLLECTION", "2026-09-01")]}),
    (Why.NOTICE_RUNNING, {"reminders": [letter("REMINDER", "2026-09-20")]}),
    (Why.OTHER_COLLECTOR, {"reminders": [letter("DEBT_COLLECTION")]}),
]


@pytest.mark.parametrize(("why", "change"), CASES)
def test_one_flaw_gives_one_reason(why: Why, change: dict[str, Any]) -> None:
    judgement = judge(invoice(**change), TERMS, FREE, TODAY)

    assert [reason.why for reason in judgement.reasons] == [why]


@pytest.mark.parametrize(
    ("why", "standing"),
    [
        (Why.HELD, Standing(held=True)),
        (Why.HELD, Standing(held=True, held_until=TODAY + timedelta(days=1))),
        (Why.EXCLUDED, Standing(excluded=True)),
        (Why.HANDED_OVER, Standing(handed_over=True)),
    ],
)
def test_what_we_know_ourselves_counts(why: Why, standing: Standing) -> None:
    assert [one.why for one in judge(invoice(), TERMS, standing, TODAY).reasons] == [why]


def test_negative_invoice_is_no_debt() -> None:
    judgement = judge(
        invoice(amount=-5, amountCurrency=-5, amountOutstanding=-5), TERMS, FREE, TODAY
    )

    assert {one.why for one in judgement.reasons} == {Why.CREDIT_NOTE, Why.NOTHING_OUTSTANDING}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"amountOutstanding": Decimal("100.00")},
        {"amountOutstandingTotal": 0},
        {"currency": None},
        {"isApproved": False},
        {"customer": customer(organizationNumber="NO 974 760 673 MVA")},
        {"customer": customer(organizationNumber="", isPrivateIndividual=True)},
        {"customer": customer(postalAddress=None, physicalAddress=ADDRESS)},
        {"customer": customer(postalAddress=ADDRESS | {"country": None})},
        {"customer": customer(postalAddress=ADDRESS | {"country": {"id": 161}})},
        {"reminders": [letter("SOFT_REMINDER", "2026-09-20")]},
        {"reminders": [letter("NOTICE_OF_DEBT_COLLECTION", "2026-08-31")]},
        {"reminders": [letter("REMINDER")]},
        {"reminders": [letter("SOMETHING_NEW", "2026-09-20")]},
    ],
)
def test_sound_invoice_is_eligible(change: dict[str, Any]) -> None:
    assert judge(invoice(**change), TERMS, FREE, TODAY).reasons == ()


def test_hold_that_has_run_out_no_longer_counts() -> None:
    standing = Standing(held=True, held_until=TODAY)

    assert judge(invoice(), TERMS, standing, TODAY).eligible


def test_every_reason_is_found_at_once() -> None:
    flawed = invoice(
        invoiceDueDate="2026-08-25",
        currency={"id": 5},
        customer=customer(organizationNumber="", postalAddress=None),
    )

    reasons = judge(flawed, replace(TERMS, start_date=TODAY), Standing(held=True), TODAY).reasons

    assert {one.why for one in reasons} == {
        Why.NOT_DUE_LONG_ENOUGH,
        Why.BEFORE_START_DATE,
        Why.CURRENCY,
        Why.MISSING_ADDRESS,
        Why.MISSING_ORGANISATION_NUMBER,
        Why.HELD,
    }


def test_it_is_due_on_day_fifteen_and_not_before() -> None:
    judgement = judge(invoice(), TERMS, FREE, DUE + timedelta(days=14))

    assert judgement.reasons == (Reason(Why.NOT_DUE_LONG_ENOUGH, DUE + timedelta(days=15)),)
    assert judge(invoice(), TERMS, FREE, DUE + timedelta(days=15)).eligible


def test_running_notice_ends_the_day_after_its_last_deadline() -> None:
    notices = [letter("REMINDER", "2026-09-05"), letter("NOTICE_OF_DEBT_COLLECTION", "2026-09-10")]

    judgement = judge(invoice(reminders=notices), TERMS, FREE, TODAY)

    assert judgement.reasons[0].until == date(2026, 9, 11)
    assert judgement.look_again_on(TODAY) == date(2026, 9, 11)


def test_flaw_that_can_be_put_right_is_looked_at_again_tomorrow() -> None:
    judgement = Judgement((Reason(Why.MISSING_ADDRESS),))

    assert judgement.look_again_on(TODAY) == TODAY + timedelta(days=1)


def test_paid_invoice_is_not_looked_at_again() -> None:
    assert Judgement((Reason(Why.PAID),)).look_again_on(TODAY) is None


@pytest.mark.parametrize("why", list(Why))
def test_every_reason_has_words(why: Why) -> None:
    told = Reason(why, TODAY).text

    assert told
    assert "{" not in told
    assert why in TEXTS
