from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import httpx
import pytest

from shared.faults import Fault, Invalid, Outage, Transient
from shared.providers.tripletex.faults import RATE_LIMIT, UNCERTAIN
from shared.providers.tripletex.wire import Id, NewPosting, NewVoucher
from tests.unit.providers.tripletex.scripted import COMPANY, Scripted, body_of, error, values

PAYMENT = "/invoice/7/:payment"
DAY = date(2026, 9, 1)


@pytest.fixture
def peer() -> Scripted:
    return Scripted()


def account(id_: int) -> dict[str, object]:
    return {"id": id_, "number": 1500, "ledgerType": "CUSTOMER"}


def _capped(start: int) -> httpx.Response:
    """Return at most two of five accounts, with the total of a page that has more after it."""
    rows = [account(one) for one in range(start, min(start + 2, 5))]
    more = start + 2 < 5
    told = start + 3 if more else 5
    return httpx.Response(200, json={"fullResultSize": told, "values": rows})


async def test_pages_are_read_until_one_is_short(peer: Scripted) -> None:
    full = values(*(account(one) for one in range(1000)))
    peer.on("/ledger/account", full, values(account(1000)))

    found = await peer.company().receivable_accounts()

    assert len(found) == 1001
    asked = [dict(one.url.params) for one in peer.asked_of("/ledger/account")]
    assert [one["from"] for one in asked] == ["0", "1000"]
    assert {one["sorting"] for one in asked} == {"id"}


async def test_rows_that_slide_into_the_next_page_are_counted_once(peer: Scripted) -> None:
    full = values(*(account(one) for one in range(1000)))
    peer.on("/ledger/account", full, values(account(999)))

    assert len(await peer.company().receivable_accounts()) == 1000


async def test_server_that_gives_fewer_rows_than_asked_for_is_read_to_the_end(
    peer: Scripted,
) -> None:
    peer.on("/ledger/account", _capped(0), _capped(2), _capped(4))

    found = await peer.company().receivable_accounts()

    assert [one.id for one in found] == [0, 1, 2, 3, 4]
    assert [one.url.params["from"] for one in peer.asked_of("/ledger/account")] == ["0", "2", "4"]


async def test_total_that_never_comes_true_does_not_keep_us_reading(peer: Scripted) -> None:
    endless = httpx.Response(200, json={"fullResultSize": 10**6, "values": [account(1)]})
    peer.on("/ledger/account", endless, endless)

    assert len(await peer.company().receivable_accounts()) == 1
    assert len(peer.asked_of("/ledger/account")) == 2


async def test_window_with_too_many_hits_is_halved(peer: Scripted) -> None:
    peer.on("/invoice", error(422, 23000), values({"id": 1}), error(422, 23000), values({"id": 2}))

    found = await peer.company().invoices_by_date(DAY, DAY + timedelta(days=8))

    assert [one.id for one in found] == [1, 2, 2]
    windows = [
        (one.url.params["invoiceDateFrom"], one.url.params["invoiceDateTo"])
        for one in peer.asked_of("/invoice")
    ]
    assert windows[:3] == [
        ("2026-09-01", "2026-09-09"),
        ("2026-09-01", "2026-09-05"),
        ("2026-09-05", "2026-09-09"),
    ]


async def test_invoices_are_named_a_hundred_at_a_time_in_a_wide_window(peer: Scripted) -> None:
    peer.on("/invoice", values())

    await peer.company().invoices(ids=range(1, 151))

    first, second = peer.asked_of("/invoice")
    assert len(first.url.params["id"].split(",")) == 100
    assert len(second.url.params["id"].split(",")) == 50
    assert first.url.params["invoiceDateFrom"] < "2000"


async def test_open_posts_of_a_day_end_before_the_next(peer: Scripted) -> None:
    peer.on("/ledger/posting/openPost", values())

    await peer.company().open_posts([9], DAY)

    assert peer.asked_of("/ledger/posting/openPost")[0].url.params["date"] == "2026-09-02"


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (error(403, 9000), Invalid, "9000"),
        (error(404, 6000), Invalid, "6000"),
        (error(409, 8000), Invalid, "8000"),
        (error(422, 18000), Invalid, "18000"),
        (error(429, 0), Transient, RATE_LIMIT),
        (httpx.Response(429), Transient, RATE_LIMIT),
        (error(500, 1000), Transient, "1000"),
        (httpx.Response(502, content=b"<html>"), Transient, "HTTP_502"),
        (httpx.Response(500), Transient, "HTTP_500"),
        (httpx.Response(302, headers={"location": "/login"}), Outage, "REDIRECTED"),
        (httpx.Response(200, content=b"<html>"), Transient, "NOT_JSON"),
        (httpx.Response(200, json={"values": None}), Transient, "NO_VALUES"),
        (httpx.Response(200, json=[1]), Transient, "NO_VALUES"),
        (values({"id": "many"}), Invalid, "SCHEMA"),
        (httpx.ReadTimeout("slow"), Transient, "READ_TIMEOUT"),
    ],
)
async def test_answer_becomes_a_fault(
    peer: Scripted, answer: httpx.Response | Exception, kind: type[Fault], code: str
) -> None:
    peer.on("/ledger/account", answer)

    with pytest.raises(kind) as caught:
        await peer.company().receivable_accounts()

    assert caught.value.code == code
    assert caught.value.dependency == "tripletex"


async def test_fault_keeps_fields_and_request_id_but_no_text(peer: Scripted) -> None:
    messages = [{"field": "postings.customer.id", "message": "Ola Nordmann mangler."}]
    peer.on("/ledger/account", error(422, 18000, validationMessages=messages))

    with pytest.raises(Invalid) as caught:
        await peer.company().receivable_accounts()

    assert caught.value.field == "postings.customer.id"
    assert "r-1" in caught.value.message
    assert "Ola" not in caught.value.message


async def test_rate_limit_names_the_wait(peer: Scripted) -> None:
    headers = {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "3"}
    peer.on("/ledger/account", httpx.Response(429, headers=headers))

    with pytest.raises(Transient) as caught:
        await peer.company().receivable_accounts()

    assert caught.value.retry_after == timedelta(seconds=3)


async def pay(peer: Scripted) -> int:
    paid = await peer.company().register_payment(
        7, date=DAY, payment_type_id=3, amount=Decimal("8375.1")
    )
    return paid.id


async def test_payment_is_a_put_without_body_and_with_two_decimals(peer: Scripted) -> None:
    peer.on(PAYMENT, httpx.Response(200, json={"value": {"id": 7, "postings": [{"id": 1}]}}))

    await pay(peer)

    (request,) = peer.asked_of(PAYMENT)
    assert (request.method, request.content) == ("PUT", b"")
    assert dict(request.url.params) == {
        "paymentDate": "2026-09-01",
        "paymentTypeId": "3",
        "paidAmount": "8375.10",
    }


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("closed"),
        error(500, 1000),
        httpx.Response(503, content=b"<html>"),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json={"value": {"id": "?"}}),
    ],
)
async def test_write_that_may_have_been_done_is_uncertain_and_never_repeated(
    peer: Scripted, answer: httpx.Response | Exception
) -> None:
    peer.on(PAYMENT, answer)

    with pytest.raises(Transient) as caught:
        await pay(peer)

    assert caught.value.code == UNCERTAIN
    assert len(peer.asked_of(PAYMENT)) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.ConnectError("refused"), "CONNECT"),
        (error(429, 0), RATE_LIMIT),
        (error(422, 18000), "18000"),
    ],
)
async def test_write_that_was_not_done_is_not_uncertain(
    peer: Scripted, answer: httpx.Response | Exception, code: str
) -> None:
    peer.on(PAYMENT, answer)

    with pytest.raises(Fault) as caught:
        await pay(peer)

    assert caught.value.code == code


async def test_login_lost_on_the_way_to_a_write_is_not_uncertain(peer: Scripted) -> None:
    peer.on("/token/session/:create", httpx.ReadTimeout("slow"))

    with pytest.raises(Transient) as caught:
        await pay(peer)

    assert caught.value.code == "READ_TIMEOUT"
    assert not peer.asked_of(PAYMENT)


async def test_voucher_is_sent_row_by_row_with_equal_gross_amounts(peer: Scripted) -> None:
    peer.on("/ledger/voucher", httpx.Response(201, json={"value": {"id": 5, "number": 31}}))
    voucher = NewVoucher(
        date=DAY,
        description="Oppgjør",
        external_voucher_number="ECPAY-2026-1",
        postings=(posting(1, "1625"), posting(2, "-1625")),
    )

    await peer.company().post_voucher(voucher, send_to_ledger=False)

    (request,) = peer.asked_of("/ledger/voucher")
    assert dict(request.url.params) == {"sendToLedger": "false"}
    first = body_of(request)["postings"][0]
    assert first["amountGross"] == first["amountGrossCurrency"] == 1625
    assert first["vatType"] == {"id": 0}
    assert "customer" not in first


def posting(row: int, gross: str) -> NewPosting:
    return NewPosting(
        row=row,
        date=DAY,
        account=Id(id=COMPANY),
        amount_gross=Decimal(gross),
        amount_gross_currency=Decimal(gross),
        vat_type=Id(id=0),
        description="Oppgjør",
    )


async def test_vouchers_are_found_by_our_key_exactly(peer: Scripted) -> None:
    peer.on(
        "/ledger/voucher/>externalVoucherNumber",
        values(
            {"id": 1, "externalVoucherNumber": "ECPAY-1"},
            {"id": 2, "externalVoucherNumber": "ECPAY-11"},
        ),
    )

    found = await peer.company().find_vouchers("ECPAY-1")

    assert [one.id for one in found] == [1]


async def test_rows_of_a_parameter_the_server_ignored_are_dropped(peer: Scripted) -> None:
    peer.on("/ledger/account", values(account(1), {"id": 2, "number": 3000}))

    found = await peer.company().accounts([1500])

    assert [one.number for one in found] == [1500]
