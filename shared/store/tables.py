"""What every table file shares: the metadata and the column types.

Tables stand in ``shared/store/<owner>.py`` beside the statements on them. Types are chosen so
that PostgreSQL and SQLite keep exactly the same values.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from shared.messages.money import to_ore

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Document = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document; never holds money as a number."""

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit key that counts by itself on both databases."""


class Ore(TypeDecorator[Decimal]):
    """An amount with two places, kept as whole øre: exact on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Turn kroner into øre."""
        del dialect
        return None if value is None else int(to_ore(value) * 100)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Turn øre into kroner."""
        del dialect
        return None if value is None else to_ore(Decimal(value) / 100)


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant in UTC; refuses a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn any offset into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"an instant needs a time zone, {value.isoformat()} has none"
            raise ValueError(msg)
        kept = value if value.tzinfo is UTC else value.astimezone(UTC)  # mostly it is
        return kept.replace(tzinfo=None) if dialect.name == "sqlite" else kept

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Return an aware instant, whatever the database keeps."""
        del dialect
        if value is None:
            return None
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC)  # type: ignore[no-any-return]  # Any from the driver
