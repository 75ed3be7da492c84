"""How quickly the command line answers, and how long the demo takes."""

from __future__ import annotations

import subprocess
from time import perf_counter

from tests.bench.figures import Figure
from tests.harness.command_line import RESTANSE

RUNS = 10
MOST_MILLISECONDS = 200.0
MOST_SECONDS = 120.0


async def run(amqp_url: str, postgres_url: str) -> list[Figure]:
    """Measure the installed console script; needs neither server."""
    del amqp_url, postgres_url
    helping = min(_seconds("--help") for _ in range(RUNS)) * 1000
    return [
        Figure("restanse --help, best of ten", helping, "ms", MOST_MILLISECONDS, is_ceiling=True),
        Figure("restanse demo, as it is", _seconds("demo"), "s", MOST_SECONDS, is_ceiling=True),
    ]


def _seconds(*arguments: str) -> float:
    began = perf_counter()
    subprocess.run([RESTANSE, *arguments], check=True, capture_output=True)
    return perf_counter() - began
