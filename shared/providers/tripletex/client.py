"""The Tripletex client: what we ask of one company, in Tripletex's words.

Reading is safe to repeat and is paged to the end. Writing (``register_payment``,
``post_voucher``, ``attach``) is never repeated here, because Tripletex has no idempotency keys:
when the answer is lost the fault is ``Transient`` with the code ``UNCERTAIN``, and the caller
looks before it tries again.

Date windows are Tripletex's: ``from_`` counts, ``to`` does not.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import SecretStr

from shared.clock import Clock
from shared.faults import Invalid
from shared.http.door import Ask, File, HttpDoor
from shared.messages.money import to_ore
from shared.providers.tripletex.calls import Calls
from shared.providers.tripletex.faults import TOO_MANY_HITS, TRIPLETEX
from shared.providers.tripletex.fields import (
    ACCOUNT,
    COMPANY_LOGIN,
    CUSTOMER,
    INVOICE,
    INVOICE_HEAD,
    OPEN_POST,
    PAYMENT_TYPE,
    PERIOD,
    POSTING,
    VOUCHER,
)
from shared.providers.tripletex.session import Login, Sessions
from shared.providers.tripletex.wire import (
    Account,
    AccountingPeriod,
    CompanyLogin,
    Customer,
    Invoice,
    NewVoucher,
    OpenPost,
    PaymentType,
    Posting,
    VatSettings,
    Voucher,
    WhoAmI,
    Wire,
)

EVER = {"invoiceDateFrom": "1990-01-01", "invoiceDateTo": "2100-01-01"}
"""The invoice-date window is mandatory even when invoices are named by id."""
BATCH = 100
"""Ids named in one address."""

W = TypeVar("W", bound=Wire)


class Tripletex:
    """The way into Tripletex for every client of this process; safe to share between tasks.

    Args:
        door: The connections to Tripletex's API.
        consumer_token: The token of this product.
        clock: Tells when a session ends.
        session_days: For how many days a session is asked.
    """

    def __init__(
        self,
        door: HttpDoor,
        *,
        consumer_token: SecretStr,
        clock: Clock,
        session_days: int = 2,
    ) -> None:
        self._door = door
        self._clock = clock
        self._sessions = Sessions(
            door, consumer_token=consumer_token, clock=clock, days=session_days
        )

    def company(self, client: Login, token: SecretStr) -> Company:
        """Return the books of a client, opened with its employee token when first asked."""
        return Company(Calls(self._door, self._sessions, client, token=token, clock=self._clock))

    async def close(self) -> None:
        """Close every connection."""
        await self._door.close()


def open_tripletex(url: str, *, consumer_token: SecretStr, clock: Clock) -> Tripletex:
    """Open the way into Tripletex at its ``RESTANSE_TRIPLETEX_URL``."""
    door = HttpDoor(url, dependency=TRIPLETEX)
    return Tripletex(door, consumer_token=consumer_token, clock=clock)


class Company:
    """One company's books."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def who_am_i(self) -> WhoAmI:
        """Return whose token this is; works for an accounting office's token too."""
        return await self._calls.one("/token/session/%3EwhoAmI", WhoAmI, {}, own=True)

    async def companies(self) -> list[CompanyLogin]:
        """Return the companies an accounting office's token reaches."""
        return await self._calls.many(
            "/company/%3EwithLoginAccess", CompanyLogin, {"fields": COMPANY_LOGIN}, own=True
        )

    async def receivable_accounts(self) -> list[Account]:
        """Return the accounts customers' debts are kept on; usually 1500 only."""
        query = {"ledgerType": "CUSTOMER", "fields": ACCOUNT}
        found = await self._calls.many("/ledger/account", Account, query)
        return [account for account in found if account.ledger_type == "CUSTOMER"]

    async def accounts(self, numbers: Iterable[int]) -> list[Account]:
        """Return the accounts with these numbers; those the company does not have are absent."""
        wanted = sorted(set(numbers))
        if not wanted:
            return []  # an empty list of numbers is refused
        query = {"number": _ids(wanted), "fields": ACCOUNT}
        found = await self._calls.many("/ledger/account", Account, query)
        return [account for account in found if account.number in wanted]

    async def open_posts(self, account_ids: Iterable[int], day: date) -> list[OpenPost]:
        """Return what is open on receivable accounts at the end of a day.

        Payments that are not matched, manual vouchers and opening balances are among them.
        """
        found: list[OpenPost] = []
        for account in account_ids:
            query = {
                "date": (day + timedelta(days=1)).isoformat(),
                "accountId": str(account),
                "fields": OPEN_POST,
            }
            found += await self._calls.many("/ledger/posting/openPost", OpenPost, query)
        return found

    async def invoices(
        self, *, ids: Iterable[int] = (), voucher_ids: Iterable[int] = ()
    ) -> list[Invoice]:
        """Return invoices by id and by the id of their voucher, with all that matters.

        Unknown ids and vouchers that are not invoices are absent from the result.
        """
        found: dict[int, Invoice] = {}
        for name, wanted in (("id", ids), ("voucherId", voucher_ids)):
            for batch in _batches(wanted):
                query = {**EVER, name: _ids(batch), "fields": INVOICE}
                for invoice in await self._calls.many("/invoice", Invoice, query):
                    found[invoice.id] = invoice
        return list(found.values())

    async def invoices_numbered(self, number: int) -> list[Invoice]:
        """Return the invoices and credit notes with a number, with all that matters."""
        query = {**EVER, "invoiceNumber": str(number), "fields": INVOICE}
        found = await self._calls.many("/invoice", Invoice, query)
        return [invoice for invoice in found if invoice.invoice_number == number]

    async def invoices_by_date(self, from_: date, to: date) -> list[Invoice]:
        """Return the heads of invoices issued in a window: no postings, reminders or names.

        A window with more than 10,000 invoices is halved until it fits. Memory follows the
        window, so ask month by month.
        """

        async def window(start: date, end: date) -> list[Invoice]:
            query = {
                "invoiceDateFrom": start.isoformat(),
                "invoiceDateTo": end.isoformat(),
                "fields": INVOICE_HEAD,
            }
            return await self._calls.many("/invoice", Invoice, query)

        return await _halving(window, from_, to)

    async def invoices_of_customer(self, customer_id: int) -> list[Invoice]:
        """Return the heads of all invoices and credit notes of a customer."""
        query = {**EVER, "customerId": str(customer_id), "fields": INVOICE_HEAD}
        found = await self._calls.many("/invoice", Invoice, query)
        return [one for one in found if one.customer is None or one.customer.id == customer_id]

    async def postings_on_account(self, number: int, from_: date, to: date) -> list[Posting]:
        """Return the postings on one account by posting date, with their vouchers' ids."""

        async def window(start: date, end: date) -> list[Posting]:
            query = {
                "dateFrom": start.isoformat(),
                "dateTo": end.isoformat(),
                "accountNumberFrom": str(number),
                "accountNumberTo": str(number + 1),
                "fields": POSTING,
            }
            found = await self._calls.many("/ledger/posting", Posting, query)
            return [one for one in found if _may_be_on(one, number)]

        return await _halving(window, from_, to)

    async def customer(self, id_: int) -> Customer:
        """Return a customer with both addresses."""
        return await self._calls.one(f"/customer/{id_}", Customer, {"fields": CUSTOMER})

    async def payment_types(self) -> list[PaymentType]:
        """Return the ways an invoice can be paid, with the account each one debits."""
        return await self._calls.many(
            "/invoice/paymentType", PaymentType, {"fields": PAYMENT_TYPE}
        )

    async def accounting_periods(self, day: date) -> list[AccountingPeriod]:
        """Return the periods of the year before and the year after a day, by start.

        A day belongs to the last period that does not start after it.
        """
        query = {
            "startFrom": (day - timedelta(days=400)).isoformat(),
            "startTo": (day + timedelta(days=400)).isoformat(),
            "fields": PERIOD,
        }
        found = await self._calls.many("/ledger/accountingPeriod", AccountingPeriod, query)
        return sorted(found, key=lambda period: period.start)

    async def vat_settings(self) -> VatSettings:
        """Return whether the company is registered for VAT."""
        return await self._calls.one("/ledger/vatSettings", VatSettings, {})

    async def voucher(self, id_: int) -> Voucher:
        """Return a voucher with its postings."""
        return await self._calls.one(f"/ledger/voucher/{id_}", Voucher, {"fields": VOUCHER})

    async def vouchers(self, ids: Iterable[int], from_: date, to: date) -> list[Voucher]:
        """Return those of these vouchers that are dated in a window, with their postings."""
        wanted = set(ids)
        found: list[Voucher] = []
        for batch in _batches(wanted):
            query = {
                "id": _ids(batch),
                "dateFrom": from_.isoformat(),
                "dateTo": to.isoformat(),
                "fields": VOUCHER,
            }
            found += await self._calls.many("/ledger/voucher", Voucher, query)
        return [one for one in found if one.id in wanted]

    async def find_vouchers(self, external_number: str) -> list[Voucher]:
        """Return the vouchers with our key, with their postings; more than one is possible."""
        query = {"externalVoucherNumber": external_number, "fields": VOUCHER}
        found = await self._calls.many("/ledger/voucher/%3EexternalVoucherNumber", Voucher, query)
        return [one for one in found if one.external_voucher_number == external_number]

    async def register_payment(
        self, invoice_id: int, *, date: date, payment_type_id: int, amount: Decimal
    ) -> Invoice:
        """Register a payment on an invoice in kroner; a negative amount takes one back.

        Tripletex registers it again when asked again, and takes more than is owed.

        Returns:
            The invoice with its postings' ids only.
        """
        query = {
            "paymentDate": date.isoformat(),
            "paymentTypeId": str(payment_type_id),
            "paidAmount": f"{to_ore(amount):.2f}",
        }
        ask = Ask("PUT", f"/invoice/{invoice_id}/:payment", query=query)
        return await self._calls.write(ask, Invoice)

    async def post_voucher(self, voucher: NewVoucher, *, send_to_ledger: bool) -> Voucher:
        """Post a voucher, to the ledger or as a draft with number 0."""
        ask = Ask(
            "POST",
            "/ledger/voucher",
            query={"sendToLedger": "true" if send_to_ledger else "false"},
            document=_document(voucher),
        )
        return await self._calls.write(ask, Voucher)

    async def attach(self, voucher_id: int, *, name: str, content: bytes) -> Voucher:
        """Attach a PDF to a voucher; doing it twice appends the pages again."""
        file = File(name=name, content=content, media_type="application/pdf")
        ask = Ask("POST", f"/ledger/voucher/{quote(str(voucher_id))}/attachment", file=file)
        return await self._calls.write(ask, Voucher)


async def _halving(
    read: Callable[[date, date], Coroutine[Any, Any, list[W]]], from_: date, to: date
) -> list[W]:
    """Read a window of dates in halves as small as Tripletex's limit of 10,000 hits wants."""
    found: list[W] = []
    windows = [(from_, to)]
    while windows:
        start, end = windows.pop()
        try:
            found += await read(start, end)
        except Invalid as fault:
            middle = start + (end - start) // 2
            if fault.code != TOO_MANY_HITS or middle <= start:
                raise
            windows += [(middle, end), (start, middle)]
    return found


def _may_be_on(posting: Posting, number: int) -> bool:
    """Tell whether a posting stands on the account asked for, as far as the token may see it."""
    shown = posting.account.number if posting.account else 0
    return shown in {0, number}


def _ids(numbers: Iterable[int]) -> str:
    return ",".join(str(number) for number in numbers)


def _batches(numbers: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(set(numbers))
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))


def _document(voucher: NewVoucher) -> dict[str, Any]:
    """Return the body, with dates as text and amounts left as Decimals for the door."""
    body = voucher.model_dump(by_alias=True, exclude_none=True)
    body["date"] = voucher.date.isoformat()
    for posting in body["postings"]:
        posting["date"] = posting["date"].isoformat()
        for amount in ("amountGross", "amountGrossCurrency"):
            posting[amount] = to_ore(posting[amount])
    return body
