"""``run all --until-idle``: from overdue invoices to an acknowledged settlement."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.harness.command_line import CommandLine
from tests.harness.eventually import eventually
from tests.harness.sandbox_process import SandboxProcess
from tests.harness.trial import Creditor, enrol, make_creditor

PAID = "2026-09-14"
SETTLED = "2026-09-15"


@pytest.fixture
def enrolled(
    request: pytest.FixtureRequest, sandbox: SandboxProcess
) -> tuple[CommandLine, Creditor]:
    shell: CommandLine = request.getfixturevalue(request.param)
    creditor = make_creditor(sandbox, "acme", invoices=4)
    enrol(shell, creditor)
    return shell, creditor


pytestmark = pytest.mark.timeout(300)

BOTH = pytest.mark.parametrize(
    "enrolled",
    [
        pytest.param("small_shell", id="embedded and sqlite"),
        pytest.param("shell", id="rabbitmq and postgresql", marks=pytest.mark.real),
    ],
    indirect=True,
)


def _live_until_settled(shell: CommandLine, creditor: Creditor) -> CommandLine:
    shell.run("run", "all", "--until-idle")
    creditor.sandbox.day(PAID)
    creditor.pays_agency(0)
    creditor.pays_agency(1, "4000.00")
    creditor.pays_creditor(2, "10000.00", PAID)
    creditor.credits(3, PAID)
    shell.on(PAID).run("run", "all", "--until-idle")
    creditor.settle()
    creditor.sandbox.day(SETTLED)
    later = shell.on(SETTLED)
    later.run("run", "all", "--until-idle")
    return later


@BOTH
def test_a_settlement_is_booked_and_both_systems_agree(
    enrolled: tuple[CommandLine, Creditor],
) -> None:
    shell, creditor = enrolled

    later = _live_until_settled(shell, creditor)

    assert creditor.effects() | {"vouchers": 0} == {
        "claims": 4,
        "payments": 1,
        "credits": 1,
        "acknowledged": 1,
        "vouchers": 0,
    }
    # Worked examples 1 and 3 of the settlement rules: 9,981.46 and 3,202.50.
    assert creditor.balance(1579) == Decimal("13183.96")
    assert "agree" in later.run("reconcile")


@BOTH
def test_a_second_run_in_an_unchanged_world_does_nothing(
    enrolled: tuple[CommandLine, Creditor],
) -> None:
    shell, creditor = enrolled
    later = _live_until_settled(shell, creditor)
    before = creditor.effects()

    later.run("run", "all", "--until-idle")

    assert creditor.effects() == before


def test_a_killed_trial_loses_and_doubles_nothing(
    small_shell: CommandLine, sandbox: SandboxProcess
) -> None:
    creditor = make_creditor(sandbox, "acme", invoices=150)
    enrol(small_shell, creditor)

    with small_shell.running("run", "all") as process:
        eventually(lambda: creditor.effects()["claims"] > 0, told=creditor.effects)
        process.kill()
        process.wait()
    small_shell.run("run", "all", "--until-idle")

    assert creditor.effects()["claims"] == 150
    assert "agree" in small_shell.run("reconcile")
