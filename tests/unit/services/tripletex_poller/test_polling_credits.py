"""The poller against a Tripletex stand-in: credit notes, whole and in part."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from services.sandbox.tripletex.rules import Rules
from shared.messages.credit_notes import CreditScope
from shared.store.tasks import list_tasks
from tests.harness.polling import FIRST_DAY, PollDesk, credit_of, names


async def kinds(polling: PollDesk) -> list[str]:
    return sorted(one.kind for one in await list_tasks(polling.store))


async def test_full_credit_is_told_once_with_the_credit_notes_number(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    note = polling.world.credit(polling.company.id, invoice.id)

    first, second = await polling.poll(), await polling.poll()

    assert names(first) == ["credit-notes.issued"]
    assert credit_of(first[0]).number == str(note.number)
    assert credit_of(first[0]).amount == Decimal(10000)
    assert second == []


async def test_full_credit_of_a_reminded_invoice_is_told_although_both_stay_open(
    polling: PollDesk,
) -> None:
    polling.world.rules = Rules()
    invoice = polling.invoice("10000")
    polling.world.remind(polling.company.id, invoice.id, on=FIRST_DAY)
    await polling.poll()
    polling.world.credit(polling.company.id, invoice.id)

    told = await polling.poll()

    assert set(names(told)) == {"credit-notes.issued"}
    assert len({one.id for one in told}) == 1


async def test_credit_after_a_part_payment_is_for_the_remaining_principal(
    polling: PollDesk,
) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    polling.pay(invoice, "4000")
    polling.world.credit(polling.company.id, invoice.id)

    told = await polling.poll()

    credits_told = {credit_of(one) for one in told if "credit" in one.type}
    assert {one.amount for one in credits_told} == {Decimal(6000)}
    assert {one.scope for one in credits_told} == {CreditScope.FULL}


async def test_credit_is_never_told_as_a_payment(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    polling.world.credit(polling.company.id, invoice.id)

    await polling.poll()
    await polling.poll(full=True)

    assert not [name for name in names(polling.told) if name.startswith("payments")]


async def test_matched_partial_credit_asks_a_person_and_credits_nothing(
    polling: PollDesk,
) -> None:
    invoice = polling.invoice("10000")
    polling.pay(invoice, "7000")
    await polling.poll()
    polling.world.partial_credit(polling.company.id, invoice.id, Decimal(3000), match=True)

    told = await polling.poll()

    assert not {"credit-notes.issued", "payments.received"} & set(names(told))
    assert await kinds(polling)


async def test_unmatched_partial_credit_asks_a_person_once(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    polling.world.partial_credit(polling.company.id, invoice.id, Decimal(3000))

    told = await polling.poll() + await polling.poll()

    assert [credit_of(one).scope for one in told] == [CreditScope.UNLINKED]
    assert await kinds(polling) == ["unlinked-credit"]


async def test_credited_invoice_that_was_never_handed_over_is_not_told(polling: PollDesk) -> None:
    invoice = polling.invoice("10000", due=FIRST_DAY - timedelta(days=3))
    await polling.poll()
    polling.world.credit(polling.company.id, invoice.id)

    assert await polling.poll() == []


async def test_negative_invoice_of_a_customer_without_cases_is_left_alone(
    polling: PollDesk,
) -> None:
    invoice = polling.invoice("10000", due=FIRST_DAY - timedelta(days=3))
    polling.world.partial_credit(polling.company.id, invoice.id, Decimal(3000))

    await polling.poll()

    assert await kinds(polling) == []


async def test_credit_under_a_stricter_minimum_is_still_told(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    await polling.set_client(replace(polling.client, minimum_amount=Decimal(50000)))
    polling.world.credit(polling.company.id, invoice.id)

    assert names(await polling.poll()) == ["credit-notes.issued"]
