"""JSON Schema of every event, made from the models; the committed copies are checked by a test."""

from __future__ import annotations

from typing import Any

from shared.messages.catalog import EVENT_TYPES, EventType

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def event_schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of the data of every event type, by type name."""
    return {name: schema_of(kind) for name, kind in sorted(EVENT_TYPES.items())}


def schema_of(kind: EventType) -> dict[str, Any]:
    """Return the schema of the data of one event type."""
    schema = kind.body.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": kind.dataschema, **schema}
