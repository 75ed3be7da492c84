"""Judging a settlement: checked against the contract and against what we know, then passed on.

The settlement before it must have been judged first, because each one carries the balance of the
last; while that is missing the message waits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from services.payment_reconciler.checks import broken_rules
from services.payment_reconciler.evidence import gather
from services.payment_reconciler.matching import Suggestion, match
from shared.clock import Clock
from shared.faults import NotYet
from shared.messages.catalog import (
    SETTLEMENT_QUARANTINED,
    AnyEvent,
    event,
)
from shared.messages.settlements import (
    BrokenRule,
    QuarantinedSettlement,
    Settlement,
)
from shared.pipeline.outcomes import Done, Incoming
from shared.store import settlements
from shared.store.engine import Store
from shared.store.settlements import JudgedSettlement, SettlementState, content_digest
from shared.store.tasks import open_task

log = structlog.get_logger()

PATIENT_TRIES = 2
"""Claims and payments may be known at ECPay a moment before our own row is committed, so a
settlement that fails only for what we know is looked at again before it is held."""
_MAY_PASS = frozenset({"I5", "I7"})


class SettlementJudge:
    """Judges settlements; a settlement judged before is not judged again."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self, incoming: Incoming) -> Done:
        """Judge one settlement.

        Raises:
            NotYet: The settlement before it was not judged, or a row of ours is on its way.
        """
        settlement: Settlement = incoming.message.data
        content = content_digest(settlement)
        earlier = await settlements.find(
            self._store, settlement.client_id, settlement.settlement_id
        )
        if earlier is not None and earlier.content != content:
            return _contested(earlier, content, self._clock.now())
        if earlier is not None and earlier.state is SettlementState.RECONCILED:
            return Done()
        releases = earlier.releases if earlier else 0
        evidence = await gather(self._store, settlement, is_confirmed=releases > 0)
        broken = broken_rules(settlement, evidence.known)
        if broken and incoming.attempt <= PATIENT_TRIES:
            _wait_for_own_rows(settlement, broken)
        judged = JudgedSettlement(
            client_id=settlement.client_id,
            settlement_id=settlement.settlement_id,
            settlement_number=settlement.settlement_number,
            state=SettlementState.QUARANTINED if broken else SettlementState.RECONCILED,
            content=content,
            body=settlement,
            matches=match(settlement, evidence.ours),
            broken_rules=broken,
            judged_at=self._clock.now(),
            releases=releases,
        )
        return _held(judged, evidence.suggestions) if broken else _passed(judged)


def _wait_for_own_rows(settlement: Settlement, broken: Collection[BrokenRule]) -> None:
    if {rule.rule for rule in broken} <= _MAY_PASS:
        msg = f"settlement {settlement.settlement_id} does not fit what we know yet"
        raise NotYet(msg, code="NOT_KNOWN_YET")


def _passed(judged: JudgedSettlement) -> Done:
    log.info("settlement reconciled", **_named(judged), net_payout=str(judged.body.net_payout))
    return Done(messages=(_reconciled(judged),), writes=settlements.save(judged))


def _reconciled(judged: JudgedSettlement) -> AnyEvent:
    """Return the message that sends a settlement to booking, a new one after a release."""
    released = f":release {judged.releases}" if judged.releases else ""
    return settlements.to_booking(judged, now=judged.judged_at, mark=released)


def _held(judged: JudgedSettlement, suggestions: Sequence[Suggestion]) -> Done:
    rules = sorted({rule.rule for rule in judged.broken_rules})
    log.warning("settlement quarantined", **_named(judged), rules=rules)
    told = [*map(_in_words, judged.broken_rules[:20]), *map(_suggested, suggestions[:20])]
    task = open_task(
        judged.client_id,
        "settlement-quarantined",
        f"{judged.settlement_id}:{judged.content[:12]}:{judged.releases}",
        f"Settlement {judged.settlement_number} does not add up: {', '.join(rules)}",
        "Nothing of it is booked. Take the figures up with ECPay; when the reason is gone, "
        f"'restanse settlement release {judged.settlement_id}' has it judged again. "
        + "; ".join(told),
        now=judged.judged_at,
        amount=judged.body.net_payout,
        detail={"settlement_id": judged.settlement_id, "rules": rules},
    )
    return Done(
        messages=(_quarantined(judged, judged.broken_rules),),
        writes=(*settlements.save(judged), task),
    )


def _contested(earlier: JudgedSettlement, content: str, now: datetime) -> Done:
    """Hold a settlement that ECPay shows with other content than before."""
    rule = BrokenRule(rule="CONTENT", expected=earlier.content, found=content)
    if rule in earlier.broken_rules:
        return Done()
    held = replace(
        earlier,
        state=SettlementState.QUARANTINED,
        broken_rules=(*earlier.broken_rules, rule),
        judged_at=now,
    )
    log.warning("settlement quarantined", **_named(held), rules=["CONTENT"])
    task = open_task(
        held.client_id,
        "settlement-changed",
        f"{held.settlement_id}:{content[:12]}",
        f"Settlement {held.settlement_number} has changed since it was received",
        "A settlement is final once it is issued; ECPay corrects one by a new settlement. What "
        "was received first is kept and, if it is not booked yet, held. Ask ECPay which is right.",
        now=now,
        amount=held.body.net_payout,
        detail={"settlement_id": held.settlement_id, "first": earlier.content, "now": content},
    )
    return Done(messages=(_quarantined(held, (rule,)),), writes=(settlements.save(held)[0], task))


def _quarantined(judged: JudgedSettlement, rules: tuple[BrokenRule, ...]) -> AnyEvent:
    names = ",".join(rule.found for rule in rules if rule.rule == "CONTENT")
    return event(
        SETTLEMENT_QUARANTINED,
        QuarantinedSettlement(
            client_id=judged.client_id,
            settlement_id=judged.settlement_id,
            settlement_number=judged.settlement_number,
            broken_rules=rules,
        ),
        subject=judged.settlement_id,
        system="restanse",
        time=judged.judged_at,
        key=f"{judged.settlement_id}:{judged.content}:{judged.releases}:{names}",
    )


def _in_words(rule: BrokenRule) -> str:
    where = f" on line {rule.line_id}" if rule.line_id else ""
    return f"{rule.rule}{where}: expected {rule.expected}, found {rule.found}"


def _suggested(suggestion: Suggestion) -> str:
    where = f"line {suggestion.line_id} (case {suggestion.case_number}) is on invoice"
    if suggestion.suggested is None:
        return f"{where} {suggestion.invoice_number}, which was never handed over"
    return (
        f"{where} {suggestion.invoice_number}, so it may belong to {suggestion.suggested}: "
        "releasing the settlement confirms that"
    )


def _named(judged: JudgedSettlement) -> dict[str, object]:
    return {
        "client_id": judged.client_id,
        "settlement_id": judged.settlement_id,
        "settlement_number": judged.settlement_number,
    }
