"""The worked examples of the settlement rules, to the øre.

Each is the sum of two bookings here: the payment registered on the invoice (debit clearing,
credit 1500) and the voucher for the rest. Added up per account they are the example's voucher in
its gross presentation; the net presentation is not ours.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking_writer.vouchers import Ledger, Plan, Vat, plan
from shared.messages.money import ZERO
from shared.messages.settlements import Parts, Settlement, SettlementLine
from tests.harness.settlement_makers import (
    contract_example,
    kroner,
    line,
    parts,
    reconciled,
    settlement,
)

NUMBERS = {
    Ledger.RECEIVABLE: "1500",
    Ledger.CLEARING: "1579",
    Ledger.COLLECTION_SERVICES: "6790",
    Ledger.FEE_INCOME: "3900",
    Ledger.INTEREST_INCOME: "8050",
    Ledger.OVERPAYMENT: "2990",
    Ledger.LEGAL_COSTS: "7790",
    Ledger.COMPENSATION: "3905",
}
FULL = parts(principal=10000, interest="140.96", reminder_fee=38, collection_fee=600)
FEES = parts(reminder_fee=38, collection_fee=600)


def booked(of: Settlement, *, vat_registered: bool = True) -> dict[str, Decimal]:
    """Return the movement per account, debit positive, payments and voucher together."""
    return movements(plan(reconciled(of), vat_registered=vat_registered))


def movements(planned: Plan) -> dict[str, Decimal]:
    moved: dict[str, Decimal] = {}
    rows = [(NUMBERS[row.ledger], row.gross) for row in planned.rows]
    for payment in planned.payments:
        rows += [("1579", payment.amount), ("1500", -payment.amount)]
    for account, amount in rows:
        moved[account] = moved.get(account, ZERO) + amount
    return {account: amount for account, amount in moved.items() if amount}


def amounts(**by_account: str | int) -> dict[str, Decimal]:
    return {name.removeprefix("a"): kroner(amount) for name, amount in by_account.items()}


def charge(amount: int, vat: int | str, **given: Any) -> SettlementLine:
    return line(charge=amount, vat=vat, **given)


def test_example_1_paid_in_full() -> None:
    found = booked(contract_example("SettlementPaidInFull"))

    expected = amounts(a1579="9981.46", a6790="797.50", a1500=-10000, a8050="-140.96", a3900=-638)
    assert expected == found


def test_example_1_is_one_payment_and_the_residual_voucher() -> None:
    planned = plan(reconciled(contract_example("SettlementPaidInFull")), vat_registered=True)

    assert [(one.invoice_id, one.amount) for one in planned.payments] == [(900123, kroner(10000))]
    assert [(NUMBERS[row.ledger], row.gross, row.vat) for row in planned.rows] == [
        ("8050", kroner("-140.96"), Vat.NONE),
        ("3900", kroner(-638), Vat.NONE),
        ("6790", kroner("797.50"), Vat.DEDUCTED),
        ("1579", kroner("-18.54"), Vat.NONE),
    ]


def test_example_2a_a_direct_payment_is_not_booked() -> None:
    of = settlement(line(allocation=parts(principal=10000), received_by="CLIENT"))

    planned = plan(reconciled(of), vat_registered=True)

    assert (planned.payments, planned.rows) == ((), ())


def test_example_2b_a_negative_settlement_is_owed_on_the_clearing_account() -> None:
    found = booked(contract_example("SettlementDirectPayment"))

    assert amounts(a6790="797.50", a8050="-127.53", a3900=-638, a1579="-31.97") == found


def test_example_2c_a_charge_is_a_cost_with_vat() -> None:
    found = booked(settlement(charge(638, "159.50", type="AGENCY_CHARGE")))

    assert amounts(a6790="797.50", a1579="-797.50") == found


def test_example_3_partial_payment_covers_fees_first() -> None:
    found = booked(contract_example("SettlementPartial"))

    assert amounts(a1579="3202.50", a6790="797.50", a1500=-3362, a3900=-638) == found


def test_example_4_overpayment_is_a_liability_and_the_invoice_never_goes_below_zero() -> None:
    spent = FULL.model_copy(update={"overpayment": kroner(500)})
    of = settlement(line(allocation=spent, agency=FEES, vat="159.50"))

    planned = plan(reconciled(of), vat_registered=True)

    expected = amounts(
        a1579="10481.46", a6790="797.50", a1500=-10000, a8050="-140.96", a3900=-638, a2990=-500
    )
    assert expected == movements(planned)
    assert [one.line_id for one in planned.overpaid] == ["lin_1"]


def test_money_that_the_collector_pays_back_is_not_ours() -> None:
    beyond = parts(overpayment=500)
    of = settlement(line(allocation=beyond, agency=beyond))

    assert booked(of) == {}


def test_example_5_without_vat_registration_the_fee_is_gross_and_has_no_vat_code() -> None:
    spent = parts(principal=10000, interest="140.96", reminder_fee=38, collection_fee=750)
    kept = parts(reminder_fee=38, collection_fee=750)
    of = settlement(line(allocation=spent, agency=kept, vat=150, vat_base=600, set_off=0))

    planned = plan(reconciled(of), vat_registered=False)

    expected = amounts(a1579="10140.96", a6790=788, a1500=-10000, a8050="-140.96", a3900=-788)
    assert expected == movements(planned)
    assert {row.vat for row in planned.rows} == {Vat.NONE}


def test_example_6_compensation_is_income_and_the_rest_of_the_fee_is_charged() -> None:
    spent = parts(principal=10000, compensation=430, collection_fee=470)
    paid = line(allocation=spent, agency=parts(collection_fee=470), vat="117.50")
    of = settlement(paid, charge(430, "107.50", type="AGENCY_CHARGE", line_id="lin_2"))

    assert amounts(a1579=9775, a6790=1125, a1500=-10000, a3905=-430, a3900=-470) == booked(of)


def test_example_7_an_outlay_is_a_cost_without_vat_and_its_recovery_goes_back_there() -> None:
    outlay = settlement(charge(1345, 0, type="OUTLAY"))
    recovery = settlement(line(allocation=parts(legal_costs=1345)))

    assert amounts(a7790=1345, a1579=-1345) == booked(outlay)
    assert amounts(a7790=-1345, a1579=1345) == booked(recovery)


def test_example_8_a_charge_after_a_full_credit() -> None:
    found = booked(settlement(charge(600, 150, type="AGENCY_CHARGE", reason="CREDITED")))

    assert amounts(a6790=750, a1579=-750) == found


def test_example_9_a_loss_is_information_only() -> None:
    of = settlement(line(type="CREDIT_LOSS", remaining_principal=kroner(6638)))

    planned = plan(reconciled(of), vat_registered=True)

    assert (planned.payments, planned.rows) == ((), ())


def test_example_10_a_bounced_payment_is_booked_backwards() -> None:
    found = booked(contract_example("SettlementReversal"))

    assert amounts(a1500=3362, a3900=638, a6790="-797.50", a1579="-3202.50") == found


def test_commission_is_a_cost_of_its_own_with_vat() -> None:
    of = settlement(line(allocation=parts(principal=1000), commission=100, commission_vat=25))

    planned = plan(reconciled(of), vat_registered=True)

    assert amounts(a1579=875, a1500=-1000, a6790=125) == movements(planned)
    assert [row.vat for row in planned.rows] == [Vat.DEDUCTED, Vat.NONE]


def test_a_commission_line_without_money_of_the_debtor_is_booked() -> None:
    found = booked(settlement(line(type="COMMISSION", commission=100, commission_vat=25)))

    assert amounts(a6790=125, a1579=-125) == found


def test_an_adjustment_in_the_creditors_favour_lowers_the_cost() -> None:
    found = booked(settlement(charge(-80, -20, type="ADJUSTMENT")))

    assert amounts(a6790=-100, a1579=100) == found


def test_vat_that_is_invoiced_apart_is_left_to_that_invoice() -> None:
    of = settlement(line(allocation=FULL, agency=FEES, vat="159.50", set_off=0))

    planned = plan(reconciled(of), vat_registered=True)

    assert planned.vat_apart == kroner("159.50")
    assert {row.vat for row in planned.rows} == {Vat.NONE}
    assert movements(planned)["1579"] == kroner("10140.96")


def test_interest_shared_with_the_collector_is_income_and_cost() -> None:
    kept = parts(collection_fee=1300, interest=80)
    spent = parts(principal=10000, collection_fee=1300, interest=100)

    found = booked(settlement(line(allocation=spent, agency=kept, vat=345)))

    assert amounts(a1579=9675, a6790=1725, a1500=-10000, a3900=-1300, a8050=-100) == found


def test_each_line_has_its_own_vat_row() -> None:
    lines = [
        line(allocation=FEES, agency=FEES, vat="159.50", line_id=f"lin_{number}")
        for number in range(3)
    ]

    planned = plan(reconciled(settlement(*lines)), vat_registered=True)

    coded = [row.gross for row in planned.rows if row.vat is Vat.DEDUCTED]
    assert coded == [kroner("797.50")] * 3


def test_a_draft_has_the_principal_as_customer_rows_of_the_voucher() -> None:
    of = reconciled(contract_example("SettlementPaidInFull"))

    planned = plan(of, vat_registered=True, as_draft=True)

    first = planned.rows[0]
    assert planned.payments == ()
    assert (first.ledger, first.invoice_id, first.invoice_number) == (
        Ledger.RECEIVABLE,
        900123,
        "10042",
    )
    assert planned.rows[-1].gross == kroner("9981.46")


def test_the_voucher_is_found_by_number_and_dated_on_the_settlement() -> None:
    planned = plan(reconciled(contract_example("SettlementPartial")), vat_registered=True)

    assert (planned.external_number, planned.booking_date) == ("ECPAY-3", date(2026, 9, 24))
    assert planned.description == "ECPay-oppgjør 3, utbetalt 2026-09-24"


ORE = st.integers(min_value=-5_000_000, max_value=5_000_000).map(
    lambda ore: (Decimal(ore) / 100).quantize(Decimal("0.01"))
)
PARTS = st.builds(Parts, **dict.fromkeys(Parts.model_fields, ORE))


@st.composite
def lines_of_any_kind(draw: st.DrawFn) -> tuple[SettlementLine, ...]:
    return tuple(
        line(
            line_id=f"lin_{number}",
            type=draw(st.sampled_from(["COLLECTED", "OUTLAY", "AGENCY_CHARGE", "ADJUSTMENT"])),
            received_by=draw(st.sampled_from(["AGENCY", "CLIENT"])),
            allocation=draw(PARTS),
            agency=draw(PARTS),
            vat=str(draw(ORE)),
            set_off=str(draw(ORE)),
            vat_base=str(draw(ORE)),
            commission=str(draw(ORE)),
            commission_vat=str(draw(ORE)),
            charge=str(draw(ORE)),
        )
        for number in range(draw(st.integers(0, 4)))
    )


@pytest.mark.parametrize("as_draft", [False, True])
@given(lines=lines_of_any_kind(), vat_registered=st.booleans(), previous=ORE)
def test_any_plan_balances_and_leaves_the_payout_on_the_clearing_account(
    lines: tuple[SettlementLine, ...],
    previous: Decimal,
    *,
    vat_registered: bool,
    as_draft: bool,
) -> None:
    of = settlement(*lines, previous_balance=min(previous, ZERO))

    planned = plan(reconciled(of), vat_registered=vat_registered, as_draft=as_draft)

    moved = of.net_payout + of.carried_forward - of.previous_balance
    assert sum((row.gross for row in planned.rows), ZERO) == ZERO
    assert planned.clearing_movement() == moved
    assert all(type(row.gross) is Decimal for row in planned.rows)
    assert all(row.gross != 0 for row in planned.rows)
