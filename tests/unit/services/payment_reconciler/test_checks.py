from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from services.payment_reconciler.checks import Known, Principal, broken_rules
from shared.messages.money import ZERO
from shared.messages.settlements import Parts, Settlement
from tests.harness.settlement_makers import contract_example, kroner, line, parts, settlement

CLAIM = "tt:4711:inv:900123"
PAID = parts(principal=3362, reminder_fee=38, collection_fee=600)
KEPT = parts(reminder_fee=38, collection_fee=600)


def known(remaining: str | int = 10000, **given: Any) -> Known:
    claim = Principal(
        kroner(remaining),
        unlisted=kroner(given.pop("unlisted", 0)),
        restored=kroner(given.pop("restored", 0)),
    )
    return Known({CLAIM: claim}, **given)


def partial(**given: Any) -> Settlement:
    return settlement(
        line(
            allocation=PAID,
            agency=KEPT,
            vat="159.50",
            **{"remaining_principal": kroner(6638), **given},
        )
    )


def rules(of: Settlement, against: Known | None = None) -> set[str]:
    return {broken.rule for broken in broken_rules(of, against or known())}


@pytest.mark.parametrize(
    ("name", "claims", "previous"),
    [
        ("SettlementPaidInFull", {"tt:4711:inv:900123": 10000}, 0),
        ("SettlementDirectPayment", {"tt:4711:inv:900124": 10000}, 0),
        ("SettlementPartial", {"tt:4711:inv:900125": 10000}, "-31.97"),
        ("SettlementReversal", {"tt:4711:inv:900125": 6638}, 0),
    ],
)
def test_the_contracts_examples_break_no_rule(
    name: str, claims: Mapping[str, int], previous: str | int
) -> None:
    of = contract_example(name)
    principals = {claim: Principal(kroner(amount)) for claim, amount in claims.items()}

    found = broken_rules(of, Known(principals, kroner(previous)))

    assert found == ()


def test_a_settlement_without_lines_breaks_no_rule() -> None:
    assert broken_rules(settlement(), known()) == ()


def test_i1_names_line_and_both_figures() -> None:
    of = partial(paid_by_debtor=kroner("4000.01"))

    (found,) = [one for one in broken_rules(of, known()) if one.rule == "I1"]

    assert (found.line_id, found.expected, found.found) == ("lin_1", "4000.01", "4000.00")


def test_i2_names_the_component_that_does_not_add_up() -> None:
    (fair,) = partial().lines
    unfair = fair.model_copy(update={"agency": parts(reminder_fee=38, collection_fee="599.99")})
    of = settlement(unfair)

    found = [one.expected for one in broken_rules(of, known()) if one.rule == "I2"]

    assert found == ["collection_fee 600.00"]


def test_i3_counts_commission_vat_and_charge() -> None:
    assert "I3" in rules(partial(net_to_client=kroner("3202.51")))


def test_i3_counts_the_clients_part_as_zero_when_the_client_received_it() -> None:
    of = settlement(line(allocation=parts(principal=10000), received_by="CLIENT"))

    assert rules(of) == set()


@pytest.mark.parametrize(
    "amounts",
    [
        {"net_payout": kroner("3202.51")},
        {"net_payout": kroner("-1.00"), "carried_forward": kroner("3203.50")},
        {"net_payout": kroner("3202.40"), "carried_forward": kroner("0.10")},
    ],
)
def test_i4_holds_payout_and_balance_together(amounts: dict[str, Decimal]) -> None:
    of = partial().model_copy(update=amounts)

    assert "I4" in rules(of)


def test_i5_counts_down_from_what_was_handed_over() -> None:
    (found,) = broken_rules(partial(remaining_principal=kroner(6000)), known())

    assert (found.rule, found.expected, found.found) == ("I5", "6638.00", "6000.00")


def test_i5_allows_for_principal_that_was_credited_or_paid_directly() -> None:
    assert rules(partial(remaining_principal=kroner(6000)), known(unlisted=638)) == set()


def test_i5_allows_no_more_than_was_told() -> None:
    assert rules(partial(remaining_principal=kroner(5999)), known(unlisted=638)) == {"I5"}


def test_i5_counts_a_listed_direct_payment_once() -> None:
    listed = line(
        allocation=parts(principal=4000),
        received_by="CLIENT",
        line_id="lin_0",
        remaining_principal=kroner(6000),
    )
    later = line(
        allocation=parts(principal=1000), line_id="lin_2", remaining_principal=kroner(1000)
    )

    assert rules(settlement(listed, later), known(unlisted=4000)) == {"I5"}


def test_i5_lets_principal_rise_by_payments_taken_back_only() -> None:
    of = partial(remaining_principal=kroner(7000))

    assert rules(of) == {"I5"}
    assert rules(of, known(restored=362)) == set()


def test_i5_never_lets_principal_go_below_zero() -> None:
    of = partial(remaining_principal=kroner(-1))

    assert "I5" in rules(of, known(remaining=3361))


def test_i5_follows_the_lines_of_one_claim_in_order() -> None:
    first = line(allocation=parts(principal=4000), remaining_principal=kroner(6000))
    second = line(allocation=parts(principal=6000), line_id="lin_2", remaining_principal=kroner(0))

    assert rules(settlement(first, second)) == set()


@pytest.mark.parametrize(("vat", "broken"), [("159.51", False), ("159.52", True)])
def test_i6_allows_one_ore_of_rounding_a_line(vat: str, *, broken: bool) -> None:
    of = settlement(line(allocation=PAID, agency=KEPT, vat=vat, remaining_principal=kroner(6638)))

    assert ("I6" in rules(of)) is broken


def test_i6_holds_the_headers_vat_to_the_lines() -> None:
    of = partial()
    totals = of.totals.model_copy(update={"vat": kroner("159.49")})

    assert rules(of.model_copy(update={"totals": totals})) == {"I6"}


def test_i7_refuses_a_claim_we_never_handed_over() -> None:
    assert rules(partial(), Known({})) == {"I7"}


@pytest.mark.parametrize("name", ["collected", "agency_retained", "vat_set_off", "net_to_client"])
def test_totals_must_be_those_of_the_lines(name: str) -> None:
    of = partial()
    totals = of.totals.model_copy(update={name: getattr(of.totals, name) + kroner("0.01")})

    assert rules(of.model_copy(update={"totals": totals})) == {"TOTALS"}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"checksum_holds": False}, "CHECKSUM"),
        ({"line_count": 2}, "LINE_COUNT"),
        ({"currency": "EUR"}, "CURRENCY"),
    ],
)
def test_the_header_must_fit_the_lines(change: dict[str, Any], rule: str) -> None:
    assert rules(partial().model_copy(update=change)) == {rule}


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"type": "GIFT"}, "LINE_TYPE"),
        ({"currency": "EUR"}, "CURRENCY"),
        ({"exchange_rate": Decimal("11.700000")}, "CURRENCY"),
        ({"type": "CREDIT_LOSS"}, "CREDIT_LOSS"),
    ],
)
def test_a_line_we_cannot_book_holds_the_settlement(given: dict[str, Any], rule: str) -> None:
    assert rules(partial(**given)) == {rule}


def test_a_line_of_an_unknown_type_that_moves_no_money_breaks_no_rule() -> None:
    told = line(type="LETTER_SENT", remaining_principal=kroner(10000))

    assert rules(settlement(told)) == set()


def test_an_unknown_receiver_is_a_broken_rule() -> None:
    assert "RECEIVED_BY" in rules(partial(received_by="BAILIFF"))


def test_a_line_id_stands_in_one_settlement_only() -> None:
    against = known(booked_elsewhere={"lin_1": "stl_0"})

    (found,) = broken_rules(partial(), against)

    assert (found.rule, found.found) == ("LINE_ID", "stl_0")


def test_a_line_id_stands_once_in_a_settlement() -> None:
    of = settlement(line(), line())

    assert "LINE_ID" in rules(of, known(remaining=0))


def test_the_balance_is_carried_over_from_the_settlement_before() -> None:
    assert rules(partial(), known(previous_balance=kroner("-31.97"))) == {"PREVIOUS_BALANCE"}


def test_an_empty_allocation_is_zero_in_every_part() -> None:
    assert Parts().total() == ZERO
