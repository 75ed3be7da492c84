from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from services.sandbox.ecpay.oauth import OAuthClient, OAuthRefused, Tokens

NOW = datetime(2026, 8, 18, 6, tzinfo=UTC)
GRANT = ("grant_type", "client_credentials")
IN_FORM = [GRANT, ("client_id", "broker"), ("client_secret", "s:e")]


def tokens() -> Tokens:
    made = Tokens(Random(1))  # noqa: S311 - an invented token
    made.add(OAuthClient("broker", "s:e", ("claims.read", "events.read")))
    return made


def test_a_token_lives_for_an_hour() -> None:
    office = tokens()
    bearer = f"Bearer {office.issue(IN_FORM, None, NOW)['access_token']}"

    assert office.find(bearer, NOW + timedelta(seconds=3599)) is not None
    assert office.find(bearer, NOW + timedelta(seconds=3600)) is None


def test_credentials_may_come_in_http_basic() -> None:
    basic = "Basic " + base64.b64encode(b"broker:s%3Ae").decode()

    assert tokens().issue([GRANT], basic, NOW)["scope"] == "claims.read events.read"


def test_fewer_scopes_may_be_asked_for() -> None:
    office = tokens()
    granted = office.issue([*IN_FORM, ("scope", "claims.read")], None, NOW)

    token = office.find(f"Bearer {granted['access_token']}", NOW)

    assert token is not None
    assert token.scopes == {"claims.read"}


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ([], 400, "invalid_request"),
        ([GRANT, GRANT], 400, "invalid_request"),
        ([*IN_FORM, ("audience", "x")], 400, "invalid_request"),
        ([("grant_type", "password")], 400, "unsupported_grant_type"),
        ([GRANT], 401, "invalid_client"),
        ([*IN_FORM[:2], ("client_secret", "no")], 401, "invalid_client"),
        ([*IN_FORM, ("scope", "claims.write")], 400, "invalid_scope"),
    ],
)
def test_bad_grants_are_refused_as_oauth_says(
    form: list[tuple[str, str]], status: int, error: str
) -> None:
    with pytest.raises(OAuthRefused) as refused:
        tokens().issue(form, None, NOW)

    assert (refused.value.status, refused.value.body["error"]) == (status, error)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer nothing", "Basic x"])
def test_other_headers_are_no_token(header: str | None) -> None:
    assert tokens().find(header, NOW) is None
