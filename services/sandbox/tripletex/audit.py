"""The invariants of a company's books."""

from __future__ import annotations

from collections.abc import Iterator

from services.sandbox.tripletex.company import RECEIVABLES, Company


def audit(company: Company) -> list[str]:
    """Return every broken invariant, in words; empty when all is well."""
    return [*_vouchers(company), *_accounts(company), *_receivables(company), *_open(company)]


def _vouchers(company: Company) -> Iterator[str]:
    for voucher in company.vouchers.values():
        if sum(posting.amount for posting in voucher.postings):
            yield f"voucher {voucher.id} does not sum to zero"
        if voucher.number == 0 and voucher.id not in company.non_posted:
            yield f"voucher {voucher.id} is neither in the ledger nor waiting"


def _accounts(company: Company) -> Iterator[str]:
    sums: dict[int, int] = {}
    for posting in company.postings.values():
        sums[posting.account.id] = sums.get(posting.account.id, 0) + posting.amount
    for account in company.accounts.values():
        if account.balance != sums.get(account.id, 0):
            yield f"account {account.number} does not equal its postings"
    if sum(sums.values()):
        yield f"the ledger of company {company.id} does not sum to zero"


def _receivables(company: Company) -> Iterator[str]:
    account = company.account(RECEIVABLES)
    invoices = sum(invoice.outstanding for invoice in company.invoices.values())
    loose = sum(
        posting.amount
        for posting in company.open_posts.get(account.id, {}).values()
        if posting.invoice is None
    )
    if invoices + loose + company.match_difference != account.balance:
        yield f"open invoices of company {company.id} do not equal account {account.number}"


def _open(company: Company) -> Iterator[str]:
    for posts in company.open_posts.values():
        for posting in posts.values():
            if posting.close_group is not None:
                yield f"posting {posting.id} is open and closed"
    for group in company.close_groups.values():
        if any(posting.close_group is not group for posting in group.postings):
            yield f"close group {group.id} holds postings that do not know it"
