"""One authenticated call to ECPay and what its answer means."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError

from shared.clock import Clock
from shared.faults import Fault, Invalid, Transient
from shared.http.door import Ask, HttpDoor, Reply
from shared.http.limits import BLIND, asked_wait
from shared.providers.ecpay.access import AccessTokens
from shared.providers.ecpay.notation import RECEIVED, Answer
from shared.providers.ecpay.pace import Pace
from shared.providers.ecpay.problems import DEPENDENCY, Call, fault_of
from shared.providers.ecpay.wire import Problem

log = structlog.get_logger()

A = TypeVar("A", bound=Answer)

_UNAUTHORIZED = 401
_TOO_MANY = 429


class Exchange:
    """Sends calls with a token, renews a refused token once, and turns refusals into faults."""

    def __init__(self, door: HttpDoor, access: AccessTokens, clock: Clock) -> None:
        self._door = door
        self._access = access
        self._clock = clock

    async def send(self, call: Call, ask: Ask, pace: Pace) -> Reply:
        """Send one call and return its answer, which is a success.

        Raises:
            Transient: A passing failure; the same call may be repeated.
            Outage: ECPay is away, or does not let us in.
            Invalid: ECPay refused, with its code.
        """
        await pace.turn()
        token = await self._access.token()
        reply = await self._authorized(ask, token)
        if reply.status == _UNAUTHORIZED:
            fresh = await self._access.token(refused=token)
            reply = await self._authorized(ask, fresh)
        if reply.ok:
            if reply.headers.get("idempotency-replayed") == "true":
                log.info("ecpay repeated an earlier answer", call=call.what)
            return reply
        raise self._fault(call, reply, pace)

    async def _authorized(self, ask: Ask, token: str) -> Reply:
        headers = {**ask.headers, "Authorization": f"Bearer {token}"}
        return await self._door.send(replace(ask, headers=headers))

    def _fault(self, call: Call, reply: Reply, pace: Pace) -> Fault:
        wait = asked_wait(reply.headers, self._clock.now())
        if reply.status == _TOO_MANY:
            pace.hold(BLIND if wait is None else wait)
        fault = fault_of(call, reply.status, problem_of(reply), retry_after=wait)
        log.info(
            "ecpay refused a call",
            call=call.what,
            status=reply.status,
            code=fault.code,
            request_id=reply.headers.get("ecpay-request-id"),
            retry_after=_seconds(wait),
        )
        return fault


def problem_of(reply: Reply) -> Problem | None:
    """Return the problem in an error answer, None when it holds something else."""
    try:
        return Problem.model_validate(reply.document())
    except (Transient, ValidationError):
        return None


def read(call: Call, document: Any, model: type[A]) -> A:
    """Read an answer as one of the wire models.

    Raises:
        Invalid: The document is JSON but breaks the contract; names the fields.
    """
    try:
        return model.model_validate(document, context=RECEIVED)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        places = [".".join(str(part) for part in fault["loc"]) for fault in faults[:5]]
        msg = f"{call.what}: ECPay's answer breaks the contract at {', '.join(places)}"
        raise Invalid(
            msg, code="ANSWER_BREAKS_CONTRACT", dependency=DEPENDENCY, field=places[0]
        ) from error


def _seconds(wait: timedelta | None) -> float | None:
    return None if wait is None else wait.total_seconds()
