from __future__ import annotations

import pytest

from shared.http.redaction import redacted_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/token/session/:create?consumerToken=a&employeeToken=b", "consumerToken=***"),
        ("/token/session/abc123", "/token/session/***"),
        ("https://0:hemmelig@tripletex.no/v2/invoice", "https://tripletex.no/v2/invoice"),
        ("/oauth/token?client_secret=x&grant_type=y", "client_secret=***"),
        ("/customer?customerName=Ola&email=a@b.no", "customerName=***&email=***"),
        ("/invoice?kid=123&id=1,2", "kid=***&id=1,2"),
    ],
)
def test_secrets_and_personal_data_are_masked(url: str, expected: str) -> None:
    assert expected in redacted_url(url)


def test_no_secret_survives() -> None:
    url = redacted_url("/token/session/:create?consumerToken=aaa&employeeToken=bbb")

    assert "aaa" not in url
    assert "bbb" not in url


def test_who_am_i_is_not_taken_for_a_session_token() -> None:
    assert redacted_url("/token/session/%3EwhoAmI") == "/token/session/%3EwhoAmI"
    assert redacted_url("/token/session/>whoAmI") == "/token/session/>whoAmI"
