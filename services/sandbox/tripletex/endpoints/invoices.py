"""Invoices: reading, paying, crediting, reminding."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from services.sandbox.tripletex.amounts import to_ore
from services.sandbox.tripletex.call import Answer, Call, Upload, listing, one
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.entities import Invoice, PaymentType
from services.sandbox.tripletex.errors import Complaint, invalid, not_found, refused
from services.sandbox.tripletex.invoicing import REMINDER_FEE, credit, remind
from services.sandbox.tripletex.payments import register_payment
from services.sandbox.tripletex.voucher_rules import RECONCILED, closed_period

REMINDER_TYPES = ("SOFT_REMINDER", "NOTICE_OF_DEBT_COLLECTION")
NOT_REAL = (
    "Dette er ikke en reell faktura. ID-en kan f.eks. referere til forhåndsvisningen av en "
    "ordre/faktura."
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def list_invoices(call: Call) -> Answer:
    """List charged invoices, credit notes among them, by invoice date."""
    first, end = call.query.window("invoiceDateFrom", "invoiceDateTo")
    found = [
        invoice
        for invoice in _candidates(call)
        if invoice.is_charged and first <= invoice.invoice_date < end
    ]
    return listing(call, "invoice", sorted(found, key=lambda invoice: invoice.id))


def get_invoice(call: Call) -> Answer:
    """Give one invoice, or a draft."""
    return one(call, "invoice", _invoice(call))


def pay(call: Call) -> Answer:
    """Register a payment; every call books again."""
    query, company = call.query, call.company
    query.require("paymentDate", "paymentTypeId", "paidAmount")
    day = query.required_day("paymentDate")
    invoice = _real(call, "Ugyldig fakturanummer.")
    payment_type = _payment_type(company, query.integer("paymentTypeId") or 0)
    in_currency = query.amount("paidAmountCurrency")
    if invoice.currency is not payment_type.currency and in_currency is None:
        raise refused("Feltet må fylles ut.", "Internt felt (amountBasisCurrency)")
    found = [*closed_period(company, day)]
    debit = payment_type.debit_account
    if debit.require_reconciliation and day < company.reconciled_before:
        found.append(Complaint("Internt felt (account)", RECONCILED))
    if found:
        raise invalid(*found)
    register_payment(
        company,
        invoice,
        day,
        to_ore(query.amount("paidAmount") or "0"),
        debit=debit,
        amount_currency=None if in_currency is None else to_ore(in_currency),
    )
    return one(call, "invoice", invoice)


def create_credit_note(call: Call) -> Answer:
    """Credit the whole invoice and give the credit note."""
    day = call.query.required_day("date")
    invoice = _real(call, NOT_REAL)
    if invoice.is_credited or invoice.original is not None:
        raise refused("Fakturaen er allerede kreditert.")
    found = [*closed_period(call.company, day)]
    if found:
        raise invalid(*found)
    automatch = call.world.rules.autoclose_credits
    return one(call, "invoice", credit(call.company, invoice, day, automatch=automatch))


def create_reminder(call: Call) -> Answer:
    """Send a reminder from Tripletex."""
    call.query.require("type", "date")
    day = call.query.required_day("date")
    invoice = _real(call, NOT_REAL)
    kind = call.query.text("type") or ""
    found: list[Complaint] = []
    if kind not in REMINDER_TYPES and not (kind == "REMINDER" and invoice.reminders):
        found.append(Complaint("type", "Ugyldig verdi."))
    if not call.query.text("dispatchTypes") and not call.query.text("dispatchType"):
        found.append(Complaint(None, "Minst én sendetype må oppgis."))
    if found:
        raise invalid(*found)
    charge = REMINDER_FEE if call.query.boolean("includeCharge", default=False) else 0
    reminder = remind(call.company, invoice, kind, day, charge=charge, interests=0)
    return Answer(json={"value": reminder.id})


def list_payment_types(call: Call) -> Answer:
    """List the ways an invoice of this company is paid."""
    ids, text = call.query.ids("id"), call.query.text("description")
    types = [
        one_type
        for one_type in call.company.payment_types.values()
        if (ids is None or one_type.id in ids)
        and (text is None or text.lower() in one_type.description.lower())
    ]
    return listing(call, "payment type", types)


def get_payment_type(call: Call) -> Answer:
    """Give one payment type."""
    found = call.company.payment_types.get(call.ident())
    if found is None:
        raise not_found()
    return one(call, "payment type", found)


def pdf(call: Call) -> Answer:
    """Give the invoice as a PDF."""
    if call.ident("invoiceId") not in call.company.invoices:
        raise not_found()
    return Answer(raw=PDF, content_type="application/pdf")


def get_remark(call: Call) -> Answer:
    """Give the remark of an invoice."""
    wanted = call.ident()
    for invoice in call.company.invoices.values():
        if invoice.remark is not None and invoice.remark.id == wanted:
            return one(call, "remark", invoice.remark)
    raise not_found()


def list_reminders(call: Call) -> Answer:
    """List reminders by their date."""
    first, end = call.query.window("dateFrom", "dateTo")
    due, due_end = call.query.optional_window("termOfPaymentFrom", "termOfPaymentTo")
    ids = call.query.ids("id")
    invoice_id, customer_id = call.query.integer("invoiceId"), call.query.integer("customerId")
    found = [
        reminder
        for reminder in call.company.reminders.values()
        if first <= reminder.reminder_date < end
        and due <= reminder.term_of_payment < due_end
        and (ids is None or reminder.id in ids)
        and invoice_id in (None, reminder.invoice.id)
        and customer_id in (None, reminder.invoice.customer.id)
    ]
    return listing(call, "reminder", found)


def get_reminder(call: Call) -> Answer:
    """Give one reminder."""
    found = call.company.reminders.get(call.ident())
    if found is None:
        raise not_found()
    return one(call, "reminder", found)


def _candidates(call: Call) -> Iterator[Invoice]:
    tests = [*_tests(call)]
    for invoice in _narrowest(call):
        if all(test(invoice) for test in tests):
            yield invoice


def _narrowest(call: Call) -> Iterator[Invoice]:
    """Yield invoices from the narrowest index the query allows."""
    company, query = call.company, call.query
    ids, vouchers = query.ids("id"), query.ids("voucherId")
    customer = query.integer("customerId")
    if ids is not None:
        found = (company.invoices.get(ident) for ident in dict.fromkeys(ids))
        return (invoice for invoice in found if invoice is not None)
    if vouchers is not None:
        by_voucher = (company.invoices_by_voucher.get(ident) for ident in dict.fromkeys(vouchers))
        return (invoice for invoice in by_voucher if invoice is not None)
    if customer is not None:
        return iter(company.invoices_by_customer.get(customer, ()))
    return company.invoices_by_date.between(*query.window("invoiceDateFrom", "invoiceDateTo"))


def _tests(call: Call) -> Iterator[Callable[[Invoice], bool]]:
    query = call.query
    vouchers, customer = query.ids("voucherId"), query.integer("customerId")
    number, kid = query.integer("invoiceNumber"), query.text("kid")
    if vouchers is not None:
        yield lambda i: i.voucher is not None and i.voucher.id in vouchers
    if customer is not None:
        yield lambda i: i.customer.id == customer
    if number is not None:
        yield lambda i: i.number == number
    if kid is not None:
        yield lambda i: i.kid == kid


def _invoice(call: Call) -> Invoice:
    invoice = call.company.invoices.get(call.ident())
    if invoice is None:
        raise not_found()
    return invoice


def _real(call: Call, refusal: str) -> Invoice:
    wanted = call.ident()
    if any(wanted in other.invoices for other in call.world.companies.values()):
        invoice = call.company.invoices.get(wanted)
        if invoice is None or not invoice.is_charged:
            raise refused(refusal)
        return invoice
    raise not_found()


def _payment_type(company: Company, ident: int) -> PaymentType:
    found = company.payment_types.get(ident)
    if found is None:
        raise not_found()
    return found


def upload_of(call: Call) -> Upload:
    """Return the one file of a multipart body."""
    if not call.uploads:
        raise refused("Kan ikke være null.", "file")
    return call.uploads[0]
