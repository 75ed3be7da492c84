"""Whatever stands in a query, the answer is one of Tripletex's own and never a crash."""

from __future__ import annotations

import pytest

from tests.harness.tripletex_sandbox import TripletexApi

READING = {
    "/invoice": ("invoiceDateFrom", "invoiceDateTo", "id", "invoiceNumber", "voucherId"),
    "/reminder": ("dateFrom", "dateTo", "termOfPaymentFrom", "invoiceId", "id"),
    "/customer": ("id", "customerAccountNumber", "changedSince", "isInactive"),
    "/ledger/posting": ("dateFrom", "dateTo", "accountId", "accountNumberFrom", "type"),
    "/ledger/posting/openPost": ("date", "accountId", "customerId"),
    "/ledger/voucher": ("dateFrom", "dateTo", "number", "numberFrom", "typeId"),
    "/ledger/closeGroup": ("dateFrom", "dateTo", "id"),
    "/ledger/accountingPeriod": ("startFrom", "endTo", "id"),
}
STRANGE = ("-1", "²", "1,2", "9999-99-99", "nan", "æ", "1e400", "(((")


@pytest.mark.parametrize("path", READING)
async def test_strange_values_are_refused_or_ignored(api: TripletexApi, path: str) -> None:
    names = (*READING[path], "from", "count", "sorting", "fields")

    seen = {
        (
            await api.get(path, **{**dict.fromkeys(READING[path][:2], "2026-01-01"), name: value})
        ).status_code
        for name in names
        for value in STRANGE
    }

    assert seen <= {200, 400, 422, 429}


@pytest.mark.parametrize("amount", STRANGE)
async def test_a_strange_payment_books_nothing(api: TripletexApi, amount: str) -> None:
    invoice = api.invoice()

    await api.pay(invoice, amount)

    assert invoice.outstanding in (1_000_000, 1_000_100)


@pytest.mark.parametrize("value", STRANGE)
async def test_a_strange_id_is_no_crash(api: TripletexApi, value: str) -> None:
    answer = await api.get(f"/invoice/{value}")

    assert answer.status_code in (404, 422)
