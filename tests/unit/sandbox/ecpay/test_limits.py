from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.sandbox.ecpay.limits import RateLimit
from services.sandbox.ecpay.problems import Refusal

NOW = datetime(2026, 8, 18, 6, tzinfo=UTC)


def test_requests_beyond_the_limit_wait_for_the_next_minute() -> None:
    limit = RateLimit(1)
    limit.count("x", NOW)

    with pytest.raises(Refusal) as refused:
        limit.count("x", NOW + timedelta(seconds=20.5))

    assert refused.value.headers == {"Retry-After": "40"}


def test_a_new_minute_begins_anew() -> None:
    limit = RateLimit(1)
    limit.count("x", NOW)

    limit.count("x", NOW + timedelta(minutes=1))


def test_every_client_has_its_own_limit() -> None:
    limit = RateLimit(1)
    limit.count("x", NOW)

    limit.count("y", NOW)


def test_there_may_be_no_limit() -> None:
    limit = RateLimit(None)

    for _ in range(1000):
        limit.count("x", NOW)
