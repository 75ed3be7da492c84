"""The paths of the stand-in: which function answers which method and path."""

from __future__ import annotations

from typing import NamedTuple

from services.sandbox.tripletex.call import Endpoint
from services.sandbox.tripletex.endpoints import (
    customers,
    invoices,
    ledger,
    postings,
    sessions,
    statuses,
    vouchers,
)
from services.sandbox.tripletex.errors import unknown_path, wrong_method

NO_LOGIN = frozenset({"/token/session/:create", "/token/session/{token}"})

ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("PUT", "/token/session/:create", sessions.create_by_query),
    ("POST", "/token/session/:create", sessions.create_by_body),
    ("GET", "/token/session/>whoAmI", sessions.who_am_i),
    ("DELETE", "/token/session/{token}", sessions.delete),
    ("GET", "/company/>withLoginAccess", sessions.with_login_access),
    ("GET", "/company/{id}", sessions.company),
    ("GET", "/invoice", invoices.list_invoices),
    ("GET", "/invoice/paymentType", invoices.list_payment_types),
    ("GET", "/invoice/paymentType/{id}", invoices.get_payment_type),
    ("GET", "/invoice/{id}", invoices.get_invoice),
    ("PUT", "/invoice/{id}/:payment", invoices.pay),
    ("PUT", "/invoice/{id}/:createCreditNote", invoices.create_credit_note),
    ("PUT", "/invoice/{id}/:createReminder", invoices.create_reminder),
    ("GET", "/invoice/{invoiceId}/pdf", invoices.pdf),
    ("GET", "/invoiceRemark/{id}", invoices.get_remark),
    ("GET", "/reminder", invoices.list_reminders),
    ("GET", "/reminder/{id}", invoices.get_reminder),
    ("GET", "/customer", customers.list_customers),
    ("GET", "/customer/{id}", customers.get_customer),
    ("GET", "/currency", customers.list_currencies),
    ("GET", "/country", customers.list_countries),
    ("GET", "/ledger/account", ledger.list_accounts),
    ("GET", "/ledger/account/{id}", ledger.get_account),
    ("GET", "/ledger/vatType", ledger.list_vat_types),
    ("GET", "/ledger/vatType/{id}", ledger.get_vat_type),
    ("GET", "/ledger/vatSettings", ledger.vat_settings),
    ("GET", "/ledger/voucherType", ledger.list_voucher_types),
    ("GET", "/ledger/voucherType/{id}", ledger.get_voucher_type),
    ("GET", "/ledger/accountingPeriod", ledger.list_periods),
    ("GET", "/ledger/accountingPeriod/{id}", ledger.get_period),
    ("GET", "/ledger/postingRules", ledger.posting_rules),
    ("GET", "/ledger/voucher", vouchers.list_vouchers),
    ("POST", "/ledger/voucher", vouchers.create),
    ("GET", "/ledger/voucher/>externalVoucherNumber", vouchers.by_external_number),
    ("GET", "/ledger/voucher/>nonPosted", vouchers.list_non_posted),
    ("GET", "/ledger/voucher/{id}", vouchers.get_voucher),
    ("DELETE", "/ledger/voucher/{id}", vouchers.delete),
    ("PUT", "/ledger/voucher/{id}/:reverse", vouchers.reverse_voucher),
    ("PUT", "/ledger/voucher/{id}/:sendToLedger", vouchers.send_to_ledger),
    ("GET", "/ledger/voucher/{id}/options", vouchers.options),
    ("POST", "/ledger/voucher/{voucherId}/attachment", vouchers.attach),
    ("DELETE", "/ledger/voucher/{voucherId}/attachment", vouchers.detach),
    ("GET", "/ledger/voucher/{voucherId}/pdf", vouchers.pdf),
    ("GET", "/ledger/posting", postings.list_postings),
    ("GET", "/ledger/postingByDate", postings.list_by_date),
    ("GET", "/ledger/posting/openPost", postings.list_open_posts),
    ("PUT", "/ledger/posting/:closePostings", postings.close_postings),
    ("GET", "/ledger/posting/{id}", postings.get_posting),
    ("GET", "/ledger/openPost", postings.open_posts_by_account),
    ("GET", "/ledger/closeGroup", postings.list_close_groups),
    ("GET", "/ledger/closeGroup/{id}", postings.get_close_group),
    ("GET", "/voucherStatus", statuses.list_statuses),
    ("POST", "/voucherStatus", statuses.add_status),
    ("GET", "/voucherStatus/{id}", statuses.get_status),
    ("GET", "/event/subscription", statuses.list_subscriptions),
)


class Match(NamedTuple):
    """An endpoint with the values its path holds."""

    template: str
    endpoint: Endpoint
    path: dict[str, str]


class _Path(NamedTuple):
    template: str
    parts: tuple[str, ...]
    methods: dict[str, Endpoint]

    def values(self, parts: tuple[str, ...]) -> dict[str, str] | None:
        found: dict[str, str] = {}
        for mine, given in zip(self.parts, parts, strict=True):
            if mine.startswith("{"):
                found[mine[1:-1]] = given
            elif mine != given:
                return None
        return found


class Router:
    """Finds the endpoint of a path; literal paths stand before those with an id."""

    def __init__(self) -> None:
        self._by_length: dict[int, list[_Path]] = {}
        for method, template, endpoint in ENDPOINTS:
            self._path(template).methods[method] = endpoint

    def match(self, method: str, path: str) -> Match:
        """Return the endpoint of a request.

        Raises:
            ApiError: The path or the method does not exist.
        """
        parts = tuple(path.strip("/").split("/"))
        for candidate in self._by_length.get(len(parts), ()):
            values = candidate.values(parts)
            if values is not None:
                endpoint = candidate.methods.get(method)
                if endpoint is None:
                    raise wrong_method()
                return Match(candidate.template, endpoint, values)
        raise unknown_path()

    def _path(self, template: str) -> _Path:
        parts = tuple(template.strip("/").split("/"))
        known = self._by_length.setdefault(len(parts), [])
        for path in known:
            if path.template == template:
                return path
        made = _Path(template, parts, {})
        known.append(made)
        return made
