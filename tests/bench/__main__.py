"""Start private nodes, run every bench beside this file, print one table.

Run it with ``python -m tests.bench``, or with names of benches to run only those.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from pathlib import Path

from shared.runtime.memory import relax_collector
from tests.bench.figures import Figure, table
from tests.harness.postgres_node import running_postgres
from tests.harness.rabbitmq_node import running_rabbitmq


def benches(wanted: list[str]) -> list[str]:
    """Return the modules of the benches, all of them unless some are named."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("*_bench.py"))
    return [f"tests.bench.{name}" for name in found if not wanted or name in wanted]


def main() -> int:
    """Print the table; 1 when a bar is not held."""
    figures: list[Figure] = []
    relax_collector()  # as every process of ours does
    with running_rabbitmq() as rabbitmq, running_postgres() as postgres:
        for name in benches(sys.argv[1:]):
            run = importlib.import_module(name).run
            url = postgres.url(postgres.create_database())
            figures += [Figure(*row) for row in asyncio.run(run(rabbitmq.url(), url))]
    sys.stdout.write(table(figures) + "\n")
    return int(not all(one.is_held for one in figures))


if __name__ == "__main__":
    sys.exit(main())
