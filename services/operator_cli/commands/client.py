"""Set up a creditor company, check it, preview and start its flow."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from services.operator_cli.confirm import confirm as ask
from services.operator_cli.confirm import reason_option, yes_option
from services.operator_cli.output import note, output_option, print_record, print_rows
from services.operator_cli.questions import AccountMapping, CivilDate, Kroner, complete


@click.group(name="client")
def command() -> None:
    """Set up a creditor company, check it, preview and start its flow.

    The usual way is: add, check, preview, confirm.
    """


@command.command()
@click.option("--id", "client_id", help="Short name of the client; it is in every message.")
@click.option("--name", help="Name of the company.")
@click.option("--company-id", type=int, help="Number of the company in Tripletex.")
@click.option(
    "--employee-token-file",
    type=click.Path(path_type=Path, allow_dash=True, exists=True, dir_okay=False),
    help="File with the client key (employee token); - reads it from stdin.",
)
@click.option("--ecpay-client-id", help="Id of the agreement at ECPay.")
@click.option("--start-date", type=CivilDate(), help="Follow up what falls due from this date.")
@click.option(
    "--days-overdue", type=int, help="Hand over after more than so many days.  [default: 14]"
)
@click.option(
    "--minimum-amount", type=Kroner(), help="Smallest amount to hand over.  [default: 0]"
)
@click.option(
    "--clearing-payment-type",
    help="Payment type (id or name) that debits the clearing account; found by itself when only "
    "one does.",
)
@click.option(
    "--booking",
    type=click.Choice(["draft", "post"]),
    help="Leave settlement vouchers as drafts, or post them.  [default: post]",
)
@click.option(
    "--account",
    "accounts",
    type=AccountMapping(),
    multiple=True,
    metavar="PURPOSE=NUMBER",
    help="Book on another account: clearing, collection_services, fee_income, interest_income, "
    "overpayment, legal_costs, compensation. Can be repeated.",
)
@click.option(
    "--repeat",
    is_flag=True,
    help="Answer again for a client there is; only what is given changes.",
)
@output_option
def add(*, repeat: bool, output: str, **given: Any) -> None:
    """Add a client, step by step, and check every step against the live systems.

    The steps are: order the module "API 2.0" in Tripletex, give an employee access to the API,
    make the client key, choose the start date. What is not given as an option is asked for.
    Nothing is sent until 'restanse client confirm'.

    Exit code as of 'restanse client check'.
    """
    from services.operator_cli.client_views import print_checked
    from services.operator_cli.session import with_desk
    from shared.operations import clients

    answers = _answers(given, repeat=repeat)
    operation = clients.repeat if repeat else clients.add
    checked = with_desk(lambda desk: operation(desk, answers))
    note(f"Client {answers.client_id} is {'changed' if repeat else 'added'}.\n")
    print_checked(checked, output=output)
    raise click.exceptions.Exit(checked.exit_code)


@command.command(name="list")
@output_option
def list_clients(output: str) -> None:
    """List the clients and where they are: ADDED, ACTIVE or PAUSED."""
    from services.operator_cli.client_views import CLIENT_COLUMNS, client_row
    from services.operator_cli.session import with_store
    from shared.store.clients import all_clients

    async def read(store: Any, clock: Any) -> Any:
        return [client_row(each) for each in await all_clients(store)], clock.now()

    rows, now = with_store(read)
    print_rows(rows, CLIENT_COLUMNS, output=output, now=now)


@command.command()
@click.argument("client_id", metavar="CLIENT")
@output_option
def show(client_id: str, output: str) -> None:
    """Show one client with its terms and accounts, never its key."""
    from services.operator_cli.client_views import client_row
    from services.operator_cli.session import with_store
    from shared.store.clients import client

    async def read(store: Any, clock: Any) -> Any:
        return client_row(await client(store, client_id)), clock.now()

    row, now = with_store(read)
    print_record(row, output=output, now=now)


@command.command()
@click.argument("client_id", metavar="CLIENT")
@output_option
def check(client_id: str, output: str) -> None:
    """Check every step of the set-up against the live systems.

    Says for each failure which step of the set-up to repeat.

    Exit code: 0 all is well, 3 warnings only, 1 something failed, 4 a key or right does not
    suffice, 6 Tripletex or ECPay cannot be reached.
    """
    from services.operator_cli.client_views import print_checked
    from services.operator_cli.session import with_desk
    from shared.operations import clients

    checked = with_desk(lambda desk: clients.check(desk, client_id))
    print_checked(checked, output=output)
    raise click.exceptions.Exit(checked.exit_code)


@command.command()
@click.argument("client_id", metavar="CLIENT")
@output_option
def preview(client_id: str, output: str) -> None:
    """Show what would be handed over now, and what not and why; sends nothing."""
    from services.operator_cli.client_views import print_preview
    from services.operator_cli.session import with_desk
    from shared.operations.previews import preview_client

    seen = with_desk(lambda desk: preview_client(desk, client_id))
    print_preview(seen, output=output)


@command.command()
@click.argument("client_id", metavar="CLIENT")
@reason_option(needed=False)
@yes_option
def confirm(client_id: str, reason: str, *, yes: bool) -> None:
    """Start the flow: hand over what the preview shows, and what falls due from now on.

    Runs the preview and asks with its count and amount.
    """
    from services.operator_cli.client_views import preview_summary
    from services.operator_cli.session import with_desk
    from shared.operations import clients
    from shared.operations.previews import preview_client

    async def act(desk: Any) -> None:
        seen = await preview_client(desk, client_id)
        note(preview_summary(seen))
        invoices = f"{seen.count} invoice{'' if seen.count == 1 else 's'} of {seen.total}"
        ask(f"Hand over {invoices} to ECPay, and what falls due later?", yes=yes)
        await clients.confirm(
            desk, client_id, count=seen.count, total=seen.total.amount, reason=reason
        )

    with_desk(act)
    note(
        f"Client {client_id} is active. The next poll hands over; 'restanse poll --client "
        f"{client_id}' asks for it now."
    )


@command.command()
@click.argument("client_id", metavar="CLIENT")
@reason_option(needed=True)
@yes_option
def pause(client_id: str, reason: str, *, yes: bool) -> None:
    """Stop handing over new invoices of a client.

    Cases that ECPay has already go on there.
    """
    from services.operator_cli.session import with_store
    from shared.operations import clients

    ask(f"Stop handing over for {client_id}?", yes=yes)
    with_store(lambda store, clock: clients.pause(store, client_id, by=_by(clock, reason)))
    note(f"Client {client_id} is paused.")


@command.command()
@click.argument("client_id", metavar="CLIENT")
@reason_option(needed=True)
@yes_option
def resume(client_id: str, reason: str, *, yes: bool) -> None:
    """Go on handing over for a client that was paused."""
    from services.operator_cli.session import with_store
    from shared.operations import clients

    ask(f"Go on handing over for {client_id}?", yes=yes)
    with_store(lambda store, clock: clients.resume(store, client_id, by=_by(clock, reason)))
    note(f"Client {client_id} is active.")


def _by(clock: Any, reason: str) -> Any:
    from services.operator_cli.session import actor
    from shared.operations.acts import Act

    return Act(actor(), clock.now(), reason)


def _answers(given: dict[str, Any], *, repeat: bool) -> Any:
    """Turn options into answers; a token comes from a file or is typed unseen."""
    from pydantic import SecretStr

    from shared.operations.clients import Answers
    from shared.store.clients import BookingMode

    file = given.pop("employee_token_file")
    given["employee_token"] = None if file is None else SecretStr(_first_line(file))
    given["accounts"] = dict(given["accounts"]) or None
    if repeat and given["client_id"] is None:
        raise click.UsageError("--repeat needs --id")
    if not repeat:
        given = complete(given, SecretStr)
    if given["booking"] is not None:
        given["booking"] = BookingMode(given["booking"])
    return Answers(**given)


def _first_line(file: Path) -> str:
    content = sys.stdin.read() if str(file) == "-" else file.read_text()
    return content.strip()
