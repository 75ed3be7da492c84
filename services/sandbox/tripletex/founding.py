"""Founding a company: chart of accounts, voucher types, payment types, periods."""

from __future__ import annotations

from datetime import date

from services.sandbox.tripletex.chart import (
    ACCOUNTS,
    FREE_VAT_IDS,
    NO_VAT,
    NOK,
    TYPES,
    VAT_BY_ID,
    VOUCHER_TYPES,
    AccountSeed,
)
from services.sandbox.tripletex.company import BANK, CLEARING, Company, Period
from services.sandbox.tripletex.entities import Account, PaymentType, VoucherType

CASH = 1900
DECEMBER = 12
_LEDGERS = {"K": "CUSTOMER", "V": "VENDOR", "E": "EMPLOYEE"}


def found(company: Company, *, today: date, with_clearing: bool) -> None:
    """Give a new company what a fresh Norwegian company has.

    Args:
        company: The company, without any records yet.
        today: Periods are made from five years before this day to two years after it.
        with_clearing: Also make the payment type that debits the clearing account, which a
            user of Tripletex makes by hand.
    """
    for seed in ACCOUNTS:
        _add_account(company, seed)
    for name in VOUCHER_TYPES:
        version = int(name == VOUCHER_TYPES[0])
        company.voucher_types[name] = VoucherType(next(company.ids.voucher_type), name, version)
    add_payment_type(company, "Kontant", CASH)
    add_payment_type(company, "Betalt til bank", BANK)
    if with_clearing:
        add_payment_type(company, "Oppgjør inkasso", CLEARING)
    for year in range(today.year - 5, today.year + 3):
        _add_periods(company, year)


def add_payment_type(company: Company, description: str, account_number: int) -> PaymentType:
    """Make a payment type that debits an account."""
    made = PaymentType(
        id=next(company.ids.payment_type),
        description=description,
        debit_account=company.account(account_number),
        sequence=len(company.payment_types) + 1,
        currency=NOK,
    )
    company.payment_types[made.id] = made
    return made


def _add_account(company: Company, seed: AccountSeed) -> None:
    is_free = "F" in seed.flags and company.is_vat_registered
    vat_type = VAT_BY_ID[seed.vat_id] if company.is_vat_registered else NO_VAT
    legal = tuple(VAT_BY_ID[i] for i in FREE_VAT_IDS) if is_free else (vat_type,)
    account = Account(
        id=next(company.ids.account),
        number=seed.number,
        name=seed.name,
        type=TYPES[seed.type],
        ledger_type=_LEDGERS.get(seed.flags[:1], "GENERAL"),
        vat_type=vat_type,
        vat_locked=not is_free,
        legal_vat_types=legal,
        is_closeable="C" in seed.flags,
        is_bank_account="B" in seed.flags,
        is_invoice_account="I" in seed.flags,
        require_reconciliation="R" in seed.flags,
        is_inactive="X" in seed.flags,
    )
    company.accounts[account.id] = account
    company.accounts_by_number[account.number] = account


def _add_periods(company: Company, year: int) -> None:
    for month in range(1, DECEMBER + 1):
        is_last = month == DECEMBER
        end = date(year + 1, 1, 1) if is_last else date(year, month + 1, 1)
        period = Period(next(company.ids.period), date(year, month, 1), end)
        company.periods[period.id] = period
