from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from services.ecpay_forwarder.handlers.desk import again_on
from shared.clock import oslo_morning
from tests.harness.forwarding import direct

DAY = date(2026, 8, 25)


def test_what_is_put_off_comes_again_in_the_morning_of_its_day() -> None:
    put_off = again_on(direct(), DAY, now=datetime(2026, 8, 20, 12, tzinfo=UTC))

    assert put_off.parameters["available_at"] == oslo_morning(DAY)


def test_a_day_that_lies_behind_the_machines_clock_does_not_come_again_at_once() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    put_off = again_on(direct(), DAY, now=now)

    # A run that ends when it is idle waits for what is due within a minute.
    assert put_off.parameters["available_at"] > now + timedelta(minutes=1)  # type: ignore[operator]  # of any type
