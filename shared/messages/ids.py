"""Typed ids, business keys and the deterministic id of a message.

The same fact found twice is the same message: its id is a UUIDv5 of client, kind and business
key, so every inbox recognises it, whoever found it and however often.
"""

from __future__ import annotations

import re
from typing import Annotated, NewType
from uuid import UUID, uuid5

from pydantic import Field

ClientId = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")]
ClaimReference = Annotated[str, Field(pattern=r"^[A-Za-z0-9:._-]{1,64}$")]
PaymentReference = Annotated[str, Field(pattern=r"^[A-Za-z0-9:._-]{1,64}$")]
InvoiceId = NewType("InvoiceId", int)
CompanyId = NewType("CompanyId", int)
PostingId = NewType("PostingId", int)

RESTANSE = UUID("6f2f0a3e-52d1-5b0e-9c55-0a6a5f1c7c11")

_CLAIM = re.compile(r"^tt:(?P<company>\d+):inv:(?P<invoice>\d+)$")


def message_id(client_id: str, kind: str, key: str) -> UUID:
    """Return the id of the message that states one fact about one client."""
    return uuid5(RESTANSE, f"{client_id}\n{kind}\n{key}")


def claim_reference(company_id: int, invoice_id: int) -> str:
    """Return our key of the claim on an invoice, unique per client and forever."""
    return f"tt:{company_id}:inv:{invoice_id}"


def invoice_of(reference: str) -> int | None:
    """Return the Tripletex invoice id in a claim reference, or None if it is not one of ours."""
    match = _CLAIM.match(reference)
    return int(match["invoice"]) if match else None


def payment_reference(company_id: int, posting_id: int) -> str:
    """Return our key of a payment seen as a posting in Tripletex."""
    return f"tt:{company_id}:posting:{posting_id}"


def credit_reference(company_id: int, invoice_id: int) -> str:
    """Return our key of a credit note, which is an invoice of its own in Tripletex."""
    return f"tt:{company_id}:credit:{invoice_id}"
