"""Feeds only move forward, repeat what changed, and never lose their place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.ecpay_sandbox import CLIENT_ID, REFERENCE, EcpayApi
from tests.harness.settlement_law import broken_by_settlement


async def read_all(api: EcpayApi, path: str, limit: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    page: dict[str, Any] = {"nextCursor": None, "hasMore": True}
    while page["hasMore"]:
        query = {"limit": limit} | ({"cursor": page["nextCursor"]} if items else {})
        page = (await api.get(path, **query)).json()
        items += page["items"]
    return items


async def test_events_come_in_ascending_order_without_gaps(ecpay_api: EcpayApi) -> None:
    for number in range(5):
        await ecpay_api.hand_over(f"tt:4711:inv:{number}")
    ecpay_api.pass_to("2026-09-30")

    events = await read_all(ecpay_api, "/events", limit=3)

    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert len(events) == 20


async def test_an_empty_page_repeats_the_cursor(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()
    end = (await ecpay_api.get("/events")).json()["nextCursor"]

    page = (await ecpay_api.get("/events", cursor=end)).json()

    assert page == {"items": [], "nextCursor": end, "hasMore": False}


async def test_a_claim_stands_at_the_place_of_its_latest_change_only(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over("tt:4711:inv:1")
    await ecpay_api.hand_over("tt:4711:inv:2")
    start = (await ecpay_api.get("/claims", limit=1)).json()["nextCursor"]

    await ecpay_api.create("/claims/clm_00000001/actions", {"type": "OBJECTION", "reason": "x"})

    changed = (await ecpay_api.get("/claims", cursor=start)).json()["items"]
    assert [one["claimReference"] for one in changed] == ["tt:4711:inv:2", "tt:4711:inv:1"]
    assert len(await read_all(ecpay_api, "/claims", limit=1)) == 2


async def test_one_claim_can_be_found_by_its_reference(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()

    found = (await ecpay_api.get("/claims", claimReference=REFERENCE)).json()
    missing = (await ecpay_api.get("/claims", claimReference="tt:none")).json()

    assert [one["claimId"] for one in found["items"]] == ["clm_00000001"]
    assert (missing["items"], missing["hasMore"]) == ([], False)


@pytest.mark.parametrize(
    "query",
    [
        {"claimReference": REFERENCE, "limit": "5"},
        {"claimReference": "with space"},
        {"limit": "0"},
        {"limit": "ten"},
        {"since": "2026-08-18"},
    ],
)
async def test_badly_formed_queries_are_refused(
    ecpay_api: EcpayApi, query: dict[str, str]
) -> None:
    answer = await ecpay_api.get("/claims", **query)

    assert answer.json()["code"] == "INVALID_QUERY"


async def test_a_settlement_is_listed_again_when_repeated_or_paid(ecpay_api: EcpayApi) -> None:
    ecpay_api.world.change_terms(CLIENT_ID, payout_days=1)
    await ecpay_api.hand_over()
    place = await ecpay_api.settle_one()
    first = (await ecpay_api.get("/settlements")).json()
    ecpay_api.world.repeat(CLIENT_ID, place.rpartition("/")[2])
    ecpay_api.pass_to("2026-08-19")

    later = (await ecpay_api.get("/settlements", cursor=first["nextCursor"])).json()["items"]

    assert first["items"][0]["status"] == "CREATED"
    assert [(one["status"], one["version"]) for one in later] == [("PAID", 2), ("PAID", 2)]


async def test_lines_beyond_the_first_page_are_read_on(ecpay_api: EcpayApi) -> None:
    for number in range(7):
        await ecpay_api.hand_over(f"tt:4711:inv:{number}")
        ecpay_api.world.debtor_pays(f"tt:4711:inv:{number}", "1000.00")
    settlement = ecpay_api.world.settle(CLIENT_ID)
    assert settlement is not None
    place = f"/settlements/{settlement.settlement_id}"

    lines = await read_all(ecpay_api, f"{place}/lines", limit=3)

    header = (await ecpay_api.get(place)).json()
    assert lines == header["lines"]["items"]
    assert broken_by_settlement(header, lines) == set()


async def test_a_large_settlement_shows_five_hundred_lines_at_first(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()
    for _ in range(501):
        ecpay_api.world.debtor_pays(REFERENCE, "1.00")
    settlement = ecpay_api.world.settle(CLIENT_ID)
    assert settlement is not None
    place = f"/settlements/{settlement.settlement_id}"

    first = (await ecpay_api.get(place)).json()["lines"]
    rest = (await ecpay_api.get(f"{place}/lines", cursor=first["nextCursor"])).json()

    assert (len(first["items"]), first["hasMore"]) == (500, True)
    assert (len(rest["items"]), rest["hasMore"]) == (1, False)


@pytest.mark.parametrize(
    ("about", "found"),
    [
        ("I1", {"I1", "totals"}),
        ("I2", {"I2"}),
        ("I3", {"I3", "I4"}),
        ("I4", {"I4"}),
        ("I5", set()),
        ("I6", {"I6"}),
        ("I7", set()),
        ("totals", {"totals"}),
        ("checksum", set()),
        ("lineCount", set()),
        ("unknownField", set()),
        ("unknownType", set()),
    ],
)
async def test_a_lie_breaks_what_it_says_and_keeps_to_the_contract(
    ecpay_api: EcpayApi, about: str, found: set[str]
) -> None:
    await ecpay_api.hand_over()
    place = await ecpay_api.settle_one("4000.00")
    true = (await ecpay_api.get(place)).json()

    await ecpay_api.http.post(f"/admin/creditors/{CLIENT_ID}{place}/lie", json={"about": about})

    told = (await ecpay_api.get(place)).json()
    assert told != true
    assert broken_by_settlement(told, told["lines"]["items"]) == found


async def test_a_lie_can_be_taken_back(ecpay_api: EcpayApi) -> None:
    await ecpay_api.hand_over()
    place = await ecpay_api.settle_one("4000.00")
    true = (await ecpay_api.get(place)).json()
    admin = f"/admin/creditors/{CLIENT_ID}{place}/lie"
    await ecpay_api.http.post(admin, json={"about": "I4"})

    await ecpay_api.http.post(admin, json={})

    assert (await ecpay_api.get(place)).json() == true
