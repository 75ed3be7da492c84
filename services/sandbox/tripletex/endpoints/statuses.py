"""The debt-collection status log of vouchers, and event subscriptions."""

from __future__ import annotations

from services.sandbox.tripletex.call import Answer, Call, listing, one
from services.sandbox.tripletex.company import StatusEntry
from services.sandbox.tripletex.errors import forbidden, not_found, refused

STATUS_KEYS = (
    "voucher",
    "status",
    "message",
    "comment",
    "externalObjectUrl",
    "referenceNumber",
)
STATUSES = ("WAITING", "DONE", "SKIPPED", "ERROR", "NONE", "PROCESSING", "RECLAIMED")


def list_statuses(call: Call) -> Answer:
    """List status entries; the newest of a voucher is the one that counts."""
    ids, vouchers = call.query.ids("ids"), call.query.ids("voucherIds")
    status, kind = call.query.text("status"), call.query.text("type")
    found = [
        entry
        for entry in call.company.statuses.values()
        if (ids is None or entry.id in ids)
        and (vouchers is None or entry.voucher.id in vouchers)
        and status in (None, entry.status)
        and kind in (None, entry.type)
    ]
    return listing(call, "voucher status", found)


def get_status(call: Call) -> Answer:
    """Give one status entry."""
    entry = call.company.statuses.get(call.ident())
    if entry is None:
        raise not_found()
    return one(call, "voucher status", entry)


def add_status(call: Call) -> Answer:
    """Append a status entry; nothing is ever changed in the log."""
    company = call.company
    body = call.object_body(*STATUS_KEYS)
    if not company.is_debt_collection_on:
        raise forbidden()
    voucher = company.vouchers.get((body.get("voucher") or {}).get("id") or 0)
    if voucher is None:
        raise not_found()
    if body.get("status") not in STATUSES:
        raise refused("Ugyldig verdi.", "status")
    entry = StatusEntry(
        id=next(company.ids.status),
        voucher=voucher,
        status=str(body["status"]),
        message=str(body.get("message") or "NONE"),
        comment=str(body.get("comment") or ""),
        external_object_url=str(body.get("externalObjectUrl") or ""),
        reference_number=str(body.get("referenceNumber") or ""),
        timestamp=f"{call.world.day.today}T06:00:00",
    )
    company.statuses[entry.id] = entry
    return one(call, "voucher status", entry, status=201)


def list_subscriptions(call: Call) -> Answer:
    """List event subscriptions; the stand-in delivers none yet, so nobody has one."""
    return listing(call, "subscription", [])
