"""Settlements for tests: the contract's own examples, and ones made to measure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.payment_reconciler.checks import totals_of
from services.payment_reconciler.mapping import settlement_of
from shared.messages.ids import InvoiceId, invoice_of
from shared.messages.money import ZERO
from shared.messages.settlements import (
    Commission,
    LineVat,
    MatchedLine,
    Parts,
    ReconciledSettlement,
    Settlement,
    SettlementLine,
    SettlementTotals,
)
from shared.providers.ecpay import settlements as wire
from shared.providers.ecpay.checksum import checksum_holds

CLIENT = "nordfjord"
NOON = datetime(2026, 9, 30, 12, tzinfo=UTC)
CONTRACT = Path(__file__).parents[2] / "docs" / "contracts" / "ecpay.openapi.yaml"
NOTHING = SettlementTotals(**dict.fromkeys(SettlementTotals.model_fields, ZERO))


@cache
def _examples() -> dict[str, Any]:
    examples: dict[str, Any] = yaml.safe_load(CONTRACT.read_text())["components"]["examples"]
    return examples


def contract_example(name: str) -> Settlement:
    """Return an example of the ECPay contract as we would receive it."""
    value = _examples()[name]["value"]
    items = value["lines"]["items"]
    told = wire.Settlement.model_validate(
        {**value, "lines": items, "checksumHolds": checksum_holds(items, value["checksum"])}
    )
    return settlement_of(told, client_id=CLIENT, observed_at=NOON)


def kroner(amount: str | int) -> Decimal:
    return Decimal(amount) + ZERO


def parts(**amounts: str | int) -> Parts:
    return Parts(**{name: kroner(amount) for name, amount in amounts.items()})


def line(
    *,
    allocation: Parts | None = None,
    agency: Parts | None = None,
    vat: str | int = 0,
    set_off: str | int | None = None,
    vat_base: str | int | None = None,
    commission: str | int = 0,
    commission_vat: str | int = 0,
    charge: str | int = 0,
    **given: Any,
) -> SettlementLine:
    """Return a line that keeps I1-I3: the client's part and the net follow from the rest."""
    spent, kept = allocation or Parts(), agency or Parts()
    client = Parts(
        **{name: getattr(spent, name) - getattr(kept, name) for name in Parts.model_fields}
    )
    receiver = given.setdefault("received_by", "AGENCY")
    base = kroner(vat_base) if vat_base is not None else kept.total() + kroner(charge)
    deducted = kroner(vat if set_off is None else set_off)
    earned = ZERO if receiver == "CLIENT" else client.total()
    net = earned - kroner(commission) - kroner(commission_vat) - deducted - kroner(charge)
    values: dict[str, Any] = {
        "line_id": "lin_1",
        "type": "COLLECTED",
        "case_number": "700001",
        "claim_reference": "tt:4711:inv:900123",
        "invoice_number": "10042",
        "customer_number": "20077",
        "booking_date": date(2026, 9, 14),
        "currency": "NOK",
        "exchange_rate": Decimal("1.000000"),
        "paid_by_debtor": spent.total(),
        "allocation": spent,
        "client": client,
        "agency": kept,
        "vat": LineVat(
            base=base if kroner(vat) else ZERO,
            rate=Decimal("25.00"),
            amount=kroner(vat),
            set_off=deducted,
        ),
        "commission": Commission(amount=kroner(commission), vat=kroner(commission_vat)),
        "charge": kroner(charge),
        "net_to_client": net,
        "remaining_principal": ZERO,
    }
    return SettlementLine(**values | given)


def settlement(*lines: SettlementLine, **given: Any) -> Settlement:
    """Return a settlement of these lines that keeps I4 and the totals."""
    previous = kroner(given.get("previous_balance", ZERO))
    balance = sum((one.net_to_client for one in lines), previous)
    values: dict[str, Any] = {
        "client_id": CLIENT,
        "settlement_id": "stl_1",
        "settlement_number": 1,
        "version": 1,
        "status": "PAID",
        "created_at": NOON,
        "settlement_date": date(2026, 9, 14),
        "payout_date": date(2026, 9, 14) if balance > 0 else None,
        "currency": "NOK",
        "period_from": date(2026, 9, 14),
        "period_to": date(2026, 9, 14),
        "previous_balance": previous,
        "net_payout": max(balance, ZERO),
        "carried_forward": min(balance, ZERO),
        "totals": NOTHING,
        "line_count": len(lines),
        "checksum": "0" * 64,
        "checksum_holds": True,
        "lines": lines,
        "observed_at": NOON,
    }
    made = Settlement(**values | given)
    return made if "totals" in given else made.model_copy(update={"totals": totals_of(made)})


def reconciled(of: Settlement) -> ReconciledSettlement:
    """Return a settlement whose lines all belong to invoices of ours."""
    return ReconciledSettlement(
        client_id=of.client_id,
        settlement=of,
        matches=tuple(
            MatchedLine(
                line_id=one.line_id,
                claim_reference=one.claim_reference,
                invoice_id=InvoiceId(invoice_of(one.claim_reference) or 0),
            )
            for one in of.lines
        ),
    )
