"""See what ECPay settled, how it was booked, and send on what was held."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from services.operator_cli.confirm import confirm, reason_option, yes_option
from services.operator_cli.output import (
    Column,
    note,
    output_option,
    print_json,
    print_record,
    print_rows,
    wire,
)
from services.operator_cli.questions import CivilDate

_COLUMNS = (
    Column("CLIENT", lambda row: row.client_id),
    Column("NO", lambda row: row.settlement_number, right=True),
    Column("ID", lambda row: row.settlement_id),
    Column("DATE", lambda row: row.settlement_date),
    Column("LINES", lambda row: row.lines, right=True),
    Column("PAYOUT", lambda row: row.net_payout, right=True),
    Column("CARRIED", lambda row: row.carried_forward, right=True),
    Column("STATE", lambda row: row.state),
    Column("WHY", lambda row: row.reason or "-"),
)
_LINES = (
    Column("LINE", lambda row: row.line_id),
    Column("TYPE", lambda row: row.type),
    Column("INVOICE", lambda row: row.invoice_number, right=True),
    Column("PAID", lambda row: row.paid_by_debtor.amount, right=True),
    Column("PRINCIPAL", lambda row: row.principal.amount, right=True),
    Column("INTEREST", lambda row: row.interest.amount, right=True),
    Column("FEES", lambda row: row.fees.amount, right=True),
    Column("VAT SET OFF", lambda row: row.vat_set_off.amount, right=True),
    Column("NET", lambda row: row.net_to_client.amount, right=True),
)
_STEPS = (
    Column("STEP", lambda row: row.kind),
    Column("KEY", lambda row: row.key),
    Column("STATE", lambda row: row.state),
    Column("AMOUNT", lambda row: row.amount, right=True),
    Column("MADE", lambda row: row.made or "-"),
)
_CLIENT = click.option("--client", "client_id", metavar="ID", help="Whose settlement it is.")


@click.group(name="settlement")
def command() -> None:
    """See what ECPay settled, how it was booked, and send on what was held."""


@command.command(name="list")
@click.option("--client", "client_id", metavar="ID", help="Only this client's.")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True)
@output_option
def list_settlements(client_id: str | None, *, limit: int, output: str) -> None:
    """List settlements, the newest first.

    QUARANTINED did not add up, HELD could not be booked; both have a task. RECONCILED is on its
    way to booking.
    """
    from services.operator_cli.session import with_store
    from shared.operations import settlements

    async def read(store: Any, clock: Any) -> Any:
        found = await settlements.list_settlements(store, client_id, limit=limit)
        return found, clock.now()

    rows, now = with_store(read)
    print_rows(rows, _COLUMNS, output=output, now=now)


@command.command()
@click.argument("wanted", metavar="NUMBER|ID")
@_CLIENT
@output_option
def show(wanted: str, client_id: str | None, output: str) -> None:
    """Show one settlement: its lines, what was booked, and what is wrong with it if anything."""
    from services.operator_cli.session import with_store
    from shared.operations import settlements

    async def read(store: Any, clock: Any) -> Any:
        found = await settlements.show_settlement(store, wanted, client_id=client_id)
        return found, clock.now()

    found, now = with_store(read)
    if output != "table":
        answer = wire(found.row) | {name: wire(getattr(found, name)) for name in _PARTS}
        answer["broken_rules"] = [rule.model_dump(mode="json") for rule in found.broken_rules]
        print_json(answer, output=output)
        return
    print_record(found.row, output=output, now=now)
    for rule in found.broken_rules:
        where = f" on line {rule.line_id}" if rule.line_id else ""
        click.echo(f"breaks {rule.rule}{where}: expected {rule.expected}, found {rule.found}")
    for rows, columns in ((found.lines, _LINES), (found.steps, _STEPS)):
        if rows:
            click.echo()
            print_rows(rows, columns, output=output, now=now)


_PARTS = ("lines", "steps")


@command.command()
@click.argument("wanted", metavar="NUMBER|ID")
@_CLIENT
@click.option("--date", "day", type=CivilDate(), help="Book it on this day instead of its own.")
@reason_option(needed=True)
@yes_option
def release(
    wanted: str, client_id: str | None, *, day: date | None, reason: str, yes: bool
) -> None:
    """Send on a settlement that was held, after its cause is gone.

    A quarantined one is checked again; one whose booking was held is booked again. What stands in
    the ledger already is not booked twice.
    """
    from services.operator_cli.session import actor, with_store
    from shared.operations import settlements
    from shared.operations.acts import Act

    confirm(f"Send settlement {wanted} on{f', to be booked on {day}' if day else ''}?", yes=yes)

    async def act(store: Any, clock: Any) -> Any:
        return await settlements.release_settlement(
            store,
            wanted,
            client_id=client_id,
            booking_date=day,
            by=Act(actor(), clock.now(), reason),
        )

    row = with_store(act)
    note(f"Settlement {row.settlement_number} of {row.client_id} is on its way.")
