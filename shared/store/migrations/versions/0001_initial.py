"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Spelled out and not taken from the models: a step stays what it was when it was released.
ORE = sa.BigInteger()
INSTANT = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Create every table."""
    _pipeline()
    _operations()
    _bookings()
    _claims()
    _clients()
    _cursors()
    _payments()
    _reported()
    _settlements()
    _watched()


def _pipeline() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("message_id", sa.String(255), nullable=False),
        sa.Column("queue", sa.String(100), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("fault", sa.String(60), nullable=False),
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("dependency", sa.String(60), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("trace", sa.Text(), nullable=False),
    )
    op.create_index("ix_attempts_at", "attempts", ["at"])
    op.create_index("ix_attempts_message_id", "attempts", ["message_id"])
    op.create_table(
        "inbox",
        sa.Column("queue", sa.String(100), primary_key=True),
        sa.Column("message_id", sa.Uuid(), primary_key=True),
        sa.Column("handled_at", INSTANT, nullable=False),
    )
    op.create_index("ix_inbox_handled_at", "inbox", ["handled_at"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("message_id", sa.String(255), nullable=False),
        sa.Column("exchange", sa.String(100), nullable=False),
        sa.Column("routing_key", sa.String(255), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("type", sa.String(255), nullable=False),
        sa.Column("correlation_id", sa.String(255)),
        sa.Column("headers", DOCUMENT, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("first_seen", INSTANT),
        sa.Column("available_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index("ix_outbox_available_at", "outbox", ["available_at"])
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])


def _operations() -> None:
    op.create_table(
        "audit",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("client_id", sa.String(40)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("subjects", DOCUMENT, nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "tasks",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("client_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("what_to_do", sa.Text(), nullable=False),
        sa.Column("amount", ORE),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("closed_by", sa.String(100)),
        sa.Column("note", sa.Text()),
        sa.UniqueConstraint("client_id", "kind", "key"),
    )
    op.create_index("ix_tasks_closed_at", "tasks", ["closed_at", "opened_at"])


def _bookings() -> None:
    op.create_table(
        "bookings",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("settlement_id", sa.String(64), primary_key=True),
        sa.Column("settlement_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("booking_date", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("booked_at", INSTANT),
    )
    op.create_index("ix_bookings_state", "bookings", ["state", "updated_at"])
    op.create_table(
        "booking_steps",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("settlement_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(30), primary_key=True),
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("invoice_id", sa.BigInteger()),
        sa.Column("amount", ORE),
        sa.Column("booking_date", sa.Date()),
        sa.Column("seen", DOCUMENT, nullable=False),
        sa.Column("found", DOCUMENT, nullable=False),
        sa.Column("intended_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT),
    )
    op.create_index("ix_booking_steps_invoice_id", "booking_steps", ["client_id", "invoice_id"])
    op.create_index("ix_booking_steps_key", "booking_steps", ["client_id", "key"])
    op.create_table(
        "booking_leases",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
    )


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("invoice_id", sa.BigInteger(), primary_key=True),
        sa.Column("claim_reference", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("invoice_number", sa.String(40), nullable=False),
        sa.Column("invoice_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("original_amount", ORE, nullable=False),
        sa.Column("outstanding_handed_over", ORE, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("claim_id", sa.String(64)),
        sa.Column("case_number", sa.String(64)),
        sa.Column("entry_stage", sa.String(40)),
        sa.Column("code", sa.String(60)),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("registered_at", INSTANT),
        sa.UniqueConstraint("client_id", "claim_reference"),
    )


def _clients() -> None:
    op.create_table(
        "clients",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("employee_token", sa.LargeBinary(), nullable=False),
        sa.Column("ecpay_client_id", sa.String(64), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("is_accountant_token", sa.Boolean(), nullable=False),
        sa.Column("days_overdue", sa.Integer(), nullable=False),
        sa.Column("minimum_amount", ORE, nullable=False),
        sa.Column("clearing_payment_type_id", sa.BigInteger()),
        sa.Column("booking", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("vat_registered", sa.Boolean()),
        sa.Column("accounts", DOCUMENT, nullable=False),
        sa.UniqueConstraint("ecpay_client_id"),
    )


def _cursors() -> None:
    op.create_table(
        "feed_cursors",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("feed", sa.String(20), primary_key=True),
        sa.Column("cursor", sa.String(1000), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
    )
    op.create_table(
        "case_mirror",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("claim_reference", sa.String(64), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("case_number", sa.String(64)),
        sa.Column("claim_id", sa.String(64)),
        sa.Column("stage", sa.String(60)),
        sa.Column("status", sa.String(60)),
        sa.Column("close_code", sa.String(60)),
        sa.Column("deadline", sa.Date()),
        sa.Column("occurred_at", INSTANT, nullable=False),
    )
    op.create_table(
        "poll_cursors",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("next_poll_at", INSTANT, nullable=False),
        sa.Column("next_sweep_at", INSTANT, nullable=False),
        sa.Column("receivable_accounts", DOCUMENT),
        sa.Column("polled_at", INSTANT),
    )
    op.create_index("ix_poll_cursors_next_poll_at", "poll_cursors", ["next_poll_at"])
    op.create_table(
        "other_vouchers",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("voucher_id", sa.BigInteger(), primary_key=True),
    )
    op.create_table(
        "open_posts",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("customer_id", sa.BigInteger(), primary_key=True),
        sa.Column("posts", DOCUMENT, nullable=False),
    )


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("payment_reference", sa.String(64), primary_key=True),
        sa.Column("claim_reference", sa.String(64), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", ORE, nullable=False),
        sa.Column("payment_date", sa.Date(), nullable=False),
        sa.Column("received_by", sa.String(20), nullable=False),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("reverses", sa.String(64)),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("reported_as", sa.String(64)),
        sa.Column("observed_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
    )
    op.create_index("ix_payments_claim_reference", "payments", ["client_id", "claim_reference"])
    op.create_table(
        "payment_locks",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("claim_reference", sa.String(64), primary_key=True),
        sa.Column("taken_at", INSTANT, nullable=False),
    )


def _reported() -> None:
    op.create_table(
        "reported_payments",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("payment_reference", sa.String(64), primary_key=True),
        sa.Column("claim_reference", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("amount", ORE, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("payment_date", sa.Date(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("applied", ORE, nullable=False),
        sa.Column("unapplied", ORE, nullable=False),
        sa.Column("code", sa.String(60)),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("reversed_on", sa.Date()),
    )
    op.create_index(
        "ix_reported_payments_claim_reference",
        "reported_payments",
        ["client_id", "claim_reference"],
    )
    op.create_table(
        "reported_credits",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("credit_reference", sa.String(64), primary_key=True),
        sa.Column("claim_reference", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("amount", ORE, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("credit_date", sa.Date(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("credited_principal", ORE, nullable=False),
        sa.Column("charged_to_client", ORE, nullable=False),
        sa.Column("code", sa.String(60)),
        sa.Column("refusals", sa.Integer(), nullable=False),
    )
    op.create_index(
        "ix_reported_credits_claim_reference", "reported_credits", ["client_id", "claim_reference"]
    )


def _settlements() -> None:
    op.create_table(
        "settlements",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("settlement_id", sa.String(64), primary_key=True),
        sa.Column("settlement_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("settlement_date", sa.Date(), nullable=False),
        sa.Column("payout_date", sa.Date()),
        sa.Column("previous_balance", ORE, nullable=False),
        sa.Column("net_payout", ORE, nullable=False),
        sa.Column("carried_forward", ORE, nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("body", DOCUMENT, nullable=False),
        sa.Column("matches", DOCUMENT, nullable=False),
        sa.Column("broken_rules", DOCUMENT, nullable=False),
        sa.Column("judged_at", INSTANT, nullable=False),
        sa.Column("releases", sa.Integer(), nullable=False),
    )
    op.create_index(
        "ix_settlements_settlement_number", "settlements", ["client_id", "settlement_number"]
    )
    op.create_table(
        "settlement_lines",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("settlement_id", sa.String(64), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("settlement_number", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(64), nullable=False),
        sa.Column("claim_reference", sa.String(64), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("received_by", sa.String(40), nullable=False),
        sa.Column("paid_by_debtor", ORE, nullable=False),
        sa.Column("principal", ORE, nullable=False),
        sa.Column("remaining_principal", ORE, nullable=False),
        sa.Column("net_to_client", ORE, nullable=False),
        sa.Column("booking_date", sa.Date(), nullable=False),
    )
    op.create_index(
        "ix_settlement_lines_claim_reference", "settlement_lines", ["client_id", "claim_reference"]
    )
    op.create_index("ix_settlement_lines_line_id", "settlement_lines", ["client_id", "line_id"])


def _watched() -> None:
    op.create_table(
        "watched_invoices",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("invoice_id", sa.BigInteger(), primary_key=True),
        sa.Column("claim_reference", sa.String(64), nullable=False),
        sa.Column("invoice_number", sa.String(40), nullable=False),
        sa.Column("voucher_id", sa.BigInteger()),
        sa.Column("customer_id", sa.BigInteger()),
        sa.Column("due_date", sa.Date()),
        sa.Column("original", ORE, nullable=False),
        sa.Column("outstanding", ORE, nullable=False),
        sa.Column("is_credited", sa.Boolean(), nullable=False),
        sa.Column("reasons", DOCUMENT, nullable=False),
        sa.Column("look_again_on", sa.Date()),
        sa.Column("observed_at", INSTANT, nullable=False),
        sa.Column("handed_over_at", INSTANT),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("held_until", sa.Date()),
        sa.Column("held_reason", sa.String(200)),
        sa.Column("excluded", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_watched_invoices_claim_reference", "watched_invoices", ["claim_reference"])
    op.create_index(
        "ix_watched_invoices_customer_id", "watched_invoices", ["client_id", "customer_id"]
    )
    op.create_index(
        "ix_watched_invoices_voucher_id", "watched_invoices", ["client_id", "voucher_id"]
    )
    op.create_table(
        "seen_postings",
        sa.Column("client_id", sa.String(40), primary_key=True),
        sa.Column("posting_id", sa.BigInteger(), primary_key=True),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("voucher_id", sa.BigInteger()),
        sa.Column("posted_on", sa.Date()),
        sa.Column("amount", ORE, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reverses", sa.BigInteger()),
        sa.Column("seen_at", INSTANT, nullable=False),
    )
    op.create_index("ix_seen_postings_invoice_id", "seen_postings", ["client_id", "invoice_id"])
