"""Access tokens."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from shared.faults import Outage, Transient
from tests.harness.ecpay_fake import once
from tests.harness.ecpay_office import EcpayOffice


async def test_one_token_serves_many_calls_at_once(ecpay_office: EcpayOffice) -> None:
    await asyncio.gather(*(ecpay_office.creditor.agreement() for _ in range(20)))

    assert ecpay_office.fake.tokens == 1


async def test_a_token_is_renewed_before_it_expires(ecpay_office: EcpayOffice) -> None:
    await ecpay_office.creditor.agreement()
    ecpay_office.clock.advance(timedelta(seconds=3590))

    await ecpay_office.creditor.agreement()

    assert ecpay_office.fake.tokens == 2
    assert not [sent for sent in ecpay_office.fake.requests if sent.path.endswith("/401")]


async def test_a_refused_token_is_replaced_once_and_the_call_repeated(
    ecpay_office: EcpayOffice,
) -> None:
    await ecpay_office.creditor.agreement()
    ecpay_office.fake.tokens += 1  # ECPay has forgotten the token

    await asyncio.gather(*(ecpay_office.creditor.agreement() for _ in range(5)))

    assert len(ecpay_office.fake.calls("/oauth/token")) == 2


async def test_a_fresh_token_that_is_refused_is_an_outage_for_everybody(
    ecpay_office: EcpayOffice,
) -> None:
    ecpay_office.fake.misdeeds += [once(401, "/agreement"), once(401, "/agreement")]

    with pytest.raises(Outage) as caught:
        await ecpay_office.creditor.agreement()

    assert caught.value.client_id is None


@pytest.mark.parametrize("status", [400, 401])
async def test_wrong_credentials_are_an_outage_that_says_what_to_check(
    ecpay_office: EcpayOffice, status: int
) -> None:
    ecpay_office.fake.misdeeds.append(once(status, "/token", json={"error": "invalid_client"}))

    with pytest.raises(Outage, match="RESTANSE_ECPAY_CLIENT_SECRET") as caught:
        await ecpay_office.creditor.agreement()

    assert caught.value.code == "CREDENTIALS"
    assert "not-a-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "broken",
    [
        once(200, "/token", text="<html>welcome</html>"),
        once(200, "/token", json={"token_type": "Bearer"}),
        once(500, "/token"),
    ],
)
async def test_a_token_endpoint_in_trouble_is_passing(
    ecpay_office: EcpayOffice, broken: object
) -> None:
    ecpay_office.fake.misdeeds.append(broken)  # type: ignore[arg-type]  # a misdeed

    with pytest.raises(Transient):
        await ecpay_office.creditor.agreement()
    await ecpay_office.creditor.agreement()


async def test_credentials_go_into_the_form_and_nowhere_else(ecpay_office: EcpayOffice) -> None:
    await ecpay_office.creditor.agreement()

    (sent,) = ecpay_office.fake.calls("/oauth/token")
    assert sent.body["client_secret"] == "not-a-secret"
    assert "authorization" not in sent.headers


async def test_a_lost_token_answer_is_passing(ecpay_office: EcpayOffice) -> None:
    def lose(request: httpx.Request) -> httpx.Response | None:
        raise httpx.ReadError("lost", request=request)

    ecpay_office.fake.misdeeds.append(lose)

    with pytest.raises(Transient):
        await ecpay_office.creditor.agreement()
