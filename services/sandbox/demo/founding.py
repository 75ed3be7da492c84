"""Founds the creditors of a plan in both stand-ins, with customers that never existed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from services.sandbox.demo.plan import Plan, PlannedClient
from services.sandbox.ecpay.terms import Terms
from services.sandbox.ecpay.world import EcpayWorld
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.orders import CustomerOrder
from services.sandbox.tripletex.world import TripletexWorld
from shared.receivables.organisation_numbers import is_organisation_number

_PLACES = (("0155", "Oslo"), ("5003", "Bergen"), ("7011", "Trondheim"), ("9008", "Tromsø"))
_TRADES = ("Rør", "Elektro", "Tak", "Maling", "Regnskap", "Transport", "Hage", "Data")
_TOWNS = ("Nordfjord", "Granli", "Solvik", "Bekkelund", "Fagernes", "Havnes", "Lillevik")
_BUSINESS_SHARE = 0.3
_CLEARING = "Oppgjør inkasso"
_SETTLES_ON = 0
"""Settlements are made on Mondays."""


@dataclass(frozen=True, slots=True)
class Creditor:
    """A creditor that exists in both stand-ins."""

    plan: PlannedClient
    name: str
    company: Company
    token: str
    ecpay_client_id: str
    customer_ids: tuple[int, ...]
    clearing_payment_type: str = _CLEARING


def found(
    plan: Plan, *, seed: int, tripletex: TripletexWorld, ecpay: EcpayWorld
) -> tuple[Creditor, ...]:
    """Found every creditor of a plan; those of an accountant share one office's token."""
    random = Random(seed)  # noqa: S311  # a simulation, not a secret
    numbers = organisation_numbers()
    companies = {
        client.client_id: tripletex.add_company(
            _company_name(index),
            organization_number=next(numbers),
            vat_registered=client.vat_registered,
        )
        for index, client in enumerate(plan.clients)
    }
    kept = [companies[client.client_id].id for client in plan.clients if client.is_accountant_s]
    office = tripletex.add_office("Tallknuserne Regnskap AS", kept) if kept else None
    return tuple(
        _creditor(
            client,
            companies[client.client_id],
            token=tripletex.employee_token(
                office.id if office and client.is_accountant_s else companies[client.client_id].id
            ).token,
            customers=tuple(
                tripletex.add_customer(
                    companies[client.client_id].id, _customer(random, number, numbers)
                ).id
                for number in range(client.customers)
            ),
            ecpay=ecpay,
        )
        for client in plan.clients
    )


def organisation_numbers() -> Iterator[str]:
    """Return organisation numbers with right check digits, in order."""
    number = 310_000_000
    while True:
        number += 1
        if is_organisation_number(str(number)):
            yield str(number)


def _creditor(
    client: PlannedClient,
    company: Company,
    *,
    token: str,
    customers: tuple[int, ...],
    ecpay: EcpayWorld,
) -> Creditor:
    agreement = f"{company.id}-ecpay"
    ecpay.make_creditor(
        Terms(
            client_id=agreement,
            creditor_name=company.name,
            organisation_number=company.organization_number,
            vat_registered=client.vat_registered,
            vat_set_off=client.vat_registered,
            settles_on_weekday=_SETTLES_ON,
        )
    )
    return Creditor(client, company.name, company, token, agreement, customers)


def _company_name(index: int) -> str:
    trade = _TRADES[index % len(_TRADES)]
    town = _TOWNS[index // len(_TRADES) % len(_TOWNS)]
    return f"{town} {trade} {index + 1} AS"


def _customer(random: Random, number: int, numbers: Iterator[str]) -> CustomerOrder:
    postal_code, city = random.choice(_PLACES)
    business = random.random() < _BUSINESS_SHARE
    return CustomerOrder(
        name=f"Kunde {number + 1} {'AS' if business else ''}".strip(),
        organization_number=next(numbers) if business else "",
        is_private_individual=not business,
        email=f"kunde{number + 1}@example.invalid",
        postal_code=postal_code,
        city=city,
    )
