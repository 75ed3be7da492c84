"""The admin side does over HTTP what the world's methods do in process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.ecpay_sandbox import CLIENT_ID, REFERENCE, EcpayApi

CREDITOR = f"/admin/creditors/{CLIENT_ID}"


async def do(api: EcpayApi, path: str, **body: Any) -> Any:
    answer = await api.http.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_creditor_with_its_own_program_can_be_made(ecpay_api: EcpayApi) -> None:
    terms = {"clientId": "9000-ecpay", "minimumAmount": "100.00", "vatRegistered": False}

    made = await do(
        ecpay_api,
        "/admin/creditors",
        terms=terms,
        oauth={"clientId": "own", "clientSecret": "s"},
    )

    granted = await ecpay_api.log_in(client_id="own", client_secret="s")
    assert (made["minimumAmount"], made["vatRegistered"]) == ("100.00", False)
    assert granted.status_code == 200
    assert (await ecpay_api.get("/agreement")).status_code == 403


async def test_terms_can_be_changed_and_are_told_of(ecpay_api: EcpayApi) -> None:
    answer = await ecpay_api.http.patch(CREDITOR, json={"onDirectPayment": "CLOSE"})
    changed = await ecpay_api.http.patch(CREDITOR, json={"closesOnDirectPayment": True})

    event = (await ecpay_api.get("/events")).json()["items"][0]
    assert answer.status_code == 400
    assert (changed.json()["onDirectPayment"], changed.json()["version"]) == ("CLOSE", 2)
    assert (event["type"], event["data"]) == ("agreement.changed", {"agreementVersion": 2})


async def test_days_pass_and_a_debtor_pays_and_is_settled(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()
    await do(ecpay_api, "/admin/day", to="2026-09-14")

    paid = await do(ecpay_api, "/admin/debtor/pays", claimReference=REFERENCE)
    settled = await do(ecpay_api, f"{CREDITOR}/settle")

    books = (await ecpay_api.http.get(f"/admin/books/{CLIENT_ID}")).json()
    assert (paid["amount"], settled["settlement"]["netPayout"]) == ("10778.96", "9981.46")
    assert books["claims"][0]["principal"]["remaining"] == "0.00"
    assert books["settlements"][0]["lines"][0]["paymentReference"] == paid["paymentReference"]


async def test_a_payment_bounces_and_a_settlement_is_corrected(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()
    paid = await do(ecpay_api, "/admin/debtor/pays", claimReference=REFERENCE, amount="4000.00")
    settled = (await do(ecpay_api, f"{CREDITOR}/settle"))["settlement"]["settlementId"]
    place = f"{CREDITOR}/settlements/{settled}/correct"

    right = await do(ecpay_api, place, amounts={paid["paymentReference"]: "3000.00"})
    await do(
        ecpay_api,
        "/admin/debtor/bounces",
        clientId=CLIENT_ID,
        paymentReference=paid["paymentReference"],
    )

    lines = (await ecpay_api.http.get("/admin/audit")).json()
    assert right["settlement"]["carriedForward"] == "-1000.00"
    assert lines == {"agrees": True}
    assert ecpay_api.creditor.claims["clm_00000001"].principal.remaining == 10000


@pytest.mark.parametrize(
    ("path", "body", "event"),
    [
        ("/admin/debtor/plan", {"firstDueDate": "2026-10-01"}, "claim.plan_agreed"),
        ("/admin/debtor/objects", {}, "claim.disputed"),
        ("/admin/claims/close", {"code": "REJECTED_INVALID"}, "claim.rejected"),
        ("/admin/claims/message", {"text": "Hei"}, "message.created"),
        ("/admin/claims/event", {"type": "claim.sang"}, "claim.sang"),
        ("/admin/claims/merge", {"into": REFERENCE}, "claim.merged"),
    ],
)
async def test_what_happens_to_a_case_is_told_of(
    ecpay_api: EcpayApi, path: str, body: dict[str, str], event: str
) -> None:
    await ecpay_api.hand_over()

    await do(ecpay_api, path, claimReference=REFERENCE, **body)

    events = (await ecpay_api.get("/events")).json()["items"]
    assert event in [one["type"] for one in events]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/admin/debtor/pays", {"claimReference": "tt:none"}),
        ("/admin/debtor/pays", {}),
        ("/admin/creditors", {"terms": {"clientId": CLIENT_ID}}),
        ("/admin/creditors", {"terms": {"clientId": "x", "minimumAmount": "much"}}),
        ("/admin/creditors", {"terms": {"clientId": "x", "active": "yes"}}),
        ("/admin/creditors", {"terms": {"clientId": "x", "coverageOrder": ["principal"]}}),
        ("/admin/creditors", {"terms": {"clientId": "with space"}}),
        ("/admin/creditors", {}),
        ("/admin/claims/charge", {"claimReference": REFERENCE, "type": "GIFT", "amount": "1"}),
        (f"{CREDITOR}/settlements/stl_9/repeat", {}),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_reason(
    ecpay_api: EcpayApi, path: str, body: dict[str, Any]
) -> None:
    answer = await ecpay_api.http.post(path, json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_a_rate_that_is_not_announced_fails_loudly_until_it_is(
    ecpay_api: EcpayApi,
) -> None:
    await ecpay_api.hand_over()
    await do(ecpay_api, "/admin/day", to="2027-01-02")
    before = await ecpay_api.get("/claims/clm_00000001")

    await do(ecpay_api, "/admin/rates", **{"from": "2027-01-01", "percent": "11.75"})

    after = await ecpay_api.get("/claims/clm_00000001")
    assert (before.json()["code"], after.status_code) == ("INTERNAL_ERROR", 200)


async def test_a_charge_and_a_refusal_can_be_asked_for(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()
    await do(
        ecpay_api,
        "/admin/claims/charge",
        claimReference=REFERENCE,
        type="AGENCY_CHARGE",
        amount="600.00",
    )
    await do(ecpay_api, f"{CREDITOR}/refusals", claimReference="tt:2", code="DEBTOR_PROTECTED")

    settled = await do(ecpay_api, f"{CREDITOR}/settle")
    refused = await ecpay_api.hand_over("tt:2")

    assert settled["settlement"]["carriedForward"] == "-750.00"
    assert refused.json()["code"] == "DEBTOR_PROTECTED"


async def test_calls_are_counted_by_operation(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()
    await ecpay_api.get("/events")

    counted = (await ecpay_api.http.get("/admin/calls")).json()

    assert counted == {"createClaim": 1, "listEvents": 1}


async def test_tokens_can_be_ended(ecpay_api: EcpayApi) -> None:
    await do(ecpay_api, "/admin/tokens/expire")

    assert (await ecpay_api.get("/agreement")).status_code == 401
