"""Documents attached to a claim: one PDF in a multipart form, kept by its description only."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from typing import Any

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.closing import refuse_closed
from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.problems import FieldError, Refusal, validation_failed
from services.sandbox.ecpay.validation import Choice, Text

LARGEST = 10 * 1024 * 1024
_KIND = Choice(("INVOICE", "REMINDER", "NOTICE", "OTHER"))
_CHECKSUM = Text(form=r"^[0-9a-f]{64}$")


async def read_form(headers: Headers, raw: bytes) -> dict[str, Any]:
    """Return the parts of a multipart form; the file as name, type, size and checksum.

    Raises:
        Refusal: The form cannot be read, or the document is too large.
    """

    async def stream() -> AsyncGenerator[bytes, None]:
        yield raw

    try:
        form = await MultiPartParser(headers, stream()).parse()
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        raise Refusal("MALFORMED_MULTIPART") from error
    parts: dict[str, Any] = {}
    for name, value in form.multi_items():
        parts[name] = await _described(value) if isinstance(value, UploadFile) else value
    return parts


def attach(creditor: Creditor, claim: Claim, parts: dict[str, Any]) -> dict[str, Any]:
    """Store a document.

    Raises:
        Refusal: Badly formed, no PDF, wrong checksum, or the claim is closed.
    """
    _check(parts)
    refuse_closed(claim)
    file = parts["file"]
    if file["sha256"] != parts["sha256"]:
        raise Refusal("CHECKSUM_MISMATCH")
    document = {
        "documentId": f"doc_{creditor.office.number('document'):08d}",
        "claimId": claim.claim_id,
        "kind": parts["kind"],
        "fileName": file["fileName"],
        "contentType": "application/pdf",
        "size": file["size"],
        "sha256": file["sha256"],
        "createdAt": creditor.office.stamp(),
    }
    creditor.documents[claim.claim_id].append(document)
    return document


async def _described(file: UploadFile) -> dict[str, Any]:
    content = await file.read()
    await file.close()
    if len(content) > LARGEST:
        raise Refusal("DOCUMENT_TOO_LARGE")
    return {
        "fileName": file.filename or "document.pdf",
        "isPdf": file.content_type == "application/pdf" and content.startswith(b"%PDF-"),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _check(parts: dict[str, Any]) -> None:
    faults = [
        FieldError(f"/{name}", "REQUIRED", "is required")
        for name in ("file", "kind", "sha256")
        if name not in parts
    ]
    faults += [
        FieldError(f"/{name}", "UNKNOWN_FIELD", "is not a field of this form")
        for name in parts
        if name not in ("file", "kind", "sha256")
    ]
    if "kind" in parts:
        faults += _KIND.faults(parts["kind"], "/kind")
    if "sha256" in parts:
        faults += _CHECKSUM.faults(parts["sha256"], "/sha256")
    if isinstance(parts.get("file"), str):
        faults.append(FieldError("/file", "WRONG_TYPE", "must be a file"))
    if faults:
        raise validation_failed(faults)
    if not parts["file"]["isPdf"]:
        raise Refusal("UNSUPPORTED_DOCUMENT_TYPE")
