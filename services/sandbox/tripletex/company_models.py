"""Models of companies, logins, sessions and settings."""

from __future__ import annotations

from services.sandbox.tripletex.entities import Ref
from services.sandbox.tripletex.models import day, fixed, model, no_refs, plain, ref, unkept
from services.sandbox.tripletex.rendering import Field, Model

_COMPANY_FIELDS = [
    plain("name", "name"),
    plain("displayName", "name"),
    fixed("startDate", "2020-01-01"),
    fixed("endDate", None),
    plain("organizationNumber", "organization_number"),
    fixed("email", ""),
    fixed("phoneNumber", ""),
    fixed("phoneNumberMobile", ""),
    fixed("faxNumber", ""),
    *no_refs("address", of="address"),
    fixed("type", "AS"),
    Field("currency", lambda _: Ref(1), model="currency"),
    fixed("accountantOrSimilar", value=False),
    fixed("companyMigration", "NONE"),
    fixed("invoiceShowDeliveryDate", value=False),
]

COMPANY = model("CompanyDTO", "/company", _COMPANY_FIELDS)
CLIENT = model("ClientDTO", "/company", [*_COMPANY_FIELDS, plain("customerCompanyId", "id")])

LOGIN = Model(
    "LoggedInUserInfoDTO",
    "",
    [
        plain("employeeId", "employee.id"),
        plain("actualEmployeeId", "actual_employee.id"),
        ref("employee", "employee", "employee"),
        plain("companyId", "company.id"),
        ref("company", "company", "company"),
        plain("language", "language"),
        fixed("loggedInWithConnect", value=False),
        plain("employeeIsProxy", "is_proxy"),
    ],
)

SESSION = model(
    "SessionTokenDTO",
    "/token/session",
    [
        Field("consumerToken", lambda s: s.consumer, model="consumer token"),
        Field("employeeToken", lambda s: s.employee, model="employee token"),
        day("expirationDate", "expires"),
        plain("token", "token"),
    ],
)
CONSUMER_TOKEN = model(
    "ConsumerTokenDTO", "/token/consumer", unkept("apiConsumer token expirationDate")
)
EMPLOYEE_TOKEN = model(
    "EmployeeTokenDTO", "/token/employee", unkept("employee apiConsumer token expirationDate")
)

VAT_SETTINGS = model(
    "VatSettingsDTO",
    "/ledger/vatSettings",
    [
        Field(
            "vatRegistrationStatus",
            lambda c: "VAT_REGISTERED" if c.is_vat_registered else "VAT_NOT_REGISTERED",
        )
    ],
)

POSTING_RULES = model(
    "PostingRulesDTO",
    "/ledger/postingRules",
    [
        Field("accountReceivableCustomersId", lambda c: c.account(1500), model="account"),
        Field("accountDebtVendorsId", lambda c: c.account(2400), model="account"),
        Field("accountDebtEmployeesAndOwnersId", lambda c: c.account(2910), model="account"),
        Field("accountRoundDiffId", lambda c: c.account(7740), model="account"),
        fixed("vatPerDepartment", value=False),
        fixed("multipleIndustries", value=False),
        fixed("defaultBusinessActivityTypeId", 1),
        *no_refs("accountSubscriptionAccrual", of="account"),
        Field("accountProductSaleNoVat", lambda c: c.account(3200), model="account"),
    ],
)

SUBSCRIPTION = model(
    "SubscriptionDTO",
    "/event/subscription",
    [
        plain("event", "event"),
        plain("targetUrl", "target_url"),
        plain("fields", "fields"),
        plain("status", "status"),
        plain("authHeaderName", "auth_header_name"),
    ],
)
