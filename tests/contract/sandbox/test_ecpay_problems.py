"""Every problem code of the contract, provoked over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from services.sandbox.ecpay.faults import Misbehaviour
from services.sandbox.ecpay.oauth import OAuthClient
from services.sandbox.ecpay.terms import Terms
from tests.harness.ecpay_sandbox import CLIENT_ID, COLLECTION, EcpayApi, claim, debtor, payment
from tests.harness.openapi import ecpay_contract

CLAIM = "/claims/clm_00000001"
PAYMENT = "/payments/tt:4711:posting:55001"
BACK = {"date": "2026-08-18", "reason": "BOUNCED"}
ADDRESS = debtor()["address"]

Provoke = Callable[[EcpayApi], Awaitable[httpx.Response]]


def handed_over(**changes: Any) -> Provoke:
    return lambda api: api.hand_over(**changes)


def of_debtor(**changes: Any) -> Provoke:
    return handed_over(debtor=debtor(**changes))


def under(**terms: Any) -> Provoke:
    async def provoke(api: EcpayApi) -> httpx.Response:
        api.world.change_terms(CLIENT_ID, **terms)
        return await api.hand_over()

    return provoke


def after_hand_over(then: Provoke) -> Provoke:
    async def provoke(api: EcpayApi) -> httpx.Response:
        await api.hand_over()
        return await then(api)

    return provoke


def after_two(first: Provoke, then: Provoke) -> Provoke:
    async def provoke(api: EcpayApi) -> httpx.Response:
        await api.hand_over()
        await first(api)
        return await then(api)

    return provoke


def misbehaving(kind: str) -> Provoke:
    async def provoke(api: EcpayApi) -> httpx.Response:
        api.world.misbehave(Misbehaviour(kind))
        return await api.hand_over()

    return provoke


def sent(method: str, path: str, **how: Any) -> Provoke:
    return lambda api: api.send(method, path, **how)


async def _unauthenticated(api: EcpayApi) -> httpx.Response:
    api.world.tokens.expire_all()
    return await api.get("/agreement")


async def _forbidden(api: EcpayApi) -> httpx.Response:
    api.world.make_creditor(Terms("other"), OAuthClient("else", "s", creditors=frozenset()))
    await api.log_in(client_id="else", client_secret="s")
    return await api.get("/agreement")


async def _scope(api: EcpayApi) -> httpx.Response:
    await api.log_in(scope="claims.read")
    return await api.hand_over()


async def _conflict(api: EcpayApi) -> httpx.Response:
    await api.create("/claims", claim(), key="same")
    return await api.create("/claims", claim(description="Noe annet"), key="same")


async def _not_ready(api: EcpayApi) -> httpx.Response:
    api.world.change_terms(CLIENT_ID, statement_after_days=1)
    return await api.get(await api.settle_one() + "/statement")


async def _acknowledged_twice(api: EcpayApi) -> httpx.Response:
    place = await api.settle_one() + "/acknowledgement"
    body = {"status": "BOOKED", "bookedAt": "2026-08-18T05:12:44.000Z"}
    await api.send("POST", place, json=body | {"externalVoucherReference": "ECPAY-1"})
    return await api.send("POST", place, json=body | {"externalVoucherReference": "ECPAY-2"})


async def _protected(api: EcpayApi) -> httpx.Response:
    api.world.protect(CLIENT_ID, "20077")
    return await api.hand_over()


async def _limited(api: EcpayApi) -> httpx.Response:
    api.world.limit.most = 0
    return await api.get("/agreement")


async def _document(
    api: EcpayApi, content: bytes = b"%PDF-1.4", media: str = "application/pdf", sha: str = ""
) -> httpx.Response:
    form = {"kind": "INVOICE", "sha256": sha or hashlib.sha256(content).hexdigest()}
    files = {"file": ("faktura.pdf", content, media)}
    return await api.send("POST", f"{CLAIM}/documents", key=api.key(), data=form, files=files)


async def _broken_form(api: EcpayApi) -> httpx.Response:
    headers = {"Content-Type": "multipart/form-data"}
    place = f"{CLAIM}/documents"
    return await api.send("POST", place, key=api.key(), content=b"x", headers=headers)


async def _no_delivery(api: EcpayApi) -> httpx.Response:
    await api.put("/webhook", {"url": "https://broker.example/hook"})
    return await api.send("POST", "/webhook/deliveries/dlv_00000009/replay")


def _large(api: EcpayApi) -> Awaitable[httpx.Response]:
    return api.hand_over(description="x" * (4 * 1024 * 1024))


def _raw(content: bytes, media: str = "application/json", key: str | None = "k") -> Provoke:
    headers = {"Content-Type": media}
    return sent("POST", "/claims", key=key, content=content, headers=headers)


def pays(**changes: Any) -> Provoke:
    return lambda api: api.pay(**changes)


def credits_(**changes: Any) -> Provoke:
    return lambda api: api.credit(**changes)


def reverses(**changes: Any) -> Provoke:
    return lambda api: api.create(f"{PAYMENT}/reversal", BACK | changes)


def acts(kind: str, **fields: Any) -> Provoke:
    return lambda api: api.create(f"{CLAIM}/actions", {"type": kind, **fields})


PROVOKED: dict[str, Provoke] = {
    "MALFORMED_JSON": _raw(b"{"),
    "MALFORMED_MULTIPART": after_hand_over(_broken_form),
    "INVALID_QUERY": sent("GET", "/events", params={"limit": "201"}),
    "INVALID_CURSOR": sent("GET", "/events", params={"cursor": "st.000000000001.0d3f7aa1"}),
    "IDEMPOTENCY_KEY_REQUIRED": _raw(b"{}", key=None),
    "IDEMPOTENCY_KEY_INVALID": _raw(b"{}", key="with space"),
    "UNAUTHENTICATED": _unauthenticated,
    "FORBIDDEN": _forbidden,
    "INSUFFICIENT_SCOPE": _scope,
    "CLAIM_NOT_FOUND": sent("GET", CLAIM),
    "NOT_FOUND": lambda api: api.http.get(f"{COLLECTION}/nowhere"),
    "PAYMENT_NOT_FOUND": reverses(),
    "SETTLEMENT_NOT_FOUND": sent("GET", "/settlements/stl_00000009"),
    "STATEMENT_NOT_READY": after_hand_over(_not_ready),
    "WEBHOOK_NOT_FOUND": sent("GET", "/webhook"),
    "DELIVERY_NOT_FOUND": _no_delivery,
    "METHOD_NOT_ALLOWED": sent("PATCH", "/claims"),
    "IN_PROGRESS": misbehaving("in-progress"),
    "DUPLICATE_CLAIM_REFERENCE": after_hand_over(handed_over(description="Noe annet")),
    "DUPLICATE_PAYMENT_REFERENCE": after_two(pays(), pays(amount="1.00")),
    "DUPLICATE_CREDIT_REFERENCE": after_two(credits_(), credits_(note="to")),
    "CLAIM_CLOSED": after_two(credits_(), pays()),
    "ALREADY_REVERSED": after_two(after_two(pays(), reverses()), reverses(reason="MISTAKE")),
    "ACTION_NOT_ALLOWED": after_hand_over(acts("RESUME")),
    "ACKNOWLEDGEMENT_CONFLICT": after_hand_over(_acknowledged_twice),
    "VERSION_MISMATCH": after_hand_over(
        lambda api: api.put(f"{CLAIM}/debtor", debtor(), **{"If-Match": '"9"'})
    ),
    "BATCH_TOO_LARGE": lambda api: api.create("/claims/batch", {"items": [{}] * 201}),
    "PAYLOAD_TOO_LARGE": _large,
    "DOCUMENT_TOO_LARGE": after_hand_over(
        lambda api: _document(api, b"%PDF-" + b"x" * (10 * 1024 * 1024))
    ),
    "UNSUPPORTED_MEDIA_TYPE": _raw(b"{}", media="text/plain"),
    "UNSUPPORTED_DOCUMENT_TYPE": after_hand_over(lambda api: _document(api, b"GIF89a")),
    "VALIDATION_FAILED": handed_over(dueDat="2026-08-03"),
    "IDEMPOTENCY_CONFLICT": _conflict,
    "AGREEMENT_INACTIVE": under(active=False),
    "AMOUNT_NOT_POSITIVE": handed_over(outstandingPrincipal="0.00"),
    "OUTSTANDING_EXCEEDS_ORIGINAL": handed_over(outstandingPrincipal="10000.01"),
    "PAYMENTS_BEFORE_INCONSISTENT": handed_over(
        paymentsBefore=[{"paymentReference": "tt:1", "date": "2026-08-01", "amount": "1.00"}]
    ),
    "BELOW_MINIMUM_AMOUNT": handed_over(outstandingPrincipal="49.99"),
    "CURRENCY_NOT_SUPPORTED": handed_over(currency="EUR"),
    "NOT_OVERDUE_ENOUGH": handed_over(dueDate="2026-08-04"),
    "TIME_BARRED": handed_over(invoiceDate="2023-08-01", dueDate="2023-08-17"),
    "DISPUTED": handed_over(dispute={"disputed": True}),
    "ENTRY_STAGE_NOT_SUPPORTED": under(entry_stages=("PAYMENT_DEMAND",)),
    "NOTICE_DEADLINE_NOT_PASSED": handed_over(entryStage="PAYMENT_DEMAND"),
    "COMPENSATION_NOT_ALLOWED": handed_over(
        standardCompensation={"claimed": True, "amount": "430.00"}
    ),
    "INVALID_KID": handed_over(kid="10042200770"),
    "INVALID_BANK_ACCOUNT": handed_over(creditorBankAccount="15034012350"),
    "MISSING_ADDRESS": of_debtor(address=ADDRESS | {"line1": " "}),
    "FOREIGN_DEBTOR_NOT_SUPPORTED": of_debtor(address=ADDRESS | {"country": "SE"}),
    "MISSING_ORGANISATION_NUMBER": of_debtor(type="COMPANY"),
    "INVALID_ORGANISATION_NUMBER": of_debtor(organisationNumber="01017012345"),
    "INVALID_NATIONAL_ID": of_debtor(nationalId="123"),
    "DEBTOR_PROTECTED": _protected,
    "UNKNOWN_CLAIM_REFERENCE": pays(),
    "PAYMENT_BEFORE_CLAIM": after_hand_over(pays(paymentDate="2026-07-19")),
    "DATE_IN_FUTURE": after_hand_over(pays(paymentDate="2026-08-19")),
    "CURRENCY_MISMATCH": after_hand_over(pays(currency="EUR")),
    "PARTIAL_CREDIT_NOT_SUPPORTED": after_hand_over(credits_(amount="9999.99")),
    "CREDIT_EXCEEDS_PRINCIPAL": after_hand_over(credits_(amount="10000.01")),
    "CHECKSUM_MISMATCH": after_hand_over(lambda api: _document(api, sha="0" * 64)),
    "WEBHOOK_URL_NOT_ALLOWED": lambda api: api.put("/webhook", {"url": "https://10.0.0.1/"}),
    "CLAIM_LOCKED": misbehaving("423"),
    "RATE_LIMITED": _limited,
    "INTERNAL_ERROR": misbehaving("500"),
    "UNAVAILABLE": misbehaving("503"),
}
CODES = {one["code"]: one["status"] for one in ecpay_contract().document["x-problem-codes"]}


@pytest.mark.parametrize("code", CODES)
async def test_every_problem_code_is_told_with_its_status(ecpay_api: EcpayApi, code: str) -> None:
    answer = await PROVOKED[code](ecpay_api)

    assert (answer.json()["code"], answer.status_code) == (code, CODES[code])
    assert answer.json()["requestId"] == answer.headers["ECPay-Request-Id"]


async def test_structural_faults_are_all_listed_before_any_rule_is_asked(
    ecpay_api: EcpayApi,
) -> None:
    answer = await ecpay_api.hand_over(
        dueDat="2026-08-03",
        kid=None,
        currency="EUR",
        debtor=debtor(address=ADDRESS | {"postalCode": "155"}),
    )

    faults = {(fault["field"], fault["code"]) for fault in answer.json()["errors"]}
    assert answer.json()["code"] == "VALIDATION_FAILED"
    assert faults == {
        ("/dueDat", "UNKNOWN_FIELD"),
        ("/kid", "WRONG_TYPE"),
        ("/debtor/address/postalCode", "WRONG_FORMAT"),
    }


async def test_broken_rules_are_all_listed_and_the_first_of_the_contract_leads(
    ecpay_api: EcpayApi,
) -> None:
    answer = await ecpay_api.hand_over(kid="12", dueDate="2026-08-10", currency="EUR")

    codes = [fault["code"] for fault in answer.json()["errors"]]
    assert answer.json()["code"] == "CURRENCY_NOT_SUPPORTED"
    assert codes == ["CURRENCY_NOT_SUPPORTED", "NOT_OVERDUE_ENOUGH", "INVALID_KID"]


async def test_a_method_that_is_not_offered_names_those_that_are(ecpay_api: EcpayApi) -> None:
    answer = await ecpay_api.send("PATCH", "/claims")

    assert answer.headers["Allow"] == "GET, POST"


async def test_a_payment_listed_at_hand_over_cannot_be_reported_again(
    ecpay_api: EcpayApi,
) -> None:
    before = {"paymentReference": "tt:9", "date": "2026-08-01", "amount": "1000.00"}
    await ecpay_api.hand_over(outstandingPrincipal="9000.00", paymentsBefore=[before])

    answer = await ecpay_api.create("/payments", payment(paymentReference="tt:9"))

    assert answer.json()["code"] == "DUPLICATE_PAYMENT_REFERENCE"
