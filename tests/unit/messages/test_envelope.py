from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.messages.catalog import EVENT_TYPES
from shared.messages.envelope import Instant
from shared.messages.schemas import event_schemas

NINE = datetime(2026, 9, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "given",
    [
        NINE,
        NINE.astimezone(timezone(timedelta(hours=2))),
        "2026-09-24T09:00:00Z",
        "2026-09-24T11:00:00+02:00",
    ],
)
def test_any_offset_is_read_and_utc_is_kept(given: object) -> None:
    instant = TypeAdapter[datetime](Instant).validate_python(given)

    assert instant == NINE
    assert instant.tzinfo is UTC


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs a time zone"):
        TypeAdapter[datetime](Instant).validate_python("2026-09-24T09:00:00")


def test_every_event_type_has_a_schema_of_its_own() -> None:
    schemas = event_schemas()

    assert set(schemas) == set(EVENT_TYPES)
    assert all(schema["additionalProperties"] is False for schema in schemas.values())
