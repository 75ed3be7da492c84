"""Run services until they are told to stop, or until there is nothing left to do."""

from __future__ import annotations

import click


@click.command()
@click.argument("services", nargs=-1, required=True, metavar="SERVICE...|all")
@click.option(
    "--until-idle",
    is_flag=True,
    help="Look at every client once, work until nothing is queued, due or in flight, and end.",
)
def command(services: tuple[str, ...], *, until_idle: bool) -> None:
    """Run services in this process.

    SERVICE is tripletex-poller, ecpay-forwarder, payment-reconciler or booking-writer; "all" is
    every one of them. SIGTERM and Ctrl-C drain: what runs is finished, the rest is handed back.
    """
    from shared.runtime.main import run_here  # imported here: --help stays quick

    run_here(services, until_idle=until_idle)
