"""The poller against a Tripletex stand-in: what is told, and how often."""

from __future__ import annotations

from tests.harness.polling import PollDesk, names, payment_of


async def test_overdue_invoice_is_handed_over_once(polling: PollDesk) -> None:
    polling.invoice()

    first, second = await polling.poll(), await polling.poll()

    assert names(first) == ["invoices.overdue"]
    assert second == []


async def test_part_payment_after_the_hand_over_is_told_once(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    polling.pay(invoice, "2500")

    first, second = await polling.poll(), await polling.poll()

    assert [payment_of(one).amount for one in first] == [2500]
    assert second == []
