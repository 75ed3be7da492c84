"""Vouchers: reading, posting, reversing, attaching."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.sandbox.tripletex import voucher_body
from services.sandbox.tripletex.call import Answer, Call, listing, one
from services.sandbox.tripletex.endpoints.invoices import PDF, upload_of
from services.sandbox.tripletex.entities import Document, Voucher
from services.sandbox.tripletex.errors import ApiError, invalid, not_found, refused, revision
from services.sandbox.tripletex.ledger import book, discard, enter
from services.sandbox.tripletex.payments import reverse
from services.sandbox.tripletex.voucher_rules import closed_period, complaints

EXPANDED = "*,postings(*)"


def list_vouchers(call: Call) -> Answer:
    """List vouchers in the ledger by date."""
    first, end = call.query.window("dateFrom", "dateTo")
    ids, numbers, types = (call.query.ids(name) for name in ("id", "number", "typeId"))
    low, high = call.query.integer("numberFrom", 0) or 0, call.query.integer("numberTo")
    found = [
        voucher
        for voucher in _candidates(call, ids, first, end)
        if first <= voucher.date < end
        and low <= voucher.number < (high or voucher.number + 1)
        and (numbers is None or voucher.number in numbers)
        and (types is None or (voucher.voucher_type and voucher.voucher_type.id in types))
    ]
    return listing(call, "voucher", found, totalNumberOfPostings=0)


def get_voucher(call: Call) -> Answer:
    """Give one voucher."""
    return one(call, "voucher", _voucher(call))


def by_external_number(call: Call) -> Answer:
    """List the vouchers with an external number; there may be several."""
    number = call.query.text("externalVoucherNumber") or ""
    return listing(call, "voucher", call.company.vouchers_by_external.get(number, []))


def list_non_posted(call: Call) -> Answer:
    """List vouchers that are not in the ledger."""
    call.query.require("includeNonApproved")
    first, end = call.query.optional_window("dateFrom", "dateTo")
    found = [v for v in call.company.non_posted.values() if first <= v.date < end]
    return listing(call, "voucher", found)


def create(call: Call) -> Answer:
    """Post a voucher; every call posts again."""
    body = call.body if isinstance(call.body, dict) else {}
    voucher_body.check_shape(body)
    company = call.company
    day = voucher_body.voucher_day(body)
    lines = voucher_body.lines_of(company, body)
    found = complaints(company, lines, day)
    if found:
        raise invalid(*found)
    number = voucher_body.external_number(body)
    if number and call.world.rules.unique_external_numbers:
        _refuse_duplicate(call, number)
    voucher = book(
        company,
        day,
        str(body.get("description") or ""),
        sorted(lines, key=lambda line: line.row),
        type_name=voucher_body.type_name(company, body),
        external_number=number,
        to_ledger=call.query.boolean("sendToLedger", default=True) is not False,
    )
    return one(call, "voucher", voucher, status=201, fields=EXPANDED)


def reverse_voucher(call: Call) -> Answer:
    """Reverse a voucher and give the reversing one."""
    day = call.query.required_day("date")
    voucher = _voucher(call)
    if voucher.id in call.company.invoices_by_voucher or not voucher.number:
        raise refused(f"Bilag {voucher.number_as_string} kan ikke reverseres.")
    found = [*closed_period(call.company, day)]
    if found:
        raise invalid(*found)
    return one(call, "voucher", reverse(call.company, voucher, day))


def send_to_ledger(call: Call) -> Answer:
    """Book a voucher that was waiting."""
    voucher = _voucher(call)
    version = call.query.integer("version")
    if version not in (None, voucher.version):
        raise revision()
    if voucher.number:
        raise refused("Bilaget er allerede ført.")
    enter(call.company, voucher)
    voucher.version += 1
    return one(call, "voucher", voucher)


def delete(call: Call) -> Answer:
    """Delete a voucher that is not in the ledger."""
    voucher = _voucher(call)
    reason = _why_not_deletable(voucher)
    if reason:
        raise refused(reason)
    discard(call.company, voucher)
    return Answer(204)


def options(call: Call) -> Answer:
    """Tell whether a voucher can be deleted."""
    reason = _why_not_deletable(_voucher(call))
    reasons = [reason] if reason else []
    return Answer(json={"value": {"delete": {"available": not reasons, "reasons": reasons}}})


def attach(call: Call) -> Answer:
    """Attach a file; a second one appends its pages."""
    voucher = _voucher(call, "voucherId")
    upload = upload_of(call)
    if voucher.attachment is None:
        ident = next(call.company.ids.document)
        voucher.attachment = Document(ident, upload.name, "application/pdf")
    voucher.attachment.pages.append(upload.content)
    voucher.version += 1
    return one(call, "voucher", voucher, status=201)


def detach(call: Call) -> Answer:
    """Take the attachment away."""
    voucher = _voucher(call, "voucherId")
    if voucher.attachment is None:
        raise not_found()
    voucher.attachment = None
    return Answer(204)


def pdf(call: Call) -> Answer:
    """Give the attachment of a voucher, or a page of its own."""
    voucher = _voucher(call, "voucherId")
    content = b"".join(voucher.attachment.pages) if voucher.attachment else PDF
    return Answer(raw=content, content_type="application/pdf")


def _candidates(call: Call, ids: list[int] | None, first: date, end: date) -> Iterator[Voucher]:
    if ids is None:
        return call.company.vouchers_by_date.between(first, end)
    found = (call.company.vouchers.get(ident) for ident in dict.fromkeys(ids))
    return (voucher for voucher in found if voucher is not None and voucher.number)


def _voucher(call: Call, name: str = "id") -> Voucher:
    voucher = call.company.vouchers.get(call.ident(name))
    if voucher is None:
        raise not_found()
    return voucher


def _why_not_deletable(voucher: Voucher) -> str:
    return f"Bilag {voucher.number_as_string} kan ikke slettes." if voucher.number else ""


def _refuse_duplicate(call: Call, number: str) -> None:
    if call.company.vouchers_by_external.get(number):
        raise ApiError(409, 14000, "Duplicate entry", developer_message="externalVoucherNumber")
