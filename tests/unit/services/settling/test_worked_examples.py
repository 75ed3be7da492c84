"""The worked settlements end to end: feed, checks, books, acknowledgement, clearing account."""

from __future__ import annotations

from decimal import Decimal

from services.sandbox.tripletex.entities import Voucher
from tests.harness.settlement_makers import kroner, line, parts
from tests.harness.settling import SettlingDesk

FEES = parts(reminder_fee=38, collection_fee=600)
FULL = parts(principal=10000, interest="140.96", reminder_fee=38, collection_fee=600)
PARTIAL = parts(principal=3362, reminder_fee=38, collection_fee=600)
LATE = parts(interest="127.53", reminder_fee=38, collection_fee=600)


def rows(voucher: Voucher) -> list[tuple[int, Decimal]]:
    """Return account and gross of the rows of a voucher that were sent."""
    return [
        (posting.account.number, Decimal(posting.gross) / 100)
        for posting in sorted(voucher.postings, key=lambda one: one.row)
        if not posting.system_generated or posting.account.number in {1500, 1579}
    ]


async def test_example_1_full_payment_is_booked_and_acknowledged(settling: SettlingDesk) -> None:
    invoice = await settling.claim()
    settling.issue(settling.of(invoice, line(allocation=FULL, agency=FEES, vat="159.50")))

    await settling.round()

    paid, residual = settling.vouchers()
    assert sorted(rows(paid)) == [(1500, kroner(-10000)), (1579, kroner(10000))]
    assert rows(residual) == [
        (8050, kroner("-140.96")),
        (3900, kroner(-638)),
        (6790, kroner("797.50")),
        (1579, kroner("-18.54")),
    ]
    assert settling.balance(1579) == kroner("9981.46")
    assert settling.outstanding(invoice) == 0
    assert settling.ecpay_fake.acknowledged["stl_1"]["externalVoucherReference"] == "ECPAY-1"
    assert settling.names() == [
        "settlements.issued",
        "settlements.reconciled",
        "settlements.booked",
    ]


async def test_the_statement_is_attached_once(settling: SettlingDesk) -> None:
    invoice = await settling.claim()
    settling.issue(settling.of(invoice, line(allocation=FULL, agency=FEES, vat="159.50")))

    await settling.round()
    await settling.round()

    assert settling.killer.made.count("POST attachment") == 1


async def test_example_2_a_negative_settlement_is_carried_forward(settling: SettlingDesk) -> None:
    invoice = await settling.claim()
    direct = line(
        allocation=parts(principal=10000),
        received_by="CLIENT",
        type="DIRECT_PAYMENT",
        line_id="lin_0",
    )
    late = line(allocation=LATE, agency=FEES, vat="159.50")
    settling.issue(settling.of(invoice, direct), settling.of(invoice, late))

    await settling.round()

    (residual,) = settling.vouchers()
    assert rows(residual) == [
        (8050, kroner("-127.53")),
        (3900, kroner(-638)),
        (6790, kroner("797.50")),
        (1579, kroner("-31.97")),
    ]
    assert settling.balance(1579) == kroner("-31.97")
    assert "stl_1" in settling.ecpay_fake.acknowledged


async def test_example_3_partial_payment_after_a_negative_balance(settling: SettlingDesk) -> None:
    first, second = await settling.claim(), await settling.claim()
    late = line(allocation=LATE, agency=FEES, vat="159.50", remaining_principal=kroner(10000))
    part = line(
        allocation=PARTIAL,
        agency=FEES,
        vat="159.50",
        line_id="lin_2",
        remaining_principal=kroner(6638),
    )
    settling.issue(settling.of(first, late))
    settling.issue(settling.of(second, part), number=2, previous_balance="-31.97")

    await settling.round()

    assert settling.balance(1579) == kroner("3170.53")
    assert settling.outstanding(second) == kroner(6638)
    assert set(settling.ecpay_fake.acknowledged) == {"stl_1", "stl_2"}


async def test_example_10_a_bounced_payment_opens_the_invoice_again(
    settling: SettlingDesk,
) -> None:
    invoice = await settling.claim()
    part = line(allocation=PARTIAL, agency=FEES, vat="159.50", remaining_principal=kroner(6638))
    back = line(
        allocation=parts(principal=-3362, reminder_fee=-38, collection_fee=-600),
        agency=parts(reminder_fee=-38, collection_fee=-600),
        vat="-159.50",
        type="REVERSAL",
        line_id="lin_2",
        reverses_line_id="lin_1",
        remaining_principal=kroner(10000),
    )
    settling.issue(settling.of(invoice, part))
    settling.issue(settling.of(invoice, back), number=2)

    await settling.round()

    assert settling.outstanding(invoice) == kroner(10000)
    assert settling.balance(1579) == 0
    assert await settling.tasks() == []
