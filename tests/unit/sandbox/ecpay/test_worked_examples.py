"""The worked settlement examples of the collection domain, øre by øre."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.sandbox.ecpay.settlements import Settlement
from tests.harness.ecpay_sandbox import CLIENT_ID, debtor
from tests.harness.ecpay_world import Collector
from tests.harness.openapi import ecpay_contract

COMPANY = debtor(type="COMPANY", organisationNumber="310000043")


def money(text: str) -> Decimal:
    return Decimal(text)


def without_names(shown: dict[str, Any]) -> dict[str, Any]:
    """Leave out what depends on the order in which things were numbered."""
    unlike = ("createdAt", "checksum", "nextCursor")
    return {
        name: [without_names(one) for one in value["items"]] if name == "lines" else value
        for name, value in shown.items()
        if name not in unlike
    }


def as_shown(settlement: Settlement) -> dict[str, Any]:
    lines = {"items": settlement.shown_lines, "nextCursor": "", "hasMore": False}
    return without_names(settlement.header() | {"lines": lines})


def as_contract_says(name: str) -> dict[str, Any]:
    return without_names(ecpay_contract().example(name))


def test_example_1_paid_in_full_to_ecpay() -> None:
    collector = Collector()
    collector.pass_to("2026-09-14")

    paid = collector.pays()

    assert paid == money("10778.96")
    assert as_shown(collector.settles()) == as_contract_says("SettlementPaidInFull")
    assert collector.claim.close_code == "PAID"


def test_example_1_is_paid_out_at_9981_46() -> None:
    collector = Collector()
    collector.pass_to("2026-09-14")
    collector.pays()

    settlement = collector.settles()

    assert settlement.net_payout == money("9981.46")
    assert settlement.figures["vatSetOff"] == "159.50"


def test_example_2_paid_directly_and_then_the_rest_to_ecpay() -> None:
    collector = Collector()
    collector.pass_to("2026-09-10")
    answer = collector.pays_creditor()
    collector.pass_to("2026-09-21")

    rest = collector.pays()
    settlement = collector.settles()

    assert (answer["appliedToPrincipal"], answer["claimStatus"]) == ("10000.00", "ACTIVE")
    assert rest == money("765.53")
    assert settlement.net_payout == 0
    assert settlement.carried_forward == money("-31.97")
    assert [line.net_to_client for line in settlement.lines] == [0, money("-31.97")]


def test_example_3_paid_in_part_covers_fees_first() -> None:
    collector = Collector()
    collector.pass_to("2026-09-24")

    collector.pays("4000.00")
    settlement = collector.settles()

    assert settlement.lines[0].allocation.principal == money("3362.00")
    assert settlement.lines[0].remaining_principal == money("6638.00")
    assert settlement.net_payout == money("3202.50")


def test_a_negative_balance_is_absorbed_by_the_next_payout() -> None:
    collector = Collector()
    second = collector.hand_over(claimReference="tt:4711:inv:900125")
    collector.pass_to("2026-09-10")
    collector.pays_creditor()
    collector.pass_to("2026-09-21")
    collector.pays()
    collector.settles()
    collector.pass_to("2026-09-24")

    collector.world.debtor_pays(second.claim_reference, "4000.00")

    settlement = collector.settles()
    assert settlement.previous_balance == money("-31.97")
    assert settlement.net_payout == money("3170.53")


def test_example_4_a_forwarded_overpayment_belongs_to_the_client() -> None:
    collector = Collector(forwards_overpayment=True)
    collector.pass_to("2026-09-14")

    collector.pays("11278.96")

    settlement = collector.settles()
    assert settlement.net_payout == money("10481.46")
    assert settlement.figures["overpayment"] == "500.00"


def test_example_4_an_overpayment_is_refunded_when_nothing_else_was_agreed() -> None:
    collector = Collector()
    collector.pass_to("2026-09-14")

    assert collector.pays("11278.96") == money("10778.96")
    assert collector.pays("500.00") == 0


def test_example_5_a_creditor_without_vat_right() -> None:
    collector = Collector(vat_registered=False, vat_set_off=False)
    collector.pass_to("2026-09-14")

    assert collector.pays() == money("10928.96")
    settlement = collector.settles()
    assert settlement.net_payout == money("10140.96")
    assert settlement.figures["agencyRetained"] == "788.00"
    assert settlement.header()["agencyInvoice"]["total"] == "788.00"


def test_example_6_compensation_comes_off_the_collection_fee() -> None:
    compensation = {"claimed": True, "amount": "430.00"}
    collector = Collector(claim={"debtor": COMPANY, "standardCompensation": compensation})
    collector.pass_to("2026-09-14")

    collector.pays()

    allocation = collector.settles().lines[0].allocation
    assert allocation.compensation == money("430.00")
    assert allocation.collection_fee == money("470.00")


def test_example_7_an_outlay_is_charged_and_then_recovered() -> None:
    collector = Collector()
    collector.world.charge("tt:4711:inv:900123", "OUTLAY", money("1345.00"), reason="COURT_FEE")
    charged = collector.settles()

    collector.pays()

    recovered = collector.settles()
    assert charged.carried_forward == money("-1345.00")
    assert charged.header()["agencyInvoice"] is None
    assert recovered.figures["legalCosts"] == "1345.00"
    assert recovered.net_payout == money("10050.34")


def test_example_8_a_credit_charges_the_accrued_fee() -> None:
    collector = Collector(credit_percent=Decimal(100))
    collector.pass_to("2026-09-10")

    view = collector.credits_all()

    assert (view["voidedInterest"], view["voidedFees"]) == ("127.53", "638.00")
    assert view["chargedToClient"] == "600.00"
    assert collector.settles().carried_forward == money("-750.00")


def test_example_9_a_loss_is_listed_for_information() -> None:
    collector = Collector()
    collector.pass_to("2026-09-24")
    collector.pays("4000.00")
    collector.settles()

    collector.world.close("tt:4711:inv:900123", "UNCOLLECTIBLE")

    line = collector.settles().lines[0]
    assert (line.kind, line.reason) == ("CREDIT_LOSS", "UNCOLLECTIBLE")
    assert line.net_to_client == 0
    assert line.remaining_principal == money("6638.00")


def test_example_10_a_bounced_payment_is_reversed_in_full() -> None:
    collector = Collector()
    collector.pass_to("2026-09-24")
    collector.pays("4000.00")
    collector.settles()
    collector.pass_to("2026-09-28")

    collector.world.bounce(CLIENT_ID, "bank:0000000001")

    settlement = collector.settles()
    assert settlement.carried_forward == money("-3202.50")
    assert settlement.lines[0].remaining_principal == money("10000.00")
    assert settlement.figures["collected"] == "-4000.00"


def test_an_agency_that_keeps_part_of_the_interest_pays_vat_on_it() -> None:
    collector = Collector(interest_client_percent=Decimal(20))
    collector.pass_to("2026-09-14")
    collector.pays()

    line = collector.settles().lines[0]

    assert line.client.interest == money("28.19")
    assert line.vat.base == money("638.00") + money("112.77")


def test_commission_is_taken_of_principal_in_the_agreed_stages() -> None:
    collector = Collector(
        commission_percent=Decimal(10), commission_stages=("PAYMENT_DEMAND_SENT",)
    )
    collector.pass_to("2026-09-14")
    collector.pays()

    settlement = collector.settles()

    assert settlement.figures["commission"] == "1000.00"
    assert settlement.net_payout == money("9981.46") - 1250
