from __future__ import annotations

from services.payment_reconciler.matching import OurClaim, match, suggest, unmatched
from shared.messages.ids import InvoiceId
from tests.harness.settlement_makers import line, settlement

OURS = OurClaim("tt:4711:inv:900123", InvoiceId(900123), "10042", "20077")
STRANGER = line(line_id="lin_2", claim_reference="typed-in-at-ecpay")


def test_a_line_belongs_to_the_invoice_of_the_claim_it_names() -> None:
    (found,) = match(settlement(line(), STRANGER), {OURS.claim_reference: OURS})

    assert (found.line_id, found.invoice_id) == ("lin_1", 900123)


def test_a_line_that_names_no_claim_of_ours_is_unmatched() -> None:
    (found,) = unmatched(settlement(line(), STRANGER), {OURS.claim_reference: OURS})

    assert found.line_id == "lin_2"


def test_both_numbers_suggest_a_claim() -> None:
    (found,) = suggest([STRANGER], [OURS])

    assert found.suggested == OURS.claim_reference


def test_another_customer_suggests_nothing() -> None:
    other = OurClaim("tt:4711:inv:1", InvoiceId(1), "10042", "30000")

    (found,) = suggest([STRANGER], [other])

    assert found.suggested is None


def test_two_candidates_suggest_nothing() -> None:
    other = OurClaim("tt:4711:inv:1", InvoiceId(1), "10042")

    (found,) = suggest([STRANGER], [OURS, other])

    assert found.suggested is None
