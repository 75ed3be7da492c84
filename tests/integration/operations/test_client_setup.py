"""Setting a client up against live stand-ins: what is right passes, what is wrong is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pydantic import SecretStr

from shared.faults import Conflict, Invalid
from shared.operations import clients
from shared.operations.previews import preview_client
from shared.operations.setup import Finding, Step, Verdict
from shared.store import clients as store_clients
from shared.store.audit import list_audit
from shared.store.clients import BookingMode, ClientState
from tests.harness.office import CLIENT_ID, ECPAY_ID, Office


async def bad_findings(office: Office, **changed: object) -> list[Finding]:
    checked = await clients.add(office.desk, office.answers(**changed))
    good = (Verdict.OK, Verdict.NOT_CHECKED)
    return [finding for finding in checked.findings if finding.verdict not in good]


async def test_a_right_setup_passes_every_check(office: Office) -> None:
    checked = await clients.add(office.desk, office.answers())

    assert checked.exit_code == 0
    assert {finding.step for finding in checked.findings} == set(Step) - {Step.INSTALLATION}


async def test_what_is_learned_on_the_way_is_kept(office: Office) -> None:
    await clients.add(office.desk, office.answers())

    kept = await store_clients.client(office.desk.store, CLIENT_ID)
    assert kept.state is ClientState.ADDED
    assert kept.vat_registered is True
    assert kept.minimum_amount == Decimal("50.00")
    assert kept.clearing_payment_type_id is not None
    assert office.token.get_secret_value().encode() not in kept.employee_token


async def test_the_key_of_an_accounting_office_is_recognised(office: Office) -> None:
    bureau = office.sandbox.tripletex.add_office("Tall og Orden AS", [office.company.id])
    key = SecretStr(office.sandbox.tripletex.employee_token(bureau.id).token)

    checked = await clients.add(office.desk, office.answers(employee_token=key))

    assert checked.exit_code == 0
    assert checked.client.is_accountant_token


async def test_a_wrong_key_asks_for_a_new_one(office: Office) -> None:
    (found,) = await bad_findings(office, employee_token=SecretStr("nonsense"))

    assert (found.step, found.verdict) == (Step.KEY, Verdict.NOT_ALLOWED)
    assert "make a new client key" in (found.repeat or "")


async def test_a_revoked_key_asks_for_a_new_one(office: Office) -> None:
    office.sandbox.tripletex.revoke_token(office.company.id)

    (found,) = await bad_findings(office)

    assert (found.step, found.verdict) == (Step.KEY, Verdict.NOT_ALLOWED)


async def test_the_key_of_another_company_names_both(office: Office) -> None:
    other = office.sandbox.tripletex.add_company("Annen AS")
    key = SecretStr(office.sandbox.tripletex.employee_token(other.id).token)

    (found,) = await bad_findings(office, employee_token=key)

    assert (found.step, found.verdict) == (Step.KEY, Verdict.FAILED)
    assert str(other.id) in found.told
    assert str(office.company.id) in found.told


async def test_a_missing_module_asks_for_step_one(office: Office) -> None:
    office.sandbox.tripletex.set_module(office.company.id, on=False)

    (found,) = await bad_findings(office)

    assert (found.step, found.verdict) == (Step.MODULE, Verdict.NOT_ALLOWED)
    assert "order 'API 2.0'" in (found.repeat or "")


async def test_a_missing_clearing_payment_type_asks_for_one(office: Office) -> None:
    bare = office.sandbox.tripletex.add_company("Bar AS", clearing=False)

    (found,) = await bad_findings(replace(office, company=bare))

    assert (found.step, found.verdict) == (Step.BOOKKEEPING, Verdict.FAILED)
    assert "make a payment type for account 1579" in (found.repeat or "")


async def test_a_payment_type_on_another_account_is_refused(office: Office) -> None:
    (found,) = await bad_findings(office, clearing_payment_type="Betalt til bank")

    assert "debits account 1920, not the clearing account 1579" in found.told
    assert "Oppgjør inkasso" in (found.repeat or "")


async def test_a_payment_type_can_be_named(office: Office) -> None:
    checked = await clients.add(
        office.desk, office.answers(clearing_payment_type="oppgjør inkasso")
    )

    assert checked.exit_code == 0


async def test_an_account_that_does_not_exist_is_named(office: Office) -> None:
    (found,) = await bad_findings(office, accounts={"fee_income": 3999})

    assert found.told == "account 3999 (fees received) does not exist in this company"


async def test_a_ledger_account_is_refused(office: Office) -> None:
    (found,) = await bad_findings(office, accounts={"overpayment": 2400})

    assert "needs a supplier on every posting" in found.told


async def test_a_closed_period_is_told(office: Office) -> None:
    office.sandbox.tripletex.close_period(office.company.id, date(2026, 9, 1))

    (found,) = await bad_findings(office)

    assert (found.subject, found.verdict) == ("accounting period", Verdict.FAILED)


async def test_an_unknown_agreement_asks_ecpay(office: Office) -> None:
    (found,) = await bad_findings(office, ecpay_client_id="nobody")

    assert (found.step, found.verdict) == (Step.AGREEMENT, Verdict.FAILED)


@pytest.mark.parametrize(
    ("terms", "subject"),
    [
        ({"active": False}, "agreement"),
        ({"vat_registered": False}, "VAT registration"),
        ({"minimum_days_overdue": 31}, "days overdue"),
    ],
)
async def test_terms_that_do_not_fit_are_told(
    office: Office, terms: dict[str, object], subject: str
) -> None:
    office.sandbox.ecpay.change_terms(ECPAY_ID, **terms)

    (found,) = await bad_findings(office)

    assert (found.subject, found.verdict) == (subject, Verdict.FAILED)


async def test_a_minimum_below_that_of_ecpay_is_a_warning(office: Office) -> None:
    checked = await clients.add(office.desk, office.answers(minimum_amount=Decimal("10.00")))

    assert checked.exit_code == 3


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "Not An Id"},
        {"company_id": -1},
        {"employee_token": SecretStr("")},
        {"days_overdue": 900},
        {"minimum_amount": Decimal("0.001")},
        {"accounts": {"nothing": 1500}},
    ],
)
async def test_answers_that_cannot_be_right_are_refused(
    office: Office, changed: dict[str, object]
) -> None:
    with pytest.raises(Invalid, match="cannot be right"):
        await clients.add(office.desk, office.answers(**changed))

    assert await store_clients.all_clients(office.desk.store) == ()


async def test_a_client_is_added_once(office: Office) -> None:
    await clients.add(office.desk, office.answers())

    with pytest.raises(Conflict, match="--repeat"):
        await clients.add(office.desk, office.answers())


async def test_an_agreement_belongs_to_one_client(office: Office) -> None:
    await clients.add(office.desk, office.answers())

    with pytest.raises(Conflict, match="is used by client nordfjord"):
        await clients.add(office.desk, office.answers(client_id="other"))


async def test_answering_again_changes_only_what_is_given(office: Office) -> None:
    await clients.add(office.desk, office.answers(days_overdue=20))
    before = await store_clients.client(office.desk.store, CLIENT_ID)

    await clients.repeat(
        office.desk, clients.Answers(client_id=CLIENT_ID, booking=BookingMode.DRAFT)
    )

    after = await store_clients.client(office.desk.store, CLIENT_ID)
    assert after == replace(before, booking=BookingMode.DRAFT)


async def test_the_preview_tells_what_goes_and_what_stays(office: Office) -> None:
    await clients.add(office.desk, office.answers())
    office.owe("1000.00", date(2026, 8, 3))
    office.owe("2000.00", date(2026, 8, 4))

    seen = await preview_client(office.desk, CLIENT_ID)

    assert (seen.count, str(seen.total), seen.oldest) == (1, "1000.00 NOK", date(2026, 8, 3))
    (kept,) = seen.kept
    assert kept.reasons == ("not overdue long enough; it will be on 2026-08-19",)


async def test_confirming_starts_the_flow_and_is_remembered(office: Office) -> None:
    await clients.add(office.desk, office.answers())

    await clients.confirm(
        office.desk, CLIENT_ID, count=3, total=Decimal("6000.00"), reason="agreed"
    )

    kept = await store_clients.client(office.desk.store, CLIENT_ID)
    newest, *_ = await list_audit(office.desk.store)
    assert kept.state is ClientState.ACTIVE
    assert (newest.actor, newest.action, newest.reason) == ("kari", "client confirm", "agreed")
    assert newest.detail == {"invoices": 3, "amount": "6000.00", "start_date": "2026-01-01"}


async def test_a_setup_that_fails_is_not_started(office: Office) -> None:
    await clients.add(office.desk, office.answers(ecpay_client_id="nobody"))

    with pytest.raises(Invalid, match="restanse client check nordfjord"):
        await clients.confirm(office.desk, CLIENT_ID, count=0, total=Decimal(0), reason="")


async def test_starting_twice_is_a_conflict(office: Office) -> None:
    await clients.add(office.desk, office.answers())
    await clients.confirm(office.desk, CLIENT_ID, count=0, total=Decimal(0), reason="")

    with pytest.raises(Conflict, match="is active already"):
        await clients.confirm(office.desk, CLIENT_ID, count=0, total=Decimal(0), reason="")


async def test_pausing_and_resuming_move_between_two_states(office: Office) -> None:
    await clients.add(office.desk, office.answers())
    await clients.confirm(office.desk, CLIENT_ID, count=0, total=Decimal(0), reason="")

    paused = await clients.pause(office.desk.store, CLIENT_ID, by=office.desk.act("holiday"))
    resumed = await clients.resume(office.desk.store, CLIENT_ID, by=office.desk.act("back"))

    assert (paused.state, resumed.state) == (ClientState.PAUSED, ClientState.ACTIVE)
    with pytest.raises(Conflict, match="is ACTIVE, not PAUSED"):
        await clients.resume(office.desk.store, CLIENT_ID, by=office.desk.act("again"))
