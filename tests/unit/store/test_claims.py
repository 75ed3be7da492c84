"""Claims: a registered one is never replaced by anything less."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.store.claims import ClaimState, claims_of, find_claims, save_claim
from shared.store.engine import Store
from tests.harness.forwarded_rows import CLAIM


async def test_a_claim_comes_back_as_it_was_kept(sqlite_store: Store) -> None:
    await sqlite_store.commit([save_claim(CLAIM)])

    found = await find_claims(sqlite_store, "acme", {CLAIM.claim_reference, "tt:4711:inv:2"})

    assert found == {CLAIM.claim_reference: CLAIM}


@pytest.mark.parametrize("state", [ClaimState.REJECTED, ClaimState.NOT_NEEDED])
async def test_a_registered_claim_stays_registered(sqlite_store: Store, state: ClaimState) -> None:
    less = replace(CLAIM, state=state, claim_id=None, refusals=1)

    await sqlite_store.commit([save_claim(CLAIM)])
    await sqlite_store.commit([save_claim(less)])

    assert await claims_of(sqlite_store, "acme") == (CLAIM,)


async def test_a_rejected_claim_may_be_registered_later(sqlite_store: Store) -> None:
    rejected = replace(CLAIM, state=ClaimState.REJECTED, claim_id=None, refusals=1)
    registered = replace(CLAIM, refusals=1)

    await sqlite_store.commit([save_claim(rejected), save_claim(registered)])

    assert await claims_of(sqlite_store, "acme") == (registered,)


async def test_claims_of_another_client_are_not_found(sqlite_store: Store) -> None:
    await sqlite_store.commit([save_claim(CLAIM), save_claim(replace(CLAIM, client_id="beta"))])

    assert set(await find_claims(sqlite_store, "beta", [CLAIM.claim_reference])) == {
        CLAIM.claim_reference
    }
    assert await find_claims(sqlite_store, "acme", []) == {}
    assert len(await claims_of(sqlite_store, "acme")) == 1
