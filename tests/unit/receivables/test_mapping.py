from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.faults import Invalid
from shared.messages.invoices import DebtorType, Invoice, NoticeType
from shared.receivables.mapping import canonical
from tests.unit.receivables.makers import ADDRESS, VOUCHER, customer, invoice, posting

NOW = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
DEBT = posting(1, "10000", type="OUTGOING_INVOICE_CUSTOMER_POSTING")


def mapped(**more: Any) -> Invoice:
    return canonical(invoice(**more), client_id="fjord", company_id=4711, observed_at=NOW)


def test_reference_names_company_and_invoice() -> None:
    assert mapped().claim_reference == "tt:4711:inv:7"


def test_principal_leaves_fees_of_reminders_out() -> None:
    told = mapped(amountOutstanding=Decimal(9000), amountOutstandingTotal=Decimal("9038.40"))

    assert (told.original_amount, told.outstanding) == (Decimal(10000), Decimal(9000))


@pytest.mark.parametrize(
    ("kid", "expected"),
    [("", None), ("10042200773", "10042200773"), ("1004 2200773", "10042200773"), ("x", None)],
)
def test_kid_is_digits_or_nothing(kid: str, expected: str | None) -> None:
    assert mapped(kid=kid).kid == expected


def test_company_is_told_with_its_organisation_number() -> None:
    debtor = mapped(customer=customer(organizationNumber="NO 974 760 673 MVA")).debtor

    assert (debtor.type, debtor.organisation_number) == (DebtorType.COMPANY, "974760673")


def test_person_is_told_without_any_number() -> None:
    sole_trader = customer(isPrivateIndividual=True, organizationNumber="974760673")

    debtor = mapped(customer=sole_trader).debtor

    assert (debtor.type, debtor.organisation_number) == (DebtorType.PERSON, None)


def test_postal_address_counts_before_the_physical_one() -> None:
    both = customer(physicalAddress=ADDRESS | {"city": "Bergen"})

    assert mapped(customer=both).debtor.address.city == "Oslo"


def test_physical_address_stands_in_for_an_incomplete_postal_one() -> None:
    half = customer(
        postalAddress=ADDRESS | {"addressLine1": ""}, physicalAddress=ADDRESS | {"city": "Bergen"}
    )

    assert mapped(customer=half).debtor.address.city == "Bergen"


def test_first_of_several_email_addresses_is_told() -> None:
    several = customer(email="", invoiceEmail="a@firma.no; b@firma.no")

    assert mapped(customer=several).debtor.email == "a@firma.no"


def test_letters_are_told_outside_the_principal_oldest_first() -> None:
    later = {
        "id": 2,
        "type": "NOTICE_OF_DEBT_COLLECTION",
        "reminderDate": "2026-08-25",
        "termOfPayment": "2026-08-31",
        "charge": Decimal(38),
        "interests": Decimal("12.50"),
    }
    first = {"id": 1, "type": "SOFT_REMINDER", "reminderDate": "2026-08-10"}
    unknown = {"id": 3, "type": "SMS", "reminderDate": "2026-08-11"}

    notices = mapped(reminders=[later, unknown, first]).notices

    assert [one.type for one in notices] == [
        NoticeType.SOFT_REMINDER,
        NoticeType.NOTICE_OF_DEBT_COLLECTION,
    ]
    assert (notices[1].fee, notices[1].interest) == (Decimal(38), Decimal("12.50"))


def test_part_payments_are_told_with_their_posting() -> None:
    paid = posting(2, "-2500", voucher=901)

    (told,) = mapped(amountOutstanding=Decimal(7500), postings=[DEBT, paid]).payments_before

    assert told.payment_reference == "tt:4711:posting:2"
    assert (told.amount, told.payment_date) == (Decimal(2500), date(2026, 8, 20))


def test_payment_taken_back_before_the_hand_over_is_not_told() -> None:
    rows = [DEBT, posting(2, "-2500", voucher=901), posting(3, "2500", voucher=902)]

    assert mapped(postings=rows).payments_before == ()


def test_thread_that_does_not_add_up_is_left_out() -> None:
    rows = [DEBT, posting(2, "-2500", voucher=901)]

    assert mapped(amountOutstanding=Decimal(9000), postings=rows).payments_before == ()


def test_credit_in_part_before_the_hand_over_is_no_payment() -> None:
    credit = posting(2, "-2500", voucher=901, type="OUTGOING_INVOICE_CUSTOMER_POSTING")

    told = mapped(amountOutstanding=Decimal(7500), postings=[DEBT, credit])

    assert told.payments_before == ()


def test_description_holds_number_and_date_only() -> None:
    told = mapped(comment="Behandling av kne", invoiceComment="Timeliste")

    assert told.description == "Faktura 1042 av 03.08.2026"


def test_nothing_of_the_debtor_is_printed() -> None:
    assert "Skyldner" not in repr(mapped().debtor)


@pytest.mark.parametrize(
    "change", [{"customer": None}, {"invoiceDate": None}, {"customer": customer(name=" ")}]
)
def test_incomplete_invoice_is_refused_without_naming_anybody(change: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        mapped(**change)

    assert "Skyldner" not in caught.value.message


def test_the_invoices_own_voucher_is_not_a_payment() -> None:
    assert mapped(postings=[posting(1, "10000", voucher=VOUCHER)]).payments_before == ()


def test_invoice_of_a_customer_without_an_address_names_the_customer_by_number_only() -> None:
    moved = invoice(customer=customer(name="Kari Nordmann", postalAddress=None))

    with pytest.raises(Invalid) as caught:
        canonical(moved, client_id="fjord", company_id=4711, observed_at=NOW)

    assert caught.value.code == "INCOMPLETE_CUSTOMER"
    assert "50" in caught.value.message
    assert "Kari" not in caught.value.message
