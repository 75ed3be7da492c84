"""Whether everything an installation needs is there and answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.faults import Conflict, Fault, Invalid, Outage, Retryable
from shared.operations import topology
from shared.operations.desk import Desk
from shared.operations.setup import Finding, Verdict
from shared.operations.setup import exit_code as exit_code_of
from shared.operations.setup_checks import check_setup
from shared.store.clients import Client, ClientState, all_clients
from shared.store.outbox import counts
from shared.store.tasks import list_tasks

_EMBEDDED = "embedded://"
_MANY = 1000


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at.

    Attributes:
        repeat: What to do about it; None when there is nothing to do.
    """

    subject: str
    verdict: Verdict
    told: str
    repeat: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that was looked at."""

    examined: tuple[Examined, ...]

    @property
    def exit_code(self) -> int:
        """Return 0 when all is well, else the code of the worst: 6, 4, 1 or 3."""
        return exit_code_of(self.examined)


async def diagnose(
    desk: Desk, *, broker_url: str, check_schema: Callable[[], Awaitable[None]]
) -> Diagnosis:
    """Look at database, broker, both systems and every client.

    Args:
        desk: What to work with.
        broker_url: The broker.
        check_schema: Raises a conflict when the schema is not that of this release.
    """
    schema = await _examine("database", lambda: _database(check_schema))
    found = [schema, *await _broker(broker_url)]
    if schema.verdict is Verdict.OK:
        found.append(await _examine("work waiting", lambda: _waiting(desk)))
        for client in await all_clients(desk.store):
            found += await _client(desk, client)
    return Diagnosis(tuple(found))


async def _examine(subject: str, look: Callable[[], Awaitable[Examined]]) -> Examined:
    try:
        return await look()
    except Fault as fault:
        away = isinstance(fault, Retryable)
        verdict = Verdict.UNREACHABLE if away else Verdict.FAILED
        return Examined(subject, verdict, fault.message)


async def _database(check_schema: Callable[[], Awaitable[None]]) -> Examined:
    try:
        await check_schema()
    except Conflict as fault:
        return Examined("database", Verdict.FAILED, fault.message, "restanse db upgrade")
    return Examined("database", Verdict.OK, "answers, and has the schema of this release")


async def _broker(url: str) -> list[Examined]:
    if url.startswith(_EMBEDDED):
        told = "embedded: it lives inside 'restanse run all', for trying only"
        return [Examined("broker", Verdict.OK, told)]
    try:
        found = await topology.inspect(url)
    except (Outage, Invalid) as fault:
        return [
            Examined("broker", Verdict.UNREACHABLE, fault.message, "is RESTANSE_BROKER_URL right?")
        ]
    if found.differences:
        named = ", ".join(f"{each.kind} {each.name}" for each in found.differences[:5])
        told = f"answers; {len(found.differences)} differences in its topology: {named}"
        return [Examined("broker", Verdict.FAILED, told, "restanse topology apply")]
    if found.unchecked:
        told = f"answers; could not look at {found.unchecked}"
        return [Examined("broker", Verdict.WARNING, told, "open the management API")]
    return [Examined("broker", Verdict.OK, "answers, and has the topology of this release")]


async def _waiting(desk: Desk) -> Examined:
    outbox = await counts(desk.store, now=desk.clock.now())
    tasks = await list_tasks(desk.store, limit=_MANY)
    told = f"{outbox.due} messages due, {outbox.later} later; {len(tasks)} open tasks"
    return Examined("work waiting", Verdict.OK, told)


async def _client(desk: Desk, client: Client) -> list[Examined]:
    checked = await check_setup(desk, client)
    bad = [each for each in checked.findings if each.verdict not in _WELL]
    subject = f"client {client.client_id}"
    if not bad:
        state = {ClientState.ACTIVE: "is active"}.get(client.state, f"is {client.state.value}")
        return [Examined(subject, Verdict.OK, f"{state}, and its set-up is complete")]
    return [_of(subject, finding) for finding in bad]


def _of(subject: str, finding: Finding) -> Examined:
    return Examined(subject, finding.verdict, finding.told, finding.repeat)


_WELL = (Verdict.OK, Verdict.NOT_CHECKED)
