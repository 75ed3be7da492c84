"""What both systems must agree on, to the øre: pure rules that name every difference.

Per claim: ``reconciliation_money``. Per settlement: it is booked once and acknowledged. Per
client: what our vouchers moved the clearing account by is the net of the settlements booked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from shared.messages.ids import claim_reference, invoice_of
from shared.messages.money import ZERO, Money
from shared.operations.reconciliation_money import (
    Carried,
    Compared,
    Ledgers,
    vouchers_by_number,
)
from shared.operations.reconciliation_report import ClientReport, Difference, Figures, Kind
from shared.providers.ecpay.wire import Claim
from shared.providers.tripletex.wire import Invoice, Posting
from shared.store.claims import ClaimState, HandedOver
from shared.store.clients import Client
from shared.store.reported import PaymentState, ReportedPayment

_NOT_TAKEN = (PaymentState.WAITING, PaymentState.REFUSED)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What both systems and our books say about one client.

    Attributes:
        invoices: Tripletex invoices by id, with their postings.
        clearing: Postings on the clearing account since the first hand-over.
        books: What we handed over, by our books.
        reported: Direct payments, by our books.
        tasks: Open tasks about claims, by claim reference.
    """

    claims: Sequence[Claim]
    settlements: Sequence[Carried]
    invoices: Mapping[int, Invoice]
    clearing: Sequence[Posting]
    books: Sequence[HandedOver]
    reported: Sequence[ReportedPayment]
    tasks: Mapping[str, int] = field(default_factory=dict)


def judge(client: Client, evidence: Evidence) -> ClientReport:
    """Compare both systems for one client."""
    ours = [claim for claim in evidence.claims if is_ours(client, claim)]
    evidence = replace(evidence, settlements=_posted(evidence))
    ledgers = Ledgers(evidence.settlements, evidence.clearing, evidence.reported)
    compared = [
        ledgers.compare(claim, invoice)
        for claim in ours
        if (invoice := evidence.invoices.get(invoice_of(claim.claim_reference) or 0))
    ]
    moved, others = ledgers.on_clearing(evidence.invoices.values())
    figures = _figures(compared, evidence.settlements, moved=moved, others=others)
    differences = [
        *_missing(client, evidence, ours),
        *(found for each in compared for found in _on_claim(client, each, evidence)),
        *_on_settlements(client, evidence),
    ]
    if not differences:
        differences += _on_clearing(client, figures)
    return ClientReport(client.client_id, client.name, figures, tuple(differences))


def is_ours(client: Client, claim: Claim) -> bool:
    """Tell our claims from those a person registered at ECPay by hand."""
    invoice = invoice_of(claim.claim_reference)
    if invoice is None:
        return False
    return claim.claim_reference == claim_reference(client.company_id, invoice)


def _posted(evidence: Evidence) -> tuple[Carried, ...]:
    """Tell the drafts that a person has posted meanwhile: the ledger shows their number."""
    posted = vouchers_by_number(evidence.clearing)
    return tuple(
        replace(each, is_draft=each.is_draft and each.voucher_number not in posted)
        for each in evidence.settlements
    )


def _missing(client: Client, evidence: Evidence, ours: Sequence[Claim]) -> Iterator[Difference]:
    at_ecpay = {claim.claim_reference for claim in ours}
    kept = {row.claim_reference for row in evidence.books if row.state is ClaimState.REGISTERED}
    for row in evidence.books:
        if row.state is ClaimState.REGISTERED and row.claim_reference not in at_ecpay:
            yield Difference(
                client.client_id,
                Kind.NO_CLAIM,
                Money(amount=row.outstanding_handed_over),
                "our books say it was handed over, ECPay has no such claim",
                "ask ECPay what became of the case",
                invoice_number=row.invoice_number,
                case_number=row.case_number,
            )
    for claim in ours:
        if claim.claim_reference not in kept:
            yield _claim_difference(
                client,
                claim,
                Kind.NOT_IN_BOOKS,
                cause="ECPay has a claim that our books do not know",
                act=f"restanse poll --client {client.client_id} --full",
            )
        if invoice_of(claim.claim_reference) not in evidence.invoices:
            yield _claim_difference(
                client,
                claim,
                Kind.NO_INVOICE,
                cause="Tripletex shows no such invoice to our key",
                act=f"restanse client check {client.client_id}",
            )


def _on_claim(client: Client, each: Compared, evidence: Evidence) -> Iterator[Difference]:
    if not each.is_followed:
        return
    off = each.outstanding - each.expected
    too_little_paid = each.collected_not_settled < 0
    if off == 0 and not too_little_paid:
        return
    cause, act = _cause(client, each, evidence)
    yield Difference(
        client.client_id,
        Kind.OUTSTANDING,
        Money(amount=off or each.collected_not_settled),
        f"Tripletex shows {each.outstanding} outstanding, ECPay {each.remaining} remaining: "
        f"{cause}",
        act,
        invoice_number=each.claim.invoice_number,
        case_number=each.claim.case_number,
    )


def _cause(client: Client, each: Compared, evidence: Evidence) -> tuple[str, str]:
    reference = each.claim.claim_reference
    if reference in evidence.tasks:
        return "a person has to decide", f"restanse task show {evidence.tasks[reference]}"
    stuck = [row for row in evidence.reported if row.claim_reference == reference]
    stuck = [row for row in stuck if row.state in _NOT_TAKEN]
    explain = f"restanse invoice explain {each.claim.invoice_number} --client {client.client_id}"
    if stuck:
        codes = ", ".join(row.code or row.state.value for row in stuck)
        total = sum((row.amount for row in stuck), ZERO)
        return f"{total} of direct payments is not taken by ECPay ({codes})", explain
    if each.collected_not_settled < 0:
        told = "ECPay shows less as paid than it settled and took from us as direct payments"
        return told, "ask ECPay for a statement of the case"
    if each.outstanding < each.expected:
        told = "a payment, credit or write-off in Tripletex has not reached ECPay"
        return told, f"restanse poll --client {client.client_id} --full"
    return "something that ECPay counts as paid or credited is not in Tripletex", explain


def _on_settlements(client: Client, evidence: Evidence) -> Iterator[Difference]:
    vouchers = vouchers_by_number(evidence.clearing)
    for each in evidence.settlements:
        number = each.settlement.settlement_number
        found = vouchers.get(each.voucher_number, set())
        show = f"restanse settlement show {number} --client {client.client_id}"
        if not each.is_booked:
            told = f"ECPay issued it; {each.waits_for}"
            kind = Kind.SETTLEMENT_NOT_BOOKED
        elif len(found) > 1:
            told = f"{len(found)} vouchers carry {each.voucher_number}: {sorted(found)}"
            kind, show = Kind.BOOKED_TWICE, "reverse one of them in Tripletex"
        elif not each.is_acknowledged:
            told = "it is booked, and ECPay was not told so"
            kind = Kind.NOT_ACKNOWLEDGED
        else:
            continue
        amount = Money(amount=each.net)
        yield Difference(client.client_id, kind, amount, told, show, settlement_number=number)


def _on_clearing(client: Client, figures: Figures) -> Iterator[Difference]:
    off = figures.clearing_booked - figures.settled_net
    if off:
        yield Difference(
            client.client_id,
            Kind.CLEARING,
            Money(amount=off),
            f"our vouchers moved account {client.accounts.clearing} by "
            f"{figures.clearing_booked}, the settlements booked come to {figures.settled_net}",
            "compare the account with 'restanse settlement list', voucher by voucher",
        )


def _claim_difference(
    client: Client, claim: Claim, kind: Kind, *, cause: str, act: str
) -> Difference:
    return Difference(
        client.client_id,
        kind,
        Money(amount=-claim.balance.principal.remaining),
        cause,
        act,
        invoice_number=claim.invoice_number,
        case_number=claim.case_number,
    )


def _figures(
    compared: Sequence[Compared],
    settlements: Sequence[Carried],
    *,
    moved: Decimal,
    others: Decimal,
) -> Figures:
    followed = [each for each in compared if each.is_followed]
    sums = Figures(
        claims=len(compared),
        open_claims=sum(each.claim.close_code is None for each in compared),
        handed_over=_sum(each.claim.outstanding_principal for each in compared),
        tripletex_outstanding=_sum(each.outstanding for each in followed),
        ecpay_remaining=_sum(each.remaining for each in followed),
        collected_not_settled=_sum(each.collected_not_settled for each in followed),
        settled_not_booked=_sum(each.settled_not_booked for each in followed),
        overpaid=_sum(each.overpaid - each.excess for each in followed),
        direct_payments=_sum(each.direct for each in compared),
        collected=_sum(each.collected for each in compared),
        credited=_sum(each.claim.balance.principal.credited for each in compared),
        not_followed=_sum(each.outstanding for each in compared if not each.is_followed),
    )
    return replace(
        sums,
        settlements=len(settlements),
        booked=sum(each.is_booked for each in settlements),
        acknowledged=sum(each.is_acknowledged for each in settlements),
        settled_net=_sum(each.net for each in settlements if each.in_ledger),
        clearing_booked=moved,
        paid_out=-others,
    )


def _sum(amounts: Iterator[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
