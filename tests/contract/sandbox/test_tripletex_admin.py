"""The admin side: what a person, a test or the demo can make happen."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.harness.tripletex_sandbox import TripletexApi


async def test_a_company_is_founded_with_its_token(api: TripletexApi) -> None:
    given = {"name": "Ny AS", "clearing": False, "vat_registered": False}

    made = (await api.admin("POST", "/companies", given)).json()

    assert made["employee_token"] == f"employee-{made['id']}"
    assert sorted(made["payment_types"]) == ["Betalt til bank", "Kontant"]


async def test_a_clearing_payment_type_is_made_later(api: TripletexApi) -> None:
    company = api.world.add_company("Ny AS", clearing=False)

    await api.admin("POST", f"/companies/{company.id}/clearing")

    listed = (await api.admin("GET", "/companies")).json()["companies"]
    assert listed[-1]["payment_types"]["Oppgjør inkasso"]["account"] == 1579


async def test_an_office_is_founded_for_its_clients(api: TripletexApi) -> None:
    given = {"name": "Regnskap AS", "clients": [api.company.id]}

    made = (await api.admin("POST", "/offices", given)).json()

    assert api.world.employee_token(made["id"]).clients == {api.company.id}


async def test_days_pass_for_both_stand_ins(api: TripletexApi) -> None:
    answer = await api.admin("POST", "/day", {"date": "2026-11-05"})

    async with httpx.AsyncClient(base_url=api.sandbox.ecpay_url) as ecpay:
        health = await ecpay.get("/collection/v1/health")
    assert answer.json() == {"today": "2026-11-05"}
    assert health.json()["today"] == "2026-11-05"


async def test_customers_are_added_and_edited(api: TripletexApi) -> None:
    path = f"/companies/{api.company.id}/customers"
    made = (await api.admin("POST", path, {"name": "Kari", "email": "kari@example.no"})).json()

    await api.admin("POST", f"{path}/{made['id']}", {"name": "Kari Nordmann"})

    read = (await api.get(f"/customer/{made['id']}")).json()["value"]
    assert (read["name"], read["email"], read["version"]) == ("Kari Nordmann", "", 2)


async def test_an_inactive_customer_is_hidden(api: TripletexApi) -> None:
    path = f"/companies/{api.company.id}/customers"
    await api.admin("POST", path, {"name": "Borte AS", "is_inactive": True})

    shown = await api.values("/customer", fields="name")
    hidden = await api.values("/customer", isInactive="true", fields="name")

    assert (shown, hidden) == ([{"name": "Ola Nordmann"}], [{"name": "Borte AS"}])


async def test_invoices_are_listed_one_by_one(api: TripletexApi) -> None:
    order = {
        "customer_id": api.customer.id,
        "amount": "1250.50",
        "invoice_date": "2026-08-01",
        "due_date": "2026-08-15",
    }

    answer = await api.admin(
        "POST", f"/companies/{api.company.id}/invoices", {"invoices": [order]}
    )

    invoice = api.company.invoices[answer.json()["ids"][0]]
    assert (invoice.amount, str(invoice.due_date)) == (125_050, "2026-08-15")


async def test_invoices_are_made_by_a_pattern(api: TripletexApi) -> None:
    body = {
        "count": 200,
        "customers": 3,
        "days": 100,
        "first_date": "2026-01-01",
        "paid_percent": 40,
    }

    answer = await api.admin("POST", f"/companies/{api.company.id}/invoices", body)

    posts = await api.values("/ledger/posting/openPost", date="2026-11-03", fields="id")
    assert answer.json()["count"] == 200
    assert len(posts) == 120
    assert len(api.company.customers) == 4


async def _invoice_call(api: TripletexApi, name: str, **body: Any) -> dict[str, Any]:
    answer = await api.admin("POST", f"/companies/{api.company.id}/{name}", body)
    return dict(answer.json())


async def test_a_debtor_pays_and_gets_some_back(api: TripletexApi) -> None:
    invoice = api.invoice()

    paid = await _invoice_call(api, "payments", invoice=invoice.id, amount="10500")
    back = await _invoice_call(api, "refunds", invoice=invoice.id, amount="500")

    assert (paid["outstanding"], back["outstanding"]) == ("-500.00", "0.00")


async def test_a_payment_is_reversed(api: TripletexApi) -> None:
    invoice = api.invoice()
    paid = await _invoice_call(api, "payments", invoice=invoice.id, amount="10000")

    await _invoice_call(api, "reversals", voucher=paid["voucher"])

    assert invoice.outstanding == 1_000_000


async def test_credits_are_whole_or_partial(api: TripletexApi) -> None:
    first, second = api.invoice(), api.invoice()

    await _invoice_call(api, "credits", invoice=first.id)
    await _invoice_call(api, "credits", invoice=second.id, amount="100")

    assert (first.is_credited, second.is_credited) == (True, False)
    assert (first.outstanding, second.outstanding) == (0, 1_000_000)


async def test_an_invoice_is_reminded_remarked_and_written_off(api: TripletexApi) -> None:
    invoice = api.invoice()

    await _invoice_call(api, "reminders", invoice=invoice.id, charge="38")
    await _invoice_call(api, "remarks", invoice=invoice.id, until="2027-01-01")
    await _invoice_call(api, "write-offs", invoice=invoice.id)

    assert invoice.remark is not None
    remark = (await api.get(f"/invoiceRemark/{invoice.remark.id}")).json()["value"]
    assert remark["postponeRemindersTo"] == "2027-01-01"
    assert (len(invoice.reminders), invoice.outstanding) == (1, 0)


async def test_a_payout_arrives(api: TripletexApi) -> None:
    await _invoice_call(api, "payouts", amount="9981.46")

    assert api.company.account(1920).balance == 998_146


@pytest.mark.parametrize(
    ("name", "switch", "status"), [("module", "on", 403), ("token", "revoked", 401)]
)
async def test_access_is_taken_and_given_back(
    api: TripletexApi, name: str, switch: str, status: int
) -> None:
    seen = []

    for is_taken in (True, False):
        body = {switch: is_taken if switch == "revoked" else not is_taken}
        await api.admin("POST", f"/companies/{api.company.id}/{name}", body)
        seen.append((await api.get("/invoice/paymentType")).status_code)

    assert seen == [status, 200]


async def test_periods_are_closed_and_opened(api: TripletexApi) -> None:
    invoice = api.invoice()
    seen = []

    for body in ({"closed_until": "2026-11-01"}, {}):
        await api.admin("POST", f"/companies/{api.company.id}/periods", body)
        seen.append((await api.pay(invoice, "1")).status_code)

    assert seen == [422, 200]


async def test_locks_are_set(api: TripletexApi) -> None:
    body = {"vat_before": "2026-09-01", "reconciled_before": "2026-10-01"}

    await api.admin("POST", f"/companies/{api.company.id}/locks", body)

    assert str(api.company.vat_locked_before) == "2026-09-01"
    assert str(api.company.reconciled_before) == "2026-10-01"


async def test_calls_are_counted_by_path(api: TripletexApi) -> None:
    invoice = api.invoice()
    for _ in range(2):
        await api.get(f"/invoice/{invoice.id}")

    counted = (await api.admin("DELETE", f"/counters/{api.company.id}")).json()
    after = (await api.admin("GET", f"/counters/{api.company.id}")).json()

    assert counted["calls"] == {"GET /invoice/{id}": 2}
    assert after["total"] == 0


async def test_the_books_show_balances_and_vouchers(api: TripletexApi) -> None:
    invoice = api.invoice("1250")
    await api.pay(invoice, "250")

    books = (await api.admin("GET", f"/books/{api.company.id}")).json()

    assert books["balances"]["1500"] == "1000.00"
    assert books["outstanding"] == "1000.00"
    assert [voucher["type"] for voucher in books["vouchers"]] == ["Betaling"]
    assert books["open_invoices"][0]["id"] == invoice.id


async def test_the_audit_is_empty_when_all_is_well(api: TripletexApi) -> None:
    api.invoice()

    assert (await api.admin("GET", "/audit")).json() == {"problems": []}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/companies/1/payments", {"invoice": 1, "amount": "1"}),
        ("/companies/1/invoices", {"count": 0}),
        ("/day", {"date": "tomorrow"}),
        ("/day", ["2026-11-03"]),
        ("/faults", {"kind": "drop", "colour": "red"}),
    ],
)
async def test_what_cannot_be_done_is_refused(api: TripletexApi, path: str, body: Any) -> None:
    answer = await api.admin("POST", path, body)

    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_statuses_are_appended_by_collectors_only(api: TripletexApi) -> None:
    voucher = api.invoice().voucher
    assert voucher is not None
    body = {"voucher": {"id": voucher.id}, "status": "PROCESSING"}
    refused = await api.send("POST", "/voucherStatus", json=body)
    await api.admin("POST", f"/companies/{api.company.id}/debt-collection", {"on": True})

    for status in ("PROCESSING", "DONE"):
        await api.send("POST", "/voucherStatus", json=body | {"status": status})

    log = await api.values("/voucherStatus", voucherIds=voucher.id, fields="status,type")
    assert refused.status_code == 403
    assert [entry["status"] for entry in log] == ["PROCESSING", "DONE"]


async def test_an_account_is_taken_out_of_the_chart(api: TripletexApi) -> None:
    path = f"/companies/{api.company.id}/accounts"

    first = await api.admin("POST", path, {"number": 6790, "removed": True})
    second = await api.admin("POST", path, {"number": 6790, "removed": True})

    assert (first.status_code, second.status_code) == (200, 400)
    assert await api.values("/ledger/account", number="6790") == []


async def test_an_account_with_postings_stays(api: TripletexApi) -> None:
    api.invoice()
    path = f"/companies/{api.company.id}/accounts"

    answer = await api.admin("POST", path, {"number": 1500, "removed": True})

    assert answer.json() == {"error": "account 1500 has postings"}


async def test_an_account_may_come_to_require_a_department(api: TripletexApi) -> None:
    body = {"number": 6790, "requires_department": True}

    await api.admin("POST", f"/companies/{api.company.id}/accounts", body)

    found = await api.values("/ledger/account", number="6790", fields="requiresDepartment")
    assert found == [{"requiresDepartment": True}]


@pytest.mark.parametrize(("percent", "still_open"), [(0, 1000), (99.5, 5), (100, 0)])
async def test_a_share_of_the_invoices_is_paid(
    api: TripletexApi, percent: float, still_open: int
) -> None:
    body = {"count": 1000, "days": 100, "first_date": "2026-01-01", "paid_percent": percent}

    await api.admin("POST", f"/companies/{api.company.id}/invoices", body)

    posts = await api.values("/ledger/posting/openPost", date="2026-11-03", fields="id")
    assert len(posts) == still_open
