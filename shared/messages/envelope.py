"""The envelope of every message: CloudEvents 1.0 in structured JSON.

One document survives the queue, the dead-letter ledger, an edit and a replay, and needs no
header spelling. Source: CloudEvents 1.0.2, JSON event format.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.messages.ids import ClientId

CONTENT_TYPE = "application/cloudevents+json"


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        msg = "an instant needs a time zone"
        raise ValueError(msg)
    # Nearly always it is UTC, spelled by another library; replacing is ten times as fast.
    return instant.astimezone(UTC) if instant.utcoffset() else instant.replace(tzinfo=UTC)


Instant = Annotated[datetime, AfterValidator(_utc)]
"""An instant; any offset is read, UTC is kept."""


class Body(BaseModel):
    """The base of every canonical message: frozen, closed, and about one client."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    client_id: ClientId


D_co = TypeVar("D_co", bound=Body, covariant=True)


class Event(BaseModel, Generic[D_co]):
    """One message: who says what about which client and business key.

    Attributes:
        id: Deterministic id; two messages with one id are the same message.
        source: ``/clients/<client_id>/<system>``.
        subject: The business key, for example the claim reference.
        time: When the fact was observed.
        traceparent: W3C trace context of what led here.
        correlationid: Id of the first message of the chain.
        causationid: Id of the message whose handling produced this one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    type: str = Field(pattern=r"^no\.restanse\.[a-z-]+\.[a-z-]+\.v[0-9]+$")
    source: str = Field(pattern=r"^/clients/[a-z0-9-]+/[a-z-]+$")
    subject: str = Field(min_length=1, max_length=200)
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    traceparent: str | None = None
    correlationid: UUID | None = None
    causationid: UUID | None = None
    data: D_co
