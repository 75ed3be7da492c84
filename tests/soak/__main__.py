"""``make soak``: the long runs, one line each, on private RabbitMQ and PostgreSQL nodes."""

from __future__ import annotations

import subprocess
import sys
from time import monotonic

from tests.harness.command_line import RESTANSE
from tests.harness.postgres_node import running_postgres
from tests.harness.rabbitmq_node import running_rabbitmq

CLIENTS, INVOICES, DAYS = 20, 5_000, 60
SEEDS = (1, 2, 3)


def main() -> int:
    """Run the demo large, for several seeds; 0 when both systems agreed in each."""
    failures = 0
    with running_rabbitmq() as broker, running_postgres() as postgres:
        for seed in SEEDS:
            began = monotonic()
            vhost = broker.add_vhost(f"soak-{seed}")
            agreed = _agrees(vhost, postgres.url(postgres.create_database()), seed)
            failures += not agreed
            verdict = "agree" if agreed else "DO NOT AGREE"
            sys.stdout.write(
                f"demo seed {seed}: {CLIENTS} clients, {INVOICES} invoices, {DAYS} days: "
                f"{verdict}, {monotonic() - began:.0f} s\n"
            )
            sys.stdout.flush()
    return 1 if failures else 0


def _agrees(broker: str, database: str, seed: int) -> bool:
    scale = ("--clients", str(CLIENTS), "--invoices", str(INVOICES), "--days", str(DAYS))
    where = ("--broker", broker, "--database", database)
    done = subprocess.run(
        [RESTANSE, "demo", *scale, *where, "--seed", str(seed)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stdout.write(done.stdout + done.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
