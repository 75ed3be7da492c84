"""Checklist 10: the rules of vouchers, VAT, numbers, external numbers, attachments."""

from __future__ import annotations

from datetime import date

import pytest

from services.sandbox.tripletex.rules import Rules
from services.sandbox.tripletex.voucher_rules import NO_POSTINGS, ROW_ZERO
from tests.harness.tripletex_sandbox import TripletexApi, complaints


async def test_a_voucher_is_posted_with_its_postings(api: TripletexApi) -> None:
    answer = await api.post_voucher(api.row(1, 1579, 100.5), api.row(2, 3900, -100.5))

    voucher = answer.json()["value"]
    assert answer.status_code == 201
    assert (voucher["version"], voucher["numberAsString"]) == (5, "1-2026")
    assert [posting["amount"] for posting in voucher["postings"]] == [100.5, -100.5]
    assert voucher["postings"][0]["description"] == "Oppgjør"


async def test_vat_is_split_off_into_row_0(api: TripletexApi) -> None:
    fee = api.row(1, 6790, 29950, vatType={"id": 1})

    answer = await api.post_voucher(fee, api.row(2, 1579, -29950))

    postings = answer.json()["value"]["postings"]
    found = {p["row"]: (p["amount"], p["amountGross"], p["systemGenerated"]) for p in postings}
    assert found == {
        1: (23960.0, 29950, False),
        0: (5990.0, 5990.0, True),
        2: (-29950.0, -29950.0, False),
    }
    assert api.company.account(2710).balance == 599_000


async def test_a_gross_amount_is_echoed_as_it_was_sent(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 5984.310000000027), api.row(2, 3900, -5984.310000000027)

    answer = await api.post_voucher(*rows)

    posting = answer.json()["value"]["postings"][0]
    assert (posting["amountGross"], posting["amount"]) == (5984.310000000027, 5984.31)


async def test_numbers_count_within_a_year(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)
    await api.post_voucher(*rows)

    answer = await api.post_voucher(*rows, date="2025-12-31")

    assert answer.json()["value"]["numberAsString"] == "1-2025"


async def test_a_draft_has_no_number_and_counts_nowhere(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)

    answer = await api.post_voucher(*rows, sendToLedger="false")

    voucher = answer.json()["value"]
    assert (voucher["number"], voucher["numberAsString"]) == (0, "<Ikke bokført 1>")
    assert api.company.account(1579).balance == 0


async def test_a_draft_is_listed_as_not_posted(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)
    made = (await api.post_voucher(*rows, sendToLedger="false")).json()["value"]

    found = await api.values("/ledger/voucher/>nonPosted", includeNonApproved="true", fields="id")

    assert found == [{"id": made["id"]}]


async def test_a_draft_is_sent_to_the_ledger(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)
    made = (await api.post_voucher(*rows, sendToLedger="false")).json()["value"]

    answer = await api.put(f"/ledger/voucher/{made['id']}/:sendToLedger")

    assert answer.json()["value"]["number"] == 1
    assert api.company.account(1579).balance == 100


async def test_only_a_draft_can_be_deleted(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)
    draft = (await api.post_voucher(*rows, sendToLedger="false")).json()["value"]["id"]
    booked = (await api.post_voucher(*rows)).json()["value"]["id"]

    gone = await api.send("DELETE", f"/ledger/voucher/{draft}")
    kept = await api.send("DELETE", f"/ledger/voucher/{booked}")

    assert gone.status_code == 204
    assert complaints(kept) == [(None, "Bilag 1-2026 kan ikke slettes.")]


async def test_options_tell_whether_it_can_be_deleted(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)
    booked = (await api.post_voucher(*rows)).json()["value"]["id"]

    answer = await api.get(f"/ledger/voucher/{booked}/options")

    reasons = ["Bilag 1-2026 kan ikke slettes."]
    assert answer.json()["value"] == {"delete": {"available": False, "reasons": reasons}}


async def test_an_external_number_may_be_used_twice(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)
    for _ in range(2):
        await api.post_voucher(*rows, externalVoucherNumber="ECPAY-1")

    found = await api.values(
        "/ledger/voucher/>externalVoucherNumber", externalVoucherNumber="ECPAY-1"
    )

    assert len(found) == 2


async def test_an_external_number_has_at_most_70_signs(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)

    answer = await api.post_voucher(*rows, externalVoucherNumber="E" * 71)

    assert complaints(answer)[0][0] == "externalVoucherNumber"


async def test_a_reversal_is_a_voucher_of_its_own(api: TripletexApi) -> None:
    rows = api.row(1, 6790, 125.0, vatType={"id": 1}), api.row(2, 1579, -125.0)
    first = (await api.post_voucher(*rows, externalVoucherNumber="E")).json()["value"]

    answer = await api.put(f"/ledger/voucher/{first['id']}/:reverse", date="2026-10-02")

    reversing = answer.json()["value"]
    assert reversing["reverseVoucher"]["id"] == first["id"]
    assert reversing["description"] == "Reversering av bilag 1-2026. Oppgjør"
    assert (reversing["version"], reversing["externalVoucherNumber"]) == (0, "")
    assert api.company.account(2710).balance == 0


async def test_a_reversed_payment_reopens_its_invoice(api: TripletexApi) -> None:
    invoice = api.invoice()
    await api.pay(invoice, "10000")
    payment = invoice.postings[-1].voucher

    await api.put(f"/ledger/voucher/{payment.id}/:reverse", date="2026-10-02")

    value = (await api.get(f"/invoice/{invoice.id}")).json()["value"]
    assert value["amountOutstanding"] == 10000.0
    assert len(value["postings"]) == 3


async def test_a_second_attachment_appends(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)
    made = (await api.post_voucher(*rows)).json()["value"]["id"]
    path, file = f"/ledger/voucher/{made}/attachment", ("s.pdf", b"%PDF-1.4 side")

    first = await api.send("POST", path, files={"file": file})
    second = await api.send("POST", path, files={"file": file})

    attachment = api.company.vouchers[made].attachment
    assert (first.status_code, second.status_code) == (201, 201)
    assert attachment is not None
    assert len(attachment.pages) == 2


async def test_vouchers_are_listed_by_date(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)
    await api.post_voucher(*rows)

    answer = await api.get("/ledger/voucher", dateFrom="2026-10-01", dateTo="2026-10-02")

    assert answer.json()["totalNumberOfPostings"] == 0
    assert [voucher["number"] for voucher in answer.json()["values"]] == [1]


async def test_unknown_keys_are_refused(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0, kid="1")

    answer = await api.post_voucher(*rows, voucherDate="2026-10-01")

    unknown = "Feltet eksisterer ikke i objektet."
    assert answer.json()["code"] == 16000
    assert complaints(answer) == [("voucherDate", unknown), ("kid", unknown)]


async def test_an_id_is_refused(api: TripletexApi) -> None:
    answer = await api.post_voucher(api.row(1, 1579, 1.0), api.row(2, 3900, -1.0), id=4)

    assert complaints(answer) == [("id", "ID kan ikke settes når man oppretter et objekt.")]


async def test_a_voucher_without_postings_is_refused(api: TripletexApi) -> None:
    answer = await api.post_voucher()

    assert complaints(answer) == [("postings", NO_POSTINGS)]


async def test_row_0_belongs_to_the_system(api: TripletexApi) -> None:
    answer = await api.post_voucher(api.row(0, 1579, 1.0), api.row(0, 3900, -1.0))

    assert complaints(answer) == [("postings.row", ROW_ZERO), ("postings", NO_POSTINGS)]


async def test_an_account_is_named_by_id_only(api: TripletexApi) -> None:
    by_number = api.row(1, 1579, 1.0) | {"account": {"number": 1579}}

    answer = await api.post_voucher(by_number, api.row(2, 3900, -1.0))

    assert complaints(answer) == [("postings.account.name", "Kan ikke være null.")]


async def test_a_voucher_has_an_account_on_each_row(api: TripletexApi) -> None:
    answer = await api.post_voucher(api.row(1, 1579, 1.0) | {"account": None})

    assert complaints(answer) == [("Internt felt (account)", "Feltet må fylles ut.")]


async def test_both_gross_amounts_must_be_equal(api: TripletexApi) -> None:
    odd = api.row(1, 1579, 1.0, amountGrossCurrency=2.0)

    answer = await api.post_voucher(odd, api.row(2, 3900, -1.0))

    assert complaints(answer)[0][0] == "postings.amountGross"


async def test_a_closed_period_takes_no_voucher(api: TripletexApi) -> None:
    api.world.close_period(api.company.id, date(2026, 11, 1))

    answer = await api.post_voucher(api.row(1, 1579, 1.0), api.row(2, 3900, -1.0))

    periods = await api.values(
        "/ledger/accountingPeriod", startFrom="2026-10-01", startTo="2026-12-01", fields="isClosed"
    )
    assert (answer.status_code, complaints(answer)[0][0]) == (422, "date")
    assert periods == [{"isClosed": True}, {"isClosed": False}]


async def test_a_closed_period_takes_no_payment(api: TripletexApi) -> None:
    invoice = api.invoice()
    api.world.close_period(api.company.id, date(2026, 11, 1))

    answer = await api.pay(invoice, "1")

    assert answer.json()["code"] == 18000


async def test_a_sent_vat_return_locks_only_vat(api: TripletexApi) -> None:
    api.company.vat_locked_before = date(2026, 11, 1)
    plain = api.row(1, 1579, 125.0), api.row(2, 3900, -125.0)
    taxed = api.row(1, 6790, 125.0, vatType={"id": 1}), api.row(2, 1579, -125.0)

    answers = [await api.post_voucher(*rows) for rows in (plain, taxed)]

    assert [answer.status_code for answer in answers] == [201, 422]


@pytest.mark.parametrize("account", [1920])
async def test_a_reconciled_bank_is_locked(api: TripletexApi, account: int) -> None:
    api.company.reconciled_before = date(2026, 11, 1)

    answer = await api.post_voucher(api.row(1, account, 1.0), api.row(2, 1579, -1.0))

    assert complaints(answer) == [
        (
            "Internt felt (account)",
            "An entry cannot be made in a period with a reconciled bank statement.",
        )
    ]


async def test_external_numbers_may_be_made_unique(api: TripletexApi) -> None:
    api.world.rules = Rules(unique_external_numbers=True)
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)

    answers = [await api.post_voucher(*rows, externalVoucherNumber="E") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["code"] == 14000


async def test_a_type_of_voucher_is_named_by_id(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)
    kinds = api.company.voucher_types

    answers = [
        await api.post_voucher(*rows, voucherType={"id": ident})
        for ident in (kinds["Betaling"].id, kinds["Utgående faktura"].id, 1)
    ]

    assert [answer.status_code for answer in answers] == [201, 422, 404]


async def test_a_voucher_needs_a_date(api: TripletexApi) -> None:
    answers = [await api.post_voucher(date=given) for given in (None, "soon")]

    assert [answer.json()["code"] for answer in answers] == [18000, 16000]


async def test_parties_and_vat_types_must_exist(api: TripletexApi) -> None:
    wrong = ({"customer": {"id": 1}}, {"vatType": {"id": 999}}, {"account": {"id": 1}})

    answers = [await api.post_voucher(api.row(1, 1579, 1.0) | one) for one in wrong]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_the_voucher_of_an_invoice_cannot_be_reversed(api: TripletexApi) -> None:
    voucher = api.invoice().postings[0].voucher

    answer = await api.put(f"/ledger/voucher/{voucher.id}/:reverse", date="2026-10-02")

    assert answer.status_code == 422


async def test_sending_to_the_ledger_keeps_to_the_version(api: TripletexApi) -> None:
    rows = api.row(1, 1579, 1.0), api.row(2, 3900, -1.0)
    made = (await api.post_voucher(*rows, sendToLedger="false")).json()["value"]
    path = f"/ledger/voucher/{made['id']}/:sendToLedger"

    answers = [await api.put(path, version=version) for version in (4, 5, 6)]

    assert [answer.status_code for answer in answers] == [409, 200, 422]
    assert answers[0].json()["code"] == 8000
