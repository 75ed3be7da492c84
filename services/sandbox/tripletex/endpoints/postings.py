"""Postings, open posts and matching."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from services.sandbox.tripletex.amounts import as_double
from services.sandbox.tripletex.call import Answer, Call, listing, one, page
from services.sandbox.tripletex.catalogue import RENDERER
from services.sandbox.tripletex.entities import Account, Posting
from services.sandbox.tripletex.errors import not_found, unmapped, wrong_type
from services.sandbox.tripletex.matching import MATCH_LIMIT, close

UNEVEN = "Summen av valgte poster må være mindre enn 10."
CLOSED_ALREADY = "Posten er allerede lukket."
NOT_CLOSEABLE = "Kontoen kan ikke lukkes."


class Refusal(NamedTuple):
    """Why a posting was not closed; sent with 200."""

    id: int
    message: str


def list_postings(call: Call) -> Answer:
    """List postings by date; back-dated ones lie on their date."""
    first, end = call.query.window("dateFrom", "dateTo")
    kind = call.query.text("type")
    indexes = call.company.postings_by_account
    found = [
        posting
        for account in _accounts(call)
        if account.id in indexes
        for posting in indexes[account.id].between(first, end)
        if kind in (None, posting.type)
    ]
    return _listed(call, found)


def list_by_date(call: Call) -> Answer:
    """List all postings by date."""
    return list_postings(call)


def get_posting(call: Call) -> Answer:
    """Give one posting."""
    posting = call.company.postings.get(call.ident())
    if posting is None:
        raise not_found()
    return one(call, "posting", posting)


def list_open_posts(call: Call) -> Answer:
    """List open postings before a date: what is not matched, partly paid or not."""
    return _listed(call, _open(call, call.query.required_day("date")))


def open_posts_by_account(call: Call) -> Answer:
    """List open postings grouped by account."""
    posts = _open(call, call.query.required_day("date"))
    grouped: dict[Account, list[Posting]] = {}
    for posting in posts:
        grouped.setdefault(posting.account, []).append(posting)
    values = [_ledger_account(account, postings) for account, postings in grouped.items()]
    return page(call, values, start=0, full=len(values))


def close_postings(call: Call) -> Answer:
    """Match postings; answers 200 also when it refuses."""
    if not isinstance(call.body, list) or not all(isinstance(i, int) for i in call.body):
        raise unmapped(wrong_type("body"))
    postings = [_posting(call, ident) for ident in dict.fromkeys(call.body)]
    refusals = [*_refusals(postings)]
    if not refusals:
        close(call.company, postings, call.world.day.today)
    values = [{"postingId": refusal.id, "message": refusal.message} for refusal in refusals]
    full = len(values)
    return Answer(
        json={
            "fullResultSize": full,
            "from": 0,
            "count": full,
            "versionDigest": None,
            "values": values,
        }
    )


def list_close_groups(call: Call) -> Answer:
    """List what was matched, by date."""
    first, end = call.query.window("dateFrom", "dateTo")
    ids = call.query.ids("id")
    found = [
        group
        for group in call.company.close_groups.values()
        if first <= group.date < end and (ids is None or group.id in ids)
    ]
    return listing(call, "close group", found)


def get_close_group(call: Call) -> Answer:
    """Give one close group."""
    group = call.company.close_groups.get(call.ident())
    if group is None:
        raise not_found()
    return one(call, "close group", group)


def _listed(call: Call, postings: Iterable[Posting]) -> Answer:
    tests = [*_tests(call)]
    found = [posting for posting in postings if all(test(posting) for test in tests)]
    return listing(call, "posting", sorted(found, key=lambda posting: posting.id))


def _open(call: Call, before: date) -> list[Posting]:
    posts = call.company.open_posts
    return [
        posting
        for account in _accounts(call)
        for posting in posts.get(account.id, {}).values()
        if posting.date < before
    ]


def _accounts(call: Call) -> Iterator[Account]:
    wanted = call.query.integer("accountId")
    first = call.query.integer("accountNumberFrom", 0) or 0
    last = call.query.integer("accountNumberTo")
    for account in call.company.accounts.values():
        if wanted in (None, account.id) and first <= account.number <= (last or account.number):
            yield account


def _tests(call: Call) -> Iterator[Callable[[Posting], bool]]:
    query = call.query
    customer, supplier = query.integer("customerId"), query.integer("supplierId")
    employee = query.integer("employeeId")
    if customer is not None:
        yield lambda p: p.customer is not None and p.customer.id == customer
    if supplier is not None:
        yield lambda p: p.supplier_id == supplier
    if employee is not None:
        yield lambda p: p.employee_id == employee


def _posting(call: Call, ident: int) -> Posting:
    posting = call.company.postings.get(ident)
    if posting is None:
        raise not_found()
    return posting


def _refusals(postings: list[Posting]) -> Iterator[Refusal]:
    total = sum(posting.amount for posting in postings)
    for posting in postings:
        if not posting.account.is_closeable:
            yield Refusal(posting.id, NOT_CLOSEABLE)
        elif posting.close_group is not None:
            yield Refusal(posting.id, CLOSED_ALREADY)
        elif abs(total) >= MATCH_LIMIT:
            yield Refusal(posting.id, UNEVEN)


def _ledger_account(account: Account, postings: list[Posting]) -> dict[str, Any]:
    total = as_double(sum(posting.amount for posting in postings))
    reference = RENDERER.render("account", account, "id,url")
    return {
        "account": reference,
        "sumAmount": total,
        "currency": None,
        "sumAmountCurrency": total,
        "openingBalance": 0,
        "openingBalanceCurrency": 0,
        "closingBalance": total,
        "closingBalanceCurrency": total,
        "balanceOutInAccountCurrency": 0,
        "postings": [RENDERER.render("posting", posting, "id,url") for posting in postings],
    }
