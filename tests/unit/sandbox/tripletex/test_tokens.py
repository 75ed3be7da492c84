from __future__ import annotations

import base64
from datetime import date

import pytest

from services.sandbox.tripletex.errors import ApiError
from services.sandbox.tripletex.ids import Ids
from services.sandbox.tripletex.tokens import CONSUMER_TOKEN, Tokens

TODAY, TOMORROW = date(2026, 11, 2), date(2026, 11, 3)


@pytest.fixture
def tokens() -> Tokens:
    made = Tokens(Ids())
    made.add("own", 1, None)
    made.add("office", 2, {1})
    return made


def _header(user: str, session: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{session}".encode()).decode()


def _open(tokens: Tokens, who: str = "own") -> str:
    return tokens.open_session(CONSUMER_TOKEN, who, TOMORROW, TODAY).token


@pytest.mark.parametrize("username", ["", "0", "1"])
def test_an_own_token_speaks_for_its_company(tokens: Tokens, username: str) -> None:
    caller = tokens.caller(_header(username, _open(tokens)), "/invoice", TODAY)

    assert caller.company_id == 1


def test_an_office_speaks_for_its_client(tokens: Tokens) -> None:
    caller = tokens.caller(_header("1", _open(tokens, "office")), "/invoice", TODAY)

    assert caller.company_id == 1


def test_an_office_may_ask_who_it_is(tokens: Tokens) -> None:
    header = _header("0", _open(tokens, "office"))

    assert tokens.caller(header, "/token/session/>whoAmI", TODAY).company_id == 2


@pytest.mark.parametrize(
    ("username", "token"), [("3", "own"), ("0", "office"), ("3", "office"), ("x", "own")]
)
def test_other_books_are_forbidden(tokens: Tokens, username: str, token: str) -> None:
    header = _header(username, _open(tokens, token))

    with pytest.raises(ApiError) as caught:
        tokens.caller(header, "/invoice", TODAY)

    assert (caught.value.status, caught.value.code) == (403, 9000)


@pytest.mark.parametrize(
    "header", ["", "Bearer x", "Basic !", "Basic /w==", _header("0", "stranger")]
)
def test_a_header_without_a_session_is_unauthorized(tokens: Tokens, header: str) -> None:
    with pytest.raises(ApiError) as caught:
        tokens.caller(header, "/invoice", TODAY)

    assert caught.value.status == 401


def test_a_session_is_dead_on_its_date(tokens: Tokens) -> None:
    header = _header("0", _open(tokens))

    with pytest.raises(ApiError) as caught:
        tokens.caller(header, "/invoice", TOMORROW)

    assert caught.value.status == 401


@pytest.mark.parametrize("until", [TODAY, date(2027, 11, 2)])
def test_a_session_lives_some_days_at_most(tokens: Tokens, until: date) -> None:
    with pytest.raises(ApiError) as caught:
        tokens.open_session(CONSUMER_TOKEN, "own", until, TODAY)

    assert caught.value.code == 18000


def test_a_wrong_consumer_opens_nothing(tokens: Tokens) -> None:
    with pytest.raises(ApiError):
        tokens.open_session("stranger", "own", TOMORROW, TODAY)
