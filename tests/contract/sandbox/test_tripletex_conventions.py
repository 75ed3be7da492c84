"""Checklist 2 to 5: envelopes, paging, fields, parameters, errors."""

from __future__ import annotations

from typing import Any

import pytest

from services.sandbox.tripletex.call import NOT_ASKED
from services.sandbox.tripletex.entities import Account
from tests.harness.tripletex_sandbox import TripletexApi, complaints

WINDOW = {"invoiceDateFrom": "2026-01-01", "invoiceDateTo": "2026-12-31"}


async def test_the_digest_is_a_literal_unless_asked_for(api: TripletexApi) -> None:
    answer = await api.get("/invoice/paymentType")

    assert answer.json()["versionDigest"] == NOT_ASKED


async def test_an_unchanged_list_answers_304(api: TripletexApi) -> None:
    headers = {"If-None-Match": "0"}
    first = await api.send("GET", "/invoice", params=WINDOW, headers=headers)
    headers = {"If-None-Match": first.json()["versionDigest"]}

    second = await api.send("GET", "/invoice", params=WINDOW, headers=headers)

    assert (second.status_code, second.content) == (304, b"")


async def test_a_changed_list_answers_with_a_new_digest(api: TripletexApi) -> None:
    first = await api.send("GET", "/invoice", params=WINDOW, headers={"If-None-Match": "0"})
    api.invoice()
    headers = {"If-None-Match": first.json()["versionDigest"]}

    second = await api.send("GET", "/invoice", params=WINDOW, headers=headers)

    assert second.status_code == 200
    assert second.json()["versionDigest"] != first.json()["versionDigest"]


async def test_the_full_result_size_only_tells_that_there_is_more(api: TripletexApi) -> None:
    answer = await api.get("/ledger/account", **{"from": 5, "count": 10})

    assert answer.json()["fullResultSize"] == 16
    assert (answer.json()["from"], answer.json()["count"]) == (5, 10)


async def test_the_full_result_size_is_exact_on_the_last_page(api: TripletexApi) -> None:
    answer = await api.get("/invoice/paymentType", count=3)

    assert answer.json()["fullResultSize"] == 3


async def test_more_than_ten_thousand_hits_are_refused(api: TripletexApi) -> None:
    body = {"count": 10_001, "first_date": "2026-01-01", "days": 100}
    await api.admin("POST", f"/companies/{api.company.id}/invoices", body)

    answer = await api.get("/invoice", count=1, **WINDOW)

    assert (answer.status_code, answer.json()["code"]) == (422, 23000)


async def test_references_come_as_id_and_url_without_scheme(api: TripletexApi) -> None:
    invoice = api.invoice()

    answer = await api.get(f"/invoice/{invoice.id}")

    assert answer.json()["value"]["customer"] == {
        "id": api.customer.id,
        "url": f"tripletex.no/v2/customer/{api.customer.id}",
    }


async def test_fields_nest(api: TripletexApi) -> None:
    invoice = api.invoice()

    answer = await api.get(
        f"/invoice/{invoice.id}",
        fields="id,customer(name,postalAddress(city,country(isoAlpha2Code)))",
    )

    address = {"city": "Oslo", "country": {"isoAlpha2Code": "NO"}}
    assert answer.json()["value"] == {
        "id": invoice.id,
        "customer": {"name": "Ola Nordmann", "postalAddress": address},
    }


async def test_a_star_keeps_references_and_may_be_combined(api: TripletexApi) -> None:
    invoice = api.invoice()

    answer = await api.get(f"/invoice/{invoice.id}", fields="*,customer(name)")

    value = answer.json()["value"]
    assert value["customer"] == {"name": "Ola Nordmann"}
    assert set(value["voucher"]) == {"id", "url"}


async def test_changes_come_only_on_request(api: TripletexApi) -> None:
    invoice = api.invoice()

    star = await api.get(f"/invoice/{invoice.id}", fields="*")
    asked = await api.get(f"/invoice/{invoice.id}", fields="*,changes")

    assert "changes" not in star.json()["value"]
    assert "changes" in asked.json()["value"]


async def test_an_unknown_field_is_refused(api: TripletexApi) -> None:
    answer = await api.get("/invoice", fields="id,isPaid", **WINDOW)

    assert (answer.status_code, answer.json()["code"]) == (400, 11000)
    assert answer.json()["message"] == (
        "Illegal field in fields filter: isPaid. isPaid does not match a field in the model: "
        "InvoiceDTO"
    )


async def test_an_unknown_parameter_is_ignored(api: TripletexApi) -> None:
    api.invoice()

    found = await api.values("/invoice", isPaid="true", status="CLOSED", **WINDOW)

    assert len(found) == 1


async def test_required_parameters_are_named(api: TripletexApi) -> None:
    answer = await api.get("/invoice", invoiceNumber=1)

    assert (answer.status_code, answer.json()["code"]) == (422, 15000)
    assert complaints(answer) == [
        ("invoiceDateFrom", "Kan ikke være null."),
        ("invoiceDateTo", "Kan ikke være null."),
    ]


async def test_a_list_of_ids_must_be_one(api: TripletexApi) -> None:
    answer = await api.get("/ledger/account", number="120*")

    assert (answer.status_code, answer.json()["code"]) == (422, 12000)
    assert answer.json()["message"].startswith("'120*': Listen med ID-er")


async def test_an_unknown_sorting_is_refused(api: TripletexApi) -> None:
    answer = await api.get("/invoice", sorting="paidDate", **WINDOW)

    assert (answer.status_code, answer.json()["code"]) == (422, 17000)


async def test_sorting_may_descend(api: TripletexApi) -> None:
    found = await api.values("/ledger/account", sorting="-number", fields="number", count=2)

    assert [account["number"] for account in found] == [8170, 8160]


async def test_the_end_of_a_window_is_outside_it(api: TripletexApi) -> None:
    api.invoice()
    window = {"invoiceDateFrom": "2026-01-01", "invoiceDateTo": "2026-08-03"}

    assert await api.values("/invoice", **window) == []


async def test_an_empty_window_is_refused(api: TripletexApi) -> None:
    answer = await api.get("/ledger/voucher", dateFrom="2026-01-01", dateTo="2026-01-01")

    moment = "Thu Jan 01 00:00:00 CET 2026"
    message = (
        f"'From and including' value ({moment}) is greater than or equal 'To and excluding' "
        f"value ({moment}) in filter."
    )
    assert answer.json()["code"] == 18000
    assert complaints(answer) == [(None, message)]


async def test_an_unknown_path_is_404(api: TripletexApi) -> None:
    answer = await api.get("/invoices")

    assert (answer.status_code, answer.json()["code"]) == (404, 21000)


async def test_a_wrong_method_is_400(api: TripletexApi) -> None:
    answer = await api.send("DELETE", "/invoice")

    assert (answer.status_code, answer.json()["code"]) == (400, 4000)
    assert answer.json()["message"] == "HTTP 405 Method Not Allowed"


async def test_an_object_of_another_company_is_not_found(api: TripletexApi) -> None:
    other = api.world.add_company("Annen AS")
    account: Account = other.account(1920)

    answer = await api.get(f"/ledger/account/{account.id}")

    assert (answer.status_code, answer.json()["code"]) == (404, 6000)


async def test_a_body_that_is_not_json_is_refused(api: TripletexApi) -> None:
    answer = await api.send("POST", "/ledger/voucher", content=b"{")

    assert answer.json()["code"] == 22000


async def test_ids_are_above_31_bits(api: TripletexApi) -> None:
    invoice = api.invoice()

    assert invoice.id > 2**31


@pytest.mark.parametrize(
    "path",
    [
        "/ledger/vatType",
        "/ledger/voucherType",
        "/ledger/accountingPeriod",
        "/currency",
        "/country",
        "/customer",
        "/voucherStatus",
        "/event/subscription",
    ],
)
async def test_lists_have_the_envelope(api: TripletexApi, path: str) -> None:
    answer: dict[str, Any] = (await api.get(path)).json()

    assert list(answer) == ["fullResultSize", "from", "count", "versionDigest", "values"]
    assert answer["count"] == len(answer["values"])


async def test_only_reading_calls_know_fields(api: TripletexApi) -> None:
    invoice = api.invoice()

    answer = await api.put(
        f"/invoice/{invoice.id}/:payment",
        paymentDate="2026-10-01",
        paymentTypeId=api.payment_type_id(),
        paidAmount="1",
        fields="nonsense",
    )

    assert answer.json()["value"]["amountOutstanding"] == 9999.0
