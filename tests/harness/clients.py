"""A client as a value, for tests that need no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from shared.store.clients import Client, ClientState


def a_client(**changed: object) -> Client:
    """Return an active client, with some of it changed."""
    made = Client(
        client_id="nordfjord",
        name="Nordfjord Rør AS",
        company_id=4711,
        employee_token=b"sealed",
        ecpay_client_id="4711-ecpay",
        start_date=date(2026, 1, 1),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        clearing_payment_type_id=7,
        state=ClientState.ACTIVE,
        vat_registered=True,
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # named as the fields are
