"""What a person is told when ECPay refuses: one table from ECPay's code to plain words.

Complete over the codes that the contract lists for claims, payments, reversals and credits; a
code that ECPay adds later gets words of its own that name it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TaskKind(StrEnum):
    """What the task is about."""

    CLAIM_REFUSED = "claim-refused"
    AGREEMENT_INACTIVE = "agreement-inactive"
    PAYMENT_REFUSED = "payment-refused"
    REVERSAL_REFUSED = "reversal-refused"
    CREDIT_REFUSED = "credit-refused"
    PAYMENT_SURPLUS = "payment-surplus"


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong, as the end of a sentence, and what to do."""

    wrong: str
    what_to_do: str


_HAND_OVER_AGAIN = "Then hand the invoice over again with 'restanse invoice release'."
_CORRECT_CUSTOMER = f"Correct it on the customer in Tripletex. {_HAND_OVER_AGAIN}"
_ASK_SUPPORT = "This is a fault of the integration: pass it on to whoever runs it, with the code."
_TELL_CASE_HANDLER = "Write to the case handler at ECPay and name the case number."

ADVICE: dict[str, Advice] = {
    "DUPLICATE_CLAIM_REFERENCE": Advice(
        "ECPay already has another claim under the same reference",
        "Compare the case at ECPay with the invoice. If the case is the invoice's, correct it "
        "there; if not, ask ECPay to withdraw it.",
    ),
    "DUPLICATE_PAYMENT_REFERENCE": Advice(
        "ECPay already knows this payment, with other content or as paid before the hand-over",
        "Compare the payments on the case at ECPay with those in Tripletex. "
        "If they agree, close this task; if not, write to the case handler.",
    ),
    "DUPLICATE_CREDIT_REFERENCE": Advice(
        "ECPay already knows this credit note with other content",
        "Compare the credit on the case at ECPay with the credit note in Tripletex. "
        "If they agree, close this task; if not, write to the case handler.",
    ),
    "CLAIM_CLOSED": Advice(
        "the case at ECPay is closed",
        "Find out why it was closed. If the debtor has paid twice, the money is to be paid back "
        "from Tripletex; if the case was closed in error, write to ECPay.",
    ),
    "ALREADY_REVERSED": Advice(
        "ECPay has already taken the payment back",
        "Nothing is to be done if the balances agree; 'restanse reconcile' shows it.",
    ),
    "PAYMENT_NOT_FOUND": Advice(
        "ECPay does not know the payment that was taken back",
        f"{_TELL_CASE_HANDLER} Say that the debtor's payment did not hold and owes it again.",
    ),
    "VALIDATION_FAILED": Advice(
        "a field is missing or badly formed",
        "The fields are named in this task; a postal code in Norway has four digits. "
        f"{_CORRECT_CUSTOMER}",
    ),
    "IDEMPOTENCY_CONFLICT": Advice("two calls shared one key", _ASK_SUPPORT),
    "AGREEMENT_INACTIVE": Advice(
        "the agreement with ECPay takes no new claims",
        "Ask ECPay to open the agreement. Invoices wait and are handed over by themselves "
        "when it is open again.",
    ),
    "AMOUNT_NOT_POSITIVE": Advice(
        "the amount is zero or negative",
        "Look at the invoice in Tripletex; nothing is to be collected on it.",
    ),
    "OUTSTANDING_EXCEEDS_ORIGINAL": Advice(
        "more is outstanding than was invoiced",
        "Look at the postings of the invoice in Tripletex: something other than the invoice "
        f"has been added to it. Correct it. {_HAND_OVER_AGAIN}",
    ),
    "PAYMENTS_BEFORE_INCONSISTENT": Advice(
        "the payments before the hand-over do not fit what is outstanding",
        "Look at the postings of the invoice in Tripletex and match payments and credits. "
        f"{_HAND_OVER_AGAIN}",
    ),
    "BELOW_MINIMUM_AMOUNT": Advice(
        "less is outstanding than the agreement's minimum amount",
        "Collect it yourself or write it off, or agree on a lower minimum with ECPay.",
    ),
    "CURRENCY_NOT_SUPPORTED": Advice(
        "the agreement does not take claims in this currency",
        "Collect it yourself, or agree on the currency with ECPay.",
    ),
    "NOT_OVERDUE_ENOUGH": Advice(
        "the invoice is not overdue for long enough",
        "Nothing; it is handed over by itself when the day comes.",
    ),
    "TIME_BARRED": Advice(
        "more than three years have passed since the due date",
        "Ask a lawyer whether the claim can still be made, or write it off.",
    ),
    "DISPUTED": Advice(
        "the debtor disputes the claim",
        f"Settle the dispute with the customer first. {_HAND_OVER_AGAIN}",
    ),
    "ENTRY_STAGE_NOT_SUPPORTED": Advice(
        "the agreement does not offer the stage the case was to begin at",
        "Ask ECPay to offer the stage NOTICE in the agreement. " + _HAND_OVER_AGAIN,
    ),
    "NOTICE_DEADLINE_NOT_PASSED": Advice(
        "the deadline of your own notice of debt collection has not run out",
        f"Wait until it has. {_HAND_OVER_AGAIN}",
    ),
    "COMPENSATION_NOT_ALLOWED": Advice(
        "compensation for late payment cannot be claimed from a person", _ASK_SUPPORT
    ),
    "INVALID_KID": Advice(
        "the KID has a wrong check digit", f"Correct it in Tripletex. {_HAND_OVER_AGAIN}"
    ),
    "INVALID_BANK_ACCOUNT": Advice(
        "the bank account has a wrong check digit", f"Correct it in Tripletex. {_HAND_OVER_AGAIN}"
    ),
    "MISSING_ADDRESS": Advice("the customer has no complete postal address", _CORRECT_CUSTOMER),
    "FOREIGN_DEBTOR_NOT_SUPPORTED": Advice(
        "the customer's address is outside Norway",
        f"If the address is wrong: {_CORRECT_CUSTOMER} If it is right, collect it yourself or "
        "agree on foreign debtors with ECPay.",
    ),
    "MISSING_ORGANISATION_NUMBER": Advice(
        "the customer is a company without an organisation number", _CORRECT_CUSTOMER
    ),
    "INVALID_ORGANISATION_NUMBER": Advice(
        "the organisation number is not valid",
        f"A national identity number does not belong in that field. {_CORRECT_CUSTOMER}",
    ),
    "INVALID_NATIONAL_ID": Advice("the national identity number is not valid", _ASK_SUPPORT),
    "DEBTOR_PROTECTED": Advice(
        "ECPay may not pursue this debtor",
        "Ask ECPay what may be done. Do not send the invoice to another collector.",
    ),
    "UNKNOWN_CLAIM_REFERENCE": Advice(
        "ECPay does not know the claim that we have registered there",
        f"{_ASK_SUPPORT} Check at ECPay whether the case exists.",
    ),
    "PAYMENT_BEFORE_CLAIM": Advice(
        "the payment is dated before the invoice",
        f"{_TELL_CASE_HANDLER} Say how much the debtor had paid, and when.",
    ),
    "DATE_IN_FUTURE": Advice(
        "the date is in the future",
        "Correct the date in Tripletex if it is wrong; else nothing, it is reported in time.",
    ),
    "CURRENCY_MISMATCH": Advice(
        "the currency is not the claim's",
        f"{_TELL_CASE_HANDLER} Say how much was paid or credited in the claim's currency.",
    ),
    "PARTIAL_CREDIT_NOT_SUPPORTED": Advice(
        "the credit note is smaller than what is outstanding at ECPay",
        "ECPay takes full credits only. Compare the payments on both sides with "
        f"'restanse reconcile'. {_TELL_CASE_HANDLER}",
    ),
    "CREDIT_EXCEEDS_PRINCIPAL": Advice(
        "the credit note is larger than what is outstanding at ECPay",
        "Compare the payments on both sides with 'restanse reconcile'. A refund to the "
        f"customer is made in Tripletex. {_TELL_CASE_HANDLER}",
    ),
}

NOT_IN_TRIPLETEX = Advice(
    "the invoice is not found in Tripletex any more",
    "Check whether it was deleted or reversed. If it stands, give our employee access to it. "
    f"{_HAND_OVER_AGAIN}",
)
PARTIAL_REVERSAL = Advice(
    "only a part of the payment was taken back, and ECPay takes back whole payments only",
    f"{_TELL_CASE_HANDLER} Say how much of the payment still stands.",
)
REVERSED_BEFORE = Advice(
    "the payment was made before the hand-over, so ECPay cannot take it back by itself",
    f"{_TELL_CASE_HANDLER} Say that the debtor owes the amount of the payment again.",
)
NOT_FULL = Advice(
    "it is not a full credit of one invoice, and ECPay takes no other",
    f"{_TELL_CASE_HANDLER} Ask to pause the case until the amounts agree.",
)
SURPLUS = Advice(
    "more was paid than the principal outstanding at ECPay",
    "The rest may be interest and fees, or too much. Look at the case at ECPay; what is too "
    "much is paid back to the customer from Tripletex.",
)


def advice_on(code: str) -> Advice:
    """Return what a person is told about a code, in general words when it is new."""
    known = ADVICE.get(code)
    if known is not None:
        return known
    return Advice(
        f"ECPay gave the reason {code[:60]}",
        f"Ask ECPay what it means. {_HAND_OVER_AGAIN}",
    )
