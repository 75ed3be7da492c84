"""Checking each step of a client's set-up against the live systems.

Nothing is written anywhere. What is learned on the way (whose token it is, which payment type
fits, the VAT registration) is handed back, so that nobody has to type it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from shared.faults import Fault, Invalid
from shared.operations import setup_rules as rules
from shared.operations.desk import Desk
from shared.operations.setup import Finding, Step, exit_code, ok
from shared.operations.setup_faults import (
    ecpay_failed,
    judge_rights,
    login_failed,
    nothing_more,
    refused,
    wrong_company,
)
from shared.providers.ecpay.wire import Agreement
from shared.providers.tripletex.client import Company
from shared.store.clients import Client

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check of the whole set-up.

    Attributes:
        client: The client with what was learned on the way; not saved yet.
    """

    client: Client
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """Return the exit code of the worst finding."""
        return exit_code(self.findings)


async def check_setup(desk: Desk, client: Client) -> Checked:
    """Check every step of a client's set-up."""
    today = desk.clock.today()
    client, terms, at_ecpay = await _agreement(desk, client, today)
    client, login = await _login(desk, client)
    findings = [*login]
    if exit_code(login) == 0:
        client, found = await _in_tripletex(desk, client, terms, today)
        findings += found
    else:
        findings += nothing_more()
    findings += [rules.start_date(client, today), *at_ecpay]
    return Checked(client, tuple(sorted(findings, key=lambda finding: finding.step)))


def _with_terms(client: Client, terms: Agreement) -> Client:
    """Learn from the agreement; ECPay's minimum counts where the client named none."""
    minimum = client.minimum_amount or terms.minimum_amount
    return replace(client, vat_registered=terms.vat_registered, minimum_amount=minimum)


async def _login(desk: Desk, client: Client) -> tuple[Client, list[Finding]]:
    """Log in, and learn whether the token is the company's own or an accounting office's."""
    token = desk.sealer.open(client.employee_token)
    owned = desk.tripletex.company(replace(client, is_accountant_token=False), token)
    try:
        owner = (await owned.who_am_i()).company_id
        if owner == client.company_id:
            told = f"the client key belongs to company {owner}"
            return replace(client, is_accountant_token=False), [ok(Step.KEY, "client key", told)]
        reached = await _reached(owned)
    except Fault as fault:
        return client, [login_failed(client, fault)]
    if client.company_id in reached:
        told = f"the key of accounting office {owner} reaches company {client.company_id}"
        return replace(client, is_accountant_token=True), [ok(Step.KEY, "client key", told)]
    return client, [wrong_company(client, owner, len(reached - {owner}))]


async def _reached(owned: Company) -> set[int]:
    """Return the companies a key reaches as an accounting office; a company's own may not ask."""
    try:
        return {login.id for login in await owned.companies()}
    except Invalid:
        return set()


async def _in_tripletex(
    desk: Desk, client: Client, terms: Agreement | None, today: date
) -> tuple[Client, list[Finding]]:
    company = desk.tripletex.company(client, desk.sealer.open(client.employee_token))
    findings = await _rights(company, today)
    client, chosen = await _payment_type(company, client)
    findings.append(chosen)
    findings += await _bookkeeping(company, client, today)
    if terms is not None:
        findings += await _reading(
            "VAT registration",
            Step.BOOKKEEPING,
            company.vat_settings,
            lambda settings: [rules.vat_agrees(settings, terms)],
        )
    return client, findings


async def _payment_type(company: Company, client: Client) -> tuple[Client, Finding]:
    """Check the clearing payment type; the only one that fits is chosen when none was."""
    try:
        types = await company.payment_types()
    except Fault as fault:
        return client, refused("clearing payment type", Step.BOOKKEEPING, fault)
    fits = rules.clearing_candidates(types, client)
    if client.clearing_payment_type_id is None and len(fits) == 1:
        client = replace(client, clearing_payment_type_id=fits[0].id)
    return client, rules.payment_type(types, client)


async def _bookkeeping(company: Company, client: Client, today: date) -> list[Finding]:
    numbers = sorted(set(rules.mapped_accounts(client).values()))
    return [
        *await _reading(
            "accounts",
            Step.BOOKKEEPING,
            lambda: company.accounts(numbers),
            lambda found: [*rules.accounts(found, client)],
        ),
        *await _reading(
            "accounting period",
            Step.BOOKKEEPING,
            lambda: company.accounting_periods(today),
            lambda periods: [rules.open_period(periods, today)],
        ),
    ]


async def _agreement(
    desk: Desk, client: Client, today: date
) -> tuple[Client, Agreement | None, list[Finding]]:
    creditor = desk.ecpay.creditor(client.ecpay_client_id, client_id=client.client_id)
    try:
        terms = await creditor.agreement()
    except Fault as fault:
        return client, None, [ecpay_failed(client, fault)]
    client = _with_terms(client, terms)
    return client, terms, [*rules.agreement(terms, client, today)]


async def _reading(
    subject: str,
    step: Step,
    read: Callable[[], Awaitable[T]],
    judge: Callable[[T], Sequence[Finding]],
) -> Sequence[Finding]:
    """Read something and judge it; a refusal to show it is a finding too."""
    try:
        found = await read()
    except Fault as fault:
        return [refused(subject, step, fault)]
    return judge(found)


async def _invoices(company: Company, today: date) -> None:
    await company.invoices_by_date(today, today + timedelta(days=1))


async def _ledger(company: Company, today: date) -> None:
    """Read the open posts, and the customer of one of them."""
    receivable = [account.id for account in await company.receivable_accounts()]
    posts = await company.open_posts(receivable, today)
    debtor = next((post.customer for post in posts if post.customer), None)
    if debtor is not None:
        await company.customer(debtor.id)


async def _vouchers(company: Company, today: date) -> None:
    await company.find_vouchers(f"RESTANSE-CHECK-{today}")


_PROBES: tuple[tuple[str, Callable[[Company, date], Awaitable[None]]], ...] = (
    ("invoices", _invoices),
    ("customer ledger", _ledger),
    ("vouchers", _vouchers),
)


async def _rights(company: Company, today: date) -> list[Finding]:
    """Try every way of reading that the flow needs."""
    faults: dict[str, Fault | None] = {}
    for subject, probe in _PROBES:
        try:
            await probe(company, today)
            faults[subject] = None
        except Fault as fault:
            faults[subject] = fault
    return judge_rights(faults)
