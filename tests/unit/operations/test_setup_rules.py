"""What must hold before a client's flow can work."""

from __future__ import annotations

from datetime import date

import pytest

from shared.operations import setup_rules as rules
from shared.operations.setup import Verdict
from shared.providers.tripletex.wire import (
    Account,
    AccountingPeriod,
    PaymentType,
    VatType,
)
from tests.harness.clients import a_client

TODAY = date(2026, 8, 18)


def payment_type(id_: int, number: int | None) -> PaymentType:
    account = None if number is None else Account(id=number, number=number)
    return PaymentType(id=id_, description=f"kind {id_}", debit_account=account)


def account(number: int = 6790, /, **changed: object) -> Account:
    return Account(id=number, number=number).model_copy(update=changed)


def test_a_payment_type_on_the_clearing_account_is_right() -> None:
    assert rules.payment_type([payment_type(7, 1579)], a_client()).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("types", "verdict"),
    [
        ([], Verdict.FAILED),
        ([payment_type(8, 1579)], Verdict.FAILED),
        ([payment_type(7, 1920)], Verdict.FAILED),
        ([payment_type(7, None)], Verdict.WARNING),
    ],
)
def test_any_other_payment_type_is_not(types: list[PaymentType], verdict: Verdict) -> None:
    found = rules.payment_type(types, a_client())

    assert found.verdict is verdict
    assert found.repeat


def test_the_payment_type_that_would_fit_is_offered() -> None:
    types = [payment_type(7, 1920), payment_type(9, 1579)]

    found = rules.payment_type(types, a_client())

    assert "--clearing-payment-type 9" in (found.repeat or "")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"is_inactive": True}, "is inactive"),
        ({"ledger_type": "CUSTOMER"}, "needs a customer"),
        ({"requires_department": True, "requires_project": True}, "department and a project"),
        ({"vat_locked": True, "vat_type": VatType(id=0)}, "locked to VAT type 0"),
        ({"legal_vat_types": (VatType(id=0),)}, "does not allow VAT type 1"),
    ],
)
def test_an_account_that_cannot_be_booked_on_says_why(
    changed: dict[str, object], told: str
) -> None:
    found = rules.account(account(**changed), 6790, "collection services", vat=1)

    assert found.verdict is Verdict.FAILED
    assert told in found.told


def test_an_account_that_takes_the_vat_type_is_right() -> None:
    usable = account(legal_vat_types=(VatType(id=0), VatType(id=1)))

    assert rules.account(usable, 6790, "collection services", vat=1).verdict is Verdict.OK


def test_a_client_outside_vat_needs_no_vat_on_the_fee() -> None:
    only_none = [account(6790, legal_vat_types=(VatType(id=0),))]

    findings = [*rules.accounts(only_none, a_client(vat_registered=False))]

    services = next(found for found in findings if found.subject == "account 6790")
    assert services.verdict is Verdict.OK


def test_each_account_is_judged_once_for_all_its_purposes() -> None:
    subjects = [found.subject for found in rules.accounts([], a_client())]

    assert subjects == sorted(set(subjects))


@pytest.mark.parametrize(("closed", "verdict"), [(True, Verdict.FAILED), (False, Verdict.OK)])
def test_the_period_of_today_must_be_open(*, closed: bool, verdict: Verdict) -> None:
    periods = [
        AccountingPeriod(id=1, start=date(2026, 7, 1), end=date(2026, 8, 1), is_closed=True),
        AccountingPeriod(id=2, start=date(2026, 8, 1), end=date(2026, 9, 1), is_closed=closed),
    ]

    assert rules.open_period(periods, TODAY).verdict is verdict


def test_a_period_that_is_not_shown_is_a_warning() -> None:
    assert rules.open_period([], TODAY).verdict is Verdict.WARNING


def test_a_start_date_long_ago_is_a_warning() -> None:
    old = a_client(start_date=date(2019, 1, 1))

    assert rules.start_date(old, TODAY).verdict is Verdict.WARNING
    assert rules.start_date(a_client(), TODAY).verdict is Verdict.OK
