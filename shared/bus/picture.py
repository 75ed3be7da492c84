"""The topology as plain values, to compare what is wanted with what a broker has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from shared.bus.policies import policies, policy_of
from shared.bus.topology import exchanges, queues

Arguments: TypeAlias = tuple[tuple[str, str], ...]
"""Name and value, in order; numbers as text, because tools differ in how they print them."""


@dataclass(frozen=True, slots=True)
class ExchangeShape:
    """An exchange."""

    name: str
    kind: str
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class QueueShape:
    """A queue; ``policy`` is the name of the one that applies to it."""

    name: str
    arguments: Arguments
    policy: str


@dataclass(frozen=True, slots=True, order=True)
class BindingShape:
    """A binding of a queue."""

    exchange: str
    queue: str
    key: str


@dataclass(frozen=True, slots=True)
class PolicyShape:
    """A policy."""

    name: str
    pattern: str
    priority: int
    apply_to: str
    definition: Arguments


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that a virtual host has, by name."""

    exchanges: Mapping[str, ExchangeShape]
    queues: Mapping[str, QueueShape]
    bindings: frozenset[BindingShape]
    policies: Mapping[str, PolicyShape]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as wanted.

    Attributes:
        kind: What sort of thing it is.
        name: Which one.
        problem: How it differs, for a person.
    """

    kind: Literal["exchange", "queue", "binding", "policy"]
    name: str
    problem: str


def arguments_of(values: Mapping[str, object]) -> Arguments:
    """Return arguments in a form that can be compared."""
    return tuple(sorted((name, str(value)) for name, value in values.items()))


def wanted() -> Picture:
    """Return the topology as this version of the code wants it."""
    return Picture(
        exchanges={
            e.name: ExchangeShape(e.name, e.type, arguments_of(e.arguments or {}))
            for e in exchanges()
        },
        queues={
            q.name: QueueShape(q.name, arguments_of(q.queue_arguments), _policy_name(q.name))
            for q in queues()
        },
        bindings=frozenset(
            BindingShape(bound.exchange.name, q.name, bound.routing_key)
            for q in queues()
            for bound in q.bindings
        ),
        policies={
            p.name: PolicyShape(
                p.name, p.pattern, p.priority, p.apply_to, arguments_of(p.definition)
            )
            for p in policies()
        },
    )


def differences(found: Picture) -> list[Difference]:
    """Return how a broker differs from what is wanted, in a fixed order.

    What others have put beside our exchanges and queues is theirs and not looked at.
    """
    want = wanted()
    return [
        *(d for e in want.exchanges.values() for d in _exchange(e, found.exchanges.get(e.name))),
        *(d for q in want.queues.values() for d in _queue(q, found.queues.get(q.name))),
        *_bindings(want, found),
        *(d for p in want.policies.values() for d in _policy(p, found.policies.get(p.name))),
        *_overruled(want, found),
    ]


def surplus_bindings(found: Picture) -> list[BindingShape]:
    """Return the bindings of our queues that should not be there."""
    want = wanted()
    ours = {b for b in found.bindings if b.queue in want.queues and b.exchange}
    return sorted(ours - want.bindings)


def _exchange(want: ExchangeShape, found: ExchangeShape | None) -> Iterable[Difference]:
    if found is None:
        yield Difference("exchange", want.name, "is missing")
    elif found.kind != want.kind:
        yield Difference("exchange", want.name, f"is {found.kind}, wanted {want.kind}")
    elif found.arguments != want.arguments:
        shown = f"has arguments {_shown(found.arguments)}, wanted {_shown(want.arguments)}"
        yield Difference("exchange", want.name, shown)


def _queue(want: QueueShape, found: QueueShape | None) -> Iterable[Difference]:
    if found is None:
        yield Difference("queue", want.name, "is missing")
    elif found.arguments != want.arguments:
        shown = f"has arguments {_shown(found.arguments)}, wanted {_shown(want.arguments)}"
        yield Difference("queue", want.name, shown)


def _bindings(want: Picture, found: Picture) -> Iterable[Difference]:
    for bound in sorted(want.bindings - found.bindings):
        yield Difference("binding", _binding_name(bound), "is missing")
    for bound in surplus_bindings(found):
        yield Difference("binding", _binding_name(bound), "is there and should not be")


def _policy(want: PolicyShape, found: PolicyShape | None) -> Iterable[Difference]:
    if found is None:
        yield Difference("policy", want.name, "is missing")
        return
    for part in ("pattern", "priority", "apply_to"):
        has, should = getattr(found, part), getattr(want, part)
        if has != should:
            yield Difference("policy", want.name, f"has {part} {has!r}, wanted {should!r}")
    if found.definition != want.definition:
        shown = f"says {_shown(found.definition)}, wanted {_shown(want.definition)}"
        yield Difference("policy", want.name, shown)


def _overruled(want: Picture, found: Picture) -> Iterable[Difference]:
    for queue in want.queues.values():
        has = found.queues.get(queue.name)
        applied = has.policy if has else ""
        if applied and applied not in want.policies:
            problem = f"is overruled by policy {applied!r}, wanted {queue.policy!r}"
            yield Difference("queue", queue.name, problem)


def _policy_name(queue: str) -> str:
    policy = policy_of(queue)
    return "" if policy is None else policy.name


def _binding_name(bound: BindingShape) -> str:
    return f"{bound.exchange} -> {bound.queue} ({bound.key or 'no key'})"


def _shown(arguments: Arguments) -> str:
    return ", ".join(f"{name}={value}" for name, value in arguments) or "none"
