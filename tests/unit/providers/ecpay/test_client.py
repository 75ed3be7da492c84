"""The client: what it sends is the contract's, what comes back becomes models or faults."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from shared.faults import Invalid, Outage, Transient
from shared.providers.ecpay.checksum import lines_checksum
from shared.providers.ecpay.client import operation_of
from shared.providers.ecpay.requests import (
    AcknowledgementCreate,
    ActionType,
    ClaimAction,
    ClaimCreate,
    CreditCreate,
    PaymentCreate,
    PaymentReversalCreate,
    ReversalReason,
)
from tests.harness.ecpay_contract import contract
from tests.harness.ecpay_fake import Answer, once
from tests.harness.ecpay_office import ROOT, EcpayOffice

BANK_ACCOUNT = "creditorBankAccount"


def claim(number: int = 1) -> ClaimCreate:
    example = {**contract().example("ClaimPerson"), "claimReference": f"tt:4711:inv:{number}"}
    return ClaimCreate.model_validate({k: v for k, v in example.items() if k != BANK_ACCOUNT})


def payment(number: int = 1) -> PaymentCreate:
    example = contract().example("PaymentRequest")
    references = {"paymentReference": f"p:{number}", "claimReference": "tt:4711:inv:1"}
    return PaymentCreate.model_validate({**example, **references})


def told(operation: str, path: str, status: str = "200") -> Any:
    method = contract().document["paths"][path][operation]
    content = method["responses"][status]["content"]["application/json"]
    (example, *_) = content["examples"].values()
    return deepcopy(contract().resolved(example)["value"])


async def test_the_agreement_is_read(ecpay_office: EcpayOffice) -> None:
    agreement = await ecpay_office.creditor.agreement()

    assert agreement.minimum_days_overdue == 15
    assert "PAYMENT_DEMAND" in agreement.capabilities.entry_stages


async def test_a_batch_returns_one_result_per_item_in_order(ecpay_office: EcpayOffice) -> None:
    ecpay_office.fake.refusals["tt:4711:inv:2"] = "MISSING_ADDRESS"

    results = await ecpay_office.creditor.create_claims([claim(1), claim(2), claim(3)], key="k")

    assert [result.status for result in results] == [201, 422, 201]
    assert results[1].problem is not None
    assert results[1].problem.code == "MISSING_ADDRESS"


async def test_a_batch_of_two_hundred_fits_one_call(ecpay_office: EcpayOffice) -> None:
    results = await ecpay_office.creditor.create_claims(
        [claim(number) for number in range(200)], key="k"
    )

    assert {result.status for result in results} == {201}
    assert len(ecpay_office.fake.calls("/claims/batch")) == 1


async def test_results_are_matched_by_index_and_a_missing_one_says_so(
    ecpay_office: EcpayOffice,
) -> None:
    results = contract().example("ClaimBatchMixed")["results"]
    ecpay_office.fake.misdeeds.append(
        once(200, "/claims/batch", json={"results": [results[1], results[0]]})
    )

    found = await ecpay_office.creditor.create_claims([claim(1), claim(2), claim(3)], key="k")

    assert [result.status for result in found] == [201, 422, 0]


async def test_a_claim_is_found_by_our_reference_or_not_at_all(ecpay_office: EcpayOffice) -> None:
    await ecpay_office.creditor.create_claims([claim(1)], key="k")

    found = await ecpay_office.creditor.find_claim("tt:4711:inv:1")
    missing = await ecpay_office.creditor.find_claim("tt:4711:inv:2")

    assert found is not None
    assert found.claim_id == "clm_00000001"
    assert missing is None


async def test_payments_reversals_and_credits_are_answered(ecpay_office: EcpayOffice) -> None:
    creditor = ecpay_office.creditor
    await creditor.create_claims([claim(1)], key="k1")
    reversal = PaymentReversalCreate(date=date(2026, 9, 14), reason=ReversalReason.BOUNCED)
    credit = CreditCreate(
        credit_reference="tt:4711:credit:9",
        claim_reference="tt:4711:inv:1",
        credit_note_number="10107",
        date=date(2026, 9, 10),
        amount=Decimal("10000.00"),
        currency="NOK",
    )

    (paid,) = await creditor.report_payments([payment(1)], key="k2")
    reversed_ = await creditor.reverse_payment("p:1", reversal, key="k3")
    credited = await creditor.credit(credit, key="k4")

    assert paid.payment is not None
    assert paid.payment.applied_to_principal == Decimal("10000.00")
    assert reversed_.restored_principal == Decimal("10000.00")
    assert credited.claim_status == "CLOSED"


async def test_a_repeated_answer_is_told_in_the_log(ecpay_office: EcpayOffice) -> None:
    await ecpay_office.creditor.create_claims([claim(1)], key="same")

    with capture_logs() as lines:
        (again,) = await ecpay_office.creditor.create_claims([claim(1)], key="same")

    assert again.claim is not None
    assert "ecpay repeated an earlier answer" in [line["event"] for line in lines]


async def test_an_action_is_sent_for_one_version_when_asked(ecpay_office: EcpayOffice) -> None:
    path = f"{ROOT}/claims/clm_00000001/actions"
    receipt = told("post", "/clients/{clientId}/claims/{claimId}/actions", "202")
    ecpay_office.fake.documents[path] = Answer(202, receipt)
    pause = ClaimAction(type=ActionType.PAUSE, until=date(2026, 9, 30))

    answer = await ecpay_office.creditor.act("clm_00000001", pause, key="k", if_match=3)

    (sent,) = ecpay_office.fake.calls("/actions")
    assert sent.headers["if-match"] == '"3"'
    assert sent.body == {"type": "PAUSE", "until": "2026-09-30"}
    assert answer.claim_status == "PAUSED"


@pytest.mark.parametrize("feed", ["events", "settlements"])
async def test_a_feed_is_read_from_a_position(ecpay_office: EcpayOffice, feed: str) -> None:
    page = told("get", f"/clients/{{clientId}}/{feed}")
    ecpay_office.fake.documents[f"{ROOT}/{feed}"] = Answer(200, page)

    first = await getattr(ecpay_office.creditor, feed)(None)
    await getattr(ecpay_office.creditor, feed)(first.next_cursor, 10)

    queries = [sent.query for sent in ecpay_office.fake.calls(feed, "GET")]
    assert queries == [{"limit": "200"}, {"cursor": page["nextCursor"], "limit": "10"}]


def settlement_in_pages(office: EcpayOffice, pages: int) -> dict[str, Any]:
    """Serve a settlement whose lines come one a page, each with a field nobody knows."""
    whole = deepcopy(contract().example("SettlementPartial"))
    (line,) = whole["lines"]["items"]
    lines = [{**line, "lineId": f"lin_{page}", "invented": page} for page in range(pages)]
    cut = [
        {"items": [one], "nextCursor": f"sl.{page}", "hasMore": page < pages - 1}
        for page, one in enumerate(lines)
    ]
    path = f"{ROOT}/settlements/stl_00000001"
    office.fake.documents[path] = Answer(200, {**whole, "lines": cut[0]})
    served = iter(cut[1:])

    def lines_page(request: httpx.Request) -> httpx.Response | None:
        return (
            httpx.Response(200, json=next(served)) if request.url.path.endswith("/lines") else None
        )

    office.fake.misdeeds += [lines_page] * (pages - 1)
    return {"lines": lines, "document": office.fake.documents[path].body}


async def test_a_settlement_is_read_with_all_its_pages_of_lines(ecpay_office: EcpayOffice) -> None:
    served = settlement_in_pages(ecpay_office, 3)
    served["document"]["checksum"] = lines_checksum(served["lines"])

    settlement = await ecpay_office.creditor.settlement("stl_00000001")

    assert [line.line_id for line in settlement.lines] == ["lin_0", "lin_1", "lin_2"]
    assert settlement.checksum_holds
    queries = [sent.query for sent in ecpay_office.fake.calls("/lines", "GET")]
    assert queries == [{"cursor": f"sl.{page}", "limit": "500"} for page in range(2)]


async def test_a_settlement_whose_lines_were_changed_is_read_and_says_so(
    ecpay_office: EcpayOffice,
) -> None:
    settlement_in_pages(ecpay_office, 1)

    settlement = await ecpay_office.creditor.settlement("stl_00000001")

    assert not settlement.checksum_holds


async def test_pages_that_never_end_are_refused(ecpay_office: EcpayOffice) -> None:
    settlement_in_pages(ecpay_office, 2)
    endless = {"items": [], "nextCursor": "sl.0", "hasMore": True}
    ecpay_office.fake.misdeeds[:] = [once(200, "/lines", json=endless)]

    with pytest.raises(Invalid) as caught:
        await ecpay_office.creditor.settlement("stl_00000001")

    assert caught.value.code == "CURSOR_STUCK"


async def test_a_statement_is_bytes_or_not_ready(ecpay_office: EcpayOffice) -> None:
    path = f"{ROOT}/settlements/stl_1/statement"
    ecpay_office.fake.documents[path] = ecpay_office.fake.problem("STATEMENT_NOT_READY")
    pdf = {"content": b"%PDF-1.7", "headers": {"Content-Type": "application/pdf"}}

    waiting = await ecpay_office.creditor.statement("stl_1")
    ecpay_office.fake.misdeeds.append(once(200, "/statement", **pdf))
    ready = await ecpay_office.creditor.statement("stl_1")

    assert (waiting, ready) == (None, b"%PDF-1.7")


async def test_a_statement_of_no_settlement_is_refused(ecpay_office: EcpayOffice) -> None:
    path = f"{ROOT}/settlements/stl_9/statement"
    ecpay_office.fake.documents[path] = ecpay_office.fake.problem("SETTLEMENT_NOT_FOUND")

    with pytest.raises(Invalid) as caught:
        await ecpay_office.creditor.statement("stl_9")

    assert caught.value.code == "SETTLEMENT_NOT_FOUND"


async def test_a_statement_that_is_a_web_page_is_passing(ecpay_office: EcpayOffice) -> None:
    ecpay_office.fake.misdeeds.append(once(200, "/statement", html="<html>sorry</html>"))

    with pytest.raises(Transient):
        await ecpay_office.creditor.statement("stl_1")


async def test_a_settlement_is_acknowledged_without_a_key(ecpay_office: EcpayOffice) -> None:
    path = "/clients/{clientId}/settlements/{settlementId}/acknowledgement"
    ecpay_office.fake.documents[f"{ROOT}/settlements/stl_1/acknowledgement"] = Answer(
        200, told("post", path)
    )
    booked = AcknowledgementCreate(
        status="BOOKED",
        external_voucher_reference="ECPAY-1",
        booked_at=datetime(2026, 9, 15, 5, 12, 44, tzinfo=UTC),
    )

    answer = await ecpay_office.creditor.acknowledge("stl_1", booked)

    (sent,) = ecpay_office.fake.calls("/acknowledgement")
    assert sent.body["bookedAt"] == "2026-09-15T05:12:44.000Z"
    assert "idempotency-key" not in sent.headers
    assert answer.status == "BOOKED"


async def test_another_acknowledgement_of_a_booked_settlement_is_refused(
    ecpay_office: EcpayOffice,
) -> None:
    path = f"{ROOT}/settlements/stl_1/acknowledgement"
    ecpay_office.fake.documents[path] = ecpay_office.fake.problem("ACKNOWLEDGEMENT_CONFLICT")

    with pytest.raises(Invalid) as caught:
        await ecpay_office.creditor.acknowledge(
            "stl_1", AcknowledgementCreate(status="REJECTED", reason="INVARIANT_I4")
        )

    assert caught.value.code == "ACKNOWLEDGEMENT_CONFLICT"


@pytest.mark.parametrize(
    "broken",
    [
        once(500, "/agreement"),
        once(500, "/agreement", html="<html>Internal Server Error</html>"),
        once(502, "/agreement", html="<html>Bad Gateway</html>"),
        once(504, "/agreement"),
        once(429, "/agreement"),
        once(200, "/agreement", html="<html>maintenance</html>"),
        once(302, "/agreement", headers={"Location": "https://elsewhere.example"}),
    ],
)
async def test_what_is_no_answer_of_ecpay_is_passing(
    ecpay_office: EcpayOffice, broken: object
) -> None:
    ecpay_office.fake.misdeeds.append(broken)  # type: ignore[arg-type]  # a misdeed

    with pytest.raises(Transient):
        await ecpay_office.creditor.agreement()


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (httpx.ReadTimeout("slow"), Transient),
        (httpx.RemoteProtocolError("dropped"), Transient),
        (httpx.ConnectError("refused"), Outage),
    ],
)
async def test_a_slow_or_broken_line_is_passing_and_a_closed_door_is_an_outage(
    ecpay_office: EcpayOffice, error: httpx.HTTPError, fault: type[Exception]
) -> None:
    def fail(request: httpx.Request) -> httpx.Response | None:
        del request
        raise error

    ecpay_office.fake.misdeeds.append(fail)

    with pytest.raises(fault):
        await ecpay_office.creditor.agreement()


async def test_out_of_service_is_an_outage_with_the_wait_it_asks_for(
    ecpay_office: EcpayOffice,
) -> None:
    ecpay_office.fake.misdeeds.append(once(503, "/agreement", headers={"Retry-After": "120"}))

    with pytest.raises(Outage) as caught:
        await ecpay_office.creditor.agreement()

    assert caught.value.retry_after == timedelta(seconds=120)


async def test_too_many_requests_hold_this_client_back_and_no_other(
    ecpay_office: EcpayOffice,
) -> None:
    ecpay_office.fake.misdeeds.append(once(429, "/agreement", headers={"Retry-After": "17"}))
    with pytest.raises(Transient) as first:
        await ecpay_office.creditor.agreement()
    sent = len(ecpay_office.fake.requests)

    with pytest.raises(Transient):
        await ecpay_office.creditor.agreement()

    assert first.value.retry_after == timedelta(seconds=17)
    assert len(ecpay_office.fake.requests) == sent
    await ecpay_office.client.creditor("4712-ecpay").agreement()


async def test_a_claim_being_worked_on_is_tried_again_when_ecpay_says(
    ecpay_office: EcpayOffice,
) -> None:
    problem = contract().example("CLAIM_LOCKED")
    ecpay_office.fake.misdeeds.append(
        once(423, "/claims/batch", json=problem, headers={"Retry-After": "7"})
    )

    with pytest.raises(Transient) as caught:
        await ecpay_office.creditor.create_claims([claim()], key="k")

    assert caught.value.retry_after == timedelta(seconds=7)
    assert caught.value.code == "CLAIM_LOCKED"


async def test_an_answer_that_breaks_the_contract_names_the_field(
    ecpay_office: EcpayOffice,
) -> None:
    wrong = {**ecpay_office.fake.agreement, "minimumAmount": 50.0}
    ecpay_office.fake.misdeeds.append(once(200, "/agreement", json=wrong))

    with pytest.raises(Invalid) as caught:
        await ecpay_office.creditor.agreement()

    assert caught.value.field == "minimumAmount"


async def test_no_log_line_and_no_fault_carries_personal_data(ecpay_office: EcpayOffice) -> None:
    ecpay_office.fake.misdeeds.append(
        once(422, "/claims/batch", json=contract().example("VALIDATION_FAILED"))
    )

    with capture_logs() as lines, pytest.raises(Invalid) as caught:
        await ecpay_office.creditor.create_claims([claim()], key="k")

    said = f"{lines} {caught.value} {caught.value.__cause__}"
    for secret in ("Nordmann", "Storgata", "example.invalid", "10042200773", "Bearer", "not-a-"):
        assert secret not in said


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/claims/batch", "GET /claims/batch"),
        ("/claims/clm_00000001/actions", "GET /claims/{id}/actions"),
        ("/payments/tt%3A4711%3Aposting%3A7/reversal", "GET /payments/{id}/reversal"),
        ("/settlements/stl_1/statement", "GET /settlements/{id}/statement"),
    ],
)
def test_a_call_is_counted_without_ids(path: str, operation: str) -> None:
    assert operation_of("GET", path) == operation
