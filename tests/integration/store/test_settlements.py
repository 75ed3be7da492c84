"""Settlements and feeds as they are kept, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.store import feeds, settlements
from shared.store.engine import Store
from shared.store.feeds import CaseNews, Feed
from shared.store.settlements import JudgedSettlement, SettlementState, content_digest
from tests.harness.settlement_makers import CLIENT, NOON, contract_example, kroner, reconciled

CLAIM = "tt:4711:inv:900125"


def judged(name: str) -> JudgedSettlement:
    body = contract_example(name)
    return JudgedSettlement(
        client_id=CLIENT,
        settlement_id=body.settlement_id,
        settlement_number=body.settlement_number,
        state=SettlementState.RECONCILED,
        content=content_digest(body),
        body=body,
        matches=reconciled(body).matches,
        broken_rules=(),
        judged_at=NOON,
    )


async def test_a_settlement_is_read_back_whole(store: Store) -> None:
    kept = judged("SettlementDirectPayment")
    await store.commit(settlements.save(kept))

    found = await settlements.find(store, CLIENT, kept.settlement_id)

    assert found == kept
    assert list(await settlements.listed(store)) == [kept]


async def test_saving_again_keeps_the_count_of_releases(store: Store) -> None:
    kept = judged("SettlementPartial")
    await store.commit(settlements.save(kept))
    await store.commit([settlements.count_release(CLIENT, kept.settlement_id)])

    await store.commit(settlements.save(replace(kept, judged_at=NOON + timedelta(days=1))))

    found = await settlements.find(store, CLIENT, kept.settlement_id)
    assert found is not None
    assert found.releases == 1


async def test_what_was_carried_forward_is_found_by_number(store: Store) -> None:
    await store.commit(settlements.save(judged("SettlementDirectPayment")))

    assert await settlements.carried_forward(store, CLIENT, 2) == kroner("-31.97")
    assert await settlements.carried_forward(store, CLIENT, 1) is None


async def test_lines_are_found_by_claim_and_by_id(store: Store) -> None:
    for name in ("SettlementPartial", "SettlementReversal"):
        await store.commit(settlements.save(judged(name)))

    before = await settlements.lines_before(store, CLIENT, 4, [CLAIM])
    elsewhere = await settlements.lines_elsewhere(
        store, CLIENT, "stl_9", ["lin_0000000005", "lin_0000000099"]
    )

    assert [(one.principal, one.remaining_principal) for one in before] == [
        (kroner(3362), kroner(6638))
    ]
    assert elsewhere == {"lin_0000000005": "stl_00000004"}


async def test_a_cursor_moves(store: Store) -> None:
    for position in ("at.1", "at.2"):
        await store.commit([feeds.move_cursor(CLIENT, Feed.EVENTS, position, now=NOON)])

    assert await feeds.cursor(store, CLIENT, Feed.EVENTS) == "at.2"
    assert await feeds.cursor(store, CLIENT, Feed.SETTLEMENTS) is None


async def test_the_mirror_adds_news_and_ignores_old_ones(store: Store) -> None:
    def news(sequence: int, **said: Any) -> CaseNews:
        return CaseNews(CLIENT, CLAIM, sequence=sequence, occurred_at=NOON, **said)

    for one in (news(2, stage="NOTICE_SENT"), news(3, status="PAUSED"), news(1, stage="RECEIVED")):
        await store.commit([feeds.mirror(one)])

    assert await feeds.cases(store, CLIENT, [CLAIM]) == {
        CLAIM: news(3, stage="NOTICE_SENT", status="PAUSED")
    }
