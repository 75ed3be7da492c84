"""What a poll costs, and how it finds its way when the ledger's view is closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.faults import Outage
from shared.messages.polls import ReadInvoices
from shared.store import poll
from tests.harness.polling import DUE, FIRST_DAY, PollDesk, names, payment_of


async def test_a_steady_poll_of_500_open_posts_is_one_call(polling: PollDesk) -> None:
    for _ in range(500):
        polling.invoice("1000")
    await polling.poll()
    polling.transport.calls.clear()

    told = await polling.poll()

    assert told == []
    assert dict(polling.transport.calls) == {"GET /ledger/posting/openPost": 1}


async def test_a_new_process_needs_three_calls_for_a_steady_poll(polling: PollDesk) -> None:
    polling.invoice()
    await polling.poll()
    polling.transport.calls.clear()
    polling.restart()

    await polling.poll()

    assert polling.transport.calls.total() == 3


async def test_a_hundred_changed_invoices_are_one_more_reading(polling: PollDesk) -> None:
    invoices = [polling.invoice("1000") for _ in range(100)]
    await polling.poll()
    for invoice in invoices:
        polling.pay(invoice, "1000")
    polling.transport.calls.clear()

    told = await polling.poll()

    assert len(told) == 100
    assert polling.transport.calls["GET /invoice"] == 1
    assert polling.transport.calls.total() == 3


async def test_more_than_a_thousand_open_posts_are_all_seen(polling: PollDesk) -> None:
    for _ in range(1050):
        polling.invoice("1000", due=FIRST_DAY)
    polling.invoice("1000", due=DUE)

    told = await polling.poll()

    assert polling.transport.calls["GET /ledger/posting/openPost"] == 2
    assert names(told) == ["invoices.overdue"]


async def test_open_debt_that_is_no_invoice_is_read_once(polling: PollDesk) -> None:
    await polling.manual_debt("4500", DUE)
    first = await polling.poll()
    polling.transport.calls.clear()

    second = await polling.poll()

    assert first == second == []
    assert polling.transport.calls.total() == 1


async def test_unmatched_part_payment_is_not_read_again_with_the_next(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    polling.pay(invoice, "1000")
    await polling.poll()
    polling.pay(invoice, "2000")

    requests = await polling.requests()

    wanted = [one.data for one in requests if isinstance(one.data, ReadInvoices)]
    assert [(len(one.invoice_ids), len(one.voucher_ids)) for one in wanted] == [(1, 0), (0, 1)]


async def test_full_sweep_finds_what_no_poll_has_told(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    polling.invoice("500")
    await polling.poll()
    polling.pay(invoice, "2500")

    told = await polling.poll(full=True)

    assert [payment_of(one).amount for one in told] == [2500]


async def test_full_sweep_hands_over_too(polling: PollDesk) -> None:
    polling.invoice()

    told = await polling.poll(full=True) + await polling.poll()

    assert names(told) == ["invoices.overdue"]


async def test_refused_open_posts_are_replaced_by_a_sweep(polling: PollDesk) -> None:
    polling.invoice()
    polling.transport.refuse("/v2/ledger/posting/openPost")

    told = await polling.poll() + await polling.poll()

    assert names(told) == ["invoices.overdue"]


async def test_vouchers_that_may_not_be_read_leave_the_clearing_account_to_tell(
    polling: PollDesk,
) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    polling.transport.refuse("/v2/ledger/voucher")
    await polling.settle(invoice.id, "4000")
    polling.pay(invoice, "1000")

    told = await polling.poll()

    received = {payment_of(one).amount: payment_of(one).received_by.value for one in told}
    assert received == {4000: "AGENCY", 1000: "CREDITOR"}


async def test_revoked_token_stops_this_client_only(polling: PollDesk) -> None:
    polling.world.revoke_token(polling.company.id)

    with pytest.raises(Outage) as caught:
        await polling.poll()

    assert caught.value.client_id == "fjord"


async def test_ticker_claims_a_due_client_once(polling: PollDesk) -> None:
    now, every = polling.clock.now(), timedelta(minutes=15)
    tonight = now + timedelta(hours=12)

    first = await poll.claim_due(polling.store, now=now, every=every, next_sweep=tonight)
    second = await poll.claim_due(polling.store, now=now, every=every, next_sweep=tonight)
    later = await poll.claim_due(polling.store, now=now + every, every=every, next_sweep=tonight)

    assert [(one.client_id, one.sweep) for one in first] == [("fjord", False)]
    assert list(second) == []
    assert [one.client_id for one in later] == ["fjord"]


async def test_ticker_asks_for_a_sweep_at_night(polling: PollDesk) -> None:
    now, every = polling.clock.now(), timedelta(minutes=15)
    tonight = now + timedelta(hours=12)
    await poll.claim_due(polling.store, now=now, every=every, next_sweep=tonight)

    due = await poll.claim_due(
        polling.store, now=tonight, every=every, next_sweep=tonight + timedelta(days=1)
    )

    assert [one.sweep for one in due] == [True]


async def test_rights_taken_away_stop_this_client_and_bury_no_message(
    polling: PollDesk,
) -> None:
    polling.transport.refuse("/v2/ledger/posting/openPost")
    polling.transport.refuse("/v2/invoice")

    with pytest.raises(Outage) as caught:
        await polling.poll()

    assert (caught.value.client_id, caught.value.code) == ("fjord", "9000")
