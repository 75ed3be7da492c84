"""Run the whole flow against stand-ins of both systems and compare the books."""

from __future__ import annotations

import asyncio
import sys

import click

from services.operator_cli.programs import program


@click.command()
@click.option("--clients", type=click.IntRange(1, 200), default=5, show_default=True)
@click.option("--invoices", type=click.IntRange(1, 200_000), default=400, show_default=True)
@click.option("--days", type=click.IntRange(20, 140), default=60, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="One seed, one story.")
@click.option("--broker", default="embedded://", show_default=True, metavar="URL")
@click.option("--database", metavar="URL", help="A file of its own that is removed at the end.")
@click.option("--verbose", "is_verbose", is_flag=True, help="Show the services' log lines.")
def command(**choices: object) -> None:
    """Simulate creditors, debtors and a collector for some weeks, with failures injected.

    Ends with a report and a comparison of both systems. The exit code is 0 only when they agree
    to the øre, nothing was given up and nothing is left over. A database or broker that is named
    should be empty: the demo adds clients named client-01 and so on.
    """
    run_demo = program("demo")
    sys.exit(asyncio.run(run_demo(choices)))
