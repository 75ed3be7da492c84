"""Handing an invoice over again after a refusal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.faults import Conflict
from shared.operations.desk import Desk
from shared.operations.invoices import InvoiceFile
from shared.operations.second_chance import hand_over_again, was_refused
from shared.store.claims import ClaimState, find_claims
from shared.store.clients import client
from shared.store.watched import WatchedInvoice
from tests.harness.forwarding import CUSTOMER, ISSUED, OWED, Forwarding, done, overdue

REFERENCE = "tt:4711:inv:1"


def desk_of(forwarding: Forwarding) -> Desk:
    desk = forwarding.desk
    return Desk(desk.clock, desk.store, desk.sealer, desk.tripletex, desk.ecpay, "kari")


async def file_of(forwarding: Forwarding, **known: Any) -> InvoiceFile:
    now = forwarding.clock.now()
    facts: dict[str, Any] = {"client_id": "acme", "invoice_id": 1, "claim_reference": REFERENCE}
    facts |= {"invoice_number": "10001", "due_date": date(2026, 8, 3), "observed_at": now}
    facts |= {"handed_over_at": now, "voucher_id": 100, "customer_id": 3, "is_credited": False}
    facts |= {"original": OWED, "outstanding": OWED, "reasons": (), "look_again_on": None}
    return InvoiceFile(
        client=await client(forwarding.store, "acme"),
        known=WatchedInvoice(**facts | known),
        claim=(await find_claims(forwarding.store, "acme", {REFERENCE})).get(REFERENCE),
        case=None,
        payments=(),
        credits=(),
    )


@pytest.fixture
async def refused(forwarding: Forwarding) -> Forwarding:
    forwarding.office.fake.refusals[REFERENCE] = "MISSING_ADDRESS"
    await forwarding.settle(overdue())
    forwarding.office.fake.refusals.clear()
    issued = {"invoiceNumber": 10001, "invoiceDate": "2026-07-20", "isCharged": True}
    forwarding.books.now_owes(1, "10000", customer=CUSTOMER, postings=[ISSUED], **issued)
    return forwarding


async def test_a_refused_invoice_goes_again_as_it_stands_now(refused: Forwarding) -> None:
    desk = desk_of(refused)

    await hand_over_again(desk, await file_of(refused), by=desk.act("address mended"))
    (outcome,) = await refused.settle(*await refused.due())

    assert len(done(outcome).messages) == 1
    (claim,) = refused.office.fake.claims.values()
    assert claim["debtor"]["address"]["line1"] == "Nygata 2"
    rows = await find_claims(refused.store, "acme", {REFERENCE})
    assert rows[REFERENCE].state is ClaimState.REGISTERED


async def test_the_message_is_another_than_the_first_and_the_same_when_asked_twice(
    refused: Forwarding,
) -> None:
    desk, file = desk_of(refused), await file_of(refused)

    await hand_over_again(desk, file, by=desk.act())
    await hand_over_again(desk, file, by=desk.act())

    ids = {message.id for message in await refused.due()}
    assert len(ids) == 1
    assert overdue().id not in ids


async def test_an_invoice_that_is_held_stays(refused: Forwarding) -> None:
    desk, file = desk_of(refused), await file_of(refused, excluded=True)

    with pytest.raises(Conflict) as caught:
        await hand_over_again(desk, file, by=desk.act())

    assert caught.value.code == "NOT_ELIGIBLE"


async def test_a_registered_claim_is_never_handed_over_again(forwarding: Forwarding) -> None:
    await forwarding.settle(overdue())
    desk, file = desk_of(forwarding), await file_of(forwarding)

    with pytest.raises(Conflict):
        await hand_over_again(desk, file, by=desk.act())

    assert not was_refused(file)
