"""Ask for a look at both systems now."""

from __future__ import annotations

from typing import Any

import click

from services.operator_cli.output import note


@click.command(name="poll")
@click.option("--client", "client_id", metavar="ID", help="Look at this client.")
@click.option("--all", "everyone", is_flag=True, help="Look at every active client.")
@click.option("--full", is_flag=True, help="Sweep all invoices, not only the open posts.")
def command(client_id: str | None, *, everyone: bool, full: bool) -> None:
    """Ask for a look at Tripletex and ECPay now, instead of when it is due.

    The request is queued; running services (tripletex-poller, payment-reconciler) do it.
    """
    from services.operator_cli.session import actor, with_store
    from shared.operations.acts import Act
    from shared.operations.polls import request_polls

    if (client_id is None) != everyone:
        raise click.UsageError("give either --client ID or --all")

    async def act(store: Any, clock: Any) -> tuple[str, ...]:
        by = Act(actor(), clock.now())
        return await request_polls(store, client_id, full=full, today=clock.today(), by=by)

    asked = with_store(act)
    if asked:
        note(f"Asked for a look at {', '.join(asked)}.")
    else:
        note("No client is active; 'restanse client list' shows where they are.")
