"""A creditor with overdue invoices in both stand-ins, enrolled through the command line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.harness.command_line import CommandLine
from tests.harness.sandbox_process import SandboxProcess

ISSUED = "2026-07-20"
DUE = "2026-08-03"
HANDED_OVER = "2026-08-18"
"""Day 15 after DUE."""
AMOUNT = "10000.00"


@dataclass(frozen=True, slots=True)
class Creditor:
    """One creditor, as the admin sides know it."""

    sandbox: SandboxProcess
    client_id: str
    company_id: int
    agreement: str
    invoices: tuple[int, ...]

    def reference(self, number: int) -> str:
        """Return the claim reference of an invoice by its place in the list."""
        return f"tt:{self.company_id}:inv:{self.invoices[number]}"

    def pays_creditor(self, number: int, amount: str, day: str) -> None:
        """Let a debtor pay into the creditor's bank."""
        body = {"invoice": self.invoices[number], "amount": amount, "date": day}
        self.sandbox.tripletex("POST", f"/companies/{self.company_id}/payments", body)

    def credits(self, number: int, day: str) -> None:
        """Credit a whole invoice."""
        body = {"invoice": self.invoices[number], "date": day}
        self.sandbox.tripletex("POST", f"/companies/{self.company_id}/credits", body)

    def pays_agency(self, number: int, amount: str = "full") -> None:
        """Let a debtor pay ECPay."""
        body = {"claimReference": self.reference(number), "amount": amount}
        self.sandbox.ecpay("POST", "/debtor/pays", body)

    def settle(self) -> None:
        """Let ECPay settle."""
        self.sandbox.ecpay("POST", f"/creditors/{self.agreement}/settle", {})

    def ecpay_books(self) -> Any:
        """Return what ECPay knows of this creditor."""
        return self.sandbox.ecpay("GET", f"/books/{self.agreement}")

    def tripletex_books(self) -> Any:
        """Return what Tripletex shows of this company."""
        return self.sandbox.tripletex("GET", f"/books/{self.company_id}")

    def balance(self, account: int) -> Decimal:
        """Return the balance of an account in Tripletex."""
        return Decimal(self.tripletex_books()["balances"].get(str(account), "0.00"))

    def effects(self) -> dict[str, int]:
        """Count what must never be doubled."""
        ecpay, tripletex = self.ecpay_books(), self.tripletex_books()
        return {
            "claims": len(ecpay["claims"]),
            "payments": len(ecpay["directPayments"]),
            "credits": len(ecpay["credits"]),
            "acknowledged": sum(bool(one["acknowledgement"]) for one in ecpay["settlements"]),
            "vouchers": len(tripletex["vouchers"]),
        }


def make_creditor(sandbox: SandboxProcess, client_id: str, *, invoices: int) -> Creditor:
    """Make a creditor whose invoices of 10,000 kroner all fell due on one day."""
    company = sandbox.tripletex("POST", "/companies", {"name": f"{client_id} AS"})["id"]
    customer = sandbox.tripletex(
        "POST",
        f"/companies/{company}/customers",
        {"name": "Kari Nordmann", "is_private_individual": True},
    )["id"]
    order = {
        "customer_id": customer,
        "amount": AMOUNT,
        "invoice_date": ISSUED,
        "due_date": DUE,
    }
    made = sandbox.tripletex(
        "POST", f"/companies/{company}/invoices", {"invoices": [order] * invoices}
    )
    agreement = f"{company}-ecpay"
    sandbox.ecpay("POST", "/creditors", {"terms": {"client_id": agreement}})
    return Creditor(sandbox, client_id, company, agreement, tuple(made["ids"]))


def enrol(shell: CommandLine, creditor: Creditor) -> None:
    """Take a creditor through the set-up, as docs/setting-up.md tells it."""
    companies = creditor.sandbox.tripletex("GET", "/companies")
    shown = next(one for one in companies["companies"] if one["id"] == creditor.company_id)
    shell.run(
        "client",
        "add",
        *("--id", creditor.client_id, "--name", f"{creditor.client_id} AS"),
        *("--company-id", str(creditor.company_id), "--employee-token-file", "-"),
        *("--ecpay-client-id", creditor.agreement, "--start-date", "2026-07-01"),
        *("--clearing-payment-type", "Oppgjør inkasso", "--booking", "post"),
        *("--minimum-amount", "50.00"),
        stdin=shown["employee_token"],
    )
    shell.run("client", "confirm", creditor.client_id, "--yes", "--reason", "test")
