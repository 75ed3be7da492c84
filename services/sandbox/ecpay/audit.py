"""The sandbox checks its own books: pots, lines, settlements and what is carried forward."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.settlements import Settlement
from services.sandbox.ecpay.settling import Line
from shared.faults import Bug
from shared.messages.money import ZERO, to_ore

_TOLERANCE = Decimal("0.01")


def check(creditor: Creditor) -> None:
    """Check everything of one creditor.

    Raises:
        Bug: Something does not add up; the message names it.
    """
    for claim in creditor.claims.values():
        _check_claim(creditor, claim)
    for settlement in creditor.settlements.values():
        _check_settlement(settlement)
    for before, after in pairwise(creditor.settlements.values()):
        _demand(after.previous_balance == before.carried_forward, after, "previous balance")
        _demand(after.number == before.number + 1, after, "number")
    if creditor.settlements:
        last = list(creditor.settlements.values())[-1]
        _demand(creditor.carried_forward == last.carried_forward, last, "carried forward")


def _check_claim(creditor: Creditor, claim: Claim) -> None:
    pots = (
        claim.principal,
        claim.client_fee,
        claim.compensation,
        claim.letter_fee,
        claim.collection_fee,
        claim.legal_costs,
    )
    for pot in pots:
        if min(pot.original, pot.paid, pot.waived, pot.remaining) < ZERO:
            raise Bug(f"claim {claim.claim_id}: a component is below zero")
    changed = sum((change for _, change in claim.principal_changes), ZERO)
    unpaid = claim.principal.original - claim.principal.paid
    if changed != unpaid:
        raise Bug(f"claim {claim.claim_id}: interest is counted on another principal")
    if creditor.owed(claim, creditor.office.today).interest < ZERO:
        raise Bug(f"claim {claim.claim_id}: interest is below zero")


def _check_settlement(settlement: Settlement) -> None:
    for line in settlement.lines:
        _check_line(settlement, line)
    net = sum((line.net_to_client for line in settlement.lines), ZERO)
    moved = settlement.net_payout + settlement.carried_forward
    _demand(moved == net + settlement.previous_balance, settlement, "I4")
    _demand(settlement.net_payout >= ZERO >= settlement.carried_forward, settlement, "I4 signs")


def _check_line(settlement: Settlement, line: Line) -> None:
    expected = to_ore(line.vat.base * line.vat_rate / 100)
    _demand(abs(line.vat.amount - expected) <= _TOLERANCE, settlement, f"I6 {line.line_id}")
    _demand(line.remaining_principal >= ZERO, settlement, f"I5 {line.line_id}")


def _demand(holds: object, settlement: Settlement, what: str) -> None:
    if not holds:
        raise Bug(f"settlement {settlement.settlement_id}: {what} does not hold")
