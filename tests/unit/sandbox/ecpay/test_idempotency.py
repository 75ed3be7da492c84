from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.sandbox.ecpay.idempotency import Answer, Keys, checked_key, fingerprint
from services.sandbox.ecpay.problems import Refusal

TODAY = date(2026, 8, 18)
PRINT = fingerprint("POST", "/claims", {"a": "1", "b": "2"})


def kept(status: int) -> Keys:
    keys = Keys()
    keys.begin("x", "key", PRINT, TODAY)
    keys.end("x", "key", Answer(status, b"{}", (("Location", "/here"), ("ETag", '"1"'))))
    return keys


def test_a_stored_201_is_replayed_as_200_without_its_location() -> None:
    answer = kept(201).begin("x", "key", PRINT, TODAY)

    assert answer == Answer(200, b"{}", (("ETag", '"1"'), ("Idempotency-Replayed", "true")))


@pytest.mark.parametrize("status", [200, 202, 404, 409, 412, 422])
def test_other_stored_answers_are_replayed_as_they_were(status: int) -> None:
    answer = kept(status).begin("x", "key", PRINT, TODAY)

    assert answer is not None
    assert answer.status == status


@pytest.mark.parametrize("status", [400, 401, 403, 405, 413, 415, 423, 429, 500, 503])
def test_passing_failures_are_not_stored(status: int) -> None:
    assert kept(status).begin("x", "key", PRINT, TODAY) is None


def test_another_body_under_the_key_is_a_conflict() -> None:
    with pytest.raises(Refusal) as refused:
        kept(201).begin("x", "key", fingerprint("POST", "/claims", {}), TODAY)

    assert refused.value.code == "IDEMPOTENCY_CONFLICT"


def test_a_repetition_while_the_first_call_runs_is_told_to_wait() -> None:
    keys = Keys()
    keys.begin("x", "key", PRINT, TODAY)

    with pytest.raises(Refusal) as refused:
        keys.begin("x", "key", PRINT, TODAY)

    assert (refused.value.code, refused.value.headers) == ("IN_PROGRESS", {"Retry-After": "1"})


def test_the_order_of_members_does_not_matter() -> None:
    assert fingerprint("POST", "/claims", {"b": "2", "a": "1"}) == PRINT


def test_keys_belong_to_a_client() -> None:
    assert kept(201).begin("y", "key", PRINT, TODAY) is None


def test_keys_are_kept_for_thirty_days_and_then_forgotten() -> None:
    keys = kept(201)

    keys.forget_before(TODAY + timedelta(days=30))
    assert keys.begin("x", "key", PRINT, TODAY + timedelta(days=30)) is not None
    keys.forget_before(TODAY + timedelta(days=32))
    assert keys.begin("x", "key", PRINT, TODAY + timedelta(days=32)) is None


@pytest.mark.parametrize("key", ["", "with space", "ø", "x" * 129])
def test_a_key_is_visible_ascii_of_limited_length(key: str) -> None:
    with pytest.raises(Refusal, match="visible ASCII"):
        checked_key(key)
