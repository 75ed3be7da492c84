"""What an embedded broker holds outlives its process."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "held_messages",
        sa.Column("id", BIG_ID, primary_key=True, autoincrement=True),
        sa.Column("exchange", sa.String(100), nullable=False),
        sa.Column("routing_key", sa.String(255), nullable=False),
        sa.Column("message_id", sa.String(255), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("type", sa.String(255), nullable=False),
        sa.Column("correlation_id", sa.String(255)),
        sa.Column("headers", sa.Text(), nullable=False),
    )
    op.create_index("ix_held_messages_message_id", "held_messages", ["message_id"])
