"""The stand-in misbehaves as it is told, and only then."""

from __future__ import annotations

import httpx
import pytest

from tests.harness.ecpay_sandbox import CLIENT_ID, EcpayApi, claim


async def ask_for(api: EcpayApi, kind: str, **criteria: object) -> None:
    answer = await api.http.post("/admin/faults", json={"kind": kind, **criteria})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [("500", 500), ("503", 503), ("429", 429), ("423", 423), ("in-progress", 409), ("401", 401)],
)
async def test_problems_can_be_asked_for(ecpay_api: EcpayApi, kind: str, status: int) -> None:
    await ask_for(ecpay_api, kind, times=2, retryAfterSeconds=7)

    answers = [await ecpay_api.hand_over() for _ in range(3)]

    assert [answer.status_code for answer in answers] == [status, status, 201]


async def test_a_429_may_come_without_its_header(ecpay_api: EcpayApi) -> None:
    ecpay_api.http.event_hooks["response"].clear()  # the contract promises the header
    await ask_for(ecpay_api, "429-without-header")

    answer = await ecpay_api.get("/agreement")

    assert answer.status_code == 429
    assert "Retry-After" not in answer.headers


async def test_a_gateway_may_answer_in_html_or_with_nothing(ecpay_api: EcpayApi) -> None:
    await ask_for(ecpay_api, "html")
    await ask_for(ecpay_api, "empty")

    page, nothing = await ecpay_api.get("/agreement"), await ecpay_api.get("/agreement")

    assert (page.status_code, page.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert (nothing.status_code, nothing.content) == (500, b"")


async def test_a_connection_may_break_before_anything_happened(ecpay_api: EcpayApi) -> None:
    await ask_for(ecpay_api, "drop", method="POST")

    with pytest.raises(httpx.RemoteProtocolError):
        await ecpay_api.create("/claims", claim(), key="same")

    assert (await ecpay_api.create("/claims", claim(), key="same")).status_code == 201


async def test_a_connection_may_break_after_the_work_was_done(ecpay_api: EcpayApi) -> None:
    await ask_for(ecpay_api, "drop-after-commit", pathContains="/claims")

    with pytest.raises(httpx.RemoteProtocolError):
        await ecpay_api.create("/claims", claim(), key="same")

    again = await ecpay_api.create("/claims", claim(), key="same")
    assert (again.status_code, len(ecpay_api.creditor.claims)) == (200, 1)


async def test_an_answer_may_never_come(ecpay_api: EcpayApi) -> None:
    await ask_for(ecpay_api, "hang-after-commit")

    with pytest.raises(httpx.ReadTimeout):
        await ecpay_api.send("POST", "/claims", json=claim(), key="same", timeout=0.3)

    again = await ecpay_api.create("/claims", claim(), key="same")
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_misbehaviour_can_be_kept_to_one_client(ecpay_api: EcpayApi) -> None:
    await ask_for(ecpay_api, "500", clientId="other")

    assert (await ecpay_api.get("/agreement")).status_code == 200


async def test_misbehaviour_that_was_not_met_can_be_called_off(ecpay_api: EcpayApi) -> None:
    await ask_for(ecpay_api, "500", times=9)
    await ecpay_api.get("/agreement")

    told = await ecpay_api.http.delete("/admin/faults")

    assert told.json() == {"happened": 1}
    assert (await ecpay_api.get("/agreement")).status_code == 200


async def test_the_rate_limit_says_when_the_next_minute_begins(ecpay_api: EcpayApi) -> None:
    ecpay_api.world.limit.most = 2

    answers = [await ecpay_api.get("/agreement") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


async def test_an_unknown_kind_of_misbehaviour_is_refused(ecpay_api: EcpayApi) -> None:
    answer = await ecpay_api.http.post("/admin/faults", json={"kind": "sing"})

    assert answer.status_code == 400


async def test_a_client_that_does_not_exist_is_forbidden(ecpay_api: EcpayApi) -> None:
    del ecpay_api.world.creditors[CLIENT_ID]

    assert (await ecpay_api.get("/agreement")).json()["code"] == "FORBIDDEN"
