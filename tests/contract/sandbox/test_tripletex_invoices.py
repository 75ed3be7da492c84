"""Checklist 6 to 8: invoices, payments, credit notes, reminders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from services.sandbox.tripletex.orders import InvoiceOrder
from tests.harness.tripletex_sandbox import TripletexApi, complaints

WINDOW = {"invoiceDateFrom": "2026-01-01", "invoiceDateTo": "2026-12-31"}


async def test_amounts_are_doubles(api: TripletexApi) -> None:
    invoice = api.invoice("8375")

    text = (await api.get(f"/invoice/{invoice.id}")).text

    assert '"amount":8375.0,' in text
    assert '"sumRemits":0,' in text
    assert '"creditedInvoice":0,' in text


async def test_an_invoice_without_kid_has_an_empty_one(api: TripletexApi) -> None:
    invoice = api.invoice(with_kid=False)

    answer = await api.get(f"/invoice/{invoice.id}", fields="kid")

    assert answer.json()["value"] == {"kid": ""}


async def test_a_draft_is_read_by_id_only(api: TripletexApi) -> None:
    day = date(2026, 8, 3)
    draft = api.world.add_draft(
        api.company.id, InvoiceOrder(api.customer.id, Decimal(100), day, day)
    )

    listed = await api.values("/invoice", **WINDOW)
    read = (await api.get(f"/invoice/{draft.id}")).json()["value"]

    assert listed == []
    assert (read["invoiceNumber"], read["isCharged"], read["voucher"]) == (0, False, None)
    assert read["amountOutstanding"] == 0


async def test_invoices_are_found_by_each_filter(api: TripletexApi) -> None:
    api.invoice()
    wanted = api.invoice()
    assert wanted.voucher is not None
    filters = (
        {"id": f"{wanted.id},1"},
        {"invoiceNumber": wanted.number},
        {"kid": wanted.kid},
        {"voucherId": wanted.voucher.id},
    )

    found = [await api.values("/invoice", fields="id", **WINDOW, **one) for one in filters]

    assert found == [[{"id": wanted.id}]] * 4


async def test_a_partial_payment_lowers_the_outstanding(api: TripletexApi) -> None:
    invoice = api.invoice("16375")

    value = (await api.pay(invoice, "6550")).json()["value"]

    assert value["amountOutstanding"] == 9825.0
    assert value["version"] == 3
    assert len(value["postings"]) == 2
    assert invoice.postings[0].close_group is None


async def test_a_full_payment_closes_both_postings(api: TripletexApi) -> None:
    invoice = api.invoice()

    await api.pay(invoice, "10000.00")

    postings = (
        await api.get(f"/invoice/{invoice.id}", fields="postings(type,closeGroup(id))")
    ).json()
    first, second = postings["value"]["postings"]
    assert first["closeGroup"] == second["closeGroup"]
    assert (first["type"], second["type"]) == ("OUTGOING_INVOICE_CUSTOMER_POSTING", None)


async def test_a_payment_books_on_the_account_of_its_type(api: TripletexApi) -> None:
    invoice = api.invoice()

    await api.pay(invoice, "10000")

    found = await api.values(
        "/ledger/posting",
        dateFrom="2026-10-01",
        dateTo="2026-10-02",
        accountId=api.account_id(1579),
        fields="amount,description",
    )
    number, name = invoice.number, api.customer.display_name
    text = f"Betaling: Faktura nummer {number} til {name}"
    assert found == [{"amount": 10000.0, "description": text}]


async def test_a_repeated_payment_books_again(api: TripletexApi) -> None:
    invoice = api.invoice()

    await api.pay(invoice, "10000")
    value = (await api.pay(invoice, "10000")).json()["value"]

    assert value["amountOutstanding"] == -10000.0


async def test_a_negative_payment_reopens_the_invoice(api: TripletexApi) -> None:
    invoice = api.invoice()
    await api.pay(invoice, "10000")

    value = (await api.pay(invoice, "-10000")).json()["value"]

    assert value["amountOutstanding"] == 10000.0
    assert invoice.postings[0].close_group is None


async def test_a_payment_may_be_dated_before_the_invoice(api: TripletexApi) -> None:
    invoice = api.invoice()

    answer = await api.pay(invoice, "10", day="2026-01-01")

    assert answer.status_code == 200


async def test_a_payment_names_its_missing_parameters(api: TripletexApi) -> None:
    invoice = api.invoice()

    answer = await api.put(
        f"/invoice/{invoice.id}/:payment", paymentDate="2026-10-01", paidAmount="1"
    )

    assert answer.json()["code"] == 15000
    assert complaints(answer) == [("paymentTypeId", "Kan ikke være null.")]


async def test_a_payment_on_an_invoice_of_others_is_refused(api: TripletexApi) -> None:
    invoice = api.invoice()
    other = api.world.add_company("Annen AS")
    await api.log_in(other.id)

    answer = await api.pay(invoice, "1")

    assert complaints(answer) == [(None, "Ugyldig fakturanummer.")]


async def test_a_payment_on_no_invoice_is_not_found(api: TripletexApi) -> None:
    invoice = api.invoice()
    invoice_id, invoice.id = invoice.id, 17

    answer = await api.pay(invoice, "1")

    invoice.id = invoice_id
    assert answer.status_code == 404


async def test_a_foreign_invoice_needs_the_amount_in_its_currency(api: TripletexApi) -> None:
    invoice = api.invoice("11000", currency="EUR", amount_currency=Decimal(1000))

    answer = await api.pay(invoice, "5500")

    assert complaints(answer) == [("Internt felt (amountBasisCurrency)", "Feltet må fylles ut.")]


async def test_a_credit_note_is_a_whole_invoice_negated(api: TripletexApi) -> None:
    invoice = api.invoice()

    answer = await api.put(f"/invoice/{invoice.id}/:createCreditNote", date="2026-10-01")

    note = answer.json()["value"]
    assert note["invoiceNumber"] == invoice.number + 1
    assert (note["amount"], note["amountOutstanding"]) == (-10000.0, 0.0)
    assert (note["isCreditNote"], note["creditedInvoice"]) == (True, invoice.id)
    assert note["postings"][0]["id"] == invoice.postings[0].id
    assert len(note["postings"]) == 2


async def test_a_credited_invoice_is_settled(api: TripletexApi) -> None:
    invoice = api.invoice()

    await api.put(f"/invoice/{invoice.id}/:createCreditNote", date="2026-10-01")

    value = (await api.get(f"/invoice/{invoice.id}")).json()["value"]
    assert (value["isCredited"], value["amountOutstanding"]) == (True, 0.0)


async def test_a_reminded_invoice_stays_open_when_credited(api: TripletexApi) -> None:
    invoice = api.invoice()
    api.world.remind(api.company.id, invoice.id)

    answer = await api.put(f"/invoice/{invoice.id}/:createCreditNote", date="2026-10-01")

    assert answer.json()["value"]["amountOutstanding"] == -10000.0
    assert invoice.outstanding == 1_000_000


async def test_a_credit_after_a_payment_leaves_the_difference_on_the_note(
    api: TripletexApi,
) -> None:
    invoice = api.invoice()
    await api.pay(invoice, "4000")

    answer = await api.put(f"/invoice/{invoice.id}/:createCreditNote", date="2026-10-01")

    assert answer.json()["value"]["amountOutstanding"] == -4000.0
    assert invoice.outstanding == 0


async def test_a_reminder_needs_a_way_to_be_sent(api: TripletexApi) -> None:
    invoice = api.invoice()

    answer = await api.put(
        f"/invoice/{invoice.id}/:createReminder", type="SOFT_REMINDER", date="2026-10-01"
    )

    assert complaints(answer) == [(None, "Minst én sendetype må oppgis.")]


async def test_a_reminder_raises_only_the_total(api: TripletexApi) -> None:
    invoice = api.invoice()

    await api.put(
        f"/invoice/{invoice.id}/:createReminder",
        type="SOFT_REMINDER",
        date="2026-10-01",
        dispatchTypes="EMAIL",
        includeCharge="true",
    )

    value = (await api.get(f"/invoice/{invoice.id}")).json()["value"]
    assert value["amountOutstanding"] == 10000.0
    assert value["amountOutstandingTotal"] == 10038.0
    assert len(value["reminders"]) == 1


async def test_reminders_are_listed_by_date(api: TripletexApi) -> None:
    invoice = api.invoice()
    api.world.remind(api.company.id, invoice.id, on=date(2026, 10, 1))

    found = await api.values(
        "/reminder", dateFrom="2026-10-01", dateTo="2026-10-02", fields="type,reminderDate"
    )

    assert found == [{"reminderDate": "2026-10-01", "type": "SOFT_REMINDER"}]


async def test_an_invoice_is_printed(api: TripletexApi) -> None:
    invoice = api.invoice()

    answer = await api.get(f"/invoice/{invoice.id}/pdf")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


async def test_a_fresh_company_pays_by_cash_and_bank(api: TripletexApi) -> None:
    api.company = api.world.add_company("Ny AS", clearing=False)
    await api.log_in()

    found = await api.values(
        "/invoice/paymentType", fields="description,debitAccount(number,isBankAccount)"
    )

    assert [kind["description"] for kind in found] == ["Kontant", "Betalt til bank"]
    assert found[1]["debitAccount"] == {"number": 1920, "isBankAccount": True}
