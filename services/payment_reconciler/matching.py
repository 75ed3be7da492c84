"""Which invoice does each line of a settlement belong to?

Pure. A line belongs to the claim whose reference it names, and to nothing else. When the
reference is not one of ours (a case typed in by hand at ECPay) the invoice number, with the
customer number where we kept it, may point at a claim; that is a suggestion for a person and a
match only when the person has confirmed it, because numbers are used again by other companies
and after a change of system.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.messages.ids import InvoiceId
from shared.messages.settlements import MatchedLine, Settlement, SettlementLine


@dataclass(frozen=True, slots=True)
class OurClaim:
    """A claim we handed over, with the numbers a person knows it by, as far as we kept them."""

    claim_reference: str
    invoice_id: InvoiceId
    invoice_number: str
    customer_number: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line of an unknown claim, and the claim its numbers point at."""

    line_id: str
    case_number: str
    invoice_number: str
    suggested: str | None


def match(settlement: Settlement, claims: Mapping[str, OurClaim]) -> tuple[MatchedLine, ...]:
    """Return the invoice of every line whose claim is ours, in the order of the lines."""
    return tuple(
        MatchedLine(
            line_id=line.line_id,
            claim_reference=claims[line.claim_reference].claim_reference,
            invoice_id=claims[line.claim_reference].invoice_id,
        )
        for line in settlement.lines
        if line.claim_reference in claims
    )


def unmatched(
    settlement: Settlement, claims: Mapping[str, OurClaim]
) -> tuple[SettlementLine, ...]:
    """Return the lines that name no claim of ours."""
    return tuple(line for line in settlement.lines if line.claim_reference not in claims)


def suggest(
    lines: Iterable[SettlementLine], candidates: Iterable[OurClaim]
) -> tuple[Suggestion, ...]:
    """Return, for each line of an unknown claim, the one claim with its numbers."""
    by_number: dict[str, list[OurClaim]] = {}
    for claim in candidates:
        by_number.setdefault(claim.invoice_number, []).append(claim)
    return tuple(_suggestion(line, by_number.get(line.invoice_number, [])) for line in lines)


def _suggestion(line: SettlementLine, candidates: Iterable[OurClaim]) -> Suggestion:
    found = [
        claim.claim_reference
        for claim in candidates
        if claim.customer_number in {None, line.customer_number}
    ]
    return Suggestion(
        line_id=line.line_id,
        case_number=line.case_number,
        invoice_number=line.invoice_number,
        suggested=found[0] if len(found) == 1 else None,
    )
