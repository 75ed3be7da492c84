"""Checklist 9 and 11: open posts, matching, and what other people do in Tripletex."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from services.sandbox.tripletex.endpoints.postings import UNEVEN
from tests.harness.tripletex_sandbox import TripletexApi

TOMORROW = "2026-11-03"


async def test_open_posts_show_invoices_and_part_payments(api: TripletexApi) -> None:
    invoice = api.invoice()
    await api.pay(invoice, "4000")

    found = await api.values(
        "/ledger/posting/openPost",
        date=TOMORROW,
        accountId=api.account_id(1500),
        sorted="false",
        fields="amount,invoiceNumber,termOfPayment",
    )

    number = str(invoice.number)
    assert found == [
        {"amount": 10000.0, "invoiceNumber": number, "termOfPayment": "2026-08-03"},
        {"amount": -4000.0, "invoiceNumber": number, "termOfPayment": None},
    ]


async def test_a_paid_invoice_is_no_open_post(api: TripletexApi) -> None:
    await api.pay(api.invoice(), "10000")

    assert await api.values("/ledger/posting/openPost", date=TOMORROW) == []


async def test_open_posts_end_before_their_date(api: TripletexApi) -> None:
    api.invoice()

    assert await api.values("/ledger/posting/openPost", date="2026-08-03") == []


async def test_open_posts_are_grouped_by_account(api: TripletexApi) -> None:
    api.invoice()
    api.invoice()

    found = await api.values("/ledger/openPost", date=TOMORROW)

    assert [(group["sumAmount"], len(group["postings"])) for group in found] == [(20000.0, 2)]


async def test_an_uneven_matching_answers_200_and_refuses(api: TripletexApi) -> None:
    posting = api.invoice().postings[0]

    answer = await api.send("PUT", "/ledger/posting/:closePostings", json=[posting.id])

    assert answer.status_code == 200
    assert answer.json()["versionDigest"] is None
    assert answer.json()["values"] == [{"postingId": posting.id, "message": UNEVEN}]


async def test_a_manual_credit_is_open_until_matched(api: TripletexApi) -> None:
    invoice = api.invoice()
    party = {"customer": {"id": api.customer.id}, "invoiceNumber": str(invoice.number)}
    made = await api.post_voucher(api.row(1, 7830, 10000.0), api.row(2, 1500, -10000.0, **party))
    manual = made.json()["value"]["postings"][1]["id"]
    before = invoice.outstanding

    ids = [invoice.postings[0].id, manual]
    answer = await api.send("PUT", "/ledger/posting/:closePostings", json=ids)

    assert answer.json()["values"] == []
    assert (before, invoice.outstanding) == (1_000_000, 0)


async def test_a_close_group_tells_what_was_matched(api: TripletexApi) -> None:
    invoice = api.invoice()
    await api.pay(invoice, "10000", day="2026-10-05")

    found = await api.values(
        "/ledger/closeGroup", dateFrom="2026-10-05", dateTo="2026-10-06", fields="postings(id)"
    )

    assert found == [{"postings": [{"id": posting.id} for posting in invoice.postings]}]


async def test_an_ocr_payment_is_typed(api: TripletexApi) -> None:
    invoice = api.invoice()
    api.world.pay(api.company.id, invoice.id, Decimal(10000), on=date(2026, 9, 1))

    found = await api.values(
        "/ledger/posting",
        dateFrom="2026-09-01",
        dateTo="2026-09-02",
        type="INCOMING_PAYMENT",
        fields="amount,voucher(voucherType(name))",
    )

    kind = {"voucherType": {"name": "Betaling med KID-nummer"}}
    assert found == [{"amount": -10000.0, "voucher": kind}]


async def test_a_refund_reopens_an_overpaid_invoice(api: TripletexApi) -> None:
    invoice = api.invoice()
    api.world.pay(api.company.id, invoice.id, Decimal(10500))

    api.world.refund(api.company.id, invoice.id, Decimal(500))

    assert invoice.outstanding == 0
    assert invoice.postings[0].close_group is not None


async def test_a_manual_partial_credit_is_a_negative_invoice(api: TripletexApi) -> None:
    invoice = api.invoice()
    note = api.world.partial_credit(api.company.id, invoice.id, Decimal(2000))

    answer = await api.get(f"/invoice/{note.id}")

    value = answer.json()["value"]
    assert (value["amount"], value["amountOutstanding"]) == (-2000.0, -2000.0)
    assert (value["isCreditNote"], value["creditedInvoice"]) == (False, 0)
    assert invoice.outstanding == 1_000_000


async def test_a_partial_credit_is_matched_with_the_rest(api: TripletexApi) -> None:
    invoice = api.invoice()
    api.world.pay(api.company.id, invoice.id, Decimal(8000))

    note = api.world.partial_credit(api.company.id, invoice.id, Decimal(2000), match=True)

    assert (invoice.outstanding, note.outstanding) == (0, 0)
    assert note.postings[0].close_group is invoice.postings[0].close_group


async def test_a_write_off_settles_without_a_payment(api: TripletexApi) -> None:
    invoice = api.invoice()
    api.world.write_off(api.company.id, invoice.id)

    answer = await api.get(f"/invoice/{invoice.id}", fields="amountOutstanding,postings(id)")

    assert answer.json()["value"]["amountOutstanding"] == 0.0
    assert len(answer.json()["value"]["postings"]) == 1


async def test_a_payout_moves_clearing_to_bank(api: TripletexApi) -> None:
    api.world.payout(api.company.id, Decimal("9981.46"))

    found = await api.values(
        "/ledger/posting",
        dateFrom="2026-11-02",
        dateTo="2026-11-03",
        accountNumberFrom=1579,
        accountNumberTo=1579,
        fields="amount",
    )
    assert found == [{"amount": -9981.46}]


async def test_a_matched_group_cannot_be_matched_again(api: TripletexApi) -> None:
    invoice = api.invoice()
    await api.pay(invoice, "10000")

    ids = [posting.id for posting in invoice.postings]
    answer = await api.send("PUT", "/ledger/posting/:closePostings", json=ids)

    assert len(answer.json()["values"]) == 2
