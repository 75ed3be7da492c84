from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.tripletex_poller.changes import Changes, Doubt, changes, noted_at_hand_over
from services.tripletex_poller.postings import Reading
from shared.messages.credit_notes import CreditScope
from shared.providers.tripletex.wire import Invoice
from shared.store.watched import PostingKind, SeenPosting, WatchedInvoice
from tests.unit.receivables.makers import DUE, TODAY, VOUCHER, invoice, posting

HANDED_OVER = datetime(2026, 8, 30, 6, 0, tzinfo=UTC)
NOW = HANDED_OVER + timedelta(days=2)
BANK, CLEARING = 1920, 1579
DEBT = posting(1, "10000", type="OUTGOING_INVOICE_CUSTOMER_POSTING")
CREDIT_TYPE = "OUTGOING_INVOICE_CUSTOMER_POSTING"


def before(**more: Any) -> WatchedInvoice:
    known: dict[str, Any] = {
        "client_id": "fjord",
        "invoice_id": 7,
        "claim_reference": "tt:4711:inv:7",
        "invoice_number": "1042",
        "voucher_id": VOUCHER,
        "customer_id": 50,
        "due_date": DUE,
        "original": Decimal(10000),
        "outstanding": Decimal(10000),
        "is_credited": False,
        "reasons": [],
        "look_again_on": None,
        "observed_at": HANDED_OVER,
        "handed_over_at": HANDED_OVER,
    }
    return WatchedInvoice(**known | more)


def found(
    *rows: dict[str, Any],
    seen: list[SeenPosting] | None = None,
    accounts: Mapping[int, set[int]] | None = None,
    credit_notes: tuple[Invoice, ...] = (),
    known: WatchedInvoice | None = None,
    **more: Any,
) -> Changes:
    """Read an invoice with these postings beside its own debt."""
    noted = noted_at_hand_over(invoice(), "fjord", HANDED_OVER) if seen is None else seen
    open_now = Decimal(10000) + sum((row["amount"] for row in rows), Decimal(0))
    given = {"amountOutstanding": open_now, "postings": [DEBT, *rows]} | more
    return changes(
        Reading(
            before=known or before(),
            seen=noted,
            invoice=invoice(**given),
            accounts=accounts or {},
            clearing=CLEARING,
            credit_notes=credit_notes,
            today=TODAY,
            now=NOW,
        )
    )


def seen_payment(id_: int, amount: str, *, voucher: int, at: datetime = NOW) -> SeenPosting:
    return SeenPosting(
        client_id="fjord",
        posting_id=id_,
        invoice_id=7,
        voucher_id=voucher,
        posted_on=TODAY,
        amount=Decimal(amount),
        kind=PostingKind.PAYMENT,
        seen_at=at,
    )


def note(id_: int, amount: str, *, original: int = 0, voucher: int = 950) -> Invoice:
    return invoice(
        id=id_,
        invoiceNumber=1050,
        invoiceDate="2026-08-31",
        amount=Decimal(amount),
        amountOutstanding=0,
        creditedInvoice=original,
        isCreditNote=bool(original),
        voucher={"id": voucher},
    )


def amounts(result: Changes) -> list[Decimal]:
    return [abs(one.posting.amount) for one in result.payments]


def doubts(result: Changes) -> list[Doubt]:
    return [one.doubt for one in result.questions]


def test_nothing_new_tells_nothing() -> None:
    assert found() == Changes()


def test_part_payment_is_told() -> None:
    result = found(posting(2, "-2500", voucher=901), accounts={901: {1500, BANK}})

    assert amounts(result) == [2500]
    assert [one.kind for one in result.seen] == [PostingKind.PAYMENT]


def test_payment_is_told_although_its_voucher_could_not_be_read() -> None:
    assert amounts(found(posting(2, "-2500", voucher=901))) == [2500]


def test_payment_without_voucher_and_type_is_told() -> None:
    assert amounts(found(posting(2, "-2500") | {"voucher": None})) == [2500]


def test_two_equal_payments_are_two() -> None:
    result = found(posting(2, "-500", voucher=901), posting(3, "-500", voucher=902))

    assert amounts(result) == [500, 500]


def test_back_dated_payment_is_told() -> None:
    result = found(posting(2, "-10000", voucher=901, date="2026-01-02"))

    assert result.payments[0].posting.date == date(2026, 1, 2)


def test_overpayment_is_told_whole() -> None:
    assert amounts(found(posting(2, "-12000", voucher=901))) == [12000]


def test_money_in_the_bank_is_a_payment_whatever_else_its_voucher_holds() -> None:
    result = found(posting(2, "-2500", voucher=901), accounts={901: {1500, BANK, 3000, 8050}})

    assert amounts(result) == [2500]


def test_payment_seen_before_is_not_told_again() -> None:
    paid = posting(2, "-2500", voucher=901)
    first = found(paid)

    again = found(paid, seen=list(first.seen), known=before(outstanding=Decimal(7500)))

    assert again.payments == ()


def test_money_that_touches_the_clearing_account_is_the_agencys() -> None:
    result = found(posting(2, "-2500", voucher=901), accounts={901: {1500, CLEARING}})

    assert [one.kind for one in result.payments] == [PostingKind.AGENCY]


def test_posting_whose_details_are_hidden_waits() -> None:
    result = found({"id": 2, "amount": Decimal(0)})

    assert (result.payments, result.seen) == ((), ())


def test_reversal_names_the_payment_of_the_reversed_voucher() -> None:
    seen = [seen_payment(2, "-500", voucher=901), seen_payment(3, "-500", voucher=902)]
    back = posting(4, "500") | {"voucher": {"id": 903, "reverseVoucher": {"id": 901}}}

    result = found(back, seen=seen, known=before(outstanding=Decimal(9000)))

    assert [one.of.posting_id for one in result.reversals] == [2]
    assert result.seen[-1].reverses == 2


def test_reversal_without_a_hint_takes_back_the_latest_of_the_same_amount() -> None:
    seen = [seen_payment(2, "-500", voucher=901), seen_payment(3, "-500", voucher=902)]

    result = found(posting(4, "500", voucher=903), seen=seen)

    assert [one.of.posting_id for one in result.reversals] == [3]


def test_payment_and_its_reversal_between_two_polls_are_both_told() -> None:
    result = found(posting(2, "-500", voucher=901), posting(3, "500", voucher=902))

    assert amounts(result) == [500]
    assert [one.of.posting_id for one in result.reversals] == [2]


def test_money_goes_back_the_way_it_came() -> None:
    direct = seen_payment(2, "-500", voucher=901)
    agency = replace(seen_payment(3, "-500", voucher=902), kind=PostingKind.AGENCY)
    back = posting(4, "500", voucher=903)

    over_bank = found(back, seen=[direct, agency], accounts={903: {1500, BANK}})
    over_clearing = found(back, seen=[direct, agency], accounts={903: {1500, CLEARING}})

    assert [one.of.posting_id for one in over_bank.reversals] == [2]
    assert [one.of.posting_id for one in over_clearing.reversals] == [3]


def test_collector_taking_back_a_part_over_the_clearing_account_asks_nobody() -> None:
    agency = replace(seen_payment(3, "-500", voucher=902), kind=PostingKind.AGENCY)

    result = found(posting(4, "200", voucher=903), seen=[agency], accounts={903: {1500, CLEARING}})

    assert (result.reversals, result.questions) == ((), ())
    assert [one.kind for one in result.seen] == [PostingKind.AGENCY]


def test_a_payment_is_taken_back_once_only() -> None:
    seen = [seen_payment(2, "-500", voucher=901)]

    result = found(posting(3, "500", voucher=902), posting(4, "500", voucher=903), seen=seen)

    assert len(result.reversals) == 1
    assert doubts(result) == [Doubt.UNPAIRED_REVERSAL]


def test_refund_of_another_amount_asks_a_person() -> None:
    seen = [seen_payment(2, "-12000", voucher=901)]

    result = found(posting(3, "2000", voucher=902), seen=seen)

    assert (result.reversals, doubts(result)) == ((), [Doubt.UNPAIRED_REVERSAL])


def test_early_payment_taken_back_asks_a_person() -> None:
    early = seen_payment(2, "-500", voucher=901, at=HANDED_OVER)
    seen = [replace(early, kind=PostingKind.EARLIER)]

    result = found(posting(3, "500", voucher=902), seen=seen)

    assert (result.reversals, doubts(result)) == ((), [Doubt.EARLY_PAYMENT_TAKEN_BACK])


def test_payment_noted_by_a_hand_over_that_lost_a_race_is_told() -> None:
    loser = seen_payment(2, "-500", voucher=901, at=NOW)

    result = found(
        posting(2, "-500", voucher=901), seen=[replace(loser, kind=PostingKind.EARLIER)]
    )

    assert amounts(result) == [500]
    assert [one.kind for one in result.seen] == [PostingKind.PAYMENT]


def test_write_off_asks_a_person() -> None:
    result = found(posting(2, "-10000", voucher=901), accounts={901: {1500, 7830, 2700}})

    assert (result.payments, doubts(result)) == ((), [Doubt.WRITE_OFF])


def test_set_off_against_another_invoice_asks_a_person() -> None:
    result = found(posting(2, "-3000", voucher=901), accounts={901: {1500}})

    assert (result.payments, doubts(result)) == ((), [Doubt.SET_OFF])


def test_balance_that_fell_without_a_posting_asks_a_person_once_per_balance() -> None:
    first = found(amountOutstanding=Decimal(4000))
    again = found(amountOutstanding=Decimal(4000), known=before(outstanding=Decimal(4000)))

    assert [(one.doubt, one.amount) for one in first.questions] == [
        (Doubt.UNEXPLAINED_BALANCE, Decimal(6000))
    ]
    assert again.questions == ()


def test_full_credit_is_told_with_its_note() -> None:
    result = found(
        posting(2, "-10000", voucher=950, type=CREDIT_TYPE),
        isCredited=True,
        credit_notes=(note(8, "-10000", original=7),),
    )

    (credit,) = result.credits
    assert (credit.scope, credit.credit_note_id, credit.number) == (CreditScope.FULL, 8, "1050")
    assert (credit.amount, credit.credit_date) == (Decimal(10000), date(2026, 8, 31))
    assert (result.payments, result.questions) == ((), ())


def test_full_credit_of_a_reminded_invoice_leaves_it_open_and_is_told_all_the_same() -> None:
    result = found(isCredited=True, credit_notes=(note(8, "-10000", original=7),))

    assert [one.scope for one in result.credits] == [CreditScope.FULL]


def test_credit_after_part_payment_takes_the_rest() -> None:
    result = found(
        posting(2, "-4000", voucher=901),
        isCredited=True,
        credit_notes=(note(8, "-10000", original=7),),
    )

    assert amounts(result) == [4000]
    assert result.credits[0].amount == Decimal(6000)


def test_credit_of_a_paid_invoice_has_nothing_to_take() -> None:
    result = found(
        posting(2, "-10000", voucher=901),
        isCredited=True,
        credit_notes=(note(8, "-10000", original=7),),
    )

    assert result.credits == ()


def test_credited_invoice_whose_note_cannot_be_found_is_told_all_the_same() -> None:
    result = found(isCredited=True)

    assert [(one.scope, one.amount) for one in result.credits] == [
        (CreditScope.FULL, Decimal(10000))
    ]


def test_credit_told_before_is_not_told_again() -> None:
    result = found(
        isCredited=True,
        credit_notes=(note(8, "-10000", original=7),),
        known=before(is_credited=True),
    )

    assert result.credits == ()


def test_reversal_of_the_invoices_own_voucher_is_a_full_credit() -> None:
    voided = posting(2, "-10000") | {"voucher": {"id": 970, "reverseVoucher": {"id": VOUCHER}}}

    result = found(voided, accounts={970: {1500, 3000, 2700}})

    assert [(one.scope, one.credit_note_id) for one in result.credits] == [(CreditScope.FULL, 970)]
    assert result.payments == ()


def test_linked_partial_credit_is_neither_payment_nor_full_credit() -> None:
    result = found(
        posting(2, "-3000", voucher=950, type=CREDIT_TYPE),
        credit_notes=(note(8, "-3000", original=7),),
    )

    assert [(one.scope, one.amount, one.remaining_after) for one in result.credits] == [
        (CreditScope.PARTIAL, Decimal(3000), Decimal(7000))
    ]
    assert (result.payments, doubts(result)) == ((), [Doubt.PARTIAL_CREDIT])


def test_negative_invoice_matched_by_hand_is_a_partial_credit() -> None:
    result = found(posting(2, "-3000", voucher=950), credit_notes=(note(8, "-3000"),))

    assert [one.scope for one in result.credits] == [CreditScope.PARTIAL]
    assert doubts(result) == [Doubt.PARTIAL_CREDIT]


def test_credit_booked_by_hand_in_the_ledger_is_a_partial_credit() -> None:
    result = found(posting(2, "-3000", voucher=980), accounts={980: {1500, 3000}})

    assert [one.credit_note_id for one in result.credits] == [980]
    assert (result.payments, doubts(result)) == ((), [Doubt.PARTIAL_CREDIT])
