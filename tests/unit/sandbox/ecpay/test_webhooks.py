from __future__ import annotations

from datetime import date
from random import Random

import pytest

from services.sandbox.day import Day
from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.office import Office
from services.sandbox.ecpay.problems import Refusal
from services.sandbox.ecpay.terms import Terms
from services.sandbox.ecpay.webhooks import Webhooks, signature

URL = "https://broker.example/hooks/ecpay/4711"


class Receiver:
    """Answers webhook calls with one status and keeps what it got."""

    def __init__(self, status: int | None = 204) -> None:
        self.status = status
        self.got: list[dict[str, str]] = []

    async def __call__(self, url: str, raw: bytes, headers: dict[str, str]) -> int | None:
        self.got.append(headers | {"url": url, "body": raw.decode()})
        return self.status


def office_with_hook() -> tuple[Creditor, Webhooks]:
    office = Office(Day(date(2026, 9, 4)))
    creditor = Creditor(Terms("4711-ecpay"), office)
    hooks = Webhooks(office, Random(1))  # noqa: S311 - an invented secret
    hooks.put(creditor, {"url": URL})
    return creditor, hooks


def test_the_signature_is_that_of_the_contracts_test_vector() -> None:
    raw = (
        b'{"eventId":"evt_000000000007","sequence":7,"type":"claim.stage_changed",'
        b'"clientId":"4711-ecpay","occurredAt":"2026-09-04T06:00:00.010Z"}'
    )

    header = signature(("whsec_3f9a0c77be214d0f",), 1788501600, raw)

    expected = "ea673a36e0606f303f6d345338f8eb050209674a7545ecba85cd731163c56dc3"
    assert header == f"t=1788501600,v1={expected}"


async def test_every_event_is_delivered_once() -> None:
    creditor, hooks = office_with_hook()
    receiver = Receiver()
    creditor.tell("agreement.changed", agreementVersion=2)

    made = [await hooks.deliver(creditor, receiver), await hooks.deliver(creditor, receiver)]

    assert made == [1, 0]
    assert receiver.got[0]["ECPay-Event-Type"] == "agreement.changed"


async def test_a_rotated_secret_signs_beside_the_old_one() -> None:
    creditor, hooks = office_with_hook()
    receiver = Receiver()
    view, _ = hooks.put(creditor, {"url": URL, "rotateSecret": True})

    await hooks.test(creditor.client_id, receiver)

    assert view["secret"].startswith("whsec_")
    assert receiver.got[0]["ECPay-Signature"].count("v1=") == 2


async def test_eight_failed_attempts_disable_the_webhook() -> None:
    creditor, hooks = office_with_hook()
    receiver = Receiver(None)
    delivery = await hooks.test(creditor.client_id, receiver)

    for _ in range(7):
        await hooks.attempt(creditor.client_id, delivery, receiver)

    assert delivery["status"] == "FAILED"
    assert hooks.get(creditor.client_id).view()["status"] == "DISABLED"


def test_setting_the_webhook_again_enables_it_and_hides_the_secret() -> None:
    creditor, hooks = office_with_hook()
    hooks.get(creditor.client_id).is_active = False

    view, is_new = hooks.put(creditor, {"url": URL})

    assert (view["status"], is_new, "secret" in view) == ("ACTIVE", False, False)


@pytest.mark.parametrize(
    "url",
    [
        "http://broker.example/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://169.254.1.1/",
        "https://[::1]/",
        "https://192.168.1.1/",
        "https://",
    ],
)
def test_addresses_that_are_not_public_are_refused(url: str) -> None:
    creditor, hooks = office_with_hook()

    with pytest.raises(Refusal) as refused:
        hooks.put(creditor, {"url": url})

    assert refused.value.code == "WEBHOOK_URL_NOT_ALLOWED"
