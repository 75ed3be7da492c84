"""How VAT is split off a gross amount, and to which account it goes."""

from __future__ import annotations

from typing import NamedTuple

from services.sandbox.tripletex.amounts import Ore, share
from services.sandbox.tripletex.chart import OUTPUT_LOSS, VAT_ACCOUNTS
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.entities import Account, VatType


class VatSplit(NamedTuple):
    """The VAT within a gross amount; no account means there is none."""

    account: Account | None
    amount: Ore


NO_SPLIT = VatSplit(None, 0)


def vat_of(company: Company, account: Account, vat_type: VatType, gross: Ore) -> VatSplit:
    """Return the VAT within a gross amount posted on an account.

    Directly posted VAT (100 %) and reverse charge (negative rates) are kept out: the broker
    never uses them, so the stand-in treats them as no VAT.
    """
    target = OUTPUT_LOSS.get(vat_type.id) or _target(vat_type)
    if target is None or target == account.number:
        return NO_SPLIT
    hundredths = round(vat_type.percentage * 100)
    return VatSplit(company.account(target), share(gross, hundredths, 10_000 + hundredths))


def _target(vat_type: VatType) -> int | None:
    return VAT_ACCOUNTS.get(vat_type.id) or VAT_ACCOUNTS.get(vat_type.parent_id)
