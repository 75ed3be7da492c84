"""The rules a posted voucher must keep, with Tripletex's own words for each breach.

Pure: a draft goes in, complaints come out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.errors import Complaint
from services.sandbox.tripletex.ledger import Line

ROW_ZERO = (
    "Posteringene på rad 0 (guiRow 0) er systemgenererte og kan ikke opprettes eller endres på "
    "utsiden av Tripletex."
)
NO_POSTINGS = "Et bilag kan ikke registreres uten posteringer."
RECONCILED = "An entry cannot be made in a period with a reconciled bank statement."
VAT_LOCKED = "Regnskapet er låst for mva-posteringer på følgende dato."
CLOSED = "Regnskapsperioden er lukket."
PAIR = 2


def complaints(company: Company, lines: Sequence[Line], day: date) -> list[Complaint]:
    """Return everything that is wrong with the lines of a voucher, empty when all is well."""
    found = [*_rows(lines)]
    if found:
        return found
    for line in lines:
        found += _account_rules(line)
        found += _date_rules(company, line, line.date or day)
    found += _pairs(lines)
    return [*found, *_balance(lines, day)]


def closed_period(company: Company, day: date) -> Iterator[Complaint]:
    """Complain about a day in a closed accounting period."""
    if company.is_closed(day):
        yield Complaint("date", CLOSED)


def _rows(lines: Sequence[Line]) -> Iterator[Complaint]:
    if any(line.row < 1 for line in lines):
        yield Complaint("postings.row", ROW_ZERO)
    rows = {line.row for line in lines if line.row > 0}
    if not rows:
        yield Complaint("postings", NO_POSTINGS)
        return
    gap = next((row for row in range(1, max(rows)) if row not in rows), None)
    if gap is not None:
        yield Complaint(
            "postings",
            f"Det mangler posteringer for rad {gap}. Radnumrene må starte på 1 og fortsette i "
            "stigende rekkefølge uten mellomrom.",
        )


def _account_rules(line: Line) -> Iterator[Complaint]:
    account = line.account
    if account.vat_locked and line.vat_type is not account.vat_type:
        locked_to = account.vat_type
        yield Complaint(
            "postings.vatType.id",
            f"Kontoen {account.number} {account.name} er låst til mva-kode "
            f"{locked_to.number}: {locked_to.name}.",
        )
    elif line.vat_type not in account.legal_vat_types:
        yield Complaint("postings.vatType.id", "Ugyldig mva-kode.")
    if account.ledger_type == "CUSTOMER" and line.customer is None:
        yield Complaint("postings.customer.id", "Kunde mangler.")
    if account.ledger_type == "VENDOR" and line.supplier_id is None:
        yield Complaint("postings.supplier.id", "Leverandør mangler.")
    if account.ledger_type == "EMPLOYEE" and line.employee_id is None:
        yield Complaint("postings.employee.id", "Ansatt mangler.")
    if account.requires_department:
        yield Complaint("postings.department.id", "Avdeling mangler.")
    if account.requires_project:
        yield Complaint("postings.project.id", "Prosjekt mangler.")


def _date_rules(company: Company, line: Line, day: date) -> Iterator[Complaint]:
    yield from closed_period(company, day)
    if line.vat_type.percentage and day < company.vat_locked_before:
        yield Complaint("date", VAT_LOCKED)
    if line.account.require_reconciliation and day < company.reconciled_before:
        yield Complaint("Internt felt (account)", RECONCILED)


def _pairs(lines: Sequence[Line]) -> Iterator[Complaint]:
    rows: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        rows[line.row].append(line)
    for row, pair in rows.items():
        if len(pair) >= PAIR:
            yield from _pair(row, pair[0], pair[1])


def _pair(row: int, first: Line, second: Line) -> Iterator[Complaint]:
    if first.gross * second.gross > 0:
        yield Complaint(
            "Internt felt (position)",
            f"Posteringene på rad (guiRow) {row} kan ikke ha samme fortegn.",
        )
    elif first.gross + second.gross:
        yield Complaint(
            "postings.amountGross",
            f"Beløpene {first.gross / 100:g} og {second.gross / 100:g} på rad {row} må til "
            "sammen være 0.",
        )
    if first.description != second.description:
        yield Complaint("postings.description", f"Beskrivelsene på rad {row} må være like.")
    different = "Debet- og kreditposteringer på samme rad kan ikke ha ulike dimensjoner."
    if first.customer is not second.customer:
        yield Complaint("postings.customer.id", different)
    if first.supplier_id != second.supplier_id:
        yield Complaint("postings.supplier.id", different)


def _balance(lines: Sequence[Line], day: date) -> Iterator[Complaint]:
    sums: defaultdict[date, int] = defaultdict(int)
    for line in lines:
        sums[line.date or day] += line.gross
    for when, total in sums.items():
        if total:
            yield Complaint("", f"Summen av posteringene for {when} er ikke lik 0.")
