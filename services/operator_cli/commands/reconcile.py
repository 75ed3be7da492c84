"""Compare Tripletex and ECPay, to the øre."""

from __future__ import annotations

from typing import Any

import click

from services.operator_cli.output import output_option


@click.command(name="reconcile")
@click.option(
    "--client", "client_ids", multiple=True, metavar="ID", help="Only this one; can be repeated."
)
@output_option
def command(client_ids: tuple[str, ...], output: str) -> None:
    """Compare Tripletex and ECPay, to the øre, for every client that was started.

    Both systems are read live. Lists every difference with its cause and what to do. With -o csv
    or jsonl the differences are written, one a line.

    Exit code: 0 both agree, 3 there are differences, 6 a client could not be compared.
    """
    from services.operator_cli.reconciliation_view import print_report
    from services.operator_cli.session import with_desk
    from shared.operations.reconciliation import reconcile
    from shared.store.clients import ClientState, all_clients, client

    async def compare(desk: Any) -> Any:
        if client_ids:
            wanted = [await client(desk.store, each) for each in client_ids]
        else:
            known = await all_clients(desk.store)
            wanted = [each for each in known if each.state is not ClientState.ADDED]
        return await reconcile(desk, wanted)

    report = with_desk(compare)
    print_report(report, output=output)
    raise click.exceptions.Exit(report.exit_code)
