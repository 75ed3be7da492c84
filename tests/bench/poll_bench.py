"""What a steady poll of a large client costs, counted by the stand-in of Tripletex."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.bench.figures import Figure
from tests.harness.command_line import CommandLine
from tests.harness.sandbox_process import SandboxProcess, running_sandbox
from tests.harness.trial import Creditor, enrol, make_creditor

INVOICES = 100_000
OPEN = 500
MOST_CALLS = 3.0


async def run(amqp_url: str, postgres_url: str) -> list[Figure]:
    """Measure with processes of their own, on SQLite and the embedded broker."""
    del amqp_url, postgres_url
    with TemporaryDirectory() as folder, running_sandbox() as sandbox:
        shell = CommandLine(
            {**sandbox.environment, "RESTANSE_DATABASE_URL": f"sqlite:///{folder}/r.db"},
            Path(folder),
        )
        creditor = _large(shell, sandbox)
        shell.run("run", "all", "--until-idle")
        sandbox.tripletex("DELETE", f"/counters/{creditor.company_id}")
        began = perf_counter()
        shell.run("run", "all", "--until-idle")
        seconds = perf_counter() - began
        calls = sandbox.tripletex("GET", f"/counters/{creditor.company_id}")["total"]
    what = f"steady poll, {INVOICES:,} invoices, {OPEN} open posts"
    return [
        Figure(f"{what}: calls", calls, "calls", MOST_CALLS, is_ceiling=True),
        Figure(f"{what}: process", seconds, "s"),
    ]


def _large(shell: CommandLine, sandbox: SandboxProcess) -> Creditor:
    shell.run("db", "upgrade")
    creditor = make_creditor(sandbox, "large", invoices=1)
    sandbox.tripletex(
        "POST",
        f"/companies/{creditor.company_id}/invoices",
        {"count": INVOICES, "days": 1000, "paid_percent": 100 - OPEN * 100 / INVOICES},
    )
    enrol(shell, creditor)
    return creditor
