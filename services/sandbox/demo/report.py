"""What the demo tells at its end: a funnel, the money, the settlements, the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from services.sandbox.demo.plan import ActKind
from shared.messages.money import grouped
from shared.operations.reconciliation_report import ClientReport, Report


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the report shows.

    Attributes:
        issued: Invoices issued in Tripletex.
        vouchers: Settlement vouchers that stand in Tripletex.
        acts: What debtors and bookkeepers did, and how often.
        failures: Calls that met an injected failure.
        tasks: Open tasks for a person, by kind.
        dead_letters: Messages that were given up, by queue.
        broken: Broken invariants of the stand-ins' own books.
        seconds: How long the demo took.
    """

    days: int
    issued: int
    vouchers: int
    acts: Counter[ActKind]
    failures: int
    retries: int
    tasks: Mapping[str, int]
    dead_letters: Mapping[str, int]
    broken: tuple[str, ...]
    report: Report
    seconds: float

    @property
    def agrees(self) -> bool:
        """Tell whether both systems agree and nothing was given up."""
        return self.report.agrees and not self.broken and not sum(self.dead_letters.values())


def show(story: Story, console: Console) -> None:
    """Print the report."""
    for table in (_funnel(story), _money(story), _per_client(story), _work(story)):
        console.print()
        console.print(table)
    _verdict(story, console)


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, show_edge=False
    )
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table


def _funnel(story: Story) -> Table:
    total = story.report.total
    table = _table(f"From invoice to settlement, {story.days} simulated days", "stage", "number")
    table.add_row("invoices issued in Tripletex", str(story.issued))
    table.add_row("handed over, claims at ECPay", str(total.claims))
    for kind in ActKind:
        table.add_row(f"  a debtor or bookkeeper {kind.value}", str(story.acts[kind]))
    table.add_row("claims still open", str(total.open_claims))
    table.add_row("settlements issued by ECPay", str(total.settlements))
    table.add_row("settlements booked in Tripletex", str(total.booked))
    table.add_row("vouchers posted for them beside the invoice payments", str(story.vouchers))
    table.add_row("settlements acknowledged to ECPay", str(total.acknowledged))
    return table


def _money(story: Story) -> Table:
    total = story.report.total
    table = _table("Money", "what", "NOK")
    rows = {
        "principal handed over": total.handed_over,
        "  paid directly to the creditors": total.direct_payments,
        "  collected by ECPay and settled": total.collected,
        "  credited": total.credited,
        "  remaining at ECPay": total.ecpay_remaining,
        "outstanding on these invoices in Tripletex": total.tripletex_outstanding,
        "  of it collected, not settled yet": total.collected_not_settled,
        "  of it settled, not booked yet": total.settled_not_booked,
        "settled, net of ECPay's charges": total.settled_net,
        "paid out to the creditors' banks": total.paid_out,
    }
    for name, amount in rows.items():
        table.add_row(name, grouped(amount))
    return table


def _per_client(story: Story) -> Table:
    table = _table(
        "Both systems, per client", "client", "claims", "Tripletex", "ECPay", "settled", "agree"
    )
    for client in story.report.clients:
        table.add_row(*_client_row(client))
    return table


def _client_row(client: ClientReport) -> tuple[str, ...]:
    figures = client.figures
    return (
        client.client_id,
        str(figures.claims),
        grouped(figures.tripletex_outstanding),
        grouped(figures.ecpay_remaining),
        f"{figures.booked}/{figures.settlements}",
        "yes" if client.agrees else "NO",
    )


def _work(story: Story) -> Table:
    table = _table("What it took", "what", "number")
    table.add_row("calls that met an injected failure", str(story.failures))
    table.add_row("messages tried again", str(story.retries))
    table.add_row("dead letters", str(sum(story.dead_letters.values())))
    for kind, number in sorted(story.tasks.items()):
        table.add_row(f"open tasks: {kind}", str(number))
    table.add_row("seconds", f"{story.seconds:.1f}")
    return table


def _verdict(story: Story, console: Console) -> None:
    for difference in story.report.differences:
        where = difference.invoice_number or difference.settlement_number or ""
        console.print(
            f"[red]{difference.client_id} {where}: {difference.kind.value}, "
            f"{difference.amount}: {difference.cause}. {difference.act}[/red]",
            soft_wrap=True,
        )
    for client in story.report.clients:
        if client.unreadable:
            console.print(f"[red]{client.client_id}: {client.unreadable}[/red]", soft_wrap=True)
    for line in story.broken:
        console.print(f"[red]broken books: {line}[/red]", soft_wrap=True)
    for queue, number in story.dead_letters.items():
        if number:
            console.print(f"[red]{number} dead letters in {queue}[/red]")
    console.print()
    console.print(_last_line(story), soft_wrap=True)


def _last_line(story: Story) -> str:
    total = story.report.total
    if not story.agrees:
        return "[bold red]Tripletex and ECPay do not agree.[/bold red]"
    underway = total.collected_not_settled + total.settled_not_booked
    return (
        "[bold green]Tripletex and ECPay agree[/bold green]: "
        f"outstanding {grouped(total.tripletex_outstanding)} NOK in Tripletex = "
        f"remaining {grouped(total.ecpay_remaining)} NOK at ECPay"
        f" + {grouped(underway)} NOK collected and not settled yet."
    )
