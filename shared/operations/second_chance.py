"""Handing an invoice over again after ECPay has refused it and a person has mended the reason."""

from __future__ import annotations

from shared.faults import Conflict
from shared.messages.catalog import INVOICE_OVERDUE, event
from shared.operations.acts import Act
from shared.operations.desk import Desk
from shared.operations.invoices import InvoiceFile
from shared.receivables.candidates import terms_of
from shared.receivables.eligibility import Standing, judge
from shared.receivables.mapping import canonical
from shared.store.claims import ClaimState
from shared.store.outbox import added, staged

_MAY_TRY_AGAIN = frozenset({ClaimState.REJECTED, ClaimState.NOT_NEEDED})


def was_refused(file: InvoiceFile) -> bool:
    """Tell whether an invoice was sent on its way and did not become a claim."""
    return file.claim is not None and file.claim.state in _MAY_TRY_AGAIN


async def hand_over_again(desk: Desk, file: InvoiceFile, *, by: Act) -> None:
    """Queue an invoice for ECPay once more, as it stands in Tripletex now.

    The message is one of its own for every refusal, so asking twice queues it once.

    Raises:
        Conflict: It was not refused, or there is a reason of our own against it.
        Invalid: It cannot be told in our terms; names the fields.
    """
    claim, known, owner = file.claim, file.known, file.client
    if claim is None or not was_refused(file):
        raise Conflict(f"invoice {known.invoice_number} was not refused", code="NOT_REFUSED")
    company = desk.tripletex.company(owner, desk.sealer.open(owner.employee_token))
    found = await company.invoices(ids=[known.invoice_id])
    if not found:
        msg = f"Tripletex has no invoice {known.invoice_number} any more"
        raise Conflict(msg, code="UNKNOWN_INVOICE")
    standing = Standing(held=known.held, held_until=known.held_until, excluded=known.excluded)
    against = judge(found[0], terms_of(owner), standing, desk.clock.today()).reasons
    if against:
        told = "; ".join(reason.text for reason in against)
        msg = f"invoice {known.invoice_number} is not handed over again: {told}"
        raise Conflict(msg, code="NOT_ELIGIBLE")
    body = canonical(
        found[0], client_id=owner.client_id, company_id=owner.company_id, observed_at=by.at
    )
    message = event(
        INVOICE_OVERDUE,
        body,
        subject=claim.claim_reference,
        system="restanse",
        time=by.at,
        key=f"{claim.claim_reference}:again {claim.refusals}",
    )
    detail = {"refused_with": claim.code}
    subjects = (claim.claim_reference,)
    await desk.store.commit(
        [
            added(staged(message, now=by.at)),
            by.written(
                "invoice release", client_id=owner.client_id, subjects=subjects, detail=detail
            ),
        ]
    )
