"""Why an invoice is or is not sent, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.operations.explanations import CLOSED, Explanation, explain
from shared.operations.invoices import InvoiceFile
from shared.store.claims import ClaimState, HandedOver
from shared.store.clients import ClientState
from shared.store.feeds import CaseNews
from shared.store.reported import PaymentState, ReportedPayment
from shared.store.watched import WatchedInvoice
from tests.harness.clients import a_client

TODAY = date(2026, 8, 18)
NOW = datetime(2026, 8, 18, 6, tzinfo=UTC)
REFERENCE = "tt:4711:inv:1"


def invoice(*reasons: tuple[str, str | None], **changed: object) -> WatchedInvoice:
    values: dict[str, object] = {
        "client_id": "nordfjord",
        "invoice_id": 1,
        "claim_reference": REFERENCE,
        "invoice_number": "10042",
        "voucher_id": 5,
        "customer_id": 6,
        "due_date": date(2026, 8, 3),
        "original": Decimal("10000.00"),
        "outstanding": Decimal("10000.00"),
        "is_credited": False,
        "reasons": [{"why": why, "until": until} for why, until in reasons],
        "look_again_on": None,
        "observed_at": NOW,
    }
    return WatchedInvoice(**values | changed)  # type: ignore[arg-type]  # named as the fields are


def claim(state: ClaimState = ClaimState.REGISTERED, code: str | None = None) -> HandedOver:
    return HandedOver(
        client_id="nordfjord",
        invoice_id=1,
        claim_reference=REFERENCE,
        state=state,
        invoice_number="10042",
        invoice_date=date(2026, 7, 20),
        due_date=date(2026, 8, 3),
        original_amount=Decimal("10000.00"),
        outstanding_handed_over=Decimal("10000.00"),
        currency="NOK",
        updated_at=NOW,
        case_number="700001",
        code=code,
        registered_at=NOW,
    )


def case(**changed: object) -> CaseNews:
    return CaseNews("nordfjord", REFERENCE, 1, NOW, **changed)  # type: ignore[arg-type]  # by name


def explained(
    known: WatchedInvoice,
    state: ClientState = ClientState.ACTIVE,
    *,
    handed: HandedOver | None = None,
    news: CaseNews | None = None,
    payments: Sequence[ReportedPayment] = (),
) -> Explanation:
    file = InvoiceFile(a_client(state=state), known, handed, news, tuple(payments), ())
    return explain(file, TODAY)


def test_an_eligible_invoice_goes_with_the_next_poll() -> None:
    answer = explained(invoice())

    assert answer.told == ("It will be sent at the next poll.",)
    assert answer.will_be_sent_on == TODAY


def test_a_reason_that_ends_gives_the_day() -> None:
    answer = explained(invoice(("NOT_DUE_LONG_ENOUGH", "2026-08-19")))

    assert answer.will_be_sent_on == date(2026, 8, 19)
    assert answer.told[-1] == "It will be sent on 2026-08-19 if nothing changes."


def test_the_last_of_several_days_counts() -> None:
    reasons = (("NOT_DUE_LONG_ENOUGH", "2026-08-19"), ("NOTICE_RUNNING", "2026-09-01"))

    assert explained(invoice(*reasons)).will_be_sent_on == date(2026, 9, 1)


def test_a_reason_without_an_end_needs_a_person() -> None:
    answer = explained(invoice(("MISSING_ADDRESS", None), ("NOT_DUE_LONG_ENOUGH", "2026-08-19")))

    assert answer.will_be_sent_on is None
    assert "no complete postal address" in answer.told[0]
    assert "will not be sent by itself" in answer.told[-1]


def test_a_hold_tells_who_said_what_and_until_when() -> None:
    held = invoice(held=True, held_until=date(2026, 9, 1), held_reason="promised to pay")

    answer = explained(held)

    assert "held by a person until 2026-09-01" in answer.told[0]
    assert "promised to pay" in answer.told[1]
    assert answer.will_be_sent_on == date(2026, 9, 1)


def test_a_reason_of_a_later_release_is_left_out() -> None:
    assert explained(invoice(("SOMETHING_NEW", None))).will_be_sent_on == TODAY


@pytest.mark.parametrize(
    ("state", "told"),
    [(ClientState.ADDED, "client confirm"), (ClientState.PAUSED, "client resume")],
)
def test_a_client_that_does_not_run_says_how_to_start(state: ClientState, told: str) -> None:
    answer = explained(invoice(), state)

    assert told in answer.told[-1]
    assert answer.will_be_sent_on is None


def test_a_case_tells_its_number_stage_and_next_step() -> None:
    news = case(stage="NOTICE_SENT", status="ACTIVE", deadline=date(2026, 9, 1))

    answer = explained(invoice(handed_over_at=NOW), handed=claim(), news=news)

    assert answer.sent
    assert "case number 700001" in answer.told[0]
    assert answer.told[1] == "The case is ACTIVE, in stage NOTICE_SENT."
    assert answer.told[2] == "Next at ECPay: payment demand, not before 2026-09-01."


@pytest.mark.parametrize("code", sorted(CLOSED))
def test_a_closed_case_says_why(code: str) -> None:
    answer = explained(invoice(handed_over_at=NOW), handed=claim(), news=case(close_code=code))

    assert answer.told[1] == f"ECPay has closed the case: {CLOSED[code]}."


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (ClaimState.WAITING, "tried again by itself"),
        (ClaimState.REJECTED, "restanse task list"),
        (ClaimState.NOT_NEEDED, "paid or credited in time"),
    ],
)
def test_a_hand_over_that_went_otherwise_says_so(state: ClaimState, told: str) -> None:
    answer = explained(invoice(handed_over_at=NOW), handed=claim(state, "MISSING_ADDRESS"))

    assert told in answer.told[0]


def test_a_hand_over_on_its_way_says_so() -> None:
    assert "on its way" in explained(invoice(handed_over_at=NOW)).told[0]


def test_payments_are_told_with_what_became_of_them() -> None:
    refused = ReportedPayment(
        client_id="nordfjord",
        payment_reference="tt:4711:posting:1",
        claim_reference=REFERENCE,
        state=PaymentState.REFUSED,
        amount=Decimal("500.00"),
        currency="NOK",
        payment_date=TODAY,
        updated_at=NOW,
        code="CLAIM_CLOSED",
    )

    answer = explained(invoice(handed_over_at=NOW), handed=claim(), payments=[refused])

    assert answer.told[-1] == (
        "A payment of 500.00 NOK on 2026-08-18 was refused by ECPay (CLAIM_CLOSED)."
    )
