"""Settlements that do not add up on purpose, to try what a careful client does with them.

Two of them are no lies but news: a field and a kind of line that version 1 did not have. They
are within the contract, and a client books such a settlement or holds it, but never fails.

A lie about a line is told with a checksum that fits it, so that only the invariant it breaks
can find it; the totals stay those of the true lines.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from services.sandbox.ecpay.cover import money
from services.sandbox.ecpay.settlements import Settlement
from services.sandbox.ecpay.settling import checksum, totals


def tell_lie(settlement: Settlement, about: str) -> None:
    """Let a settlement say something untrue from now on."""
    LIES[about](settlement)


def heal(settlement: Settlement) -> None:
    """Let a settlement say the truth again."""
    sums = totals(settlement.lines)
    settlement.shown_lines = [line.wire() for line in settlement.lines]
    settlement.figures = {name: money(amount) for name, amount in sums.items()}
    settlement.checksum = checksum(settlement.shown_lines)
    settlement.line_count = len(settlement.lines)
    due = sums["netToClient"] + settlement.previous_balance
    settlement.net_payout, settlement.carried_forward = max(due, 0 * due), min(due, 0 * due)


def _in_first_line(change: Callable[[dict[str, Any]], None]) -> Callable[[Settlement], None]:
    def lie(settlement: Settlement) -> None:
        settlement.shown_lines = copy.deepcopy(settlement.shown_lines)
        change(settlement.shown_lines[0])
        settlement.checksum = checksum(settlement.shown_lines)

    return lie


def _one_krone_more(holder: dict[str, Any], name: str) -> None:
    holder[name] = money(Decimal(holder[name]) + 1)


def _totals(settlement: Settlement) -> None:
    _one_krone_more(settlement.figures, "collected")


def _payout(settlement: Settlement) -> None:
    settlement.net_payout += 1


def _checksum(settlement: Settlement) -> None:
    settlement.checksum = "0" * 64


def _line_count(settlement: Settlement) -> None:
    settlement.line_count += 1


def _unknown_claim(line: dict[str, Any]) -> None:
    line["claimReference"], line["claimId"] = "foreign:case:1", None


def _unknown_field(line: dict[str, Any]) -> None:
    line["novelty"] = {"ærlig": [True, None, "æøå"], "a": "1"}


def _unknown_kind(line: dict[str, Any]) -> None:
    line["type"] = "LOTTERY"


LIES: dict[str, Callable[[Settlement], None]] = {
    "totals": _totals,
    "checksum": _checksum,
    "lineCount": _line_count,
    "I1": _in_first_line(lambda line: _one_krone_more(line, "paidByDebtor")),
    "I2": _in_first_line(lambda line: _one_krone_more(line["agency"], "interest")),
    "I3": _in_first_line(lambda line: _one_krone_more(line, "netToClient")),
    "I4": _payout,
    "I5": _in_first_line(lambda line: _one_krone_more(line, "remainingPrincipal")),
    "I6": _in_first_line(lambda line: _one_krone_more(line["vat"], "amount")),
    "I7": _in_first_line(_unknown_claim),
    "unknownField": _in_first_line(_unknown_field),
    "unknownType": _in_first_line(_unknown_kind),
}
