"""The invariants I1 to I7 as a client reads them, from what is on the wire and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Line = Mapping[str, Any]
_ORE = Decimal("0.01")


def total(parts: Mapping[str, str]) -> Decimal:
    """Return the sum of the components of an amount."""
    return sum((Decimal(amount) for amount in parts.values()), Decimal(0))


def broken_by_line(line: Line) -> set[str]:
    """Return which of I1, I2, I3 and I6 a line breaks."""
    allocation, client, agency = line["allocation"], line["client"], line["agency"]
    held = Decimal(0) if line["receivedBy"] == "CLIENT" else total(client)
    commission = line["commission"]
    deducted = sum(
        Decimal(amount)
        for amount in (
            commission["amount"],
            commission["vat"],
            line["vat"]["setOff"],
            line["charge"],
        )
    )
    vat = Decimal(line["vat"]["base"]) * Decimal(line["vat"]["rate"]) / 100
    rounded = vat.quantize(_ORE, rounding=ROUND_HALF_UP)
    checks = {
        "I1": total(allocation) == Decimal(line["paidByDebtor"]),
        "I2": all(
            Decimal(client[name]) + Decimal(agency[name]) == Decimal(amount)
            for name, amount in allocation.items()
        ),
        "I3": held - deducted == Decimal(line["netToClient"]),
        "I6": abs(rounded - Decimal(line["vat"]["amount"])) <= _ORE,
    }
    return {name for name, holds in checks.items() if not holds}


def broken_by_settlement(header: Mapping[str, Any], lines: Sequence[Line]) -> set[str]:
    """Return which invariants a settlement with all its lines breaks."""
    net = sum((Decimal(line["netToClient"]) for line in lines), Decimal(0))
    payout, carried = Decimal(header["netPayout"]), Decimal(header["carriedForward"])
    broken = {name for line in lines for name in broken_by_line(line)}
    if payout + carried != net + Decimal(header["previousBalance"]) or not payout >= 0 >= carried:
        broken.add("I4")
    ours = [line for line in lines if line["receivedBy"] == "AGENCY"]
    collected = sum((Decimal(line["paidByDebtor"]) for line in ours), Decimal(0))
    if collected != Decimal(header["totals"]["collected"]):
        broken.add("totals")
    return broken


def breaks_principal(
    lines: Sequence[Line], handed_over: Decimal, moved_without_line: Decimal
) -> bool:
    """Tell whether the lines of one claim break I5, given what moved without a line."""
    left = handed_over
    for line in lines:
        left -= Decimal(line["allocation"]["principal"])
        gap = left - Decimal(line["remainingPrincipal"])
        if not 0 <= gap <= moved_without_line:
            return True
        moved_without_line -= gap
        left -= gap
    return False
