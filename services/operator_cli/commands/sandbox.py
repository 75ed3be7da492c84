"""Serve a Tripletex and an ECPay to try Restanse against."""

from __future__ import annotations

import asyncio
from datetime import datetime

import click

from services.operator_cli.programs import program


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65534),
    default=8701,
    show_default=True,
    help="Port of Tripletex; ECPay gets the next one. 0 takes free ones.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First simulated day; the real one unless given.",
)
def command(port: int, host: str, today: datetime | None) -> None:
    """Serve stand-ins of Tripletex and ECPay on two ports until interrupted.

    Prints the environment to paste into another shell. What happens in their worlds is steered
    through /admin on both ports; docs/trying.md shows how.
    """
    serve = program("sandbox")
    asyncio.run(serve(port, host, today=today.date() if today else None))
