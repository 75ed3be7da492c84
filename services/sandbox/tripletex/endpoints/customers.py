"""Customers, countries and currencies."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from services.sandbox.tripletex.call import Answer, Call, listing, one
from services.sandbox.tripletex.chart import COUNTRIES, CURRENCIES
from services.sandbox.tripletex.entities import Customer
from services.sandbox.tripletex.errors import not_found

TEXT_FILTERS = {
    "organizationNumber": "organization_number",
    "email": "email",
    "invoiceEmail": "invoice_email",
    "phoneNumberMobile": "mobile",
}


def list_customers(call: Call) -> Answer:
    """List customers; inactive ones only when asked for."""
    tests = [*_tests(call)]
    found = [c for c in _candidates(call) if all(test(c) for test in tests)]
    return listing(call, "customer", found)


def get_customer(call: Call) -> Answer:
    """Give one customer."""
    customer = call.company.customers.get(call.ident())
    if customer is None:
        raise not_found()
    return one(call, "customer", customer)


def list_currencies(call: Call) -> Answer:
    """List currencies."""
    ids, code = call.query.ids("id"), call.query.text("code")
    found = [
        c for c in CURRENCIES if (ids is None or c.id in ids) and (code is None or code in c.code)
    ]
    return listing(call, "currency", found)


def list_countries(call: Call) -> Answer:
    """List countries."""
    ids, code = call.query.ids("id"), call.query.text("code")
    found = [
        c for c in COUNTRIES if (ids is None or c.id in ids) and (code is None or code == c.alpha2)
    ]
    return listing(call, "country", found)


def _candidates(call: Call) -> Iterator[Customer]:
    ids = call.query.ids("id")
    if ids is None:
        return iter(call.company.customers.values())
    found = (call.company.customers.get(ident) for ident in dict.fromkeys(ids))
    return (customer for customer in found if customer is not None)


def _tests(call: Call) -> Iterator[Callable[[Customer], bool]]:
    query = call.query
    inactive = query.boolean("isInactive", default=False)
    yield lambda c: c.is_inactive == inactive
    numbers, name = query.ids("customerAccountNumber"), query.text("customerName")
    if numbers is not None:
        yield lambda c: c.number in numbers
    if name is not None:
        yield lambda c: name.lower() in c.name.lower()
    since = query.since("changedSince")
    if since is not None:
        yield lambda c: c.changed_on >= since
    for parameter, attribute in TEXT_FILTERS.items():
        wanted = query.text(parameter)
        if wanted is not None:
            yield _equals(attribute, wanted)


def _equals(attribute: str, wanted: str) -> Callable[[Customer], bool]:
    return lambda customer: bool(getattr(customer, attribute) == wanted)
