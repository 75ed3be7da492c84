"""The statement of a settlement as a small but valid PDF."""

from __future__ import annotations

from services.sandbox.ecpay.cover import money
from services.sandbox.ecpay.settlements import Settlement

_LINES_SHOWN = 40


def statement(settlement: Settlement) -> bytes:
    """Return the statement of a settlement; equal settlements give equal bytes."""
    lines = [
        f"ECPay  Settlement {settlement.number}  {settlement.settled_on}",
        f"Client {settlement.client_id}  account *******{settlement.account_last4}",
        "",
    ]
    lines += [
        (
            f"{line.booked}  {line.kind:15} {line.invoice_number:12} "
            f"{money(line.allocation.total):>14} {money(line.net_to_client):>14}"
        )
        for line in settlement.lines[:_LINES_SHOWN]
    ]
    lines += ["", f"Carried over from before {money(settlement.previous_balance):>16}"]
    lines += [f"Paid out {money(settlement.net_payout):>32}"]
    lines += [f"Carried forward {money(settlement.carried_forward):>25}"]
    return _pdf(_page(lines))


def _page(lines: list[str]) -> bytes:
    shown = " ".join(f"({_escaped(line)}) '" for line in lines)
    return f"BT /F1 9 Tf 40 800 Td 12 TL {shown} ET".encode("latin-1", "replace")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _pdf(content: bytes) -> bytes:
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    )
    file = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(file)
