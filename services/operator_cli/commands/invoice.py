"""See where an invoice stands, why it is or is not sent, and hold one back."""

from __future__ import annotations

from datetime import date
from typing import Any, NoReturn

import click

from services.operator_cli.confirm import confirm, reason_option, yes_option
from services.operator_cli.output import Column, note, output_option, print_record, print_rows
from services.operator_cli.questions import CivilDate

_COLUMNS = (
    Column("INVOICE", lambda row: row.invoice_number, right=True),
    Column("DUE", lambda row: row.due_date),
    Column("OUTSTANDING", lambda row: row.outstanding, right=True),
    Column("STATE", lambda row: row.state),
    Column("CASE", lambda row: row.case_number),
    Column("STAGE", lambda row: row.close_code or row.stage),
    Column("NEXT", lambda row: row.next_in_words),
    Column("WHY NOT SENT", lambda row: "; ".join(row.reasons) or "-"),
)
_STATES = ("WAITING", "HELD", "HANDED_OVER", "SETTLED", "CREDITED")


def _whose(context: click.Context, parameter: click.Parameter, given: str | None) -> str:
    """Return the client that was named, or the only one there is."""
    from services.operator_cli.session import with_store
    from shared.store.clients import all_clients

    if given is not None:
        return given
    known = [one.client_id for one in with_store(lambda store, _: all_clients(store))]
    if len(known) == 1:
        return known[0]
    told = f"there are {', '.join(known)}" if known else "there is none yet"
    raise click.MissingParameter(f"Name the client; {told}.", ctx=context, param=parameter)


_CLIENT = click.option(
    "--client",
    "client_id",
    metavar="ID",
    callback=_whose,
    help="Whose invoice it is; may be left out when there is one client only.",
)


@click.group(name="invoice")
def command() -> None:
    """See where an invoice stands, why it is or is not sent, and hold one back."""


@command.command(name="list")
@_CLIENT
@click.option("--state", type=click.Choice(_STATES), help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True)
@output_option
def list_invoices(client_id: str, *, state: str | None, limit: int, output: str) -> None:
    """List a client's invoices with case number, stage and next step, oldest due date first."""
    from services.operator_cli.session import with_store
    from shared.operations import invoices
    from shared.store.watched import InvoiceState

    wanted = None if state is None else InvoiceState(state)

    async def read(store: Any, clock: Any) -> Any:
        found = await invoices.list_invoices(store, client_id, state=wanted, limit=limit)
        return found, clock.now()

    rows, now = with_store(read)
    print_rows(rows, _COLUMNS, output=output, now=now)


@command.command()
@click.argument("wanted", metavar="NUMBER|ID")
@_CLIENT
@output_option
def show(wanted: str, client_id: str, output: str) -> None:
    """Show one invoice: what is owed, its case at ECPay, and what comes next."""
    from services.operator_cli.session import with_store
    from shared.operations import invoices

    async def read(store: Any, clock: Any) -> Any:
        found = await invoices.find_file(store, client_id, wanted)
        return found and invoices.row_of(found), clock.now()

    row, now = with_store(read)
    if row is None:
        _unknown(wanted, client_id)
    print_record(row, output=output, now=now)


@command.command()
@click.argument("wanted", metavar="NUMBER|ID")
@_CLIENT
@output_option
def explain(wanted: str, client_id: str, output: str) -> None:
    """Say why an invoice is or is not sent, and when it will be.

    Reads Tripletex when our books do not know the invoice.
    """
    from services.operator_cli.session import with_store
    from shared.operations.explanations import explain as explained

    async def read(store: Any, clock: Any) -> Any:
        return await _file(store, client_id, wanted), clock.today(), clock.now()

    found, today, now = with_store(read)
    found = found or _live(client_id, wanted)
    answer = explained(found, today)
    if output != "table":
        print_record(answer, output=output, now=now)
        return
    due = f", due {answer.due_date}" if answer.due_date else ""
    click.secho(f"Invoice {answer.invoice_number} ({answer.outstanding}{due})", bold=True)
    for sentence in answer.told:
        click.echo(f"  {sentence}")


@command.command()
@click.argument("wanted", metavar="NUMBER|ID")
@_CLIENT
@click.option("--until", type=CivilDate(), help="Let it go by itself on this day.")
@click.option("--for-good", is_flag=True, help="Never hand it over.")
@reason_option(needed=True)
@yes_option
def hold(  # options of a command
    wanted: str, client_id: str, *, until: date | None, for_good: bool, reason: str, yes: bool
) -> None:
    """Keep an invoice from being handed over."""
    from services.operator_cli.session import actor, with_store
    from shared.operations import invoices
    from shared.operations.acts import Act

    if until is not None and for_good:
        raise click.UsageError("give --until or --for-good, not both")
    known = with_store(lambda store, _: _file(store, client_id, wanted))
    found = known or _live(client_id, wanted)
    until_when = "for good" if for_good else f"until {until}" if until else "until it is released"
    confirm(f"Keep invoice {found.known.invoice_number} back {until_when}?", yes=yes)

    async def act(store: Any, clock: Any) -> None:
        await invoices.hold_invoice(
            store,
            found,
            until=until,
            exclude=for_good,
            today=clock.today(),
            by=Act(actor(), clock.now(), reason),
        )

    with_store(act)
    note(f"Invoice {found.known.invoice_number} is kept back {until_when}.")


@command.command()
@click.argument("wanted", metavar="NUMBER|ID")
@_CLIENT
@reason_option(needed=True)
@yes_option
def release(wanted: str, client_id: str, *, reason: str, yes: bool) -> None:
    """Let an invoice go that was kept back, or hand one over again that ECPay refused."""
    from services.operator_cli.session import actor, with_desk, with_store
    from shared.operations import invoices
    from shared.operations.acts import Act
    from shared.operations.second_chance import hand_over_again, was_refused

    found = with_store(lambda store, _: _file(store, client_id, wanted))
    if found is None:
        _unknown(wanted, client_id)
    if was_refused(found):
        confirm(f"Hand invoice {found.known.invoice_number} over again?", yes=yes)
        with_desk(lambda desk: hand_over_again(desk, found, by=desk.act(reason)))
        note(f"Invoice {found.known.invoice_number} is on its way to ECPay again.")
        return
    confirm(f"Let invoice {found.known.invoice_number} go?", yes=yes)

    async def act(store: Any, clock: Any) -> None:
        by = Act(actor(), clock.now(), reason)
        await invoices.release_invoice(store, found, today=clock.today(), by=by)

    with_store(act)
    note(f"Invoice {found.known.invoice_number} is free; the next poll judges it.")


async def _file(store: Any, client_id: str, wanted: str) -> Any:
    from shared.operations.invoices import find_file

    return await find_file(store, client_id, wanted)


def _live(client_id: str, wanted: str) -> Any:
    from services.operator_cli.session import with_desk
    from shared.operations.invoices import read_file

    return with_desk(lambda desk: read_file(desk, client_id, wanted))


def _unknown(wanted: str, client_id: str) -> NoReturn:
    raise click.ClickException(
        f"our books know no invoice {wanted} of {client_id}; 'restanse invoice explain {wanted} "
        f"--client {client_id}' reads it in Tripletex"
    )
