"""Reading calls: every filter narrows, every single object is found or is 404."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.sandbox.tripletex.orders import CustomerOrder
from tests.harness.tripletex_sandbox import TripletexApi

Ident = Callable[[TripletexApi], int]


def _close_group(api: TripletexApi) -> int:
    invoice = api.invoice()
    api.world.pay(api.company.id, invoice.id, Decimal(10000))
    return next(iter(api.company.close_groups))


SINGLE: dict[str, Ident] = {
    "/company": lambda api: api.company.id,
    "/customer": lambda api: api.customer.id,
    "/invoice/paymentType": lambda api: api.payment_type_id(),
    "/ledger/account": lambda api: api.account_id(1500),
    "/ledger/vatType": lambda _: 1,
    "/ledger/voucherType": lambda api: api.company.voucher_types["Betaling"].id,
    "/ledger/accountingPeriod": lambda api: next(iter(api.company.periods)),
    "/ledger/posting": lambda api: api.invoice().postings[0].id,
    "/ledger/voucher": lambda api: api.invoice().postings[0].voucher.id,
    "/ledger/closeGroup": _close_group,
    "/reminder": lambda api: api.world.remind(api.company.id, api.invoice().id).id,
    "/invoice": lambda api: api.invoice().id,
}


@pytest.mark.parametrize("path", SINGLE)
async def test_one_object_is_found_by_id(api: TripletexApi, path: str) -> None:
    ident = SINGLE[path](api)

    answer = await api.get(f"{path}/{ident}", fields="id")

    assert answer.json() == {"value": {"id": ident}}


@pytest.mark.parametrize("path", [*SINGLE, "/invoiceRemark", "/voucherStatus"])
async def test_an_unknown_id_is_not_found(api: TripletexApi, path: str) -> None:
    answer = await api.get(f"{path}/999")

    assert (answer.status_code, answer.json()["code"]) == (404, 6000)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"organizationNumber": "999999999"}, ["Fjell AS"]),
        ({"email": "post@fjell.no"}, ["Fjell AS"]),
        ({"customerName": "fjell"}, ["Fjell AS"]),
        ({"customerAccountNumber": "10001,10002"}, ["Ola Nordmann", "Fjell AS"]),
        ({"changedSince": "2026-11-02T00:00:00"}, ["Ola Nordmann", "Fjell AS"]),
        ({"changedSince": "2026-11-03T00:00:00"}, []),
        ({"id": "1"}, []),
    ],
)
async def test_customers_are_filtered(
    api: TripletexApi, query: dict[str, str], names: list[str]
) -> None:
    order = CustomerOrder("Fjell AS", organization_number="999999999", email="post@fjell.no")
    api.world.add_customer(api.company.id, order)

    found = await api.values("/customer", fields="name", **query)

    assert [customer["name"] for customer in found] == names


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"number": "1500,1920"}, [1500, 1920]),
        ({"ledgerType": "CUSTOMER"}, [1500]),
        ({"isBankAccount": "true"}, [1920, 1950]),
        ({"isInactive": "true", "ledgerType": "GENERAL", "number": "1920,1940"}, [1940]),
        ({"isBalanceAccount": "false", "number": "1500,3000"}, [3000]),
        ({"id": "1"}, []),
    ],
)
async def test_accounts_are_filtered(
    api: TripletexApi, query: dict[str, str], numbers: list[int]
) -> None:
    found = await api.values("/ledger/account", fields="number", **query)

    assert [account["number"] for account in found] == numbers


@pytest.mark.parametrize(
    ("path", "query", "count"),
    [
        ("/ledger/vatType", {}, 56),
        ("/ledger/vatType", {"typeOfVat": "INCOMING"}, 5),
        ("/ledger/vatType", {"number": "1,3"}, 2),
        ("/ledger/voucherType", {"name": "betaling"}, 2),
        ("/invoice/paymentType", {"description": "bank"}, 1),
        ("/currency", {"code": "NOK"}, 1),
        ("/country", {"code": "NO"}, 1),
        ("/ledger/accountingPeriod", {}, 96),
        ("/ledger/accountingPeriod", {"endFrom": "2026-01-01", "endTo": "2027-01-01"}, 12),
    ],
)
async def test_reference_data_is_filtered(
    api: TripletexApi, path: str, query: dict[str, str], count: int
) -> None:
    assert len(await api.values(path, **query)) == count


async def test_a_company_outside_vat_may_use_no_vat_type(api: TripletexApi) -> None:
    company = api.world.add_company("Lag", vat_registered=False)
    await api.log_in(company.id)

    settings = (await api.get("/ledger/vatSettings")).json()["value"]
    types = await api.values("/ledger/vatType", typeOfVat="INCOMING", fields="id")

    assert settings["vatRegistrationStatus"] == "VAT_NOT_REGISTERED"
    assert types == [{"id": 0}]


async def test_posting_rules_name_the_receivables(api: TripletexApi) -> None:
    answer = await api.get("/ledger/postingRules", fields="accountReceivableCustomersId(number)")

    assert answer.json()["value"] == {"accountReceivableCustomersId": {"number": 1500}}


async def test_postings_by_date_are_all_postings(api: TripletexApi) -> None:
    api.invoice()

    found = await api.values(
        "/ledger/postingByDate", dateFrom="2026-08-03", dateTo="2026-08-04", fields="row,amount"
    )

    assert found == [
        {"amount": 10000.0, "row": 1},
        {"amount": -8000.0, "row": 2},
        {"amount": -2000.0, "row": 0},
    ]


async def test_postings_are_filtered_by_customer(api: TripletexApi) -> None:
    invoice = api.invoice()
    window = {"dateFrom": "2026-08-03", "dateTo": "2026-08-04", "fields": "id"}

    mine = await api.values("/ledger/posting", customerId=api.customer.id, **window)
    others = await api.values("/ledger/posting", customerId=1, **window)

    assert (mine, others) == ([{"id": invoice.postings[0].id}], [])


async def test_invoices_of_a_customer_are_found(api: TripletexApi) -> None:
    invoice = api.invoice()
    window: dict[str, Any] = {"invoiceDateFrom": "2026-01-01", "invoiceDateTo": "2027-01-01"}

    found = await api.values("/invoice", customerId=api.customer.id, fields="id", **window)

    assert found == [{"id": invoice.id}]


async def test_vouchers_are_found_by_id_and_number(api: TripletexApi) -> None:
    api.world.payout(api.company.id, Decimal(1), on=date(2026, 9, 1))
    voucher = api.world.payout(api.company.id, Decimal(1), on=date(2026, 9, 2))
    window = {"dateFrom": "2026-01-01", "dateTo": "2027-01-01", "fields": "number"}
    filters = ({"id": voucher.id}, {"number": "2"}, {"numberFrom": 2, "numberTo": 3})

    found = [await api.values("/ledger/voucher", **window, **one) for one in filters]

    assert found == [[{"number": 2}]] * 3


async def test_an_attachment_is_read_and_removed(api: TripletexApi) -> None:
    voucher = api.world.payout(api.company.id, Decimal(1))
    path = f"/ledger/voucher/{voucher.id}"
    await api.send("POST", f"{path}/attachment", files={"file": ("s.pdf", b"%PDF-1.4 side")})

    read = await api.get(f"{path}/pdf")
    gone = [(await api.send("DELETE", f"{path}/attachment")).status_code for _ in range(2)]

    assert read.content == b"%PDF-1.4 side"
    assert gone == [204, 404]
