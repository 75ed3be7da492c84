"""What happens when the same thing is sent again, at once, or in another version."""

from __future__ import annotations

import asyncio

import pytest

from services.sandbox.ecpay.faults import Misbehaviour
from tests.harness.ecpay_sandbox import EcpayApi, claim, credit, debtor, payment

CLAIM = "/claims/clm_00000001"


async def test_the_same_key_and_body_replays_the_answer_as_200(ecpay_api: EcpayApi) -> None:
    first = await ecpay_api.create("/claims", claim(), key="same")

    second = await ecpay_api.create("/claims", claim(), key="same")

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Location" not in second.headers
    assert first.content == second.content


async def test_members_in_another_order_are_the_same_body(ecpay_api: EcpayApi) -> None:
    turned = dict(reversed(claim().items()))
    await ecpay_api.create("/claims", claim(), key="same")

    again = await ecpay_api.create("/claims", turned, key="same")

    assert again.headers["Idempotency-Replayed"] == "true"


async def test_the_same_content_under_another_key_is_no_second_claim(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()
    ecpay_api.pass_to("2026-08-20")

    again = await ecpay_api.hand_over()

    assert (again.status_code, again.json()["stage"]) == (200, "NOTICE_SENT")
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_a_refusal_stays_stored_under_its_key(ecpay_api: EcpayApi) -> None:
    body = claim(dueDate="2026-08-04")
    first = await ecpay_api.create("/claims", body, key="early")
    ecpay_api.pass_to("2026-08-19")

    same_key = await ecpay_api.create("/claims", body, key="early")
    new_key = await ecpay_api.create("/claims", body)

    assert (first.status_code, same_key.status_code, new_key.status_code) == (422, 422, 201)


async def test_an_unstored_failure_may_be_repeated_under_its_key(ecpay_api: EcpayApi) -> None:
    ecpay_api.world.misbehave(Misbehaviour("503"))
    first = await ecpay_api.create("/claims", claim(), key="same")

    second = await ecpay_api.create("/claims", claim(), key="same")

    assert (first.status_code, second.status_code) == (503, 201)


async def test_a_repetition_while_the_first_call_runs_is_told_to_wait(
    ecpay_api: EcpayApi,
) -> None:
    ecpay_api.world.misbehave(Misbehaviour("delay", delay_seconds=0.3))

    answers = await asyncio.gather(
        ecpay_api.create("/claims", claim(), key="same"),
        ecpay_api.create("/claims", claim(), key="same"),
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer for answer in answers if answer.is_client_error)
    assert (refused.json()["code"], refused.headers["Retry-After"]) == ("IN_PROGRESS", "1")


async def test_a_batch_answers_item_by_item_in_order(ecpay_api: EcpayApi) -> None:
    example = ecpay_api.contract.example("ClaimBatchRequest")
    await ecpay_api.hand_over("tt:4711:inv:900100", invoiceNumber="10020")

    answer = await ecpay_api.create("/claims/batch", example)

    statuses = [result["status"] for result in answer.json()["results"]]
    assert statuses == [201, 422, 409, 200]
    assert answer.json()["summary"] == ecpay_api.contract.example("ClaimBatchMixed")["summary"]


async def test_a_batch_is_replayed_whole(ecpay_api: EcpayApi) -> None:
    first = await ecpay_api.create("/claims/batch", {"items": [claim()]}, key="same")

    second = await ecpay_api.create("/claims/batch", {"items": [claim()]}, key="same")

    assert second.content == first.content
    assert second.headers["Idempotency-Replayed"] == "true"


async def test_an_item_that_is_no_object_stops_no_other(ecpay_api: EcpayApi) -> None:
    ecpay_api.http.event_hooks["response"].clear()  # what is sent breaks the contract

    answer = await ecpay_api.create("/claims/batch", {"items": [7, claim()]})

    first, second = answer.json()["results"]
    assert (first["status"], first["claimReference"]) == (422, None)
    assert second["status"] == 201


@pytest.mark.parametrize("body", [{}, {"items": []}, {"items": 7}, {"items": [{}], "x": 1}])
async def test_faults_of_the_envelope_refuse_the_batch(
    ecpay_api: EcpayApi, body: dict[str, object]
) -> None:
    answer = await ecpay_api.create("/payments/batch", body)

    assert answer.json()["code"] == "VALIDATION_FAILED"


async def test_the_same_payment_again_is_no_second_one(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()
    ecpay_api.pass_to("2026-09-10")
    first = await ecpay_api.pay("4000.00")

    again = await ecpay_api.pay("4000.00")

    assert (again.status_code, again.json()) == (200, first.json())
    assert ecpay_api.creditor.claims["clm_00000001"].principal.remaining == 6000


async def test_the_same_credit_again_is_no_second_one(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()
    first = await ecpay_api.create("/credits", credit())

    again = await ecpay_api.create("/credits", credit())

    assert (first.status_code, again.status_code) == (201, 200)


async def test_a_scope_other_than_full_is_a_partial_credit(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()

    answer = await ecpay_api.create("/credits", credit(scope="PARTIAL"))

    assert answer.json()["code"] == "PARTIAL_CREDIT_NOT_SUPPORTED"


async def test_an_action_in_the_present_version_is_taken(ecpay_api: EcpayApi) -> None:
    etag = (await ecpay_api.hand_over()).headers["ETag"]
    body = {"type": "PAUSE", "until": "2026-09-30"}
    place = f"{CLAIM}/actions"

    taken = await ecpay_api.send("POST", place, json=body, key="a", headers={"If-Match": etag})
    stale = await ecpay_api.send(
        "POST", place, json={"type": "RESUME"}, key="b", headers={"If-Match": etag}
    )

    assert (taken.status_code, taken.headers["ETag"]) == (202, '"2"')
    assert stale.json()["code"] == "VERSION_MISMATCH"


async def test_a_customer_number_may_not_change(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()

    answer = await ecpay_api.put(f"{CLAIM}/debtor", debtor(customerNumber="1"))

    assert answer.json()["errors"][0]["field"] == "/customerNumber"


async def test_an_acknowledgement_may_be_repeated_and_follows_a_rejection(
    ecpay_api: EcpayApi,
) -> None:
    await ecpay_api.hand_over()
    place = await ecpay_api.settle_one() + "/acknowledgement"
    booked = {
        "status": "BOOKED",
        "externalVoucherReference": "ECPAY-1",
        "bookedAt": "2026-08-18T05:12:44.000Z",
    }

    rejected = await ecpay_api.send(
        "POST", place, json={"status": "REJECTED", "reason": "INVARIANT_I4"}
    )
    first = await ecpay_api.send("POST", place, json=booked)
    again = await ecpay_api.send("POST", place, json=booked)

    assert rejected.json()["reason"] == "INVARIANT_I4"
    assert first.json() == again.json()
    assert first.json()["status"] == "BOOKED"


async def test_an_acknowledgement_carries_only_the_fields_of_its_status(
    ecpay_api: EcpayApi,
) -> None:
    await ecpay_api.hand_over()
    place = await ecpay_api.settle_one() + "/acknowledgement"

    answer = await ecpay_api.send("POST", place, json={"status": "BOOKED", "reason": "x"})

    faults = {fault["field"]: fault["code"] for fault in answer.json()["errors"]}
    assert faults == {
        "/externalVoucherReference": "REQUIRED",
        "/bookedAt": "REQUIRED",
        "/reason": "UNKNOWN_FIELD",
    }


async def test_payments_in_a_batch_see_those_before_them(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()
    ecpay_api.pass_to("2026-09-10")
    items = [
        payment(amount="6000.00", paymentReference="tt:1"),
        payment(amount="6000.00", paymentReference="tt:2"),
    ]

    answer = await ecpay_api.create("/payments/batch", {"items": items})

    paid = [result["payment"] for result in answer.json()["results"]]
    assert [one["remainingPrincipal"] for one in paid] == ["4000.00", "0.00"]
    assert paid[1]["unapplied"] == "2000.00"
