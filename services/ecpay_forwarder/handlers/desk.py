"""What every handler of the forwarder has at hand, and the outcomes they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from services.ecpay_forwarder.tasks import Advice, TaskKind
from shared.clock import Clock, oslo_morning
from shared.faults import NotYet
from shared.messages.catalog import AnyEvent
from shared.messages.ids import message_id
from shared.pipeline.outcomes import Done, Incoming
from shared.providers.ecpay.client import Creditor, Ecpay
from shared.providers.ecpay.wire import Agreement, Problem
from shared.providers.tripletex.client import Company, Tripletex
from shared.store.clients import Client, ClientState, client
from shared.store.engine import Store
from shared.store.outbox import added, staged
from shared.store.seal import Sealer
from shared.store.tasks import open_task
from shared.store.write import Write

AGREEMENT_LIFE = timedelta(minutes=15)
"""How long an agreement is believed to be as it was read."""
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """The outside world of the forwarder; safe to share between tasks.

    Attributes:
        agreements: Agreements read lately, with the instant, by our client.
    """

    store: Store
    clock: Clock
    ecpay: Ecpay
    tripletex: Tripletex
    sealer: Sealer
    agreements: dict[str, tuple[datetime, Agreement]] = field(default_factory=dict)

    async def client(self, client_id: str) -> Client:
        """Return a client.

        Raises:
            Invalid: There is no such client.
        """
        return await client(self.store, client_id)

    def creditor(self, client: Client) -> Creditor:
        """Return a client's agreement at ECPay."""
        return self.ecpay.creditor(client.ecpay_client_id, client_id=client.client_id)

    def company(self, client: Client) -> Company:
        """Return a client's books in Tripletex."""
        return self.tripletex.company(client, self.sealer.open(client.employee_token))

    async def agreement(self, client: Client) -> Agreement:
        """Return the terms of a client, read lately."""
        now = self.clock.now()
        kept = self.agreements.get(client.client_id)
        if kept is not None and now - kept[0] < AGREEMENT_LIFE:
            return kept[1]
        agreement = await self.creditor(client).agreement()
        self.agreements[client.client_id] = (now, agreement)
        return agreement


NOT_AT_ONCE = timedelta(seconds=90)
"""Wait for a day that the machine's clock has behind it; longer than a run waits to be idle."""


def again_on(message: AnyEvent, day: date, *, now: datetime) -> Write:
    """Return the write that brings the same fact again in the morning of a day.

    It comes as a message of its own, because a wait of days is no failed attempt and this one
    is done with. The same fact put off to the same day twice is one message.
    """
    again = message.model_copy(
        update={
            "id": message_id(message.data.client_id, message.type, f"{message.id}\n{day}"),
            "correlationid": message.correlationid or message.id,
            "causationid": message.id,
        }
    )
    morning = oslo_morning(day)
    # Where RESTANSE_TODAY lies in the past that morning is over, and would come again at once.
    due = morning if morning > now else now + NOT_AT_ONCE
    return added(replace(staged(again, now=now), available_at=due))


def before_its_claim(
    incoming: Incoming, client: Client, what: str, *, today: date, now: datetime
) -> Done:
    """Return the outcome of something that came before its claim was handed over.

    While the client is paused its invoices wait for a person, so this comes again every morning.

    Raises:
        NotYet: The client is active, so the claim is on its way.
    """
    if client.state is ClientState.ACTIVE:
        msg = f"{what} waits: {incoming.message.data.claim_reference} is not handed over yet"
        raise NotYet(msg, code="NO_CLAIM_YET")
    return done_with(again_on(incoming.message, today + timedelta(days=1), now=now))


def done_with(*writes: Write) -> Done:
    """Return the outcome of a message that leads to rows only."""
    return Done(writes=writes)


def task(
    incoming: Incoming,
    kind: TaskKind,
    key: str,
    about: str,
    *,
    advice: Advice,
    now: datetime,
    amount: Decimal | None = None,
    detail: Mapping[str, object] | None = None,
) -> Write:
    """Return the write that opens a task about what a message said.

    Args:
        incoming: The message.
        kind: What the task is about.
        key: The business key.
        about: The thing in words, as the beginning of the title.
        advice: What is wrong and what to do.
        now: The present instant.
        amount: Money at stake.
        detail: More for the person, without personal data.
    """
    return open_task(
        incoming.message.data.client_id,
        kind.value,
        key,
        f"{about}: {advice.wrong}"[:LONGEST_TITLE],
        advice.what_to_do,
        now=now,
        amount=amount,
        detail=detail,
    )


def detail_of(code: str, problem: Problem | None = None) -> dict[str, object]:
    """Return what a refusal said, without values: code, fields, request id."""
    if problem is None:
        return {"code": code}
    fields = sorted({error.field for error in problem.errors if error.field})
    return {"code": code, "fields": fields, "ecpay_request": problem.request_id}
