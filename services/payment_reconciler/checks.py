"""Does a settlement add up? The invariants I1-I7 of the ECPay contract, and what guards them.

Pure. One function per rule; each yields every breach it finds with the figure that was expected
and the one that stands there, so that a person can take the matter up with ECPay at once. A
settlement with any breach is held whole: one settlement is booked in one piece or not at all.

Beyond I1-I7 the checksum, the number of lines, the totals and the balance carried over from the
settlement before are checked, and a kind of line, a receiver or a currency that we do not know
how to book is a breach, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from shared.messages.money import ORE, ZERO, to_ore
from shared.messages.payments import ReceivedBy
from shared.messages.settlements import (
    BrokenRule,
    LineType,
    Parts,
    Settlement,
    SettlementLine,
    SettlementTotals,
)

BOOKED_CURRENCY = "NOK"
FROM_CLIENT = "CLIENT"
FROM_AGENCY = ReceivedBy.AGENCY.value
_KNOWN_TYPES = frozenset(LineType)
_KNOWN_RECEIVERS = frozenset({FROM_CLIENT, FROM_AGENCY})


@dataclass(frozen=True, slots=True)
class Principal:
    """What we know of a claim's principal before the first line of a settlement.

    Attributes:
        remaining: After the claim's previous line; at first what was handed over.
        unlisted: The most that may have left without a line: credits, and payments the creditor
            received and reported, less those that were listed as lines.
        restored: The most that may have come back without a line: reported payments taken back.
    """

    remaining: Decimal
    unlisted: Decimal = ZERO
    restored: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Known:
    """What a settlement is held against.

    Attributes:
        claims: Every claim its lines name that we have handed over.
        previous_balance: What the settlement before carried forward; zero for the first.
        booked_elsewhere: Lines of this settlement that another one has brought before, with it.
    """

    claims: Mapping[str, Principal]
    previous_balance: Decimal = ZERO
    booked_elsewhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Movement:
    """What one line does to the principal of its claim."""

    received_by: str
    principal: Decimal
    remaining: Decimal


def after(movement: Movement, claim: Principal) -> Principal:
    """Return what is known of a claim's principal after a line."""
    gone = claim.remaining - movement.principal - movement.remaining
    return replace(
        claim,
        remaining=movement.remaining,
        unlisted=max(_still_unlisted(movement, claim) - max(gone, ZERO), ZERO),
        restored=max(claim.restored - max(-gone, ZERO), ZERO),
    )


def broken_rules(settlement: Settlement, known: Known) -> tuple[BrokenRule, ...]:
    """Return every breach, in the order of the rules."""
    return tuple(broken for rule in _RULES for broken in rule(settlement, known))


def received_by_agency(line: SettlementLine) -> bool:
    """Tell whether the money of a line passed through the collector."""
    return line.received_by == FROM_AGENCY


def _i1_allocation(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    del known
    for line in settlement.lines:
        yield from _equal("I1", line.paid_by_debtor, line.allocation.total(), line)


def _i2_shares(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    del known
    for line in settlement.lines:
        for part in Parts.model_fields:
            whole, client, agency = (
                getattr(parts, part) for parts in (line.allocation, line.client, line.agency)
            )
            yield from _equal("I2", whole, client + agency, line, what=part)


def _i3_net(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    del known
    for line in settlement.lines:
        client = ZERO if line.received_by == FROM_CLIENT else line.client.total()
        deducted = line.commission.amount + line.commission.vat + line.vat.set_off + line.charge
        yield from _equal("I3", client - deducted, line.net_to_client, line)


def _i4_payout(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    del known
    earned = _sum(line.net_to_client for line in settlement.lines)
    yield from _equal(
        "I4",
        earned + settlement.previous_balance,
        settlement.net_payout + settlement.carried_forward,
    )
    if settlement.net_payout < 0:
        yield _broken("I4", "netPayout not negative", f"{settlement.net_payout}")
    if settlement.carried_forward > 0:
        yield _broken("I4", "carriedForward not positive", f"{settlement.carried_forward}")


def _i5_principal(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    claims = dict(known.claims)
    for line in settlement.lines:
        claim = claims.get(line.claim_reference)
        if claim is not None:
            yield from _i5_line(line, claim)
            claims[line.claim_reference] = after(_movement(line), claim)


def _i5_line(line: SettlementLine, claim: Principal) -> Iterator[BrokenRule]:
    found = line.remaining_principal
    unlisted = _still_unlisted(_movement(line), claim)
    most = claim.remaining - line.allocation.principal + claim.restored
    least = claim.remaining - line.allocation.principal - unlisted
    if found < 0:
        yield _broken("I5", "remainingPrincipal not negative", f"{found}", line)
    elif not least <= found <= most:
        expected = f"{most}" if least == most else f"{max(least, ZERO)} to {most}"
        yield _broken("I5", expected, f"{found}", line)


def _movement(line: SettlementLine) -> Movement:
    return Movement(line.received_by, line.allocation.principal, line.remaining_principal)


def _still_unlisted(movement: Movement, claim: Principal) -> Decimal:
    listed = movement.principal if movement.received_by == FROM_CLIENT else ZERO
    return max(claim.unlisted - listed, ZERO)


def _i6_vat(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    del known
    for line in settlement.lines:
        counted = to_ore(line.vat.base * line.vat.rate / 100)
        if abs(counted - line.vat.amount) > ORE:
            yield _broken("I6", f"{counted}", f"{line.vat.amount}", line)
    vat = _sum(line.vat.amount + line.commission.vat for line in settlement.lines)
    yield from _equal("I6", vat, settlement.totals.vat, what="totals.vat")


def _i7_claims(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    for line in settlement.lines:
        if line.claim_reference not in known.claims:
            yield _broken("I7", "a claim we handed over", line.claim_reference, line)


def _checksum(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    del known
    if not settlement.checksum_holds:
        yield _broken("CHECKSUM", settlement.checksum, "lines with another checksum")


def _line_count(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    del known
    if settlement.line_count != len(settlement.lines):
        yield _broken("LINE_COUNT", f"{settlement.line_count}", f"{len(settlement.lines)}")


def _line_ids(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    seen: set[str] = set()
    for line in settlement.lines:
        elsewhere = known.booked_elsewhere.get(line.line_id)
        if line.line_id in seen or elsewhere is not None:
            yield _broken("LINE_ID", "unique forever", elsewhere or "twice in it", line)
        seen.add(line.line_id)


def _totals(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    del known
    counted = totals_of(settlement)
    for name in SettlementTotals.model_fields:
        if name != "vat":  # part of I6
            expected, found = getattr(counted, name), getattr(settlement.totals, name)
            yield from _equal("TOTALS", expected, found, what=name)


def totals_of(settlement: Settlement) -> SettlementTotals:
    """Return the totals counted from the lines.

    Money the client received counts in ``direct_payments`` only, except that what the collector
    takes for itself counts wherever it stands.
    """
    lines = settlement.lines
    agency = [line for line in lines if received_by_agency(line)]
    spent = [line.allocation for line in agency]
    return SettlementTotals(
        collected=_sum(line.paid_by_debtor for line in agency),
        principal=_sum(parts.principal for parts in spent),
        interest=_sum(parts.interest for parts in spent),
        fees=_sum(
            parts.reminder_fee + parts.collection_fee + parts.compensation for parts in spent
        ),
        legal_costs=_sum(parts.legal_costs for parts in spent),
        overpayment=_sum(parts.overpayment for parts in spent),
        agency_retained=_sum(line.agency.total() for line in agency),
        vat_base=_sum(line.vat.base + line.commission.amount for line in lines),
        vat=_sum(line.vat.amount + line.commission.vat for line in lines),
        vat_set_off=_sum(line.vat.set_off + line.commission.vat for line in lines),
        commission=_sum(line.commission.amount for line in lines),
        charges=_sum(line.charge for line in lines),
        direct_payments=_sum(
            line.paid_by_debtor for line in lines if line.received_by == FROM_CLIENT
        ),
        net_to_client=_sum(line.net_to_client for line in lines),
    )


def _previous_balance(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    yield from _equal("PREVIOUS_BALANCE", known.previous_balance, settlement.previous_balance)


def _moves_money(line: SettlementLine) -> bool:
    """Tell lines that change something from those that only inform, of whatever kind."""
    parts = (line.allocation, line.client, line.agency)
    amounts = (line.net_to_client, line.charge, line.vat.amount, line.commission.amount)
    return any(amounts) or any(one != Parts() for one in parts)


def _kinds(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    del known
    for line in settlement.lines:
        if line.type not in _KNOWN_TYPES and _moves_money(line):
            yield _broken("LINE_TYPE", "a type we can book", line.type[:40], line)
        if line.received_by not in _KNOWN_RECEIVERS:
            yield _broken("RECEIVED_BY", "AGENCY or CLIENT", line.received_by[:40], line)
        if line.type == LineType.CREDIT_LOSS and line.net_to_client != 0:
            yield _broken("CREDIT_LOSS", "no money", f"{line.net_to_client}", line)


def _currency(settlement: Settlement, known: Known) -> Iterator[BrokenRule]:
    del known
    if settlement.currency != BOOKED_CURRENCY:
        yield _broken("CURRENCY", BOOKED_CURRENCY, settlement.currency)
    for line in settlement.lines:
        if line.currency != BOOKED_CURRENCY or line.exchange_rate != 1:
            yield _broken(
                "CURRENCY",
                f"{BOOKED_CURRENCY} at 1",
                f"{line.currency} at {line.exchange_rate}",
                line,
            )


_RULES: tuple[Callable[[Settlement, Known], Iterator[BrokenRule]], ...] = (
    _i1_allocation,
    _i2_shares,
    _i3_net,
    _i4_payout,
    _i5_principal,
    _i6_vat,
    _i7_claims,
    _checksum,
    _line_count,
    _line_ids,
    _totals,
    _previous_balance,
    _kinds,
    _currency,
)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _equal(
    rule: str,
    expected: Decimal,
    found: Decimal,
    line: SettlementLine | None = None,
    *,
    what: str = "",
) -> Iterator[BrokenRule]:
    if expected != found:
        prefix = f"{what} " if what else ""
        yield _broken(rule, f"{prefix}{expected:.2f}", f"{prefix}{found:.2f}", line)


def _broken(
    rule: str, expected: str, found: str, line: SettlementLine | None = None
) -> BrokenRule:
    return BrokenRule(
        rule=rule, line_id=line.line_id if line else None, expected=expected, found=found
    )
