"""Adds the demo's creditors as clients, as a person would: add, check, preview, confirm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from pydantic import SecretStr

from services.sandbox.demo.founding import Creditor
from services.sandbox.demo.plan import FIRST_DAY
from shared.operations import clients
from shared.operations.clients import Answers
from shared.operations.desk import Desk
from shared.operations.previews import preview_client
from shared.store.clients import BookingMode

FOLLOWED_FROM = FIRST_DAY - timedelta(days=10)
"""Start date of every client, so that a few old invoices are left alone."""


OPERATOR = "demo"
"""Who does everything, as the audit log keeps it."""


async def enrol(desk: Desk, creditors: Iterable[Creditor]) -> None:
    """Take every creditor from an answer sheet to a running flow.

    Raises:
        Conflict: A check of the set-up failed.
    """
    for creditor in creditors:
        await clients.add(desk, _answers(creditor))
        preview = await preview_client(desk, creditor.plan.client_id)
        await clients.confirm(
            desk,
            creditor.plan.client_id,
            count=preview.count,
            total=preview.total.amount,
            reason="start of the demo",
        )


def _answers(creditor: Creditor) -> Answers:
    return Answers(
        client_id=creditor.plan.client_id,
        name=creditor.name,
        company_id=creditor.company.id,
        employee_token=SecretStr(creditor.token),
        ecpay_client_id=creditor.ecpay_client_id,
        start_date=FOLLOWED_FROM,
        clearing_payment_type=creditor.clearing_payment_type,
        booking=BookingMode.POST,
    )
