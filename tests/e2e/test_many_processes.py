"""Every service in processes of its own, two replicas of each, on real servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from subprocess import Popen

import pytest

from tests.harness.command_line import CommandLine
from tests.harness.eventually import eventually
from tests.harness.rabbitmq_node import RabbitMqNode
from tests.harness.sandbox_process import SandboxProcess
from tests.harness.trial import Creditor, enrol, make_creditor

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(600)]

SERVICES = ("tripletex-poller", "ecpay-forwarder", "payment-reconciler", "booking-writer")
REPLICAS = 2
AT_WORK = "process started"
PAID = "2026-09-14"
SETTLED = "2026-09-15"
INVOICES = 30


@contextmanager
def replicas(shell: CommandLine) -> Iterator[list[Popen[bytes]]]:
    """Run two processes of every service, all at work when the block begins."""
    before = shell.said(AT_WORK)
    with ExitStack() as stack:
        processes = [
            stack.enter_context(shell.running("run", service))
            for service in SERVICES
            for _ in range(REPLICAS)
        ]
        wanted = before + len(processes)
        eventually(lambda: shell.said(AT_WORK) == wanted, told=lambda: shell.said(AT_WORK))
        yield processes


def reach(shell: CommandLine, creditor: Creditor, **wanted: int) -> None:
    """Ask for a look until both systems show the wanted effects."""
    shell.run("poll", "--all")

    def there() -> bool:
        seen = creditor.effects()
        return all(seen[name] >= number for name, number in wanted.items())

    eventually(there, told=creditor.effects)


def test_replicas_do_what_one_process_does(shell: CommandLine, sandbox: SandboxProcess) -> None:
    creditor = make_creditor(sandbox, "acme", invoices=INVOICES)
    enrol(shell, creditor)
    with replicas(shell):
        reach(shell, creditor, claims=INVOICES)
        shell.run("poll", "--all", "--full")  # the same facts found twice
    sandbox.day(PAID)
    for number in range(10):
        creditor.pays_agency(number)
    for number in range(10, 20):
        creditor.pays_creditor(number, "2500.00", PAID)
    creditor.settle()
    sandbox.day(SETTLED)
    later = shell.on(SETTLED)

    with replicas(later):
        reach(later, creditor, payments=10, acknowledged=1)

    assert creditor.effects()["claims"] == INVOICES
    assert creditor.balance(1579) == 10 * Decimal("9981.46")
    assert "agree" in later.run("reconcile")


def test_a_killed_replica_and_a_restarted_broker_lose_and_double_nothing(
    shell: CommandLine, sandbox: SandboxProcess, rabbitmq_node: RabbitMqNode
) -> None:
    creditors = [make_creditor(sandbox, f"client-{n}", invoices=INVOICES) for n in range(3)]
    for creditor in creditors:
        enrol(shell, creditor)

    with replicas(shell) as processes:
        reach(shell, creditors[0], claims=1)
        for process in processes[::REPLICAS]:
            process.kill()
            process.wait()
        rabbitmq_node.kill9()
        rabbitmq_node.restart()
        for creditor in creditors:
            reach(shell, creditor, claims=INVOICES)

    shell.run("run", "all", "--until-idle")
    assert [creditor.effects()["claims"] for creditor in creditors] == [INVOICES] * 3
    assert "agree" in shell.run("reconcile")
