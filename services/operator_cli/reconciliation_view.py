"""How the comparison of both systems is shown; the demo shows it the same way."""

from __future__ import annotations

from typing import Any

import click

from services.operator_cli.output import Column, in_kroner, print_json, print_rows, wire
from shared.messages.money import Money
from shared.operations.reconciliation_report import Figures, Report, told_differences

_COLUMNS = (
    Column("CLIENT", lambda row: row.client_id),
    Column("CLAIMS", lambda row: row.figures.claims, right=True),
    Column("OPEN", lambda row: row.figures.open_claims, right=True),
    Column("TRIPLETEX", lambda row: _kroner(row.figures.tripletex_outstanding), right=True),
    Column("ECPAY", lambda row: _kroner(row.figures.ecpay_remaining), right=True),
    Column("NOT SETTLED", lambda row: _kroner(row.figures.collected_not_settled), right=True),
    Column("NOT BOOKED", lambda row: _kroner(row.figures.settled_not_booked), right=True),
    Column("BOOKED", lambda row: f"{row.figures.booked}/{row.figures.settlements}", right=True),
    Column("CLEARING", lambda row: _kroner(row.figures.clearing_booked), right=True),
    Column("VERDICT", lambda row: row.verdict),
)
_DIFFERENCES = (
    Column("CLIENT", lambda row: row.client_id),
    Column("INVOICE", lambda row: row.invoice_number or _settlement(row)),
    Column("AMOUNT", lambda row: row.amount, right=True),
    Column("CAUSE", lambda row: row.cause),
    Column("WHAT TO DO", lambda row: row.act),
)


def print_report(report: Report, *, output: str) -> None:
    """Print a comparison: per client, every difference, and the verdict."""
    if output != "table":
        found = [wire(each) for each in report.differences]
        print_json(_document(report) if output == "json" else found, output=output)
        return
    print_rows(report.clients, _COLUMNS, output=output, now=report.compared_at)
    if report.differences:
        click.secho(f"\n{told_differences(len(report.differences))}:", bold=True)
        print_rows(report.differences, _DIFFERENCES, output=output, now=report.compared_at)
    click.echo("\n" + "\n".join(verdict_lines(report)))


def verdict_lines(report: Report) -> list[str]:
    """Return the verdict in words, with the amounts."""
    sums = report.total
    lines = [f"{each.client_id}: {each.unreadable}" for each in report.clients if each.unreadable]
    if lines:
        return ["Not everything could be compared:", *lines]
    if not report.agrees:
        return [f"Tripletex and ECPay do not agree: {told_differences(len(report.differences))}."]
    return ["Tripletex and ECPay agree.", *_amounts(sums)]


def _amounts(sums: Figures) -> list[str]:
    named = (
        ("outstanding in Tripletex", sums.tripletex_outstanding),
        ("remaining at ECPay", sums.ecpay_remaining),
        ("+ collected, not settled yet", sums.collected_not_settled),
        ("+ settled, not in the ledger yet", sums.settled_not_booked),
        ("- paid beyond the claim", sums.overpaid),
        ("clearing account, booked", sums.clearing_booked),
        ("settlements, net", sums.settled_net),
    )
    texts = [(name, in_kroner(amount)) for name, amount in named]
    width = max(len(text) for _, text in texts)
    return [f"  {name:<34} {text:>{width}}" for name, text in texts]


def _document(report: Report) -> dict[str, Any]:
    return {
        "agrees": report.agrees,
        "today": wire(report.today),
        "compared_at": wire(report.compared_at),
        "total": _figures(report.total),
        "clients": [
            wire(each) | {"agrees": each.agrees, "figures": _figures(each.figures)}
            for each in report.clients
        ],
    }


def _figures(figures: Figures) -> dict[str, Any]:
    """Return figures with their amounts as money."""
    return {
        name: {"amount": value, "currency": "NOK"} if isinstance(value, str) else value
        for name, value in wire(figures).items()
    }


def _kroner(amount: Any) -> Money:
    return Money(amount=amount)


def _settlement(row: Any) -> str:
    return "-" if row.settlement_number is None else f"settlement {row.settlement_number}"
