"""Checklist 1: sessions, usernames, accountants, expiry."""

from __future__ import annotations

from datetime import date

import pytest

from services.sandbox.tripletex.tokens import CONSUMER_TOKEN, OFFICE_REFUSAL
from tests.harness.tripletex_sandbox import TripletexApi


def _given(api: TripletexApi, until: str = "2026-11-03") -> dict[str, str]:
    token = api.world.employee_token(api.company.id).token
    return {
        "consumerToken": CONSUMER_TOKEN,
        "employeeToken": token,
        "expirationDate": until,
    }


async def test_a_session_by_query_answers_200(api: TripletexApi) -> None:
    answer = await api.http.put("/token/session/:create", params=_given(api))

    assert answer.status_code == 200
    assert answer.json()["value"]["token"]


async def test_a_session_by_body_answers_201(api: TripletexApi) -> None:
    answer = await api.http.post("/token/session/:create", json=_given(api))

    assert answer.status_code == 201
    assert answer.json()["value"]["expirationDate"] == "2026-11-03"


async def test_a_session_must_end_after_today(api: TripletexApi) -> None:
    answer = await api.http.post("/token/session/:create", json=_given(api, "2026-11-02"))

    assert (answer.status_code, answer.json()["code"]) == (422, 18000)


@pytest.mark.parametrize("name", ["consumerToken", "employeeToken"])
async def test_an_unknown_token_makes_no_session(api: TripletexApi, name: str) -> None:
    given = _given(api) | {name: "stranger"}

    answer = await api.http.post("/token/session/:create", json=given)

    complaint = answer.json()["validationMessages"][0]
    assert (answer.status_code, answer.json()["code"]) == (422, 18000)
    assert complaint["field"] == complaint["path"] == f"arg:{name}"


async def test_a_revoked_token_makes_no_session(api: TripletexApi) -> None:
    api.world.revoke_token(api.company.id)

    answer = await api.http.put("/token/session/:create", params=_given(api))

    assert answer.status_code == 422


@pytest.mark.parametrize("until", ["", "soon"])
async def test_a_session_needs_a_date(api: TripletexApi, until: str) -> None:
    answer = await api.http.post("/token/session/:create", json=_given(api, until))

    assert answer.status_code == 422


async def test_without_a_session_the_answer_is_401(api: TripletexApi) -> None:
    answer = await api.http.get("/invoice")

    assert (answer.status_code, answer.json()["code"]) == (401, 3000)
    assert answer.json()["message"] == "Unauthorized"
    assert answer.json()["requestId"] == answer.headers["x-tlx-request-id"]


async def test_a_blank_username_is_the_own_company(api: TripletexApi) -> None:
    api.username = ""

    answer = await api.get("/token/session/>whoAmI")

    assert answer.json()["value"]["companyId"] == api.company.id


async def test_a_session_is_dead_on_its_last_date(api: TripletexApi) -> None:
    api.world.day.advance_to(date(2026, 11, 3))

    answer = await api.get("/token/session/>whoAmI")

    assert answer.status_code == 401


async def test_a_deleted_session_is_dead(api: TripletexApi) -> None:
    gone = await api.http.delete(f"/token/session/{api.session}")

    answer = await api.get("/token/session/>whoAmI")

    assert (gone.status_code, answer.status_code) == (204, 401)


async def test_a_revoked_token_kills_its_sessions(api: TripletexApi) -> None:
    api.world.revoke_token(api.company.id)

    answer = await api.get("/invoice/paymentType")

    assert answer.status_code == 401


async def test_without_the_module_everything_is_forbidden(api: TripletexApi) -> None:
    api.world.set_module(api.company.id, on=False)

    answer = await api.get("/invoice/paymentType")

    assert (answer.status_code, answer.json()["code"]) == (403, 9000)


async def test_a_stranger_company_is_forbidden(api: TripletexApi) -> None:
    other = api.world.add_company("Annen AS")
    api.username = str(other.id)

    answer = await api.get("/invoice/paymentType")

    assert answer.status_code == 403


async def test_an_office_enters_the_books_of_its_client(api: TripletexApi) -> None:
    office = api.world.add_office("Regnskap AS", [api.company.id])
    await api.log_in(office.id)
    api.username = str(api.company.id)

    answer = await api.get("/token/session/>whoAmI")

    who = answer.json()["value"]
    assert (who["companyId"], who["employeeIsProxy"]) == (api.company.id, True)


async def test_an_office_has_no_access_to_its_own_books(api: TripletexApi) -> None:
    office = api.world.add_office("Regnskap AS", [api.company.id])
    await api.log_in(office.id)

    answer = await api.get("/invoice/paymentType")

    assert (answer.status_code, answer.json()["message"]) == (403, OFFICE_REFUSAL)


async def test_an_office_lists_its_clients(api: TripletexApi) -> None:
    office = api.world.add_office("Regnskap AS", [api.company.id])
    await api.log_in(office.id)

    clients = await api.values("/company/>withLoginAccess", fields="id,name")

    assert clients == [{"id": api.company.id, "name": "Fjord Bygg AS"}]
