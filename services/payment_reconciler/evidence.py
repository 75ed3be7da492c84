"""What a settlement is judged by: our claims, what was told to ECPay, the settlements before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.payment_reconciler.checks import Known, Principal
from services.payment_reconciler.matching import OurClaim, Suggestion, suggest, unmatched
from services.payment_reconciler.principals import Told, principal
from shared.faults import NotYet
from shared.messages.ids import InvoiceId
from shared.messages.money import ZERO
from shared.messages.settlements import Settlement
from shared.store import claims, payments, reported, settlements
from shared.store.claims import ClaimState, HandedOver
from shared.store.engine import Store


@dataclass(frozen=True, slots=True)
class Evidence:
    """What we know that bears on one settlement.

    Attributes:
        ours: The claim of each reference that a line names; also of a reference that is not
            ours, once a person has confirmed the suggestion.
        suggestions: One for each line whose claim is not among them.
    """

    known: Known
    ours: Mapping[str, OurClaim]
    suggestions: tuple[Suggestion, ...] = ()


async def gather(store: Store, settlement: Settlement, *, is_confirmed: bool) -> Evidence:
    """Return what is known.

    Args:
        store: The database.
        settlement: The settlement to be judged.
        is_confirmed: A person has released it after seeing the suggestions.

    Raises:
        NotYet: The settlement before it has not been judged.
    """
    balance = await _previous_balance(store, settlement)
    named = await _named_claims(store, settlement)
    suggestions = await _suggestions(store, settlement, named)
    if is_confirmed:
        named = {**named, **await _confirmed(store, settlement, suggestions)}
        suggestions = tuple(one for one in suggestions if one.suggested is None)
    line_ids = [line.line_id for line in settlement.lines]
    elsewhere = await settlements.lines_elsewhere(
        store, settlement.client_id, settlement.settlement_id, line_ids
    )
    principals = await _principals(store, settlement, named)
    ours = {reference: _our_claim(claim) for reference, claim in named.items()}
    return Evidence(Known(principals, balance, elsewhere), ours, suggestions)


async def _previous_balance(store: Store, settlement: Settlement) -> Decimal:
    before = settlement.settlement_number - 1
    if before == 0:
        return ZERO
    carried = await settlements.carried_forward(store, settlement.client_id, before)
    if carried is None:
        msg = f"settlement {before} of client {settlement.client_id} has not been judged yet"
        raise NotYet(msg, code="SETTLEMENT_MISSING")
    return carried


async def _named_claims(store: Store, settlement: Settlement) -> Mapping[str, HandedOver]:
    references = {line.claim_reference for line in settlement.lines}
    found = await claims.find_claims(store, settlement.client_id, references)
    return {
        reference: claim
        for reference, claim in found.items()
        if claim.state is ClaimState.REGISTERED
    }


async def _suggestions(
    store: Store, settlement: Settlement, named: Mapping[str, HandedOver]
) -> tuple[Suggestion, ...]:
    ours = {reference: _our_claim(claim) for reference, claim in named.items()}
    strangers = unmatched(settlement, ours)
    if not strangers:
        return ()
    everything = await claims.claims_of(store, settlement.client_id)
    return suggest(strangers, [_our_claim(claim) for claim in everything])


async def _confirmed(
    store: Store, settlement: Settlement, suggestions: tuple[Suggestion, ...]
) -> Mapping[str, HandedOver]:
    wanted = {one.line_id: one.suggested for one in suggestions if one.suggested}
    found = await claims.find_claims(store, settlement.client_id, set(wanted.values()))
    return {
        line.claim_reference: found[wanted[line.line_id]]
        for line in settlement.lines
        if line.line_id in wanted
    }


async def _principals(
    store: Store, settlement: Settlement, named: Mapping[str, HandedOver]
) -> Mapping[str, Principal]:
    client_id = settlement.client_id
    references = {claim.claim_reference for claim in named.values()}
    lines = await settlements.lines_before(
        store, client_id, settlement.settlement_number, references
    )
    told = Told(
        reported=await reported.payments_on(store, client_id, references),
        credited=await reported.credits_on(store, client_id, references),
        forwarded=await payments.forwarded_on(store, client_id, references),
    )
    return {
        reference: principal(claim.claim_reference, claim.outstanding_handed_over, told, lines)
        for reference, claim in named.items()
    }


def _our_claim(claim: HandedOver) -> OurClaim:
    return OurClaim(
        claim_reference=claim.claim_reference,
        invoice_id=InvoiceId(claim.invoice_id),
        invoice_number=claim.invoice_number,
    )
