"""Why a settlement is not booked now, in words for the person who can change that.

Pure. A hold is not a failure: the message is done, the booking waits, and a task says what to do
and how to send it on. Every task key carries the number of the release, so a settlement that is
released and held again asks again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from services.booking_writer.vouchers import InvoicePayment
from shared.faults import Permanent

RELEASE = "then 'restanse settlement release {settlement}' books it"


class Hold(Permanent):
    """Stops a booking until a person has acted.

    Args:
        kind: Kind of the task.
        title: What is wrong, in one line.
        what_to_do: What the person does about it.
        amount: Money at stake, if any.
    """

    def __init__(
        self, kind: str, title: str, what_to_do: str, *, amount: Decimal | None = None
    ) -> None:
        super().__init__(title, code=kind)
        self.kind = kind
        self.title = title
        self.what_to_do = what_to_do
        self.amount = amount


def accounts_missing(numbers: Iterable[int]) -> Hold:
    """Return the hold for accounts that are not in the client's chart."""
    named = ", ".join(str(number) for number in sorted(numbers))
    return Hold(
        "accounts-missing",
        f"The company has no account {named}",
        f"Create account {named} in Tripletex (Regnskap, Kontoplan), or choose other accounts "
        "with 'restanse client add'",
    )


def payment_type_missing(clearing: int) -> Hold:
    """Return the hold for a clearing account that no payment type debits."""
    return Hold(
        "clearing-payment-type-missing",
        f"No payment type in Tripletex debits account {clearing}",
        f"Make an incoming payment type on account {clearing} in Tripletex (Innstillinger, "
        "Betalingstyper innbetaling); Tripletex has no interface for it",
    )


def period_locked(day: date, next_open: date | None) -> Hold:
    """Return the hold for a booking date in a closed period."""
    offered = (
        f"book it on {next_open.isoformat()}, the first day of the next open period"
        if next_open
        else "open a period"
    )
    return Hold(
        "period-locked",
        f"The books are closed on {day.isoformat()}",
        f"Nothing was redated. Open the period again, or {offered} "
        "('restanse settlement release --date')",
    )


def refused(what: str, day: date, *, why: str, next_open: date | None) -> Hold:
    """Return the hold for something that Tripletex refuses to book."""
    later = f" If the VAT period is locked, {next_open.isoformat()} is open." if next_open else ""
    return Hold(
        "booking-refused",
        f"Tripletex refuses to book {what} on {day.isoformat()}",
        f"{why}. Look for a locked VAT period, an account that wants a department or project, or "
        f"a permission that was withdrawn.{later}",
    )


def invoice_settled(payment: InvoicePayment, outstanding: Decimal) -> Hold:
    """Return the hold for an invoice that cannot take the principal of its line."""
    return Hold(
        "invoice-already-settled",
        f"Invoice {payment.invoice_number} has {outstanding:.2f} outstanding, ECPay settles "
        f"{payment.amount:.2f}",
        "Nothing of the settlement is booked. Either the payout was booked by hand: reverse that "
        "voucher. Or the debtor paid twice: move the creditor's payment off the invoice, as money "
        "owed to the debtor",
        amount=payment.amount,
    )


def invoice_missing(invoice_number: str | None, amount: Decimal) -> Hold:
    """Return the hold for an invoice that Tripletex does not show."""
    return Hold(
        "invoice-missing",
        f"Invoice {invoice_number} is not in Tripletex",
        "Check that the employee of the token may see it, and that it was not deleted",
        amount=amount,
    )


def foreign_invoice(payment: InvoicePayment, currency: str) -> Hold:
    """Return the hold for an invoice in another currency than kroner."""
    return Hold(
        "invoice-foreign",
        f"Invoice {payment.invoice_number} is in {currency}",
        "Settlements in kroner on invoices in other currencies are booked by hand",
        amount=payment.amount,
    )


def unclear(what: str, ids: Iterable[int]) -> Hold:
    """Return the hold for a call that seems to have happened more than once."""
    named = ", ".join(str(one) for one in sorted(ids))
    return Hold(
        "booking-unclear",
        f"Several postings in Tripletex could be {what}",
        f"Postings or vouchers {named} look alike. Reverse the ones that should not be there",
    )


def untold(what: str, posting_id: int) -> Hold:
    """Return the hold for a posting that may be ours, and whose voucher we may not see."""
    return Hold(
        "booking-unclear",
        f"Posting {posting_id} in Tripletex could be {what} of ours",
        "Its voucher cannot be seen with the client's token. Give the employee the right to "
        "read vouchers",
    )


def number_taken(external_number: str, voucher_id: int) -> Hold:
    """Return the hold for a voucher with our number that is not what we would book."""
    return Hold(
        "voucher-number-taken",
        f"Voucher {voucher_id} has the number {external_number} and other amounts",
        "Compare it with the settlement. If it books the same payout, acknowledge by hand; "
        "otherwise change its external number",
    )


def original_held(line_id: str) -> Hold:
    """Return the hold for the reversal of a line that was never booked."""
    return Hold(
        "original-not-booked",
        f"The line that {line_id} takes back is not booked",
        "Release the settlement of the original line first",
    )


def acknowledged_otherwise(external_number: str) -> Hold:
    """Return the hold for a settlement that ECPay holds as booked under another reference."""
    return Hold(
        "acknowledgement-conflict",
        f"ECPay holds another booking reference than {external_number}",
        "It stands in the ledger. Ask ECPay which system acknowledged it",
    )
