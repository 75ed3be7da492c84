"""One example body of every kind of message; the persons and companies are invented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from shared.messages.credit_notes import CreditNote, CreditScope
from shared.messages.envelope import Body
from shared.messages.ids import InvoiceId
from shared.messages.invoices import (
    Address,
    ClaimClosed,
    ClaimRegistered,
    ClaimRejected,
    Debtor,
    DebtorType,
    Invoice,
)
from shared.messages.payments import Payment, PaymentOrigin, ReceivedBy
from shared.messages.polls import FeedRequest, PollRequest, ReadInvoices
from shared.messages.settlements import (
    AgencyInvoice,
    BookedSettlement,
    BrokenRule,
    Commission,
    LineVat,
    MatchedLine,
    Parts,
    QuarantinedSettlement,
    ReconciledSettlement,
    Settlement,
    SettlementLine,
    SettlementTotals,
)

CLIENT = "nordfjord-ror"
OBSERVED = datetime(2026, 8, 18, 6, 0, tzinfo=UTC)
_TODAY = date(2026, 8, 18)
_INVOICE = InvoiceId(900123)
_REFERENCE = "tt:4711:inv:900123"
_SETTLED = datetime(2026, 9, 15, 5, 0, tzinfo=UTC)

_LINE = SettlementLine(
    line_id="sl_00000001",
    type="COLLECTED",
    claim_id="clm_00000001",
    case_number="700001",
    claim_reference=_REFERENCE,
    invoice_number="10042",
    customer_number="20077",
    received_by="AGENCY",
    debtor_payment_date=date(2026, 9, 14),
    booking_date=date(2026, 9, 14),
    payment_reference="9001",
    currency="NOK",
    exchange_rate=Decimal("1.000000"),
    paid_by_debtor=Decimal("10778.96"),
    allocation=Parts(
        principal=Decimal("10000.00"),
        interest=Decimal("140.96"),
        reminder_fee=Decimal("38.00"),
        collection_fee=Decimal("600.00"),
    ),
    client=Parts(principal=Decimal("10000.00"), interest=Decimal("140.96")),
    agency=Parts(reminder_fee=Decimal("38.00"), collection_fee=Decimal("600.00")),
    vat=LineVat(
        base=Decimal("638.00"),
        rate=Decimal("25.00"),
        amount=Decimal("159.50"),
        set_off=Decimal("159.50"),
    ),
    commission=Commission(),
    charge=Decimal("0.00"),
    net_to_client=Decimal("9981.46"),
    remaining_principal=Decimal("0.00"),
)

_SETTLEMENT = Settlement(
    client_id=CLIENT,
    settlement_id="stl_00000001",
    settlement_number=1,
    version=1,
    status="PAID",
    created_at=_SETTLED,
    settlement_date=date(2026, 9, 15),
    payout_date=date(2026, 9, 16),
    payout_reference="ECPAY-1",
    currency="NOK",
    period_from=date(2026, 9, 14),
    period_to=date(2026, 9, 14),
    previous_balance=Decimal("0.00"),
    net_payout=Decimal("9981.46"),
    carried_forward=Decimal("0.00"),
    totals=SettlementTotals(
        collected=Decimal("10778.96"),
        principal=Decimal("10000.00"),
        interest=Decimal("140.96"),
        fees=Decimal("638.00"),
        legal_costs=Decimal("0.00"),
        overpayment=Decimal("0.00"),
        agency_retained=Decimal("638.00"),
        vat_base=Decimal("638.00"),
        vat=Decimal("159.50"),
        vat_set_off=Decimal("159.50"),
        commission=Decimal("0.00"),
        charges=Decimal("0.00"),
        direct_payments=Decimal("0.00"),
        net_to_client=Decimal("9981.46"),
    ),
    agency_invoice=AgencyInvoice(
        number="F-1",
        date=date(2026, 9, 15),
        base=Decimal("638.00"),
        vat=Decimal("159.50"),
        total=Decimal("797.50"),
    ),
    line_count=1,
    checksum="0" * 64,
    checksum_holds=True,
    lines=(_LINE,),
    observed_at=_SETTLED,
)

_BODIES: tuple[Body, ...] = (
    Invoice(
        client_id=CLIENT,
        invoice_id=_INVOICE,
        claim_reference=_REFERENCE,
        invoice_number="10042",
        invoice_date=date(2026, 7, 20),
        due_date=date(2026, 8, 3),
        kid="10042200773",
        currency="NOK",
        original_amount=Decimal("10000.00"),
        outstanding=Decimal("10000.00"),
        debtor=Debtor(
            type=DebtorType.COMPANY,
            name="Eksempel Bygg AS",
            customer_number="20077",
            organisation_number="310000035",
            address=Address(line1="Storgata 1", postal_code="0155", city="Oslo", country="NO"),
        ),
        description="Faktura 10042",
        observed_at=OBSERVED,
    ),
    ClaimRegistered(
        client_id=CLIENT,
        invoice_id=_INVOICE,
        claim_reference=_REFERENCE,
        claim_id="clm_00000001",
        case_number="700001",
        registered_at=OBSERVED,
    ),
    ClaimRejected(
        client_id=CLIENT,
        invoice_id=_INVOICE,
        claim_reference=_REFERENCE,
        code="MISSING_ADDRESS",
        reason="the debtor has no postal address",
    ),
    ClaimClosed(
        client_id=CLIENT, claim_reference=_REFERENCE, close_code="PAID", closed_at=_SETTLED
    ),
    Payment(
        client_id=CLIENT,
        claim_reference=_REFERENCE,
        invoice_id=_INVOICE,
        payment_reference="tt:4711:posting:55001",
        amount=Decimal("4000.00"),
        currency="NOK",
        payment_date=date(2026, 8, 27),
        received_by=ReceivedBy.CREDITOR,
        origin=PaymentOrigin.TRIPLETEX,
        observed_at=OBSERVED,
    ),
    CreditNote(
        client_id=CLIENT,
        claim_reference=_REFERENCE,
        invoice_id=_INVOICE,
        credit_note_id=InvoiceId(900124),
        credit_reference="tt:4711:credit:900124",
        number="10043",
        credit_date=_TODAY,
        amount=Decimal("10000.00"),
        currency="NOK",
        scope=CreditScope.FULL,
        remaining_after=Decimal("0.00"),
        observed_at=OBSERVED,
    ),
    PollRequest(client_id=CLIENT, requested_at=OBSERVED, today=_TODAY),
    ReadInvoices(client_id=CLIENT, requested_at=OBSERVED, today=_TODAY, invoice_ids=(_INVOICE,)),
    FeedRequest(client_id=CLIENT, requested_at=OBSERVED),
    _SETTLEMENT,
    ReconciledSettlement(
        client_id=CLIENT,
        settlement=_SETTLEMENT,
        matches=(
            MatchedLine(line_id=_LINE.line_id, claim_reference=_REFERENCE, invoice_id=_INVOICE),
        ),
    ),
    QuarantinedSettlement(
        client_id=CLIENT,
        settlement_id="stl_00000001",
        settlement_number=1,
        broken_rules=(
            BrokenRule(rule="I1", line_id=_LINE.line_id, expected="10778.96", found="10778.95"),
        ),
    ),
    BookedSettlement(
        client_id=CLIENT,
        settlement_id="stl_00000001",
        settlement_number=1,
        voucher_reference="ECPAY-1",
        voucher_ids=(700123,),
        booked_at=_SETTLED,
    ),
)

BODIES: dict[type[Body], Body] = {type(body): body for body in _BODIES}
_OF_SETTLEMENTS = (Settlement, ReconciledSettlement, QuarantinedSettlement, BookedSettlement)
SUBJECTS: dict[type[Body], str] = {
    type(body): _REFERENCE for body in _BODIES if hasattr(body, "claim_reference")
} | dict.fromkeys(_OF_SETTLEMENTS, "stl_00000001")
