"""What the feeds of ECPay become, and from where they are read on."""

from __future__ import annotations

from typing import Any

from shared.messages.catalog import POLL_FEED
from shared.messages.settlements import Settlement
from shared.store import feeds
from shared.store.feeds import Feed
from shared.store.settlements import SettlementState, find
from tests.harness.settlement_makers import CLIENT, kroner, line, parts
from tests.harness.settling import SettlingDesk


def told(number: int, kind: str, **data: Any) -> dict[str, Any]:
    return {
        "eventId": f"evt_{number}",
        "sequence": number,
        "type": kind,
        "occurredAt": f"2026-09-{number:02d}T06:00:00.000Z",
        "claimId": "clm_1",
        "claimReference": "tt:4711:inv:900123",
        "caseNumber": "700001",
        "data": data,
    }


async def part_payment(settling: SettlingDesk, **given: Any) -> Settlement:
    invoice = await settling.claim()
    part = line(allocation=parts(principal=4000), remaining_principal=kroner(6000))
    return settling.issue(settling.of(invoice, part, **given))


async def state(settling: SettlingDesk, settlement_id: str = "stl_1") -> SettlementState | None:
    found = await find(settling.store, CLIENT, settlement_id)
    return found.state if found else None


async def test_events_tell_where_a_case_stands(settling: SettlingDesk) -> None:
    settling.ecpay_fake.events += [
        told(1, "claim.stage_changed", **{"from": "RECEIVED", "to": "NOTICE_SENT"}),
        told(2, "claim.status_changed", **{"from": "ACTIVE", "to": "PAUSED"}),
    ]

    await settling.round()

    (case,) = (await feeds.cases(settling.store, CLIENT)).values()
    assert (case.stage, case.status, case.sequence) == ("NOTICE_SENT", "PAUSED", 2)


async def test_an_older_event_changes_nothing(settling: SettlingDesk) -> None:
    settling.ecpay_fake.events += [
        told(2, "claim.stage_changed", **{"from": "NOTICE_SENT", "to": "PAYMENT_DEMAND_SENT"}),
        told(1, "claim.stage_changed", **{"from": "RECEIVED", "to": "NOTICE_SENT"}),
    ]

    await settling.round()

    (case,) = (await feeds.cases(settling.store, CLIENT)).values()
    assert case.stage == "PAYMENT_DEMAND_SENT"


async def test_a_closed_case_and_collected_money_are_told(settling: SettlingDesk) -> None:
    settling.ecpay_fake.events += [
        told(1, "claim.payment_received", amount="4000.00", paymentReference="bank:1"),
        told(2, "claim.closed", closeCode="PAID"),
    ]

    await settling.round()

    assert settling.names() == ["payments.collected", "invoices.closed"]


async def test_an_event_of_an_unheard_kind_is_skipped(settling: SettlingDesk) -> None:
    settling.ecpay_fake.events.append(told(1, "claim.sung_about"))

    await settling.round()

    assert settling.names() == []


async def test_a_claim_that_ecpay_rejects_is_a_task(settling: SettlingDesk) -> None:
    settling.ecpay_fake.events.append(told(1, "claim.rejected", reason="MINOR"))

    await settling.round()

    assert await settling.tasks() == ["claim-rejected"]


async def test_the_next_reading_goes_on_where_the_last_ended(settling: SettlingDesk) -> None:
    settling.ecpay_fake.events.append(told(1, "claim.closed", closeCode="PAID"))
    await settling.round()

    await settling.round()

    assert await feeds.cursor(settling.store, CLIENT, Feed.EVENTS) == "at.1"
    assert settling.ecpay_fake.calls("/events", "GET")[-1].query["cursor"] == "at.1"
    assert settling.names() == ["invoices.closed"]


async def test_a_long_feed_is_read_by_several_requests(settling: SettlingDesk) -> None:
    settling.ecpay_fake.events += [told(1, "claim.sung_about")] * 4001

    await settling.round()

    follow_ups = [one for one in settling.told if one.type == POLL_FEED.name]
    assert len(follow_ups) == 1
    assert await feeds.cursor(settling.store, CLIENT, Feed.EVENTS) == "at.4001"


async def test_a_settlement_listed_again_is_not_read_again(settling: SettlingDesk) -> None:
    await part_payment(settling)
    await settling.round()
    settling.ecpay_fake.issued.append(settling.ecpay_fake.issued[0] | {"version": 2})

    await settling.round()

    assert len(settling.ecpay_fake.calls("/settlements/stl_1", "GET")) == 1
    assert settling.names().count("settlements.issued") == 1


async def test_a_settlement_that_does_not_add_up_is_held_with_its_figures(
    settling: SettlingDesk,
) -> None:
    await part_payment(settling, net_to_client=kroner(3999))

    await settling.round()

    assert await state(settling) is SettlementState.QUARANTINED
    assert settling.names() == ["settlements.issued", "settlements.quarantined"]
    assert await settling.tasks() == ["settlement-quarantined"]
    assert settling.vouchers() == []


async def test_a_broken_checksum_is_held(settling: SettlingDesk) -> None:
    await part_payment(settling)
    settling.ecpay_fake.issued[0]["checksum"] = "f" * 64

    await settling.round()

    assert await state(settling) is SettlementState.QUARANTINED


async def test_an_unknown_claim_is_held_with_a_suggestion(settling: SettlingDesk) -> None:
    invoice = await settling.claim()
    stranger = line(
        allocation=parts(principal=1),
        claim_reference="typed-in",
        invoice_number=str(invoice.number),
    )
    settling.issue(stranger)

    await settling.round()

    (task,) = await settling.open_tasks()
    assert f"may belong to tt:{settling.company.id}:inv:{invoice.id}" in task.what_to_do


async def test_a_release_confirms_the_suggestion(settling: SettlingDesk) -> None:
    invoice = await settling.claim()
    stranger = line(
        allocation=parts(principal=10000),
        claim_reference="typed-in",
        invoice_number=str(invoice.number),
    )
    settling.issue(stranger)
    await settling.round()

    await settling.release("stl_1")

    assert await state(settling) is SettlementState.RECONCILED
    assert settling.outstanding(invoice) == 0


async def test_a_settlement_waits_for_the_one_before_it(settling: SettlingDesk) -> None:
    invoice = await settling.claim()
    second = line(line_id="lin_2", allocation=parts(principal=6000))
    first = line(allocation=parts(principal=4000), remaining_principal=kroner(6000))
    settling.issue(settling.of(invoice, second), number=2)
    settling.issue(settling.of(invoice, first), number=1)

    await settling.round()

    assert await state(settling, "stl_2") is SettlementState.RECONCILED
    assert settling.outstanding(invoice) == 0


async def test_changed_content_under_the_same_id_is_held(settling: SettlingDesk) -> None:
    issued = await part_payment(settling)
    await settling.round()
    settling.ecpay_fake.issue(issued.model_copy(update={"net_payout": kroner(1)}))

    await settling.round()
    await settling.round()

    assert await state(settling) is SettlementState.QUARANTINED
    assert await settling.tasks() == ["settlement-changed"]
    assert settling.balance(1579) == kroner(4000)


async def test_principal_paid_directly_may_be_missing_from_the_lines(
    settling: SettlingDesk,
) -> None:
    invoice = await settling.claim()
    await settling.report(invoice, "1000")
    part = line(allocation=parts(principal=4000), remaining_principal=kroner(5000))
    settling.issue(settling.of(invoice, part))

    await settling.round()

    assert await state(settling) is SettlementState.RECONCILED
