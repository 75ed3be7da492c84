"""What an operator changes: tasks, polls, settlements, invoices; each leaves a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from shared.faults import Conflict, Invalid
from shared.messages.catalog import (
    POLL_FEED,
    POLL_REQUESTED,
    SETTLEMENT_ISSUED,
    SETTLEMENT_RECONCILED,
    AnyEvent,
    decode,
)
from shared.messages.settlements import BrokenRule
from shared.operations import invoices, settlements, tasks
from shared.operations.acts import Act
from shared.operations.polls import request_polls
from shared.store import bookings
from shared.store import clients as store_clients
from shared.store import settlements as store_settlements
from shared.store.audit import list_audit
from shared.store.bookings import Booking, BookingState, Lease
from shared.store.clients import ClientState
from shared.store.engine import Store
from shared.store.outbox import take_due
from shared.store.settlements import JudgedSettlement, SettlementState
from shared.store.tasks import open_task
from shared.store.watched import InvoiceState, WatchedInvoice, handed_over, observed, watched
from tests.harness.clients import a_client
from tests.harness.settlement_makers import CLIENT, line, settlement

NOW = datetime(2026, 10, 1, 8, tzinfo=UTC)
TODAY = date(2026, 10, 1)
BY = Act("kari", NOW, "because")
BROKEN = BrokenRule(rule="I5", expected="1.00", found="2.00")


async def queued(store: Store) -> Sequence[AnyEvent]:
    rows = await take_due(store, now=NOW, limit=10, lease=timedelta(minutes=1))
    return [decode(row.body) for row in rows]


async def hold(store: Store, state: SettlementState) -> JudgedSettlement:
    body = settlement(line())
    judged = JudgedSettlement(
        client_id=CLIENT,
        settlement_id=body.settlement_id,
        settlement_number=body.settlement_number,
        state=state,
        content=store_settlements.content_digest(body),
        body=body,
        matches=(),
        broken_rules=(BROKEN,) if state is SettlementState.QUARANTINED else (),
        judged_at=NOW,
    )
    await store.commit(store_settlements.save(judged))
    return judged


async def hold_booking(store: Store, judged: JudgedSettlement, state: BookingState) -> None:
    booking = Booking(
        client_id=CLIENT,
        settlement_id=judged.settlement_id,
        settlement_number=judged.settlement_number,
        state=state,
        booking_date=judged.body.settlement_date,
        updated_at=NOW,
        reason="The books are closed",
    )
    lease = Lease(CLIENT, "writer")
    await bookings.take_lease(store, lease, now=NOW)
    await bookings.write_booking(store, lease, booking, now=NOW)
    await bookings.give_back(store, lease)


async def watch(store: Store, **changed: object) -> WatchedInvoice:
    await store.commit([store_clients.save(a_client())])
    values: dict[str, object] = {
        "client_id": CLIENT,
        "invoice_id": 1,
        "claim_reference": "tt:4711:inv:1",
        "invoice_number": "10042",
        "voucher_id": 5,
        "customer_id": 6,
        "due_date": date(2026, 9, 1),
        "original": Decimal("100.00"),
        "outstanding": Decimal("100.00"),
        "is_credited": False,
        "reasons": [],
        "look_again_on": None,
        "observed_at": NOW,
    }
    made = WatchedInvoice(**values | changed)  # type: ignore[arg-type]  # named as the fields are
    await store.commit([observed(made)])
    return made


async def test_tasks_that_are_open_are_closed_and_the_others_told(sqlite_store: Store) -> None:
    await sqlite_store.commit([open_task(CLIENT, "k", "a", "Title", "Do it", now=NOW)])
    (row,) = await tasks.list_tasks(sqlite_store)

    closed, refused = await tasks.close_tasks(sqlite_store, [row.id, row.id, 99], by=BY)

    assert closed == (row.id,)
    assert [type(fault) for fault in refused] == [Conflict]
    assert await tasks.list_tasks(sqlite_store) == ()
    assert (await tasks.show_task(sqlite_store, row.id)).note == "because"


async def test_a_task_there_is_not_is_told(sqlite_store: Store) -> None:
    with pytest.raises(Invalid, match="there is no task 7"):
        await tasks.show_task(sqlite_store, 7)


async def test_a_poll_of_all_asks_for_the_active_ones(sqlite_store: Store) -> None:
    paused = a_client(client_id="other", ecpay_client_id="o", state=ClientState.PAUSED)
    await sqlite_store.commit([store_clients.save(a_client()), store_clients.save(paused)])

    asked = await request_polls(sqlite_store, None, full=True, today=TODAY, by=BY)

    messages = {message.type: message for message in await queued(sqlite_store)}
    poll = messages[POLL_REQUESTED.name].data
    assert asked == (CLIENT,)
    assert set(messages) == {POLL_REQUESTED.name, POLL_FEED.name}
    assert (poll.client_id, poll.full, poll.today) == (CLIENT, True, TODAY)


async def test_a_poll_of_a_client_that_never_started_is_refused(sqlite_store: Store) -> None:
    await sqlite_store.commit([store_clients.save(a_client(state=ClientState.ADDED))])

    with pytest.raises(Invalid, match="client confirm nordfjord"):
        await request_polls(sqlite_store, CLIENT, full=False, today=TODAY, by=BY)


async def test_asking_twice_looks_twice(sqlite_store: Store) -> None:
    await sqlite_store.commit([store_clients.save(a_client())])
    later = replace(BY, at=datetime(2026, 10, 1, 7, tzinfo=UTC))

    for by in (BY, later):
        await request_polls(sqlite_store, CLIENT, full=False, today=TODAY, by=by)

    assert len({message.id for message in await queued(sqlite_store)}) == 4


async def test_a_quarantined_settlement_is_judged_again(sqlite_store: Store) -> None:
    judged = await hold(sqlite_store, SettlementState.QUARANTINED)

    row = await settlements.release_settlement(
        sqlite_store, judged.settlement_id, client_id=None, booking_date=None, by=BY
    )

    (message,) = await queued(sqlite_store)
    assert (row.state, row.reason) == ("QUARANTINED", "I5")
    assert message.type == SETTLEMENT_ISSUED.name
    (entry,) = await list_audit(sqlite_store)
    assert (entry.action, entry.subjects) == ("settlement release", (judged.settlement_id,))


async def test_each_release_is_a_message_of_its_own(sqlite_store: Store) -> None:
    judged = await hold(sqlite_store, SettlementState.QUARANTINED)

    for _ in range(2):
        await settlements.release_settlement(
            sqlite_store, judged.settlement_id, client_id=None, booking_date=None, by=BY
        )

    assert len({message.id for message in await queued(sqlite_store)}) == 2


async def test_a_held_booking_is_booked_again_on_the_day_given(sqlite_store: Store) -> None:
    judged = await hold(sqlite_store, SettlementState.RECONCILED)
    await hold_booking(sqlite_store, judged, BookingState.HELD)

    await settlements.release_settlement(
        sqlite_store,
        str(judged.settlement_number),
        client_id=CLIENT,
        booking_date=TODAY,
        by=BY,
    )

    (message,) = await queued(sqlite_store)
    kept = await bookings.find(sqlite_store, CLIENT, judged.settlement_id)
    assert message.type == SETTLEMENT_RECONCILED.name
    assert kept is not None
    assert kept.booking_date == TODAY


@pytest.mark.parametrize("state", [BookingState.BOOKED, BookingState.BOOKING])
async def test_a_settlement_that_is_not_held_is_not_released(
    sqlite_store: Store, state: BookingState
) -> None:
    judged = await hold(sqlite_store, SettlementState.RECONCILED)
    await hold_booking(sqlite_store, judged, state)

    with pytest.raises(Conflict, match=f"is {state.value}, not held"):
        await settlements.release_settlement(
            sqlite_store, judged.settlement_id, client_id=None, booking_date=None, by=BY
        )

    assert await queued(sqlite_store) == []


async def test_a_settlement_there_is_not_is_told(sqlite_store: Store) -> None:
    with pytest.raises(Invalid, match="there is no settlement 7"):
        await settlements.show_settlement(sqlite_store, "7")


async def test_a_settlement_shows_its_lines_and_broken_rules(sqlite_store: Store) -> None:
    judged = await hold(sqlite_store, SettlementState.QUARANTINED)

    file = await settlements.show_settlement(sqlite_store, judged.settlement_id)

    assert file.broken_rules == (BROKEN,)
    assert len(file.lines) == judged.body.line_count
    assert await settlements.list_settlements(sqlite_store) == (file.row,)


async def test_an_invoice_is_found_by_number_and_by_id(sqlite_store: Store) -> None:
    known = await watch(sqlite_store)

    by_number = await invoices.find_file(sqlite_store, CLIENT, "10042")
    by_id = await invoices.find_file(sqlite_store, CLIENT, "1")

    assert by_number is not None
    assert by_number == by_id
    assert by_number.known == known
    assert await invoices.find_file(sqlite_store, CLIENT, "x") is None


async def test_a_number_of_two_invoices_asks_for_the_id(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    await watch(sqlite_store, invoice_id=2, claim_reference="tt:4711:inv:2")

    with pytest.raises(Conflict, match="give the id: 1, 2"):
        await invoices.find_file(sqlite_store, CLIENT, "10042")


async def test_a_held_invoice_is_held_until_it_is_released(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    file = await invoices.find_file(sqlite_store, CLIENT, "10042")
    assert file is not None

    await invoices.hold_invoice(sqlite_store, file, until=None, exclude=False, today=TODAY, by=BY)
    held = await invoices.find_file(sqlite_store, CLIENT, "10042")
    assert held is not None
    await invoices.release_invoice(sqlite_store, held, today=TODAY, by=BY)

    assert invoices.row_of(held).state is InvoiceState.HELD
    released = (await watched(sqlite_store, CLIENT, [1]))[1]
    assert (released.state, released.look_again_on) == (InvoiceState.WAITING, TODAY)
    with pytest.raises(Conflict, match="is not held"):
        await invoices.release_invoice(sqlite_store, file, today=TODAY, by=BY)


async def test_an_invoice_that_was_handed_over_cannot_be_held(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    await sqlite_store.commit([handed_over(CLIENT, 1, now=NOW)])
    file = await invoices.find_file(sqlite_store, CLIENT, "10042")
    assert file is not None

    with pytest.raises(Conflict, match="was handed over on 2026-10-01"):
        await invoices.hold_invoice(
            sqlite_store, file, until=None, exclude=False, today=TODAY, by=BY
        )


async def test_invoices_are_listed_by_state(sqlite_store: Store) -> None:
    await watch(sqlite_store, reasons=[{"why": "MISSING_ADDRESS", "until": None}])

    (row,) = await invoices.list_invoices(sqlite_store, CLIENT, state=InvoiceState.WAITING)

    assert "no complete postal address" in row.reasons[0]
    assert await invoices.list_invoices(sqlite_store, CLIENT, state=InvoiceState.HELD) == ()
