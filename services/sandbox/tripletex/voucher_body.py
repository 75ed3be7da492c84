"""Reading the body of a posted voucher into lines of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from services.sandbox.tripletex.amounts import to_ore
from services.sandbox.tripletex.chart import VAT_BY_ID
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.entities import Account, Customer, VatType
from services.sandbox.tripletex.errors import (
    Complaint,
    invalid,
    not_found,
    unknown_key,
    unmapped,
    wrong_type,
)
from services.sandbox.tripletex.ledger import Line
from services.sandbox.tripletex.ledger_models import POSTING, VOUCHER

POSTING_KEYS = frozenset(POSTING.fields)
VOUCHER_KEYS = frozenset(VOUCHER.fields)
LONGEST_EXTERNAL_NUMBER = 70
POSTING_TYPES: dict[str, type] = {
    "row": int,
    "account": dict,
    "vatType": dict,
    "customer": dict,
    "supplier": dict,
    "employee": dict,
}
LARGEST = 1e12
MUST_BE_GIVEN = "Feltet må fylles ut."


def check_shape(body: dict[str, Any]) -> None:
    """Refuse keys a voucher or its postings do not have, and wrong types (code 16000)."""
    unknown = [unknown_key(name) for name in body if name not in VOUCHER_KEYS]
    unknown += _wrong(body, {"postings": list, "voucherType": dict})
    for posting in _postings(body):
        unknown += [unknown_key(name) for name in posting if name not in POSTING_KEYS]
        unknown += _wrong(posting, POSTING_TYPES)
    if unknown:
        raise unmapped(*unknown)
    if body.get("id") or body.get("version"):
        raise invalid(Complaint("id", "ID kan ikke settes når man oppretter et objekt."))


def voucher_day(body: dict[str, Any]) -> date:
    """Return the date of the voucher."""
    given = body.get("date")
    if given is None:
        raise invalid(Complaint("date", "Kan ikke være null."))
    return _day(given, "date")


def external_number(body: dict[str, Any]) -> str:
    """Return the caller's own number of the voucher."""
    text = str(body.get("externalVoucherNumber") or "")
    if len(text) > LONGEST_EXTERNAL_NUMBER:
        raise invalid(Complaint("externalVoucherNumber", "Feltet kan maks ha 70 tegn."))
    return text


def type_name(company: Company, body: dict[str, Any]) -> str | None:
    """Return the name of the voucher type, which must not be that of invoices."""
    given = body.get("voucherType")
    if given is None:
        return None
    wanted = _ref(body, "voucherType")
    name = next((t.name for t in company.voucher_types.values() if t.id == wanted), None)
    if name is None:
        raise not_found()
    if name == "Utgående faktura":
        raise invalid(Complaint("voucherType", "Bilagstypen kan ikke være 'Utgående faktura'."))
    return name


def lines_of(company: Company, body: dict[str, Any]) -> list[Line]:
    """Return the postings of a body as lines."""
    return [_line(company, posting) for posting in _postings(body)]


def _postings(body: dict[str, Any]) -> list[dict[str, Any]]:
    given = body.get("postings")
    if not isinstance(given, list):
        return []
    if not all(isinstance(posting, dict) for posting in given):
        raise unmapped(wrong_type("postings"))
    return given


def _wrong(given: dict[str, Any], types: dict[str, type]) -> list[Complaint]:
    return [
        wrong_type(name)
        for name, kind in types.items()
        if given.get(name) is not None and not isinstance(given[name], kind)
    ]


def _line(company: Company, posting: dict[str, Any]) -> Line:
    account = _account(company, posting)
    found = [*_gross_complaints(posting)]
    if found:
        raise invalid(*found)
    return Line(
        account,
        to_ore(posting["amountGross"]),
        vat_type=_vat_type(posting, account),
        customer=_customer(company, posting),
        invoice_number=str(posting.get("invoiceNumber") or ""),
        term_of_payment=_optional_day(posting, "termOfPayment"),
        description=str(posting.get("description") or ""),
        date=_optional_day(posting, "date"),
        row=int(posting.get("row") or 0),
        supplier_id=_ref(posting, "supplier"),
        employee_id=_ref(posting, "employee"),
        gross_as_sent=posting["amountGross"],
    )


def _account(company: Company, posting: dict[str, Any]) -> Account:
    given, ident = posting.get("account"), _ref(posting, "account")
    if ident is None:
        if isinstance(given, dict) and "number" in given:
            raise invalid(Complaint("postings.account.name", "Kan ikke være null."))
        raise invalid(Complaint("Internt felt (account)", MUST_BE_GIVEN))
    account = company.accounts.get(ident)
    if account is None:
        raise not_found()
    return account


def _gross_complaints(posting: dict[str, Any]) -> Iterator[Complaint]:
    gross, in_currency = posting.get("amountGross"), posting.get("amountGrossCurrency")
    if isinstance(gross, bool) or not isinstance(gross, int | float) or not abs(gross) < LARGEST:
        yield Complaint("postings.amountGross", "Kan ikke være null.")
    elif in_currency != gross:
        message = "Beløp (amountGross) må være det samme som valutabeløpet"
        yield Complaint("postings.amountGross", f"{message} (amountGrossCurrency) for NOK.")


def _vat_type(posting: dict[str, Any], account: Account) -> VatType:
    ident = _ref(posting, "vatType")
    if ident is None:
        return account.vat_type
    if ident not in VAT_BY_ID:
        raise not_found()
    return VAT_BY_ID[ident]


def _customer(company: Company, posting: dict[str, Any]) -> Customer | None:
    ident = _ref(posting, "customer")
    if ident is None:
        return None
    if ident not in company.customers:
        raise not_found()
    return company.customers[ident]


def _ref(posting: dict[str, Any], name: str) -> int | None:
    given = posting.get(name)
    ident = given.get("id") if isinstance(given, dict) else None
    return ident if isinstance(ident, int) else None


def _optional_day(posting: dict[str, Any], name: str) -> date | None:
    given = posting.get(name)
    return None if given is None else _day(given, f"postings.{name}")


def _day(given: Any, name: str) -> date:
    try:
        return date.fromisoformat(str(given))
    except ValueError as error:
        raise unmapped(wrong_type(name)) from error
