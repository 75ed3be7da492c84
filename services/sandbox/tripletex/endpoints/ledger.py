"""Reference data of the ledger: accounts, VAT types, voucher types, periods, rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from services.sandbox.tripletex.call import Answer, Call, listing, one
from services.sandbox.tripletex.chart import VAT_TYPES
from services.sandbox.tripletex.entities import Account, VatType
from services.sandbox.tripletex.errors import not_found

INCOMING = (0, 1, 11, 12, 111)
OUTGOING = (0, 3, 31, 32, 311, 5, 6, 7)
LEDGER_TYPES = {
    "INCOMING": INCOMING,
    "INCOMING_INVOICE": INCOMING,
    "OUTGOING": OUTGOING,
    "PROJECT": OUTGOING,
    "LEDGER": (*INCOMING, 3, 31, 32, 5, 6, 7),
}
PERIODS_PER_PAGE = 1400
BALANCE_TYPES = ("ASSETS", "EQUITY", "LIABILITIES")


def list_accounts(call: Call) -> Answer:
    """List the accounts of the chart."""
    tests = [*_account_tests(call)]
    accounts = call.company.accounts.values()
    return listing(call, "account", [a for a in accounts if all(test(a) for test in tests)])


def get_account(call: Call) -> Answer:
    """Give one account."""
    return _one_of(call, "account", call.company.accounts.values())


def list_vat_types(call: Call) -> Answer:
    """List VAT types: all of them, or those this company may use for a purpose."""
    ids, purpose = call.query.ids("id"), call.query.text("typeOfVat")
    numbers = call.query.text("number")
    found = [
        vat_type
        for vat_type in VAT_TYPES
        if (ids is None or vat_type.id in ids)
        and (numbers is None or vat_type.number in numbers.split(","))
        and (purpose is None or _is_active(call, vat_type, purpose))
    ]
    return listing(call, "vat type", found)


def get_vat_type(call: Call) -> Answer:
    """Give one VAT type."""
    return _one_of(call, "vat type", VAT_TYPES)


def vat_settings(call: Call) -> Answer:
    """Tell whether the company is VAT registered."""
    return one(call, "vat settings", call.company)


def list_voucher_types(call: Call) -> Answer:
    """List voucher types whose name contains a text."""
    text = (call.query.text("name") or "").lower()
    types = call.company.voucher_types.values()
    return listing(call, "voucher type", [t for t in types if text in t.name.lower()])


def get_voucher_type(call: Call) -> Answer:
    """Give one voucher type."""
    return _one_of(call, "voucher type", call.company.voucher_types.values())


def list_periods(call: Call) -> Answer:
    """List accounting periods."""
    query = call.query
    ids = query.ids("id")
    start, start_end = query.optional_window("startFrom", "startTo")
    end, end_end = query.optional_window("endFrom", "endTo")
    found = [
        period
        for period in call.company.periods.values()
        if (ids is None or period.id in ids)
        and start <= period.start < start_end
        and end <= period.end < end_end
    ]
    return listing(call, "period", found, count=PERIODS_PER_PAGE)


def get_period(call: Call) -> Answer:
    """Give one accounting period."""
    return _one_of(call, "period", call.company.periods.values())


def posting_rules(call: Call) -> Answer:
    """Give the default accounts of the company."""
    return one(call, "posting rules", call.company)


def _one_of(call: Call, model: str, records: Iterable[Any]) -> Answer:
    wanted = call.ident()
    record = next((record for record in records if record.id == wanted), None)
    if record is None:
        raise not_found()
    return one(call, model, record)


def _is_active(call: Call, vat_type: VatType, purpose: str) -> bool:
    if not call.company.is_vat_registered:
        return vat_type.id == 0
    return vat_type.id in LEDGER_TYPES.get(purpose, ())


def _account_tests(call: Call) -> Iterator[Callable[[Account], bool]]:
    query = call.query
    ids, numbers = query.ids("id"), query.ids("number")
    if ids is not None:
        yield lambda a: a.id in ids
    if numbers is not None:
        yield lambda a: a.number in numbers
    ledger = query.text("ledgerType")
    if ledger is not None:
        yield lambda a: a.ledger_type == ledger
    bank, inactive = query.boolean("isBankAccount"), query.boolean("isInactive")
    if bank is not None:
        yield lambda a: a.is_bank_account == bank
    if inactive is not None:
        yield lambda a: a.is_inactive == inactive
    balance = query.boolean("isBalanceAccount")
    if balance is not None:
        yield lambda a: (a.type in BALANCE_TYPES) == balance
