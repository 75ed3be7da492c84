"""The Tripletex client against the stand-in, over in-process HTTP."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shared.faults import Invalid, Transient
from shared.providers.tripletex.client import Company
from shared.providers.tripletex.faults import UNCERTAIN
from shared.providers.tripletex.wire import Account, Id, NewPosting, NewVoucher
from tests.harness.polling import DUE, FIRST_DAY, PollDesk


@pytest.fixture
def company(polling: PollDesk) -> Company:
    return polling.books(polling.client)


def voucher(rows: dict[int, str], accounts: list[Account], customer: int) -> NewVoucher:
    ids = {one.number: one for one in accounts}
    postings = tuple(
        NewPosting(
            row=row,
            date=FIRST_DAY,
            account=Id(id=ids[number].id),
            amount_gross=Decimal(gross),
            amount_gross_currency=Decimal(gross),
            vat_type=Id(id=1 if number == 6790 else 0),
            customer=Id(id=customer) if ids[number].ledger_type == "CUSTOMER" else None,
            description="Oppgjør",
        )
        for row, (number, gross) in enumerate(rows.items(), start=1)
    )
    return NewVoucher(
        date=FIRST_DAY,
        description="Oppgjør",
        external_voucher_number="ECPAY-1",
        postings=postings,
    )


async def test_who_am_i_names_the_company(polling: PollDesk, company: Company) -> None:
    assert (await company.who_am_i()).company_id == polling.company.id


async def test_receivable_account_is_1500(company: Company) -> None:
    assert [one.number for one in await company.receivable_accounts()] == [1500]


async def test_unknown_account_numbers_are_absent(company: Company) -> None:
    found = await company.accounts([1579, 9999, 1920])

    assert sorted(one.number for one in found) == [1579, 1920]


async def test_payment_types_name_the_account_they_debit(company: Company) -> None:
    types = await company.payment_types()

    assert 1579 in {one.debit_account.number for one in types if one.debit_account}


async def test_invoice_comes_with_customer_postings_and_reminders(
    polling: PollDesk, company: Company
) -> None:
    made = polling.invoice("10000.50")
    polling.pay(made, "1000")
    polling.world.remind(polling.company.id, made.id, charge=Decimal(38))

    (invoice,) = await company.invoices(ids=[made.id])

    assert invoice.customer is not None
    assert invoice.customer.postal_address is not None
    assert invoice.customer.postal_address.city == "Oslo"
    assert sorted(one.amount for one in invoice.postings) == [-1000, Decimal("10000.50")]
    assert [(one.type, one.charge) for one in invoice.reminders] == [
        ("SOFT_REMINDER", Decimal(38))
    ]
    assert invoice.amount_outstanding == Decimal("9000.50")


async def test_invoice_is_found_by_its_voucher_and_by_its_number(
    polling: PollDesk, company: Company
) -> None:
    made = polling.invoice()
    (post,) = await company.open_posts(
        [one.id for one in await company.receivable_accounts()], FIRST_DAY
    )

    assert post.voucher is not None
    assert [one.id for one in await company.invoices(voucher_ids=[post.voucher.id])] == [made.id]
    assert [one.id for one in await company.invoices_numbered(made.number)] == [made.id]


async def test_invoices_by_date_leave_the_last_day_out(
    polling: PollDesk, company: Company
) -> None:
    made = polling.invoice()
    day = DUE - timedelta(days=14)

    found = await company.invoices_by_date(day, day + timedelta(days=1))

    assert [one.id for one in found] == [made.id]
    assert await company.invoices_by_date(day - timedelta(days=1), day) == []


async def test_payment_lowers_what_is_outstanding(polling: PollDesk, company: Company) -> None:
    made = polling.invoice("10000")
    types = await company.payment_types()
    clearing = next(
        one.id for one in types if one.debit_account and one.debit_account.number == 1579
    )

    paid = await company.register_payment(
        made.id, date=FIRST_DAY, payment_type_id=clearing, amount=Decimal("2500.10")
    )

    assert paid.amount_outstanding == Decimal("7499.90")
    assert len(await company.postings_on_account(1579, FIRST_DAY, FIRST_DAY + timedelta(1))) == 1


async def test_payment_whose_answer_is_lost_is_uncertain_and_was_done_once(
    polling: PollDesk, company: Company
) -> None:
    made = polling.invoice("10000")
    kind = (await company.payment_types())[0].id
    polling.transport.lost = "/:payment"

    with pytest.raises(Transient) as caught:
        await company.register_payment(
            made.id, date=FIRST_DAY, payment_type_id=kind, amount=Decimal(100)
        )

    assert caught.value.code == UNCERTAIN
    assert (await company.invoices(ids=[made.id]))[0].amount_outstanding == 9900


async def test_voucher_is_posted_found_and_given_its_statement(
    polling: PollDesk, company: Company
) -> None:
    accounts = await company.accounts([1579, 6790, 3900])
    made = voucher({1579: "-325", 6790: "1625", 3900: "-1300"}, accounts, polling.debtor.id)

    posted = await company.post_voucher(made, send_to_ledger=True)
    attached = await company.attach(posted.id, name="oppgjor.pdf", content=b"%PDF-1.7 x")

    (found,) = await company.find_vouchers("ECPAY-1")
    assert (found.id, attached.id) == (posted.id, posted.id)
    assert found.attachment is not None
    net = {one.account.number: one.amount for one in found.postings if one.account}
    assert net[6790] == 1300
    assert net[2710] == 325


async def test_draft_voucher_has_no_number(polling: PollDesk, company: Company) -> None:
    accounts = await company.accounts([1579, 3900])
    made = voucher({1579: "10", 3900: "-10"}, accounts, polling.debtor.id)

    posted = await company.post_voucher(made, send_to_ledger=False)

    assert posted.number == 0


async def test_voucher_that_breaks_a_rule_names_the_field(
    polling: PollDesk, company: Company
) -> None:
    accounts = [replace_ledger(one) for one in await company.accounts([1500, 3900])]
    made = voucher({1500: "10", 3900: "-10"}, accounts, polling.debtor.id)

    with pytest.raises(Invalid) as caught:
        await company.post_voucher(made, send_to_ledger=True)

    assert caught.value.field == "postings.customer.id"


def replace_ledger(account: Account) -> Account:
    return account.model_copy(update={"ledger_type": "GENERAL"})


async def test_periods_surround_the_day(company: Company) -> None:
    periods = await company.accounting_periods(FIRST_DAY)

    current = [one for one in periods if one.start <= FIRST_DAY][-1]
    assert (current.start.year, current.start.month, current.is_closed) == (2026, 9, False)


async def test_vat_settings_are_read(company: Company) -> None:
    assert (await company.vat_settings()).vat_registration_status == "VAT_REGISTERED"


async def test_office_token_works_in_the_books_of_its_client(polling: PollDesk) -> None:
    office = polling.world.add_office("Regnskap AS", [polling.company.id])
    client = replace(polling.client, is_accountant_token=True)

    books = polling.books_with(client, polling.world.employee_token(office.id).token)

    assert [one.number for one in await books.receivable_accounts()] == [1500]
    assert polling.company.id in {one.id for one in await books.companies()}


async def test_calls_beyond_the_limit_of_the_token_wait(
    polling: PollDesk, company: Company
) -> None:
    polling.invoice()

    answers = Counter([len(await company.invoices_numbered(1)) for _ in range(130)])

    assert answers == {1: 130}
