"""What money covers: an amount is spent on the components of a claim in an agreed order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from shared.faults import Misconfigured
from shared.messages.money import ZERO, to_ore

WIRE_NAMES = {
    "principal": "principal",
    "interest": "interest",
    "reminder_fee": "reminderFee",
    "collection_fee": "collectionFee",
    "compensation": "compensation",
    "legal_costs": "legalCosts",
    "overpayment": "overpayment",
}
_OWN_NAMES = {wire: own for own, wire in WIRE_NAMES.items()}


@dataclass(frozen=True, slots=True)
class Parts:
    """An amount split into the seven money components of the contract."""

    principal: Decimal = ZERO
    interest: Decimal = ZERO
    reminder_fee: Decimal = ZERO
    collection_fee: Decimal = ZERO
    compensation: Decimal = ZERO
    legal_costs: Decimal = ZERO
    overpayment: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """The sum of all components."""
        return sum((getattr(self, name) for name in WIRE_NAMES), ZERO)

    def __neg__(self) -> Parts:
        return self.each(lambda _, amount: -amount)

    def __sub__(self, other: Parts) -> Parts:
        return self.each(lambda name, amount: amount - getattr(other, name))

    def each(self, change: Callable[[str, Decimal], Decimal]) -> Parts:
        """Return parts with every component changed."""
        return Parts(
            **{field.name: change(field.name, getattr(self, field.name)) for field in fields(self)}
        )

    def wire(self) -> dict[str, str]:
        """Return the parts as the contract writes them."""
        return {wire: money(getattr(self, own)) for own, wire in WIRE_NAMES.items()}


def money(amount: Decimal) -> str:
    """Return an amount as the contract writes it; zero carries no sign."""
    return f"{amount + ZERO:.2f}"


def allocate(amount: Decimal, owed: Parts, order: Iterable[str]) -> Parts:
    """Spend an amount on what is owed, in order; what is left over is overpayment.

    Args:
        amount: Money received.
        owed: What the debtor owes of each component.
        order: Component names as the agreement's ``coverageOrder`` writes them.
    """
    covered: dict[str, Decimal] = {}
    for wire_name in order:
        name = _OWN_NAMES[wire_name]
        covered[name] = min(amount, getattr(owed, name))
        amount -= covered[name]
    return replace(Parts(**covered), overpayment=amount)


def share(allocation: Parts, percents: dict[str, Decimal], *, raised_by_client: Decimal) -> Parts:
    """Return the client's part of an allocation; the rest is the agency's.

    Args:
        allocation: How the money was spent.
        percents: The client's per cent of each component, 100 where it is left out.
        raised_by_client: Part of the letter fees that the client itself had claimed, which
            belongs to the client whatever its share of ECPay's letters is.
    """

    def of_component(name: str, amount: Decimal) -> Decimal:
        percent = percents.get(name, Decimal(100))
        if name == "reminder_fee":
            return raised_by_client + to_ore((amount - raised_by_client) * percent / 100)
        return to_ore(amount * percent / 100)

    return allocation.each(of_component)


def check_order(order: Sequence[str]) -> tuple[str, ...]:
    """Return the order when it names each component that can be owed exactly once.

    Raises:
        Misconfigured: A component is missing, unknown or repeated.
    """
    known = sorted(set(_OWN_NAMES) - {"overpayment"})
    if sorted(order) != known:
        raise Misconfigured(f"a cover order names each of {', '.join(known)} once")
    return tuple(order)
