"""The set-up of a client as steps, and what a check of one step found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Protocol


class Step(IntEnum):
    """The steps of the set-up, in the order in which a person takes them."""

    INSTALLATION = 0
    MODULE = 1
    ACCESS = 2
    KEY = 3
    START_DATE = 4
    BOOKKEEPING = 5
    AGREEMENT = 6


TITLES: dict[Step, str] = {
    Step.INSTALLATION: "Settings of this installation",
    Step.MODULE: "Order the module 'API 2.0' in Tripletex",
    Step.ACCESS: "Give an employee access to the API in Tripletex",
    Step.KEY: "Make the client key of that employee and give it to Restanse",
    Step.START_DATE: "Choose the start date and the terms of the hand-over",
    Step.BOOKKEEPING: "Make the clearing payment type and choose the accounts in Tripletex",
    Step.AGREEMENT: "Have the agreement with ECPay activated",
}


class Verdict(Enum):
    """What a check says."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    NOT_ALLOWED = "not allowed"
    UNREACHABLE = "unreachable"
    NOT_CHECKED = "not checked"


_EXIT_CODES = (
    (Verdict.UNREACHABLE, 6),
    (Verdict.NOT_ALLOWED, 4),
    (Verdict.FAILED, 1),
    (Verdict.WARNING, 3),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        subject: What was looked at, in a few words.
        told: What was found, in plain words.
        repeat: What to do about it; None when there is nothing to do.
    """

    step: Step
    subject: str
    verdict: Verdict
    told: str
    repeat: str | None = None

    @property
    def step_title(self) -> str:
        """Return the step in words."""
        return TITLES[self.step]


def ok(step: Step, subject: str, told: str) -> Finding:
    """Return the finding that all is well."""
    return Finding(step, subject, Verdict.OK, told)


def warning(step: Step, subject: str, told: str, repeat: str) -> Finding:
    """Return the finding that something works, but hardly as it was meant."""
    return Finding(step, subject, Verdict.WARNING, told, repeat)


def failed(step: Step, subject: str, told: str, repeat: str) -> Finding:
    """Return the finding that the flow cannot work like this."""
    return Finding(step, subject, Verdict.FAILED, told, repeat)


def not_checked(step: Step, subject: str, because: str) -> Finding:
    """Return the finding that an earlier failure left nothing to look at."""
    return Finding(step, subject, Verdict.NOT_CHECKED, because)


class Judged(Protocol):
    """Anything with a verdict on it."""

    @property
    def verdict(self) -> Verdict:
        """Return the verdict."""


def exit_code(findings: Iterable[Judged]) -> int:
    """Return the exit code of the worst finding: 6, 4, 1, 3 or 0."""
    verdicts = {finding.verdict for finding in findings}
    return next((code for verdict, code in _EXIT_CODES if verdict in verdicts), 0)


def may_start(findings: Iterable[Finding]) -> bool:
    """Tell whether the flow can be started: nothing failed, warnings are allowed."""
    return exit_code(findings) in {0, 3}
