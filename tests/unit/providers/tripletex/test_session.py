from __future__ import annotations

import asyncio
from base64 import b64decode
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from shared.faults import Outage, Transient
from tests.unit.providers.tripletex.scripted import Client, Scripted, body_of, error, values

CREATE = "/token/session/:create"
ACCOUNTS = "/ledger/account"
OFFICE = Client(is_accountant_token=True)


@pytest.fixture
def peer() -> Scripted:
    scripted = Scripted()
    scripted.on(ACCOUNTS, values())
    return scripted


def user_of(request: httpx.Request) -> str:
    return b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()


async def test_tokens_travel_in_the_body_and_ask_for_two_days(peer: Scripted) -> None:
    await peer.company().receivable_accounts()

    (created,) = peer.asked_of(CREATE)
    assert created.method == "POST"
    assert body_of(created) == {
        "consumerToken": "consumer",
        "employeeToken": "employee",
        "expirationDate": "2026-09-03",
    }


async def test_own_company_is_user_nought(peer: Scripted) -> None:
    await peer.company().receivable_accounts()

    assert user_of(peer.asked_of(ACCOUNTS)[0]) == "0:session-1"


async def test_session_is_kept_for_later_calls(peer: Scripted) -> None:
    company = peer.company()
    await company.receivable_accounts()

    await company.receivable_accounts()

    assert len(peer.asked_of(CREATE)) == 1


async def test_many_callers_at_once_log_in_once(peer: Scripted) -> None:
    tripletex = peer.tripletex()
    companies = [tripletex.company(Client(), SecretStr("employee")) for _ in range(20)]

    await asyncio.gather(*(one.receivable_accounts() for one in companies))

    assert len(peer.asked_of(CREATE)) == 1


async def test_session_is_renewed_before_it_ends_at_midnight_in_oslo(peer: Scripted) -> None:
    company = peer.company()
    await company.receivable_accounts()
    peer.clock.advance(timedelta(days=1, hours=13, minutes=55))  # 23:55 the day before

    await company.receivable_accounts()

    assert len(peer.asked_of(CREATE)) == 2


async def test_refused_session_is_replaced_once_and_the_call_repeated(peer: Scripted) -> None:
    peer.on(ACCOUNTS, error(401, 3000), values())

    await peer.company().receivable_accounts()

    assert [user_of(one) for one in peer.asked_of(ACCOUNTS)] == ["0:session-1", "0:session-2"]


async def test_session_refused_twice_stops_the_client(peer: Scripted) -> None:
    peer.on(ACCOUNTS, error(401, 3000))

    with pytest.raises(Outage) as caught:
        await peer.company().receivable_accounts()

    assert (caught.value.client_id, caught.value.dependency) == ("fjord", "tripletex")
    assert len(peer.asked_of(ACCOUNTS)) == 2


async def test_server_that_knows_no_post_is_asked_by_put(peer: Scripted) -> None:
    answer = httpx.Response(200, json={"value": {"token": "old"}})
    peer.on(CREATE, error(400, 4000), answer)

    await peer.company().receivable_accounts()

    assert [one.method for one in peer.asked_of(CREATE)] == ["POST", "PUT"]
    assert user_of(peer.asked_of(ACCOUNTS)[0]) == "0:old"


@pytest.mark.parametrize("status", [401, 403, 422])
async def test_refused_tokens_stop_the_client_and_say_what_to_do(
    peer: Scripted, status: int
) -> None:
    peer.on(CREATE, error(status, 3000))

    with pytest.raises(Outage) as caught:
        await peer.company().receivable_accounts()

    assert caught.value.client_id == "fjord"
    assert "employee" not in caught.value.message.split("employee token")[0]


async def test_login_that_answers_html_is_tried_again_later(peer: Scripted) -> None:
    peer.on(CREATE, httpx.Response(200, content=b"<html>Vedlikehold</html>"))

    with pytest.raises(Transient):
        await peer.company().receivable_accounts()


async def test_token_of_another_company_reads_nothing(peer: Scripted) -> None:
    peer.on("/token/session/>whoAmI", httpx.Response(200, json={"value": {"companyId": 1}}))

    with pytest.raises(Outage) as caught:
        await peer.company().receivable_accounts()

    assert caught.value.code == "WRONG_COMPANY"
    assert not peer.asked_of(ACCOUNTS)


async def test_office_token_names_the_company_of_its_client(peer: Scripted) -> None:
    peer.on("/company/>withLoginAccess", values({"id": 4711, "name": "Fjord"}))

    await peer.company(OFFICE).receivable_accounts()

    assert user_of(peer.asked_of("/company/>withLoginAccess")[0]) == "0:session-1"
    assert user_of(peer.asked_of(ACCOUNTS)[0]) == "4711:session-1"


async def test_office_token_without_access_reads_nothing(peer: Scripted) -> None:
    peer.on("/company/>withLoginAccess", values({"id": 1, "name": "En annen"}))

    with pytest.raises(Outage) as caught:
        await peer.company(OFFICE).receivable_accounts()

    assert caught.value.code == "NO_ACCESS"
    assert not peer.asked_of(ACCOUNTS)
