"""The client's books in Tripletex, as far as a settlement touches them.

What hardly ever changes (account ids, the clearing payment type) is looked up once per client
and forgotten again when Tripletex refuses something, so a correction there is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import structlog

from services.booking_writer import holds
from services.booking_writer.vouchers import Ledger, Plan, Row, Vat
from shared.faults import Invalid
from shared.messages.ids import InvoiceId
from shared.providers.tripletex.client import Company
from shared.providers.tripletex.faults import REFUSED_READS
from shared.providers.tripletex.wire import (
    AccountingPeriod,
    Id,
    Invoice,
    NewPosting,
    NewVoucher,
    PaymentType,
    Voucher,
)
from shared.store.clients import Client

log = structlog.get_logger()

RECEIVABLE_ACCOUNT = 1500
NO_VAT = 0


@dataclass(slots=True)
class Chart:
    """What was looked up for one client."""

    account_ids: dict[int, int] = field(default_factory=dict)
    payment_type_id: int | None = None


class Charts:
    """What was looked up per client; grows by a few numbers per client."""

    def __init__(self) -> None:
        self._by_client: dict[str, Chart] = {}

    def of(self, client_id: str) -> Chart:
        """Return what was looked up for a client."""
        return self._by_client.setdefault(client_id, Chart())

    def forget(self, client_id: str) -> None:
        """Look everything up again next time."""
        self._by_client.pop(client_id, None)


class Books:
    """One client's books."""

    def __init__(self, client: Client, company: Company, chart: Chart) -> None:
        self.client = client
        self.company = company
        self._chart = chart

    async def account_ids(self, plan: Plan) -> Mapping[int, int]:
        """Return the id of every account a plan books on, by number.

        Raises:
            Hold: The company lacks one of them.
        """
        wanted = {account_number(self.client, row.ledger) for row in plan.rows}
        missing = wanted - self._chart.account_ids.keys()
        if missing:
            found = await self.company.accounts(missing)
            self._chart.account_ids.update({one.number: one.id for one in found})
        absent = wanted - self._chart.account_ids.keys()
        if absent:
            raise holds.accounts_missing(absent)
        return self._chart.account_ids

    async def payment_type_id(self) -> int:
        """Return the payment type that debits the clearing account.

        Raises:
            Hold: There is none.
        """
        if self.client.clearing_payment_type_id is not None:
            return self.client.clearing_payment_type_id
        if self._chart.payment_type_id is None:
            types = await self.company.payment_types()
            self._chart.payment_type_id = _clearing_type(types, self.client.accounts.clearing)
        return self._chart.payment_type_id

    async def next_open(self, day: date) -> date | None:
        """Return the first day of the next open period after a day, None if none is known."""
        return _next_open(await self._periods(day), day)

    async def check_open(self, day: date) -> None:
        """Check that the books are open on a day, as far as the token may see that.

        Raises:
            Hold: They are closed; offers the next open day.
        """
        periods = await self._periods(day)
        current = _period_of(periods, day)
        if current is not None and current.is_closed:
            raise holds.period_locked(day, _next_open(periods, day))

    async def _periods(self, day: date) -> Sequence[AccountingPeriod]:
        try:
            return await self.company.accounting_periods(day)
        except Invalid as fault:
            if fault.code not in REFUSED_READS:
                raise
            log.warning("accounting periods refused", client_id=self.client.client_id)
            return ()

    async def invoices(self, ids: Iterable[InvoiceId]) -> dict[int, Invoice]:
        """Return invoices with their postings, by id."""
        wanted = set(ids)
        if not wanted:
            return {}
        return {one.id: one for one in await self.company.invoices(ids=wanted)}

    async def moves_clearing(self, voucher_id: int, day: date) -> bool:
        """Tell whether a voucher of a day moves the client's clearing account.

        Accounts may be hidden from a token; then the account itself is asked for the voucher.
        """
        clearing = self.client.accounts.clearing
        told = _account_numbers(await self._voucher(voucher_id))
        if told:
            return clearing in told
        found = await self.company.postings_on_account(clearing, day, day + timedelta(days=1))
        return any(one.voucher is not None and one.voucher.id == voucher_id for one in found)

    async def _voucher(self, voucher_id: int) -> Voucher | None:
        try:
            return await self.company.voucher(voucher_id)
        except Invalid as fault:
            if fault.code not in REFUSED_READS:
                raise
            return None


def new_voucher(
    plan: Plan,
    client: Client,
    *,
    account_ids: Mapping[int, int],
    customers: Mapping[InvoiceId, int],
) -> NewVoucher:
    """Return the voucher of a plan in Tripletex's words: one posting per row, rows from 1."""
    return NewVoucher(
        date=plan.booking_date,
        description=plan.description,
        external_voucher_number=plan.external_number,
        postings=tuple(
            NewPosting(
                row=number,
                date=plan.booking_date,
                account=Id(id=account_ids[account_number(client, row.ledger)]),
                amount_gross=row.gross,
                amount_gross_currency=row.gross,
                vat_type=Id(id=_vat_type(client, row)),
                description=row.description,
                customer=_customer(row, customers),
                invoice_number=row.invoice_number,
            )
            for number, row in enumerate(plan.rows, 1)
        ),
    )


def _account_numbers(voucher: Voucher | None) -> set[int]:
    postings = voucher.postings if voucher else ()
    return {one.account.number for one in postings if one.account and one.account.number}


def account_number(client: Client, ledger: Ledger) -> int:
    """Return the number of the account a client books a kind of row on."""
    if ledger is Ledger.RECEIVABLE:
        return RECEIVABLE_ACCOUNT
    return int(getattr(client.accounts, ledger.value))


def _vat_type(client: Client, row: Row) -> int:
    return client.accounts.fee_vat_type_id if row.vat is Vat.DEDUCTED else NO_VAT


def _customer(row: Row, customers: Mapping[InvoiceId, int]) -> Id | None:
    return None if row.invoice_id is None else Id(id=customers[row.invoice_id])


def _clearing_type(types: Iterable[PaymentType], clearing: int) -> int:
    for one in types:
        if one.debit_account is not None and one.debit_account.number == clearing:
            return one.id
    raise holds.payment_type_missing(clearing)


def _next_open(periods: Iterable[AccountingPeriod], day: date) -> date | None:
    later = (one.start for one in periods if one.start > day and not one.is_closed)
    return next(later, None)


def _period_of(periods: Iterable[AccountingPeriod], day: date) -> AccountingPeriod | None:
    begun = [one for one in periods if one.start <= day]
    return max(begun, key=lambda one: one.start, default=None)
