"""What happens to a claim, day by day and by what people do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.sandbox.ecpay.actions import act
from services.sandbox.ecpay.problems import Refusal
from services.sandbox.ecpay.registering import register
from shared.faults import Conflict
from tests.harness.ecpay_sandbox import CLIENT_ID, REFERENCE, claim
from tests.harness.ecpay_world import Collector

BEFORE_LETTER = "2026-08-18"
IN_TIME = "2026-09-01"
AFTER_DEMAND = "2026-09-10"


def stage_and_status(collector: Collector) -> tuple[str, str]:
    return collector.claim.stage.value, collector.claim.status.value


def test_letters_go_out_on_the_days_of_the_contract() -> None:
    collector = Collector()

    collector.pass_to("2026-10-20")

    moves = [event for event in collector.creditor.events if "stage" in event["type"]]
    assert [(move["data"].get("letterDate"), move["data"]["to"]) for move in moves] == [
        ("2026-08-18", "NOTICE_SENT"),
        ("2026-09-04", "PAYMENT_DEMAND_SENT"),
        (None, "FOLLOW_UP"),
    ]


def test_the_collection_fee_doubles_when_the_demand_is_long_past() -> None:
    collector = Collector()

    collector.pass_to("2026-10-16")
    simple = collector.remaining("agencyFees")
    collector.pass_to("2026-10-17")

    assert (simple, collector.remaining("agencyFees")) == ("638.00", "1238.00")


def test_a_third_letter_carries_no_fee() -> None:
    letter = {"type": "REMINDER", "amount": "38.00", "sentDate": "2026-07-01"}
    fees = [letter | {"deadline": "2026-07-15"}, letter | {"deadline": "2026-07-15"}]
    collector = Collector(claim={"feesAlreadyClaimed": fees})

    collector.pass_to("2026-08-20")

    assert (collector.remaining("clientFees"), collector.remaining("agencyFees")) == (
        "76.00",
        "0.00",
    )


def test_a_direct_payment_before_the_first_letter_closes_the_claim() -> None:
    collector = Collector()

    collector.pays_creditor(on=BEFORE_LETTER)

    assert stage_and_status(collector) == ("CLOSED", "CLOSED")
    assert (collector.claim.close_code, collector.remaining()) == ("PAID_DIRECT", "0.00")


def test_a_direct_payment_after_the_first_letter_leaves_interest_and_fees() -> None:
    collector = Collector()
    collector.pass_to(AFTER_DEMAND)

    collector.pays_creditor()

    assert stage_and_status(collector) == ("PAYMENT_DEMAND_SENT", "ACTIVE")
    assert collector.remaining() == "765.53"


def test_a_value_date_within_the_notice_deadline_waives_the_collection_fee() -> None:
    collector = Collector()
    collector.pass_to(AFTER_DEMAND)

    collector.pays_creditor(on=IN_TIME)

    assert collector.remaining("agencyFees") == "38.00"
    assert collector.view()["balance"]["agencyFees"]["credited"] == "600.00"


def test_an_agreement_may_close_on_direct_payment_and_charge_the_fees() -> None:
    collector = Collector(closes_on_direct_payment=True, direct_payment_percent=Decimal(100))
    collector.pass_to(AFTER_DEMAND)

    collector.pays_creditor()

    charged = collector.settles().lines[-1]
    assert collector.claim.close_code == "PAID_DIRECT"
    assert (charged.kind, charged.charge) == ("AGENCY_CHARGE", Decimal("638.00"))


def test_a_surplus_is_told_as_unapplied() -> None:
    collector = Collector()
    collector.pass_to(AFTER_DEMAND)

    answer = collector.pays_creditor("10500.00")

    assert (answer["appliedToPrincipal"], answer["unapplied"]) == ("10000.00", "500.00")


def test_direct_payments_are_listed_only_when_agreed() -> None:
    collector = Collector(lists_direct_payments=False)
    collector.pass_to(AFTER_DEMAND)
    collector.pays_creditor("1000.00")

    assert collector.world.settle(CLIENT_ID) is None
    collector.pays("1000.00")
    assert collector.settles().lines[0].remaining_principal == Decimal("8638.00")


@pytest.mark.parametrize(
    ("paid_on", "reopened"),
    [(BEFORE_LETTER, "RECEIVED"), (AFTER_DEMAND, "FOLLOW_UP")],
)
def test_a_reversal_reopens_a_claim_that_money_had_closed(paid_on: str, reopened: str) -> None:
    collector = Collector()
    collector.pass_to(paid_on)
    before = collector.remaining()
    collector.pays_creditor()
    collector.pays()

    answer = collector.takes_back()

    assert (answer["claimStage"], answer["remainingPrincipal"]) == (reopened, "10000.00")
    assert collector.claim.close_code is None
    paid = collector.view()["balance"]["total"]["paid"]
    assert Decimal(before) == Decimal(collector.remaining()) + Decimal(paid)


def test_a_fee_waived_in_time_is_owed_again_when_the_payment_bounces() -> None:
    collector = Collector()
    collector.pass_to(AFTER_DEMAND)
    collector.pays_creditor(on=IN_TIME)

    collector.takes_back()

    assert collector.remaining("agencyFees") == "638.00"


def test_a_reversal_is_refused_when_the_claim_closed_for_another_reason() -> None:
    collector = Collector()
    collector.pass_to(AFTER_DEMAND)
    collector.pays_creditor("1000.00")
    collector.credits_all(amount="9000.00")

    with pytest.raises(Refusal) as refused:
        collector.takes_back()

    assert refused.value.code == "CLAIM_CLOSED"


def test_a_reversed_payment_cannot_be_reported_again() -> None:
    collector = Collector()
    collector.pass_to(AFTER_DEMAND)
    collector.pays_creditor()
    collector.takes_back()

    with pytest.raises(Refusal) as refused:
        collector.pays_creditor()

    assert refused.value.code == "ALREADY_REVERSED"


def test_the_same_reversal_again_is_no_second_one() -> None:
    collector = Collector()
    collector.pass_to(AFTER_DEMAND)
    collector.pays_creditor("1000.00")

    assert collector.takes_back() == collector.takes_back()
    assert collector.remaining("principal") == "10000.00"


def test_a_bounce_to_ecpay_reopens_a_paid_claim() -> None:
    collector = Collector()
    collector.pass_to(AFTER_DEMAND)
    collector.pays()

    collector.world.bounce(CLIENT_ID, "bank:0000000001")

    assert stage_and_status(collector) == ("FOLLOW_UP", "ACTIVE")
    assert collector.events()[-3:] == [
        "claim.payment_reversed",
        "claim.status_changed",
        "claim.stage_changed",
    ]


def test_a_bounce_on_a_credited_claim_leaves_it_closed() -> None:
    collector = Collector()
    collector.pass_to(AFTER_DEMAND)
    collector.pays("1000.00")
    collector.credits_all(amount=collector.remaining("principal"))

    collector.world.bounce(CLIENT_ID, "bank:0000000001")

    assert collector.claim.close_code == "CREDITED"
    collector.settles()


def test_the_remaining_principal_may_be_credited_after_a_payment() -> None:
    collector = Collector()
    collector.pass_to(AFTER_DEMAND)
    collector.pays_creditor("4000.00")

    view = collector.credits_all(amount="6000.00")

    assert (view["creditedPrincipal"], collector.claim.close_code) == ("6000.00", "CREDITED")


def test_an_objection_freezes_letters_until_it_is_resolved() -> None:
    collector = Collector()
    collector.pass_to("2026-08-20")
    act(collector.creditor, collector.claim, {"type": "OBJECTION", "reason": "QUALITY"})
    collector.pass_to("2026-09-15")

    frozen = stage_and_status(collector)
    body = {"type": "OBJECTION_RESOLVED", "outcome": "CLAIM_MAINTAINED"}
    act(collector.creditor, collector.claim, body)
    collector.pass_to("2026-09-16")

    assert frozen == ("NOTICE_SENT", "DISPUTED")
    assert stage_and_status(collector) == ("PAYMENT_DEMAND_SENT", "ACTIVE")


def test_a_pause_ends_by_itself_and_interest_runs_on() -> None:
    collector = Collector()
    collector.pass_to("2026-08-20")
    act(collector.creditor, collector.claim, {"type": "PAUSE", "until": "2026-09-30"})
    collector.pass_to("2026-09-30")

    paused = collector.view()
    collector.pass_to("2026-10-01")

    assert (paused["status"], paused["nextStep"]) == ("PAUSED", None)
    assert paused["balance"]["interest"]["remaining"] == "194.66"
    assert stage_and_status(collector) == ("PAYMENT_DEMAND_SENT", "ACTIVE")


def test_a_later_due_date_restarts_the_calendar_and_voids_the_letter() -> None:
    collector = Collector()
    collector.pass_to("2026-08-20")
    body = {"type": "DUE_DATE_CHANGED", "dueDate": "2026-08-31"}

    receipt = act(collector.creditor, collector.claim, body)

    view = collector.view()
    assert (receipt["claimStage"], view["dueDate"]) == ("RECEIVED", "2026-08-31")
    assert view["nextStep"] == {"type": "NOTICE", "earliestDate": "2026-09-15"}
    assert view["balance"]["total"]["remaining"] == "10000.00"


def test_a_withdrawal_charges_the_agreed_share_of_the_fee() -> None:
    collector = Collector(withdrawal_percent=Decimal(50))
    collector.pass_to(AFTER_DEMAND)

    act(collector.creditor, collector.claim, {"type": "WITHDRAW", "reason": "PAID_IN_CASH"})

    assert collector.claim.close_code == "WITHDRAWN"
    assert collector.settles().figures["charges"] == "300.00"


def test_a_plan_holds_letters_while_instalments_come_in() -> None:
    collector = Collector()
    collector.pass_to("2026-08-20")
    collector.world.agree_plan(REFERENCE, instalments=2, first_due=date(2026, 9, 20))
    collector.pass_to("2026-09-20")
    collector.pays("5000.00")
    held = stage_and_status(collector)

    collector.pays()

    assert held == ("NOTICE_SENT", "PAYMENT_PLAN")
    assert collector.claim.close_code == "PAID"


def test_the_same_hand_over_twice_is_one_claim() -> None:
    collector = Collector()

    again, is_new = register(collector.creditor, claim())

    assert (again, is_new) == (collector.claim, False)


def test_the_same_hand_over_is_known_after_the_debtor_has_moved() -> None:
    collector = Collector()
    collector.claim.replace_debtor(claim()["debtor"] | {"name": "Kari Hansen"})

    assert register(collector.creditor, claim()) == (collector.claim, False)


def test_a_national_id_is_never_shown() -> None:
    debtor = claim()["debtor"] | {"nationalId": "01017012345"}
    collector = Collector(claim={"debtor": debtor})

    assert "nationalId" not in collector.view()["debtor"]


def test_a_refusal_can_be_asked_for() -> None:
    collector = Collector()
    collector.world.refuse(CLIENT_ID, "tt:4711:inv:2", "DEBTOR_PROTECTED")

    with pytest.raises(Refusal) as refused:
        collector.hand_over(claimReference="tt:4711:inv:2")

    assert refused.value.code == "DEBTOR_PROTECTED"


def test_a_settlement_is_paid_on_the_next_banking_day_and_listed_again() -> None:
    collector = Collector(payout_days=1)
    collector.pass_to("2026-09-11")
    collector.pays("4000.00")
    settlement = collector.settles()
    before = (settlement.status, settlement.payout_date)

    collector.pass_to("2026-09-14")

    assert before == ("CREATED", date(2026, 9, 14))
    assert (settlement.status, settlement.version) == ("PAID", 2)
    assert len(collector.creditor._settlement_feed) == 2


def test_creditors_are_settled_with_on_their_weekday() -> None:
    collector = Collector(settles_on_weekday=0)
    collector.pass_to("2026-09-10")
    collector.pays("4000.00")

    collector.pass_to("2026-09-14")

    assert [one.number for one in collector.creditor.settlements.values()] == [1]


def test_a_correction_takes_back_the_old_lines_and_settles_the_right_ones() -> None:
    collector = Collector()
    collector.pass_to(AFTER_DEMAND)
    collector.pays("4000.00")
    wrong = collector.settles()

    amounts = {"bank:0000000001": Decimal("3000.00")}
    right = collector.world.correct(CLIENT_ID, wrong.settlement_id, amounts=amounts)

    assert right is not None
    assert [line.kind for line in right.lines] == ["REVERSAL", "COLLECTED"]
    assert (wrong.status, right.corrects) == ("CORRECTED", wrong.settlement_id)
    assert right.carried_forward == Decimal("-1000.00")
    collector.world.audit()


def test_a_closed_claim_is_not_closed_again() -> None:
    collector = Collector()
    collector.world.close(REFERENCE, "DECEASED")

    with pytest.raises(Conflict):
        collector.world.close(REFERENCE, "MINOR")
