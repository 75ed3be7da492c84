"""Every operation of the contract, once: the answer is held against it by the harness."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.harness.ecpay_sandbox import COLLECTION, REFERENCE, EcpayApi, claim, debtor, payment
from tests.harness.openapi import ecpay_contract

PDF = b"%PDF-1.4 invoice"
CLAIM = "/claims/clm_00000001"
HOOK = {"url": "https://broker.example/hooks/ecpay/4711"}

Exercise = Callable[[EcpayApi], Awaitable[httpx.Response]]


async def upload(api: EcpayApi, **changes: str) -> httpx.Response:
    form = {"kind": "INVOICE", "sha256": hashlib.sha256(PDF).hexdigest()} | changes
    files = {"file": ("faktura.pdf", PDF, "application/pdf")}
    return await api.send("POST", f"{CLAIM}/documents", key=api.key(), data=form, files=files)


async def _documents(api: EcpayApi) -> httpx.Response:
    await api.hand_over()
    return await upload(api)


async def _claims(api: EcpayApi) -> httpx.Response:
    await api.hand_over()
    return await api.get("/claims")


async def _batch(api: EcpayApi) -> httpx.Response:
    return await api.create("/claims/batch", {"items": [claim()]})


async def _claim(api: EcpayApi) -> httpx.Response:
    await api.hand_over()
    return await api.get(CLAIM)


async def _action(api: EcpayApi) -> httpx.Response:
    await api.hand_over()
    return await api.create(f"{CLAIM}/actions", {"type": "PAUSE", "until": "2026-09-30"})


async def _debtor(api: EcpayApi) -> httpx.Response:
    await api.hand_over()
    return await api.put(f"{CLAIM}/debtor", debtor(name="Kari Hansen"))


async def _message(api: EcpayApi) -> httpx.Response:
    await api.hand_over()
    return await api.create(f"{CLAIM}/messages", {"text": "Hei", "subject": "Sak"})


async def _messages(api: EcpayApi) -> httpx.Response:
    await _message(api)
    api.world.write_message(REFERENCE, "Takk")
    return await api.get(f"{CLAIM}/messages")


async def _payment(api: EcpayApi) -> httpx.Response:
    await api.hand_over()
    return await api.pay()


async def _payments(api: EcpayApi) -> httpx.Response:
    await api.hand_over()
    items = [payment(), payment(paymentReference="tt:1", claimReference="tt:4711:inv:1")]
    return await api.create("/payments/batch", {"items": items})


async def _reversal(api: EcpayApi) -> httpx.Response:
    await _payment(api)
    body = {"date": "2026-08-18", "reason": "BOUNCED"}
    return await api.create("/payments/tt:4711:posting:55001/reversal", body)


async def _credit(api: EcpayApi) -> httpx.Response:
    await api.hand_over()
    return await api.credit()


async def _events(api: EcpayApi) -> httpx.Response:
    await api.hand_over()
    api.pass_to("2026-10-20")
    await api.settle_one()
    return await api.get("/events")


async def _settlements(api: EcpayApi) -> httpx.Response:
    await api.hand_over()
    await api.settle_one()
    return await api.get("/settlements")


async def _settlement(api: EcpayApi, below: str = "") -> httpx.Response:
    await api.hand_over()
    return await api.get(await api.settle_one() + below)


async def _acknowledgement(api: EcpayApi) -> httpx.Response:
    await api.hand_over()
    body = {
        "status": "BOOKED",
        "externalVoucherReference": "ECPAY-1",
        "bookedAt": "2026-08-18T05:12:44.000Z",
    }
    place = await api.settle_one()
    return await api.send("POST", f"{place}/acknowledgement", json=body)


async def _hook(api: EcpayApi) -> httpx.Response:
    await api.put("/webhook", HOOK)
    return await api.get("/webhook")


async def _no_hook(api: EcpayApi) -> httpx.Response:
    await api.put("/webhook", HOOK)
    return await api.send("DELETE", "/webhook")


async def _test_call(api: EcpayApi) -> httpx.Response:
    await _unreachable_hook(api)
    return await api.send("POST", "/webhook/test")


async def _deliveries(api: EcpayApi) -> httpx.Response:
    await _unreachable_hook(api)
    await api.hand_over()
    await api.http.post("/admin/webhooks/deliver")
    return await api.get("/webhook/deliveries")


async def _redelivery(api: EcpayApi) -> httpx.Response:
    await _deliveries(api)
    return await api.send("POST", "/webhook/deliveries/dlv_00000001/replay")


async def _unreachable_hook(api: EcpayApi) -> None:
    api.world.webhooks.allow_any_address = True
    await api.put("/webhook", {"url": "https://127.0.0.1:9/hooks"})


EXERCISES: dict[str, Exercise] = {
    "createToken": lambda api: api.log_in(),
    "getHealth": lambda api: api.http.get(f"{COLLECTION}/health"),
    "getAgreement": lambda api: api.get("/agreement"),
    "listClaims": _claims,
    "createClaim": lambda api: api.hand_over(),
    "createClaimBatch": _batch,
    "getClaim": _claim,
    "createClaimAction": _action,
    "putClaimDebtor": _debtor,
    "createClaimDocument": _documents,
    "listClaimMessages": _messages,
    "createClaimMessage": _message,
    "createPayment": _payment,
    "createPaymentBatch": _payments,
    "createPaymentReversal": _reversal,
    "createCredit": _credit,
    "listEvents": _events,
    "listSettlements": _settlements,
    "getSettlement": _settlement,
    "listSettlementLines": lambda api: _settlement(api, "/lines"),
    "getSettlementStatement": lambda api: _settlement(api, "/statement"),
    "acknowledgeSettlement": _acknowledgement,
    "getWebhook": _hook,
    "putWebhook": lambda api: api.put("/webhook", HOOK),
    "deleteWebhook": _no_hook,
    "testWebhook": _test_call,
    "listDeliveries": _deliveries,
    "replayDelivery": _redelivery,
}


@pytest.mark.parametrize("operation_id", sorted(ecpay_contract().operation_ids()))
async def test_every_operation_is_served_as_the_contract_says(
    ecpay_api: EcpayApi, operation_id: str
) -> None:
    answer = await EXERCISES[operation_id](ecpay_api)

    request = answer.request
    served = ecpay_api.contract.operation(request.method, request.url.path)
    assert served is not None
    assert (served.operation_id, answer.is_success) == (operation_id, True)
