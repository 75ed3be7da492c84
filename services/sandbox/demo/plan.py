"""What will happen in a demo: a pure function of its seed.

Every invoice gets a fate, and a fate is a list of acts on simulated days. The shares are chosen so
that each kind of event happens several times in four hundred invoices.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

from shared.messages.money import to_ore

FIRST_DAY = date(2026, 8, 3)
GRACE_DAYS = 14
"""Invoices are handed over when they are more days overdue than this."""


class ActKind(StrEnum):
    """Something a debtor or a bookkeeper does."""

    PAYS_CREDITOR = "pays the creditor"
    PAYS_AGENCY = "pays ECPay"
    CREDITS = "credits the invoice"
    TAKES_BACK = "takes a payment back"


class Fate(StrEnum):
    """How the life of an invoice goes."""

    PAID_ON_TIME = "paid on time"
    PAID_TO_AGENCY = "paid in full to ECPay"
    INSTALMENTS_TO_AGENCY = "paid to ECPay in instalments"
    PAID_DIRECT = "paid in full to the creditor after hand-over"
    PART_DIRECT = "partly paid to the creditor, the rest to ECPay"
    PART_BEFORE = "partly paid before hand-over, the rest to ECPay"
    CREDITED = "credited in full after hand-over"
    CREDITED_BEFORE = "credited in full before hand-over"
    PAYMENT_TAKEN_BACK = "paid to the creditor, taken back, paid to ECPay"
    NEVER_PAID = "never paid"


_WEIGHTS: dict[Fate, int] = {
    Fate.PAID_ON_TIME: 30,
    Fate.PAID_TO_AGENCY: 22,
    Fate.INSTALMENTS_TO_AGENCY: 6,
    Fate.PAID_DIRECT: 10,
    Fate.PART_DIRECT: 6,
    Fate.PART_BEFORE: 5,
    Fate.CREDITED: 5,
    Fate.CREDITED_BEFORE: 3,
    Fate.PAYMENT_TAKEN_BACK: 3,
    Fate.NEVER_PAID: 10,
}


@dataclass(frozen=True, slots=True)
class Act:
    """One act on one simulated day.

    Attributes:
        day: Days after the first day of the demo.
        amount: Kroner, None for all that is open.
    """

    day: int
    kind: ActKind
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PlannedInvoice:
    """An invoice and all that will happen to it."""

    customer: int
    amount: Decimal
    invoice_date: date
    due_date: date
    fate: Fate
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class PlannedClient:
    """A creditor of the demo."""

    client_id: str
    is_accountant_s: bool
    vat_registered: bool
    customers: int
    invoices: tuple[PlannedInvoice, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole demo."""

    days: int
    clients: tuple[PlannedClient, ...]


def make_plan(*, seed: int, clients: int, invoices: int, days: int) -> Plan:
    """Return the demo of a seed: always the same one."""
    random = Random(seed)  # noqa: S311  # a simulation, not a secret
    shares = [invoices // clients + (number < invoices % clients) for number in range(clients)]
    return Plan(days, tuple(_client(random, n, share, days) for n, share in enumerate(shares)))


def _client(random: Random, number: int, invoices: int, days: int) -> PlannedClient:
    customers = max(1, invoices // 4)
    return PlannedClient(
        client_id=f"client-{number + 1:02d}",
        is_accountant_s=number % 5 == 1,
        vat_registered=number % 5 != 2,  # noqa: PLR2004  # every fifth client, the third
        customers=customers,
        invoices=tuple(_invoice(random, customers, days) for _ in range(invoices)),
    )


def _invoice(random: Random, customers: int, days: int) -> PlannedInvoice:
    due_day = random.randrange(-GRACE_DAYS + 2, max(days - 2 * GRACE_DAYS, 1))
    due = FIRST_DAY + timedelta(days=due_day)
    amount = to_ore(Decimal(random.randrange(40_000, 4_000_000)) / 100)
    fate = random.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))[0]
    acts = _acts(random, fate, due_day=due_day, amount=amount)
    return PlannedInvoice(
        customer=random.randrange(customers),
        amount=amount,
        invoice_date=due - timedelta(days=14),
        due_date=due,
        fate=fate,
        acts=tuple(act for act in acts if act.day < days),
    )


def _acts(random: Random, fate: Fate, *, due_day: int, amount: Decimal) -> list[Act]:
    early = max(due_day + random.randrange(-2, GRACE_DAYS - 1), 0)
    after = max(due_day + GRACE_DAYS + 2 + random.randrange(30), 1)
    later = after + 2 + random.randrange(10)
    part = to_ore(amount * random.randrange(20, 60) / 100)
    return {
        Fate.PAID_ON_TIME: [Act(early, ActKind.PAYS_CREDITOR)],
        Fate.PAID_TO_AGENCY: [Act(after, ActKind.PAYS_AGENCY)],
        Fate.INSTALMENTS_TO_AGENCY: [
            Act(after, ActKind.PAYS_AGENCY, part),
            Act(later, ActKind.PAYS_AGENCY),
        ],
        Fate.PAID_DIRECT: [Act(after, ActKind.PAYS_CREDITOR)],
        Fate.PART_DIRECT: [
            Act(after, ActKind.PAYS_CREDITOR, part),
            Act(later, ActKind.PAYS_AGENCY),
        ],
        Fate.PART_BEFORE: [
            Act(early, ActKind.PAYS_CREDITOR, part),
            Act(later, ActKind.PAYS_AGENCY),
        ],
        Fate.CREDITED: [Act(after, ActKind.CREDITS)],
        Fate.CREDITED_BEFORE: [Act(early, ActKind.CREDITS)],
        Fate.PAYMENT_TAKEN_BACK: [
            Act(after, ActKind.PAYS_CREDITOR),
            Act(after + 1, ActKind.TAKES_BACK),
            Act(later, ActKind.PAYS_AGENCY),
        ],
        Fate.NEVER_PAID: [],
    }[fate]
