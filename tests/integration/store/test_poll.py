"""What the poller keeps, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.faults import Invalid
from shared.store import clients, poll, watched
from shared.store.clients import Accounts, BookingMode, Client, ClientState
from shared.store.engine import Store
from shared.store.poll import PollCursor
from shared.store.watched import InvoiceState, PostingKind, SeenPosting, WatchedInvoice

NOW = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
EVERY = timedelta(minutes=15)
TONIGHT = NOW + timedelta(hours=19)
TODAY = date(2026, 9, 1)

CLIENT = Client(
    client_id="fjord",
    name="Fjord Bygg AS",
    company_id=3_000_000_000,
    employee_token=b"sealed",
    ecpay_client_id="ec-1",
    start_date=date(2026, 6, 1),
    created_at=NOW,
    minimum_amount=Decimal("150.50"),
    booking=BookingMode.DRAFT,
    state=ClientState.ACTIVE,
    accounts=Accounts(clearing=1578),
)
INVOICE = WatchedInvoice(
    client_id="fjord",
    invoice_id=2_147_541_923,
    claim_reference="tt:4711:inv:2147541923",
    invoice_number="1042",
    voucher_id=608_841_606,
    customer_id=50,
    due_date=date(2026, 8, 17),
    original=Decimal("10000.50"),
    outstanding=Decimal("10000.50"),
    is_credited=False,
    reasons=[{"why": "MISSING_ADDRESS", "until": None}],
    look_again_on=date(2026, 9, 2),
    observed_at=NOW,
)
POSTING = SeenPosting(
    client_id="fjord",
    posting_id=3_844_959_787,
    invoice_id=INVOICE.invoice_id,
    voucher_id=None,
    posted_on=TODAY,
    amount=Decimal("-100.10"),
    kind=PostingKind.PAYMENT,
    seen_at=NOW,
)


async def add(store: Store, *more: Client) -> None:
    await store.commit([clients.save(one) for one in (more or (CLIENT,))])


async def claim(store: Store, now: datetime = NOW) -> list[str]:
    due = await poll.claim_due(store, now=now, every=EVERY, next_sweep=TONIGHT)
    return [one.client_id for one in due]


async def test_client_comes_back_as_it_was_saved(store: Store) -> None:
    await add(store)

    assert await clients.client(store, "fjord") == CLIENT


async def test_saving_again_replaces_all_but_the_day_of_creation(store: Store) -> None:
    await add(store)

    await add(store, replace(CLIENT, name="Nytt navn AS", created_at=NOW + EVERY))

    assert await clients.client(store, "fjord") == replace(CLIENT, name="Nytt navn AS")


async def test_unknown_client_is_refused(store: Store) -> None:
    with pytest.raises(Invalid):
        await clients.client(store, "nobody")


async def test_only_confirmed_clients_are_active(store: Store) -> None:
    waiting = replace(CLIENT, client_id="ny", ecpay_client_id="ec-2", state=ClientState.ADDED)
    await add(store, CLIENT, waiting)

    assert [one.client_id for one in await clients.active_clients(store)] == ["fjord"]
    assert len(await clients.all_clients(store)) == 2


async def test_due_client_is_claimed_by_one_of_many_replicas(store: Store) -> None:
    await add(store)

    claimed = await asyncio.gather(*(claim(store) for _ in range(8)))

    assert sorted(one for claims in claimed for one in claims) == ["fjord"]


async def test_client_is_due_again_after_the_pause(store: Store) -> None:
    await add(store)
    await claim(store)

    assert await claim(store, NOW + EVERY - timedelta(seconds=1)) == []
    assert await claim(store, NOW + EVERY) == ["fjord"]


async def test_client_that_is_not_confirmed_is_never_due(store: Store) -> None:
    await add(store, replace(CLIENT, state=ClientState.ADDED))

    assert await claim(store) == []


async def test_client_paused_after_its_last_poll_is_still_polled(store: Store) -> None:
    await add(store)
    await claim(store)
    await add(store, replace(CLIENT, state=ClientState.PAUSED))

    assert await claim(store, NOW + EVERY) == ["fjord"]


async def test_sweep_is_due_once_a_night(store: Store) -> None:
    await add(store)
    await claim(store)

    first = await poll.claim_due(
        store, now=TONIGHT, every=EVERY, next_sweep=TONIGHT + timedelta(days=1)
    )
    second = await poll.claim_due(
        store, now=TONIGHT + EVERY, every=EVERY, next_sweep=TONIGHT + timedelta(days=1)
    )

    assert [one.sweep for one in (*first, *second)] == [True, False]


async def test_noting_a_poll_leaves_alone_when_the_next_is_due(store: Store) -> None:
    await add(store)
    await claim(store)
    cursor = PollCursor("fjord", NOW, NOW, receivable_accounts=(370_110_961,), polled_at=NOW)

    await store.commit([poll.keep_cursor(cursor)])

    kept = await poll.poll_cursor(store, "fjord")
    assert kept == replace(cursor, next_poll_at=NOW + EVERY, next_sweep_at=TONIGHT)


async def test_open_posts_are_replaced_per_customer_and_dropped_when_empty(store: Store) -> None:
    await store.commit(
        [poll.keep_open_posts("fjord", 1, ["a", "b"]), poll.keep_open_posts("fjord", 2, ["c"])]
    )

    await store.commit(
        [poll.keep_open_posts("fjord", 1, ["b"]), poll.keep_open_posts("fjord", 2, [])]
    )

    assert await poll.open_posts(store, "fjord") == {1: ("b",)}


async def test_vouchers_that_are_no_invoices_are_remembered(store: Store) -> None:
    await store.commit([poll.other_voucher("fjord", one) for one in (7, 7, 8)])

    assert await poll.other_vouchers(store, "fjord", range(1200)) == {7, 8}
    assert await poll.other_vouchers(store, "nobody", [7]) == frozenset()


async def test_invoice_comes_back_as_it_was_observed(store: Store) -> None:
    await store.commit([watched.observed(INVOICE)])

    assert await watched.watched(store, "fjord", [INVOICE.invoice_id]) == {
        INVOICE.invoice_id: INVOICE
    }
    assert await watched.watched_by_voucher(store, "fjord", [608_841_606]) == {
        608_841_606: INVOICE
    }


async def test_observing_again_keeps_hold_and_hand_over(store: Store) -> None:
    await store.commit([watched.observed(INVOICE)])
    await store.commit(
        [
            watched.hold("fjord", INVOICE.invoice_id, reason="disputed", today=TODAY),
            watched.handed_over("fjord", INVOICE.invoice_id, now=NOW),
        ]
    )

    await store.commit([watched.observed(replace(INVOICE, outstanding=Decimal(5)))])

    (kept,) = await watched.handed_over_to(store, "fjord", [50])
    assert (kept.held, kept.held_reason, kept.handed_over_at) == (True, "disputed", NOW)
    assert kept.outstanding == Decimal(5)


async def test_hand_over_keeps_its_first_moment(store: Store) -> None:
    await store.commit([watched.observed(INVOICE)])

    for moment in (NOW, NOW + EVERY):
        await store.commit([watched.handed_over("fjord", INVOICE.invoice_id, now=moment)])

    (kept,) = await watched.list_watched(store, "fjord", state=InvoiceState.HANDED_OVER)
    assert kept.handed_over_at == NOW
    assert await watched.list_watched(store, "fjord", state=InvoiceState.WAITING) == []


@pytest.mark.parametrize("is_handed_over", [False, True])
@pytest.mark.parametrize("is_credited", [False, True])
@pytest.mark.parametrize(
    "changes", [{}, {"held": True}, {"excluded": True}, {"outstanding": Decimal("0.00")}]
)
async def test_invoice_is_listed_under_its_state_only(
    store: Store, changes: dict[str, Any], *, is_credited: bool, is_handed_over: bool
) -> None:
    one = replace(INVOICE, is_credited=is_credited, **changes)
    one = replace(one, handed_over_at=NOW if is_handed_over else None)
    await store.commit([watched.observed(one)])

    listed = [
        state for state in InvoiceState if await watched.list_watched(store, "fjord", state=state)
    ]

    assert listed == [one.state]


async def test_released_invoice_is_read_again_at_once(store: Store) -> None:
    await store.commit([watched.observed(replace(INVOICE, look_again_on=None))])
    await store.commit(
        [watched.hold("fjord", INVOICE.invoice_id, reason="x", today=TODAY, excluded=True)]
    )

    await store.commit([watched.release("fjord", INVOICE.invoice_id, today=TODAY)])

    (again,) = await watched.due_again(store, "fjord", TODAY)
    assert (again.excluded, again.state) == (False, InvoiceState.WAITING)


async def test_invoice_is_not_read_again_before_its_day(store: Store) -> None:
    await store.commit([watched.observed(INVOICE)])

    assert await watched.due_again(store, "fjord", date(2026, 9, 1)) == []
    assert len(await watched.due_again(store, "fjord", date(2026, 9, 2))) == 1


EARLY = replace(POSTING, kind=PostingKind.EARLIER)


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (EARLY, POSTING, POSTING),
        (POSTING, EARLY, POSTING),
        (EARLY, replace(EARLY, seen_at=NOW + EVERY), EARLY),
    ],
)
async def test_second_hand_over_gives_way_to_what_is_noted(
    store: Store, first: SeenPosting, second: SeenPosting, kept: SeenPosting
) -> None:
    await store.commit([watched.seen(first)])

    await store.commit([watched.seen(second)])

    assert await watched.seen_postings(store, "fjord", [INVOICE.invoice_id]) == {
        INVOICE.invoice_id: [kept]
    }


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, InvoiceState.WAITING),
        ({"held": True}, InvoiceState.HELD),
        ({"excluded": True}, InvoiceState.HELD),
        ({"handed_over_at": NOW}, InvoiceState.HANDED_OVER),
        ({"handed_over_at": NOW, "outstanding": Decimal(0)}, InvoiceState.SETTLED),
        ({"handed_over_at": NOW, "is_credited": True}, InvoiceState.CREDITED),
    ],
)
def test_state_is_one_word(change: dict[str, object], state: InvoiceState) -> None:
    assert replace(INVOICE, **change).state is state  # type: ignore[arg-type]  # any field
