"""How clients, the check of their set-up and their previews are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import click

from services.operator_cli.output import Column, print_json, wire
from shared.messages.money import Money
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

_COLOURS = {
    Verdict.OK: "green",
    Verdict.WARNING: "yellow",
    Verdict.FAILED: "red",
    Verdict.NOT_ALLOWED: "red",
    Verdict.UNREACHABLE: "red",
    Verdict.NOT_CHECKED: "bright_black",
}


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


def _heading(step: Step) -> str:
    return TITLES[step] if step is Step.INSTALLATION else f"Step {step.value}. {TITLES[step]}"


def _print_finding(finding: Finding) -> None:
    mark = click.style(f"{finding.verdict.value:<12}", fg=_COLOURS[finding.verdict])
    click.echo(f"  {mark} {finding.subject}: {finding.told}")
    if finding.repeat is not None:
        click.echo(f"  {'':<12} -> {finding.repeat}")


def _finding(finding: Finding) -> dict[str, Any]:
    return {"step": finding.step.value, "step_title": finding.step_title} | {
        name: value for name, value in wire(finding).items() if name != "step"
    }


def _verdict(checked: Checked) -> str:
    bad = sorted({each.step for each in checked.findings if _stops(each)})
    if bad:
        steps = ", ".join(TITLES[step] if step == 0 else f"step {step.value}" for step in bad)
        return f"\nNot ready. Repeat: {steps}."
    return (
        "\nReady. See what would be sent with "
        f"'restanse client preview {checked.client.client_id}'."
    )


def _stops(finding: Finding) -> bool:
    return finding.verdict in {Verdict.FAILED, Verdict.NOT_ALLOWED, Verdict.UNREACHABLE}
