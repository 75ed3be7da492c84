"""Which step of the set-up to repeat when a system refuses: from fault to plain words."""

from __future__ import annotations

from collections.abc import Mapping

from shared.faults import Fault, Outage, Retryable
from shared.operations.setup import (
    Finding,
    Step,
    Verdict,
    failed,
    not_checked,
    ok,
)
from shared.store.clients import Client

_LOGIN = frozenset({"3000", "LOGIN_REFUSED", "HTTP_401"})
_NO_RIGHT = frozenset({"9000", "HTTP_403"})
_UNKNOWN = frozenset({"21000"})
_SECRET = frozenset({"SECRET_KEY_MISSING", "SEAL_BROKEN"})
_NO_CREDENTIALS = frozenset({"CREDENTIALS", "UNAUTHENTICATED", "INSUFFICIENT_SCOPE", "HTTP_401"})
_NO_AGREEMENT = frozenset({"FORBIDDEN", "NOT_FOUND", "HTTP_403", "HTTP_404"})


def login_failed(client: Client, fault: Fault) -> Finding:
    """Tell why nobody could log in to Tripletex."""
    subject = "client key"
    if fault.code in _SECRET:
        return Finding(Step.INSTALLATION, subject, Verdict.FAILED, fault.message, _key(client))
    if fault.code in _NO_RIGHT:
        return _no_module("not even ask whose it is")
    if fault.code in _LOGIN:
        return Finding(
            Step.KEY,
            subject,
            Verdict.NOT_ALLOWED,
            f"Tripletex does not accept the key ({fault.code}): it is wrong, was deleted or has "
            "expired, or RESTANSE_TRIPLETEX_CONSUMER_TOKEN is wrong",
            f"make a new client key in Tripletex (Company > Integrations > API access), then: "
            f"{_key(client)}",
        )
    return refused(subject, Step.KEY, fault)


def wrong_company(client: Client, owner: int, reached: int) -> Finding:
    """Tell that the key is for another company."""
    told = f"the client key belongs to company {owner}, not to company {client.company_id}"
    if reached:
        told += f"; as an accounting office's it reaches {reached} others, not that one"
    again = f"restanse client add --repeat --id {client.client_id}"
    return failed(
        Step.KEY,
        "client key",
        told,
        f"make the key in company {client.company_id} and give it again ({again} "
        f"--employee-token-file FILE), or correct the company ({again} --company-id {owner})",
    )


def judge_rights(faults: Mapping[str, Fault | None]) -> list[Finding]:
    """Tell module from right: when nothing at all may be read, the module is missing."""
    lacking = [subject for subject, fault in faults.items() if fault and fault.code in _NO_RIGHT]
    if len(lacking) == len(faults):
        return [_no_module(f"read nothing ({', '.join(lacking)})")]
    module = ok(Step.MODULE, "module 'API 2.0'", "is ordered")
    return [module, *(_right(subject, fault) for subject, fault in faults.items()), _WRITING]


def ecpay_failed(client: Client, fault: Fault) -> Finding:
    """Tell why the agreement could not be read."""
    subject = "agreement"
    if fault.code in _NO_CREDENTIALS:
        return Finding(
            Step.INSTALLATION,
            "ECPay credentials",
            Verdict.NOT_ALLOWED,
            f"ECPay does not accept our credentials ({fault.code})",
            "correct RESTANSE_ECPAY_CLIENT_ID and RESTANSE_ECPAY_CLIENT_SECRET",
        )
    if fault.code in _NO_AGREEMENT:
        return failed(
            Step.AGREEMENT,
            subject,
            f"ECPay knows no agreement {client.ecpay_client_id} that our credentials may use "
            f"({fault.code})",
            f"ask ECPay for the id, then: restanse client add --repeat --id {client.client_id} "
            "--ecpay-client-id …",
        )
    return refused(subject, Step.AGREEMENT, fault)


def refused(subject: str, step: Step, fault: Fault) -> Finding:
    """Tell of a refusal that has no words of its own."""
    if fault.code in _NO_RIGHT:
        return _right(subject, fault)
    if fault.code in _UNKNOWN:
        return not_checked(step, subject, f"this Tripletex does not show it ({fault.code})")
    if isinstance(fault, Retryable):
        is_away = not (isinstance(fault, Outage) and fault.client_id is not None)
        verdict = Verdict.UNREACHABLE if is_away else Verdict.NOT_ALLOWED
        return Finding(step, subject, verdict, _away(fault), "try again in a while")
    return failed(step, subject, fault.message, f"repeat step {step.value}")


def nothing_more() -> list[Finding]:
    """Return what could not be checked because nobody could log in."""
    because = "nobody could log in to Tripletex"
    return [
        not_checked(Step.ACCESS, "rights of the employee", because),
        not_checked(Step.BOOKKEEPING, "payment type and accounts", because),
    ]


_WRITING = not_checked(
    Step.ACCESS,
    "right to post vouchers",
    "Tripletex shows it only when the first settlement is booked; it is the right 'Advanced "
    "voucher'",
)


def _no_module(what: str) -> Finding:
    return Finding(
        Step.MODULE,
        "module 'API 2.0'",
        Verdict.NOT_ALLOWED,
        f"Tripletex lets the key log in but {what}: the module 'API 2.0' is not ordered, or the "
        "employee has no rights at all",
        "order 'API 2.0' under Company > Our subscription in Tripletex, then check the employee's "
        "access (step 2)",
    )


def _right(subject: str, fault: Fault | None) -> Finding:
    if fault is None:
        return ok(Step.ACCESS, f"right to read {subject}", "is given")
    if fault.code not in _NO_RIGHT:
        return refused(subject, Step.ACCESS, fault)
    return Finding(
        Step.ACCESS,
        f"right to read {subject}",
        Verdict.NOT_ALLOWED,
        f"the employee may not read {subject} ({fault.code})",
        "give the employee that right in Tripletex (Employees > Access), then make a new client "
        "key: a key never gets rights that came later",
    )


def _away(fault: Fault) -> str:
    setting = {"tripletex": "RESTANSE_TRIPLETEX_URL", "ecpay": "RESTANSE_ECPAY_URL"}
    named = setting.get(fault.dependency)
    return f"{fault.message}; is {named} right?" if named else fault.message


def _key(client: Client) -> str:
    return f"restanse client add --repeat --id {client.client_id} --employee-token-file FILE"
