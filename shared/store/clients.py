"""Clients: the creditor companies, their terms and their place in the set-up.

Owner: operations. Services read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    bindparam,
    select,
)

from shared.faults import Invalid
from shared.store.engine import Store
from shared.store.insert import upsert
from shared.store.tables import Document, Ore, UtcInstant, metadata
from shared.store.write import Write


class ClientState(StrEnum):
    """Where a client is: nothing is sent before a person has confirmed the preview."""

    ADDED = "ADDED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"


class BookingMode(StrEnum):
    """Whether vouchers are posted to the ledger or left as drafts for approval."""

    DRAFT = "draft"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Accounts:
    """Account numbers and VAT type that settlements are booked on, per client.

    Defaults follow the worked examples of the settlement rules; ``fee_vat_type_id`` is
    Tripletex VAT type id 1 (input VAT, high rate) and applies when the client is registered
    for VAT, else 0.
    """

    clearing: int = 1579
    collection_services: int = 6790
    fee_vat_type_id: int = 1
    fee_income: int = 3900
    interest_income: int = 8050
    overpayment: int = 2990
    legal_costs: int = 6790
    compensation: int = 3900


@dataclass(frozen=True, slots=True)
class Client:
    """A creditor company.

    Attributes:
        company_id: Tripletex company whose invoices are followed.
        is_accountant_token: The token belongs to an accounting office, so the company id is the
            user name of every call.
        employee_token: Sealed; see ``shared.store.seal``. Never logged.
        start_date: Invoices with a due date before it are left alone.
        days_overdue: An invoice is handed over when it is more days overdue than this.
        clearing_payment_type_id: Payment type in Tripletex that debits the clearing account.
        vat_registered: As the ECPay agreement says, None until it was read.
    """

    client_id: str
    name: str
    company_id: int
    employee_token: bytes
    ecpay_client_id: str
    start_date: date
    created_at: datetime
    is_accountant_token: bool = False
    days_overdue: int = 14
    minimum_amount: Decimal = Decimal("0.00")
    clearing_payment_type_id: int | None = None
    booking: BookingMode = BookingMode.POST
    state: ClientState = ClientState.ADDED
    vat_registered: bool | None = None
    accounts: Accounts = field(default_factory=Accounts)


CLIENTS = Table(
    "clients",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("company_id", BigInteger, nullable=False),
    Column("employee_token", LargeBinary, nullable=False),
    Column("ecpay_client_id", String(64), nullable=False, unique=True),
    Column("start_date", Date, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("is_accountant_token", Boolean, nullable=False),
    Column("days_overdue", Integer, nullable=False),
    Column("minimum_amount", Ore, nullable=False),
    Column("clearing_payment_type_id", BigInteger),
    Column("booking", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("vat_registered", Boolean),
    Column("accounts", Document, nullable=False),
)

_ONE = select(CLIENTS).where(CLIENTS.c.client_id == bindparam("wanted"))
_ACTIVE = select(CLIENTS).where(CLIENTS.c.state == ClientState.ACTIVE).order_by("client_id")
_ALL = select(CLIENTS).order_by("client_id")
_SAVE = upsert(CLIENTS, keep=("created_at",))


async def client(store: Store, client_id: str) -> Client:
    """Return one client.

    Raises:
        Invalid: There is no such client.
    """
    rows = await store.rows(_ONE, {"wanted": client_id})
    if not rows:
        msg = f"there is no client {client_id!r}; 'restanse client list' shows them all"
        raise Invalid(msg, code="UNKNOWN_CLIENT", field="client_id")
    return _client(rows[0])


async def active_clients(store: Store) -> tuple[Client, ...]:
    """Return the clients whose flow has been confirmed and is not paused."""
    return tuple(_client(row) for row in await store.rows(_ACTIVE))


async def all_clients(store: Store) -> tuple[Client, ...]:
    """Return every client, whatever its state."""
    return tuple(_client(row) for row in await store.rows(_ALL))


def save(client: Client) -> Write:
    """Return the write that adds a client or replaces all but its day of creation."""
    return Write(_SAVE, _parameters(client))


def _parameters(client: Client) -> Mapping[str, object]:
    values: dict[str, object] = {
        column.name: getattr(client, column.name) for column in CLIENTS.columns
    }
    return values | {"accounts": asdict(client.accounts)}


def _client(row: Row[Any]) -> Client:
    values = dict(row._mapping)  # noqa: SLF001  # the documented way to read a row by name
    return Client(
        **values
        | {
            "booking": BookingMode(values["booking"]),
            "state": ClientState(values["state"]),
            "accounts": Accounts(**values["accounts"]),
        }
    )
