"""How clients, the check of their set-up and their previews are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import click

from services.operator_cli.output import Column, human, note, print_json, print_rows, wire
from shared.messages.money import Money
from shared.operations.previews import ClientPreview
from shared.operations.setup import TITLES, Finding, Step, Verdict
from shared.operations.setup_checks import Checked
from shared.store.clients import Accounts, Client

CLIENT_COLUMNS = (
    Column("CLIENT", lambda row: row.client_id),
    Column("NAME", lambda row: row.name),
    Column("STATE", lambda row: row.state),
    Column("COMPANY", lambda row: row.company_id, right=True),
    Column("ECPAY", lambda row: row.ecpay_client_id),
    Column("START DATE", lambda row: row.start_date),
    Column("DAYS", lambda row: row.days_overdue, right=True),
    Column("BOOKING", lambda row: row.booking),
    Column("ADDED", lambda row: row.created_at),
)

PREVIEW_COLUMNS = (
    Column("INVOICE", lambda row: row.invoice_number, right=True),
    Column("CUSTOMER", lambda row: row.customer_number, right=True),
    Column("DUE", lambda row: row.due_date),
    Column("DAYS OVERDUE", lambda row: row.days_overdue, right=True),
    Column("OUTSTANDING", lambda row: row.outstanding, right=True),
)
_WHY = Column("WHY", lambda row: "; ".join(row.reasons))

_COLOURS = {
    Verdict.OK: "green",
    Verdict.WARNING: "yellow",
    Verdict.FAILED: "red",
    Verdict.NOT_ALLOWED: "red",
    Verdict.UNREACHABLE: "red",
    Verdict.NOT_CHECKED: "bright_black",
}
_TO_REPEAT = (Verdict.FAILED, Verdict.NOT_ALLOWED)


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client as it is shown: everything but its key."""

    client_id: str
    name: str
    state: str
    company_id: int
    is_accountant_token: bool
    ecpay_client_id: str
    start_date: date
    days_overdue: int
    minimum_amount: Money
    clearing_payment_type_id: int | None
    booking: str
    vat_registered: bool | None
    accounts: Accounts
    created_at: datetime


def client_row(client: Client) -> ClientRow:
    """Return a client without its key."""
    return ClientRow(
        client_id=client.client_id,
        name=client.name,
        state=client.state.value,
        company_id=client.company_id,
        is_accountant_token=client.is_accountant_token,
        ecpay_client_id=client.ecpay_client_id,
        start_date=client.start_date,
        days_overdue=client.days_overdue,
        minimum_amount=Money(amount=client.minimum_amount),
        clearing_payment_type_id=client.clearing_payment_type_id,
        booking=client.booking.value,
        vat_registered=client.vat_registered,
        accounts=client.accounts,
        created_at=client.created_at,
    )


def print_checked(checked: Checked, *, output: str) -> None:
    """Print a check step by step, or as JSON."""
    if output != "table":
        findings = [_finding(each) for each in checked.findings]
        answer = {
            "client_id": checked.client.client_id,
            "exit_code": checked.exit_code,
            "findings": findings,
        }
        print_json(answer if output == "json" else findings, output=output)
        return
    for step in Step:
        found = [each for each in checked.findings if each.step is step]
        if found:
            click.secho(_heading(step), bold=True)
        for finding in found:
            _print_finding(finding)
    click.echo(_verdict(checked))


def print_preview(seen: ClientPreview, *, output: str) -> None:
    """Print what would be handed over, and what not."""
    if output != "table":
        answer = wire(seen)
        rows = answer["sent"] + answer["kept"]
        print_json(answer if output == "json" else rows, output=output)
        return
    now = datetime.combine(seen.today, time(), UTC)
    if seen.sent:
        print_rows(seen.sent, PREVIEW_COLUMNS, output=output, now=now)
    if seen.kept:
        click.secho("\nOverdue, but not handed over:", bold=True)
        print_rows(seen.kept, (*PREVIEW_COLUMNS, _WHY), output=output, now=now)
    note("\n" + preview_summary(seen))


def preview_summary(seen: ClientPreview) -> str:
    """Return a preview in a sentence."""
    kept = f"{len(seen.kept)} more are overdue and stay" if seen.kept else "no other is overdue"
    if not seen.count:
        return f"Nothing would be handed over today; {kept}."
    total = human(seen.total, datetime.combine(seen.today, time(), UTC))
    return (
        f"{seen.count} invoices of {total} would be handed over, the oldest due {seen.oldest}; "
        f"{kept}."
    )


def _heading(step: Step) -> str:
    return TITLES[step] if step is Step.INSTALLATION else f"Step {step.value}. {TITLES[step]}"


def _print_finding(finding: Finding) -> None:
    mark = click.style(f"{finding.verdict.value:<12}", fg=_COLOURS[finding.verdict])
    named = finding.told.startswith(finding.subject)
    click.echo(f"  {mark} {finding.told if named else f'{finding.subject}: {finding.told}'}")
    if finding.repeat is not None:
        click.echo(f"  {'':<12} -> {finding.repeat}")


def _finding(finding: Finding) -> dict[str, Any]:
    return {"step": finding.step.value, "step_title": finding.step_title} | {
        name: value for name, value in wire(finding).items() if name != "step"
    }


def _verdict(checked: Checked) -> str:
    failed = {each.step for each in checked.findings if each.verdict in _TO_REPEAT}
    away = any(each.verdict is Verdict.UNREACHABLE for each in checked.findings)
    if failed:
        steps = ", ".join(TITLES[step] if not step else f"step {step}" for step in sorted(failed))
        return f"\nNot ready. Repeat: {steps}."
    if away:
        return "\nNot ready: not everything could be reached. Check again in a while."
    return (
        "\nReady. See what would be sent with "
        f"'restanse client preview {checked.client.client_id}'."
    )
