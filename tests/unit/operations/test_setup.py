"""Exit codes of findings, and the words for refusals."""

from __future__ import annotations

import pytest

from shared.faults import Fault, Invalid, Outage, Transient
from shared.operations.setup import Finding, Step, Verdict, exit_code, may_start
from shared.operations.setup_faults import ecpay_failed, judge_rights, login_failed, refused
from tests.harness.clients import a_client

NO_RIGHT = Invalid("no", code="9000", dependency="tripletex")


def finding(verdict: Verdict) -> Finding:
    return Finding(Step.KEY, "x", verdict, "y")


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([], 0),
        ([Verdict.OK, Verdict.NOT_CHECKED], 0),
        ([Verdict.OK, Verdict.WARNING], 3),
        ([Verdict.WARNING, Verdict.FAILED], 1),
        ([Verdict.FAILED, Verdict.NOT_ALLOWED], 4),
        ([Verdict.NOT_ALLOWED, Verdict.UNREACHABLE], 6),
    ],
)
def test_the_worst_finding_decides_the_exit_code(verdicts: list[Verdict], code: int) -> None:
    assert exit_code(finding(verdict) for verdict in verdicts) == code


def test_warnings_do_not_stop_a_start() -> None:
    assert may_start([finding(Verdict.WARNING)])
    assert not may_start([finding(Verdict.FAILED)])


@pytest.mark.parametrize(
    ("fault", "step", "verdict"),
    [
        (Outage("", dependency="tripletex", code="3000"), Step.KEY, Verdict.NOT_ALLOWED),
        (Outage("", dependency="tripletex", code="LOGIN_REFUSED"), Step.KEY, Verdict.NOT_ALLOWED),
        (NO_RIGHT, Step.MODULE, Verdict.NOT_ALLOWED),
        (Outage("", dependency="tripletex", code="CONNECT"), Step.KEY, Verdict.UNREACHABLE),
        (Transient("", code="1000"), Step.KEY, Verdict.UNREACHABLE),
        (
            Outage("", dependency="secret-keys", code="SECRET_KEY_MISSING"),
            Step.INSTALLATION,
            Verdict.FAILED,
        ),
    ],
)
def test_a_login_that_fails_names_the_step(fault: Fault, step: Step, verdict: Verdict) -> None:
    found = login_failed(a_client(), fault)

    assert (found.step, found.verdict) == (step, verdict)
    assert found.repeat


def test_every_right_given_means_that_the_module_is_there() -> None:
    findings = judge_rights({"invoices": None, "vouchers": None})

    assert exit_code(findings) == 0


def test_one_missing_right_is_for_the_employees_access() -> None:
    findings = judge_rights({"invoices": None, "vouchers": NO_RIGHT})

    (bad,) = [found for found in findings if found.verdict is Verdict.NOT_ALLOWED]
    assert (bad.step, bad.subject) == (Step.ACCESS, "right to read vouchers")


def test_no_right_at_all_is_for_the_module() -> None:
    (found,) = judge_rights({"invoices": NO_RIGHT, "vouchers": NO_RIGHT})

    assert found.step is Step.MODULE


@pytest.mark.parametrize(
    ("code", "step", "verdict"),
    [
        ("CREDENTIALS", Step.INSTALLATION, Verdict.NOT_ALLOWED),
        ("FORBIDDEN", Step.AGREEMENT, Verdict.FAILED),
        ("NOT_FOUND", Step.AGREEMENT, Verdict.FAILED),
        ("CONNECT", Step.AGREEMENT, Verdict.UNREACHABLE),
    ],
)
def test_an_agreement_that_cannot_be_read_names_the_step(
    code: str, step: Step, verdict: Verdict
) -> None:
    found = ecpay_failed(a_client(), Outage("", dependency="ecpay", code=code))

    assert (found.step, found.verdict) == (step, verdict)


def test_an_unreachable_system_names_its_setting() -> None:
    away = Outage("POST /oauth/token failed", dependency="ecpay", code="CONNECT")

    assert refused("agreement", Step.AGREEMENT, away).told.endswith("is RESTANSE_ECPAY_URL right?")


def test_what_an_older_tripletex_does_not_have_is_not_held_against_anybody() -> None:
    unknown = Invalid("no such path", code="21000", dependency="tripletex")

    assert refused("VAT", Step.BOOKKEEPING, unknown).verdict is Verdict.NOT_CHECKED
