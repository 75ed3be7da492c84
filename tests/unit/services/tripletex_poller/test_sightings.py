from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.tripletex_poller.schedule import next_night
from services.tripletex_poller.sightings import (
    ToRead,
    by_customer,
    due_posts,
    lines,
    moved_customers,
    sweep_to_read,
    to_read,
)
from shared.providers.tripletex.wire import Invoice, OpenPost
from tests.unit.receivables.makers import DUE, TERMS, TODAY, invoice
from tests.unit.services.tripletex_poller.test_changes import before

NOTHING: dict[str, Any] = {"due": {}, "known": {}, "moved": {}, "followed": [], "again": []}


def post(id_: int, amount: str = "10000", **more: Any) -> OpenPost:
    return OpenPost.model_validate(
        {
            "id": id_,
            "date": "2026-08-03",
            "amount": Decimal(amount),
            "termOfPayment": DUE.isoformat(),
            "customer": {"id": 50},
            "voucher": {"id": id_ + 900},
        }
        | more
    )


def head(**more: Any) -> Invoice:
    return invoice(customer={"id": 50}, postings=[], **more)


def test_unchanged_ledger_moves_nobody() -> None:
    now = by_customer([post(1), post(2)])

    assert moved_customers({50: lines(now[50])}, now) == {}


@pytest.mark.parametrize(
    "posts",
    [
        [],
        [post(1), post(2, "-500")],
        [post(1, "9000")],
        [post(1, termOfPayment="2026-09-30")],
        [post(9)],
    ],
)
def test_any_change_of_a_customers_posts_moves_the_customer(posts: list[OpenPost]) -> None:
    assert set(moved_customers({50: lines([post(1)])}, by_customer(posts))) == {50}


def test_new_customer_has_moved() -> None:
    assert set(moved_customers({}, by_customer([post(1)]))) == {50}


def test_posts_without_a_customer_stand_together() -> None:
    assert list(by_customer([post(1, customer=None)])) == [0]


def test_only_debts_overdue_enough_are_due() -> None:
    posts = [
        post(1),
        post(2, "-100"),
        post(3, termOfPayment=(TODAY - timedelta(days=14)).isoformat()),
        post(4, termOfPayment="2026-05-31"),
        post(5, termOfPayment=None),
        post(6, voucher=None),
    ]

    assert set(due_posts(posts, TERMS, TODAY)) == {901}


def test_unknown_due_debt_is_read_by_its_voucher() -> None:
    assert to_read(**NOTHING | {"due": {901: post(1)}}) == ToRead(frozenset(), frozenset({901}))


def test_known_waiting_invoice_is_read_when_its_customer_has_moved() -> None:
    waiting = before(handed_over_at=None)
    known = {"due": {901: post(1)}, "known": {901: waiting}}

    assert to_read(**NOTHING | known) == ToRead(frozenset(), frozenset())
    assert to_read(**NOTHING | known | {"moved": {50: [post(1)]}}).invoice_ids == {7}


def test_waiting_invoice_is_read_when_its_day_has_come() -> None:
    again = [before(handed_over_at=None)]

    assert to_read(**NOTHING | {"again": again}).invoice_ids == {7}


def test_open_handed_over_invoice_of_a_moved_customer_is_read() -> None:
    assert to_read(**NOTHING | {"moved": {50: []}, "followed": [before()]}).invoice_ids == {7}


def test_paid_invoice_is_read_again_only_when_it_is_named() -> None:
    paid = before(outstanding=Decimal(0))
    reopened = {50: [post(3, voucher={"id": paid.voucher_id})]}
    overpaid = {50: [post(3, "-300", invoiceNumber="1042")]}

    assert not to_read(**NOTHING | {"moved": {50: [post(3)]}, "followed": [paid]}).invoice_ids
    assert to_read(**NOTHING | {"moved": reopened, "followed": [paid]}).invoice_ids == {7}
    assert to_read(**NOTHING | {"moved": overpaid, "followed": [paid]}).invoice_ids == {7}


def test_negative_posts_beside_an_open_claim_are_read_as_possible_credit_notes() -> None:
    moved = {50: [post(1), post(2, "-300")]}

    assert to_read(**NOTHING | {"moved": moved, "followed": [before()]}).voucher_ids == {902}
    assert not to_read(**NOTHING | {"moved": moved}).voucher_ids


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {7}),
        ({"amountOutstanding": 0}, set()),
        ({"invoiceDueDate": TODAY.isoformat()}, set()),
    ],
)
def test_sweep_reads_what_is_due_and_unknown(change: dict[str, Any], expected: set[int]) -> None:
    assert sweep_to_read([head(**change)], {}, TERMS, today=TODAY).invoice_ids == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [({}, set()), ({"amountOutstanding": 9000}, {7}), ({"isCredited": True}, {7})],
)
def test_sweep_reads_handed_over_invoices_that_differ(
    change: dict[str, Any], expected: set[int]
) -> None:
    found = sweep_to_read([head(**change)], {7: before()}, TERMS, today=TODAY)

    assert found.invoice_ids == expected


def test_sweep_reads_waiting_invoices_on_their_day() -> None:
    tomorrow = before(handed_over_at=None, look_again_on=TODAY + timedelta(days=1))
    today = before(handed_over_at=None, look_again_on=TODAY)

    assert not sweep_to_read([head()], {7: tomorrow}, TERMS, today=TODAY).invoice_ids
    assert sweep_to_read([head()], {7: today}, TERMS, today=TODAY).invoice_ids == {7}


def test_sweep_reads_a_credit_note_and_the_handed_over_invoice_it_names() -> None:
    note = head(id=8, amount=-10000, amountOutstanding=0, creditedInvoice=7)

    assert sweep_to_read([note], {7: before()}, TERMS, today=TODAY).invoice_ids == {7, 8}
    assert not sweep_to_read([note], {}, TERMS, today=TODAY).invoice_ids


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 9, 1, 0, 59, tzinfo=UTC), datetime(2026, 9, 1, 1, 0, tzinfo=UTC)),
        (datetime(2026, 9, 1, 1, 0, tzinfo=UTC), datetime(2026, 9, 2, 1, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 12, 0, tzinfo=UTC), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_sweep_is_at_three_in_oslo(now: datetime, expected: datetime) -> None:
    assert next_night(now) == expected


def test_day_of_the_makers_is_the_fifteenth_after_the_due_date() -> None:
    assert date.fromordinal(DUE.toordinal() + 15) == TODAY
