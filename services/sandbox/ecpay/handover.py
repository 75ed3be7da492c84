"""The hand-over of a claim: its shape, and the business rules in the contract's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.sandbox.ecpay.check_digits import (
    is_account_number,
    is_kid,
    is_organisation_number,
)
from services.sandbox.ecpay.problems import FieldError, refused_fields, validation_failed
from services.sandbox.ecpay.terms import Terms
from services.sandbox.ecpay.validation import (
    AMOUNT,
    AMOUNT_ABOVE_ZERO,
    CURRENCY,
    PERCENT,
    REFERENCE,
    Choice,
    CivilDay,
    Flag,
    Many,
    Pairs,
    Text,
    Thing,
)
from shared.messages.money import ZERO

NOTICE_DAYS = timedelta(days=14)
TIME_BAR_YEARS = 3

# What MISSING_ADDRESS, INVALID_... and their like tell is no fault of shape: such fields are
# strings here and no more.
ADDRESS = Thing(
    {
        "line1": Text(longest=120),
        "line2": Text(longest=120, shortest=1),
        "postalCode": Text(longest=16),
        "city": Text(longest=80),
        "country": Text(form=r"^[A-Z]{2}$"),
    },
    required=("country",),
)
DEBTOR = Thing(
    {
        "type": Choice(("PERSON", "COMPANY", "PUBLIC")),
        "name": Text(longest=160, shortest=1),
        "customerNumber": Text(longest=64, shortest=1),
        "address": ADDRESS,
        "organisationNumber": Text(),
        "nationalId": Text(),
        "email": Text(longest=254, form=r"^[^@\s]+@[^@\s]+$"),
        "phone": Text(form=r"^\+?[0-9 ]{4,32}$"),
        "language": Text(form=r"^[a-z]{2}$"),
    },
    required=("type", "name", "customerNumber"),
)
CLAIM = Thing(
    {
        "claimReference": REFERENCE,
        "invoiceNumber": Text(longest=40, shortest=1),
        "invoiceDate": CivilDay(),
        "dueDate": CivilDay(),
        "deliveryDate": CivilDay(),
        "description": Text(longest=200, shortest=1),
        "kid": Text(),
        "creditorBankAccount": Text(),
        "originalAmount": AMOUNT_ABOVE_ZERO,
        "outstandingPrincipal": AMOUNT_ABOVE_ZERO,
        "currency": CURRENCY,
        "paymentsBefore": Many(
            Thing(
                {"paymentReference": REFERENCE, "date": CivilDay(), "amount": AMOUNT},
                required=("paymentReference", "date", "amount"),
            ),
            most=100,
        ),
        "feesAlreadyClaimed": Many(
            Thing(
                {
                    "type": Choice(("REMINDER", "NOTICE")),
                    "amount": AMOUNT,
                    "sentDate": CivilDay(),
                    "deadline": CivilDay(),
                },
                required=("type", "amount", "sentDate", "deadline"),
            ),
            most=10,
        ),
        "interestAlreadyClaimed": Thing(
            {"amount": AMOUNT, "from": CivilDay(), "to": CivilDay(), "rate": PERCENT},
            required=("amount", "from", "to", "rate"),
        ),
        "standardCompensation": Thing({"claimed": Flag(), "amount": AMOUNT}, ("claimed",)),
        "noticeHistory": Many(
            Thing(
                {
                    "type": Choice(("SOFT_REMINDER", "REMINDER", "NOTICE_OF_DEBT_COLLECTION")),
                    "sentDate": CivilDay(),
                    "deadline": CivilDay(),
                    "channel": Choice(("LETTER", "EMAIL", "EHF", "SMS", "OTHER")),
                },
                required=("type", "sentDate"),
            ),
            most=20,
        ),
        "entryStage": Choice(("REMINDER", "NOTICE", "PAYMENT_DEMAND")),
        "dispute": Thing(
            {"disputed": Flag(), "reason": Text(longest=200), "receivedDate": CivilDay()},
            required=("disputed",),
        ),
        "debtor": DEBTOR,
        "assignedFrom": Text(longest=160, shortest=1),
        "metadata": Pairs(),
    },
    required=(
        "claimReference",
        "invoiceNumber",
        "invoiceDate",
        "dueDate",
        "description",
        "originalAmount",
        "outstandingPrincipal",
        "currency",
        "entryStage",
        "debtor",
    ),
)

Body = Mapping[str, Any]
Errors = Iterator[FieldError]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the rules need to know beside the hand-over itself."""

    terms: Terms
    today: date
    protected: frozenset[str] = frozenset()


def check_shape(body: Any) -> None:
    """Refuse a hand-over with structural faults, all of them listed.

    Raises:
        Refusal: With code VALIDATION_FAILED.
    """
    faults = list(CLAIM.faults(body, ""))
    if isinstance(body, dict):
        faults += _between_fields(body)
    if faults:
        raise validation_failed(faults)


def check_rules(body: Body, desk: Desk) -> None:
    """Refuse a well-formed hand-over that breaks business rules.

    Raises:
        Refusal: With the code of the first broken rule; all broken ones are listed.
    """
    errors = [error for rule in RULES for error in rule(body, desk)]
    if errors:
        raise refused_fields(errors)


def check_debtor(debtor: Any, desk: Desk) -> None:
    """Refuse debtor data that a hand-over would be refused for; pointers start at the debtor.

    Raises:
        Refusal: For its shape, or else for a business rule.
    """
    faults = [*DEBTOR.faults(debtor, ""), *_postal_code(debtor, "")]
    if faults:
        raise validation_failed(faults)
    errors = [
        FieldError(error.field.removeprefix("/debtor"), error.code, error.message)
        for rule in DEBTOR_RULES
        for error in rule({"debtor": debtor}, desk)
    ]
    if errors:
        raise refused_fields(errors)


def _between_fields(body: Body) -> Errors:
    invoiced, due = body.get("invoiceDate"), body.get("dueDate")
    if isinstance(invoiced, str) and isinstance(due, str) and due < invoiced:
        yield FieldError("/dueDate", "OUT_OF_RANGE", "may not be before invoiceDate")
    compensation = body.get("standardCompensation")
    given = compensation if isinstance(compensation, dict) else {}
    if given.get("claimed") is True and "amount" not in given:
        yield FieldError("/standardCompensation/amount", "REQUIRED", "is required")
    for index, letter in enumerate(_objects(body.get("noticeHistory"))):
        if letter.get("type") == "NOTICE_OF_DEBT_COLLECTION" and "deadline" not in letter:
            yield FieldError(f"/noticeHistory/{index}/deadline", "REQUIRED", "is required")
    yield from _postal_code(body.get("debtor"), "/debtor")


def _postal_code(debtor: Any, at: str) -> Errors:
    address = debtor.get("address") if isinstance(debtor, dict) else None
    if not isinstance(address, dict) or address.get("country") != "NO":
        return
    code = address.get("postalCode")
    if isinstance(code, str) and code.strip() and not (len(code) == 4 and code.isdigit()):  # noqa: PLR2004 - a Norwegian postal code
        yield FieldError(
            f"{at}/address/postalCode",
            "WRONG_FORMAT",
            "must be four digits when the country is NO",
        )


def _objects(value: Any) -> Iterable[dict[str, Any]]:
    return [item if isinstance(item, dict) else {} for item in value] if value else ()


def _agreement(_: Body, desk: Desk) -> Errors:
    if not desk.terms.active:
        yield FieldError("", "AGREEMENT_INACTIVE", "the agreement takes no new claims")


def _positive(body: Body, _: Desk) -> Errors:
    for name in ("originalAmount", "outstandingPrincipal"):
        if Decimal(body[name]) <= 0:
            yield FieldError(f"/{name}", "AMOUNT_NOT_POSITIVE", "must be above zero")


def _outstanding(body: Body, _: Desk) -> Errors:
    if Decimal(body["outstandingPrincipal"]) > Decimal(body["originalAmount"]):
        yield FieldError(
            "/outstandingPrincipal",
            "OUTSTANDING_EXCEEDS_ORIGINAL",
            "may not be above originalAmount",
        )


def _payments_before(body: Body, _: Desk) -> Errors:
    paid = sum((Decimal(item["amount"]) for item in body.get("paymentsBefore", ())), ZERO)
    if paid and paid > Decimal(body["originalAmount"]) - Decimal(body["outstandingPrincipal"]):
        yield FieldError(
            "/paymentsBefore",
            "PAYMENTS_BEFORE_INCONSISTENT",
            "add up to more than originalAmount minus outstandingPrincipal",
        )


def _minimum(body: Body, desk: Desk) -> Errors:
    if ZERO < Decimal(body["outstandingPrincipal"]) < desk.terms.minimum_amount:
        yield FieldError(
            "/outstandingPrincipal",
            "BELOW_MINIMUM_AMOUNT",
            "is below the minimum amount of the agreement",
        )


def _currency(body: Body, _: Desk) -> Errors:
    if body["currency"] != "NOK":
        yield FieldError("/currency", "CURRENCY_NOT_SUPPORTED", "is not taken by the agreement")


def _overdue(body: Body, desk: Desk) -> Errors:
    needed = desk.terms.minimum_days_overdue
    if (desk.today - date.fromisoformat(body["dueDate"])).days < needed:
        yield FieldError(
            "/dueDate", "NOT_OVERDUE_ENOUGH", f"the due date must be at least {needed} days ago"
        )


def _time_bar(body: Body, desk: Desk) -> Errors:
    due = date.fromisoformat(body["dueDate"])
    last = min(due.day, 28) if due.month == 2 else due.day  # noqa: PLR2004 - 29 February
    if desk.today > date(due.year + TIME_BAR_YEARS, due.month, last):
        yield FieldError("/dueDate", "TIME_BARRED", "is more than three years ago")


def _dispute(body: Body, desk: Desk) -> Errors:
    if body.get("dispute", {}).get("disputed") and not desk.terms.accepts_disputed:
        yield FieldError("/dispute/disputed", "DISPUTED", "disputed claims are not taken")


def _entry_stage(body: Body, desk: Desk) -> Errors:
    if body["entryStage"] not in desk.terms.entry_stages:
        yield FieldError(
            "/entryStage", "ENTRY_STAGE_NOT_SUPPORTED", "is not offered by the agreement"
        )


def _notice_passed(body: Body, desk: Desk) -> Errors:
    if body["entryStage"] == "PAYMENT_DEMAND" and not any(
        letter["type"] == "NOTICE_OF_DEBT_COLLECTION"
        and date.fromisoformat(letter["deadline"])
        >= date.fromisoformat(letter["sentDate"]) + NOTICE_DAYS
        and date.fromisoformat(letter["deadline"]) < desk.today
        for letter in body.get("noticeHistory", ())
    ):
        yield FieldError(
            "/noticeHistory", "NOTICE_DEADLINE_NOT_PASSED", "no notice has a deadline that passed"
        )


def _compensation(body: Body, _: Desk) -> Errors:
    claimed = body.get("standardCompensation", {}).get("claimed")
    if claimed and body["debtor"]["type"] == "PERSON":
        yield FieldError(
            "/standardCompensation", "COMPENSATION_NOT_ALLOWED", "may not be claimed of a PERSON"
        )


def _kid(body: Body, _: Desk) -> Errors:
    if "kid" in body and not is_kid(body["kid"]):
        yield FieldError("/kid", "INVALID_KID", "fits neither MOD10 nor MOD11")


def _account(body: Body, _: Desk) -> Errors:
    if "creditorBankAccount" in body and not is_account_number(body["creditorBankAccount"]):
        yield FieldError("/creditorBankAccount", "INVALID_BANK_ACCOUNT", "does not fit MOD11")


def _address(body: Body, _: Desk) -> Errors:
    address = body["debtor"].get("address")
    if address is None:
        yield FieldError("/debtor/address", "MISSING_ADDRESS", "is missing")
        return
    for name in ("line1", "postalCode", "city"):
        if not address.get(name, "").strip():
            yield FieldError(f"/debtor/address/{name}", "MISSING_ADDRESS", "is missing")


def _foreign(body: Body, desk: Desk) -> Errors:
    country = body["debtor"].get("address", {}).get("country", "NO")
    if country != "NO" and not desk.terms.accepts_foreign_debtors:
        yield FieldError("/debtor/address/country", "FOREIGN_DEBTOR_NOT_SUPPORTED", "must be NO")


def _organisation(body: Body, _: Desk) -> Errors:
    at, debtor = "/debtor/organisationNumber", body["debtor"]
    number = debtor.get("organisationNumber")
    if number is None and debtor["type"] == "COMPANY":
        yield FieldError(at, "MISSING_ORGANISATION_NUMBER", "is required for a COMPANY")
    if number is not None and not is_organisation_number(number):
        yield FieldError(at, "INVALID_ORGANISATION_NUMBER", "does not fit MOD11")


def _national_id(body: Body, _: Desk) -> Errors:
    number = body["debtor"].get("nationalId")
    if number is not None and not (len(number) == 11 and number.isdigit()):  # noqa: PLR2004 - a national identity number
        yield FieldError("/debtor/nationalId", "INVALID_NATIONAL_ID", "must be eleven digits")


def _protected(body: Body, desk: Desk) -> Errors:
    if body["debtor"]["customerNumber"] in desk.protected:
        yield FieldError("/debtor", "DEBTOR_PROTECTED", "may not be pursued")


Rule = Callable[[Body, Desk], Errors]
DEBTOR_RULES: tuple[Rule, ...] = (_address, _foreign, _organisation, _national_id, _protected)
RULES: tuple[Rule, ...] = (
    _agreement,
    _positive,
    _outstanding,
    _payments_before,
    _minimum,
    _currency,
    _overdue,
    _time_bar,
    _dispute,
    _entry_stage,
    _notice_passed,
    _compensation,
    _kid,
    _account,
    *DEBTOR_RULES,
)
