"""What must hold before a client's flow can work: pure rules over what both systems say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from shared.operations.setup import Finding, Step, failed, ok, warning
from shared.providers.ecpay.wire import Agreement
from shared.providers.tripletex.wire import Account, AccountingPeriod, PaymentType, VatSettings
from shared.store.clients import Client

NO_VAT = 0
_REGISTERED = "VAT_REGISTERED"
_OWN_LEDGERS = {"CUSTOMER": "customer", "VENDOR": "supplier", "EMPLOYEE": "employee"}


def mapped_accounts(client: Client) -> dict[str, int]:
    """Return the accounts a client's settlements are booked on, by what they are for."""
    accounts = client.accounts
    return {
        "clearing": accounts.clearing,
        "collection services": accounts.collection_services,
        "fees received": accounts.fee_income,
        "interest received": accounts.interest_income,
        "overpayments": accounts.overpayment,
        "legal costs": accounts.legal_costs,
        "compensation": accounts.compensation,
    }


def clearing_candidates(types: Sequence[PaymentType], client: Client) -> tuple[PaymentType, ...]:
    """Return the payment types that debit the client's clearing account."""
    return tuple(kind for kind in types if _debits(kind) == client.accounts.clearing)


def payment_type(types: Sequence[PaymentType], client: Client) -> Finding:
    """Check the payment type that ECPay's money is registered with."""
    subject = "clearing payment type"
    wanted = client.clearing_payment_type_id
    chosen = next((kind for kind in types if kind.id == wanted), None)
    if chosen is None:
        return _no_payment_type(types, client)
    if chosen.debit_account is None:
        return warning(
            Step.BOOKKEEPING,
            subject,
            f"{_named(chosen)} was found, but Tripletex does not show which account it debits",
            "give the employee the right to read the chart of accounts (step 2)",
        )
    if _debits(chosen) != client.accounts.clearing:
        return failed(
            Step.BOOKKEEPING,
            subject,
            f"{_named(chosen)} debits account {_debits(chosen)}, not the clearing account "
            f"{client.accounts.clearing}",
            _choose(types, client),
        )
    return ok(
        Step.BOOKKEEPING, subject, f"{_named(chosen)} debits account {client.accounts.clearing}"
    )


def accounts(found: Sequence[Account], client: Client) -> Iterator[Finding]:
    """Check every account that settlements are booked on."""
    by_number = {account.number: account for account in found}
    services = client.accounts.collection_services
    fee_vat = client.accounts.fee_vat_type_id if client.vat_registered is not False else NO_VAT
    purposes: dict[int, list[str]] = {}
    for purpose, number in mapped_accounts(client).items():
        purposes.setdefault(number, []).append(purpose)
    for number, named in sorted(purposes.items()):
        vat = fee_vat if number == services else NO_VAT
        yield account(by_number.get(number), number, ", ".join(named), vat=vat)


def account(found: Account | None, number: int, purpose: str, *, vat: int) -> Finding:
    """Check one account: it exists, is active, and takes a posting with a VAT type."""
    subject = f"account {number}"
    if found is None:
        told = f"account {number} ({purpose}) does not exist in this company"
        return failed(Step.BOOKKEEPING, subject, told, _remap(number))
    problem = _unusable(found, vat)
    if problem is not None:
        told = f"account {number} ({purpose}) {problem}"
        return failed(Step.BOOKKEEPING, subject, told, _remap(number))
    return ok(Step.BOOKKEEPING, subject, f"can be booked on ({purpose})")


def open_period(periods: Sequence[AccountingPeriod], today: date) -> Finding:
    """Check that the accounting period of today is open."""
    subject = "accounting period"
    begun = [each for each in periods if each.start <= today]
    current = max(begun, key=lambda each: each.start, default=None)
    if current is None:
        return warning(
            Step.BOOKKEEPING,
            subject,
            f"Tripletex shows no accounting period for {today}",
            "look under Accounting > Periods in Tripletex",
        )
    if current.is_closed:
        return failed(
            Step.BOOKKEEPING,
            subject,
            f"the period from {current.start} is closed, so nothing can be booked on {today}",
            "reopen the period in Tripletex, or wait for the next one",
        )
    return ok(Step.BOOKKEEPING, subject, f"the period from {current.start} is open")


def vat_agrees(settings: VatSettings, agreement: Agreement) -> Finding:
    """Check that Tripletex and ECPay agree on whether the client is registered for VAT."""
    subject = "VAT registration"
    in_tripletex = settings.vat_registration_status == _REGISTERED
    if not settings.vat_registration_status:
        return warning(
            Step.BOOKKEEPING,
            subject,
            "Tripletex does not show whether the company is registered for VAT",
            "give the employee the right to read the accounting settings (step 2)",
        )
    if in_tripletex != agreement.vat_registered:
        return failed(
            Step.AGREEMENT,
            subject,
            f"in Tripletex the company is {_registered(registered=in_tripletex)}, at ECPay it is "
            f"{_registered(registered=agreement.vat_registered)}; VAT would be booked wrongly",
            "tell ECPay, who change the agreement, or correct the VAT settings in Tripletex",
        )
    return ok(Step.AGREEMENT, subject, f"both say {_registered(registered=in_tripletex)}")


def agreement(terms: Agreement, client: Client, today: date) -> Iterator[Finding]:
    """Check that ECPay takes what would be handed over."""
    if terms.status != "ACTIVE" or terms.valid_from > today:
        told = (
            f"agreement {terms.agreement_number} is {terms.status}, valid from {terms.valid_from}"
        )
        yield failed(Step.AGREEMENT, "agreement", told, "ask ECPay to activate the agreement")
    else:
        yield ok(Step.AGREEMENT, "agreement", f"{terms.agreement_number} is active")
    yield _days(terms.minimum_days_overdue, client)
    yield _minimum(terms.minimum_amount, client)
    if "NOK" not in terms.capabilities.currencies:
        told = f"ECPay takes only {', '.join(terms.capabilities.currencies) or 'no currency'}"
        yield failed(Step.AGREEMENT, "currency", told, "ask ECPay to allow NOK in the agreement")


def start_date(client: Client, today: date) -> Finding:
    """Check that the start date is one that a person may have meant."""
    years = (today - client.start_date).days / 365
    subject = "start date"
    oldest = 3
    if years > oldest:
        return warning(
            Step.START_DATE,
            subject,
            f"{client.start_date} is {years:.0f} years ago; very old claims may be time-barred",
            f"choose a later one: restanse client add --repeat --id {client.client_id} "
            "--start-date …",
        )
    return ok(Step.START_DATE, subject, f"invoices due on or after {client.start_date}")


def _days(least: int, client: Client) -> Finding:
    subject = "days overdue"
    if client.days_overdue + 1 < least:
        return failed(
            Step.START_DATE,
            subject,
            f"Restanse would hand over on day {client.days_overdue + 1}, ECPay takes claims from "
            f"day {least}",
            f"restanse client add --repeat --id {client.client_id} --days-overdue {least - 1}",
        )
    return ok(Step.START_DATE, subject, f"hand-over on day {client.days_overdue + 1}")


def _minimum(least: Decimal, client: Client) -> Finding:
    subject = "minimum amount"
    if client.minimum_amount < least:
        return warning(
            Step.START_DATE,
            subject,
            f"invoices from {client.minimum_amount} NOK would be sent, ECPay takes claims from "
            f"{least} NOK and refuses the smaller ones",
            f"restanse client add --repeat --id {client.client_id} --minimum-amount {least}",
        )
    return ok(Step.START_DATE, subject, f"invoices from {client.minimum_amount} NOK")


def _unusable(found: Account, vat: int) -> str | None:
    needed = [
        name
        for name, is_needed in (
            ("department", found.requires_department),
            ("project", found.requires_project),
        )
        if is_needed
    ]
    if found.is_inactive:
        return "is inactive"
    if found.ledger_type in _OWN_LEDGERS:
        return f"needs a {_OWN_LEDGERS[found.ledger_type]} on every posting"
    if needed:
        return f"needs a {' and a '.join(needed)} on every posting"
    return _refused_vat(found, vat)


def _refused_vat(found: Account, vat: int) -> str | None:
    locked_to = found.vat_type.id if found.vat_locked and found.vat_type else vat
    if locked_to != vat:
        return f"is locked to VAT type {locked_to}, and VAT type {vat} is needed"
    legal = {kind.id for kind in found.legal_vat_types}
    if legal and vat not in legal:
        return f"does not allow VAT type {vat}"
    return None


def _no_payment_type(types: Sequence[PaymentType], client: Client) -> Finding:
    wanted = client.clearing_payment_type_id
    told = (
        "no clearing payment type is chosen"
        if wanted is None
        else f"there is no payment type {wanted} in this company"
    )
    return failed(Step.BOOKKEEPING, "clearing payment type", told, _choose(types, client))


def _choose(types: Sequence[PaymentType], client: Client) -> str:
    number = client.accounts.clearing
    fits = clearing_candidates(types, client)
    again = f"restanse client add --repeat --id {client.client_id} --clearing-payment-type"
    if fits:
        return f"{again} {fits[0].id}   ({', '.join(_named(kind) for kind in fits)})"
    listed = ", ".join(f"{_named(kind)} debits {_debits(kind)}" for kind in types) or "none"
    return (
        f"make a payment type for account {number} in Tripletex (Invoice > Settings > Incoming "
        f"payments), then: {again} ID   (there are: {listed})"
    )


def _remap(number: int) -> str:
    return (
        f"change account {number} in the chart of accounts in Tripletex, or map another with "
        "'restanse client add --repeat --account PURPOSE=NUMBER'"
    )


def _named(kind: PaymentType) -> str:
    return f"'{kind.description}' ({kind.id})"


def _debits(kind: PaymentType) -> int | None:
    return kind.debit_account.number if kind.debit_account else None


def _registered(*, registered: bool) -> str:
    return "registered for VAT" if registered else "not registered for VAT"
