"""Models of the ledger: vouchers, postings, accounts and what belongs to them."""

from __future__ import annotations

from typing import Any

from services.sandbox.tripletex.amounts import Ore, as_double
from services.sandbox.tripletex.chart import NOK, VAT_BY_ID
from services.sandbox.tripletex.entities import Currency, Invoice, Ref
from services.sandbox.tripletex.models import (
    day,
    fixed,
    model,
    money,
    no_refs,
    ore_of,
    plain,
    ref,
    refs,
    unkept,
)
from services.sandbox.tripletex.rendering import Field


def _gross(posting: Any) -> float:
    # A posted body's number comes back as it was sent: 29950, or 5984.310000000027.
    sent = posting.gross_as_sent
    return as_double(posting.gross) if sent is None else sent


def _in_currency(posting: Any) -> Ore:
    invoice: Invoice | None = posting.invoice
    amount: Ore = posting.amount
    return amount if invoice is None else invoice.in_currency(amount)


def _currency(posting: Any) -> Currency:
    invoice: Invoice | None = posting.invoice
    return NOK if invoice is None else invoice.currency


def _party(attribute: str) -> Field:
    def read(posting: Any) -> Ref | None:
        ident = getattr(posting, f"{attribute}_id")
        return None if ident is None else Ref(ident)

    return Field(attribute, read, model=attribute)


VOUCHER = model(
    "VoucherDTO",
    "/ledger/voucher",
    [
        day("date", "date"),
        plain("number", "number"),
        plain("tempNumber", "temp_number"),
        plain("year", "date.year"),
        plain("description", "description"),
        ref("voucherType", "voucher_type", "voucher type"),
        ref("reverseVoucher", "reverse_of", "voucher"),
        refs("postings", lambda v: v.postings, "posting"),
        *no_refs("document", of="document"),
        ref("attachment", "attachment", "document"),
        plain("externalVoucherNumber", "external_number"),
        *no_refs("ediDocument", of="document"),
        fixed("supplierVoucherType", None),
        fixed("wasAutoMatched", value=False),
        plain("vendorInvoiceNumber", "vendor_invoice_number"),
        Field("displayName", lambda v: v.number_as_string, is_hidden=True),
        plain("numberAsString", "number_as_string"),
    ],
)

POSTING = model(
    "PostingDTO",
    "/ledger/posting",
    [
        ref("voucher", "voucher", "voucher"),
        day("date", "date"),
        plain("description", "description"),
        ref("account", "account", "account"),
        *no_refs("amortizationAccount", of="account"),
        fixed("amortizationStartDate", None),
        fixed("amortizationEndDate", None),
        ref("customer", "customer", "customer"),
        _party("supplier"),
        _party("employee"),
        *no_refs("project", "product", "department"),
        ref("vatType", "vat_type", "vat type"),
        money("amount", ore_of("amount")),
        money("amountCurrency", _in_currency),
        Field("amountGross", _gross),
        Field("amountGrossCurrency", _gross),
        Field("currency", _currency, model="currency"),
        ref("closeGroup", "close_group", "close group"),
        plain("invoiceNumber", "invoice_number"),
        day("termOfPayment", "term_of_payment"),
        plain("row", "row"),
        plain("type", "type"),
        fixed("externalRef", ""),
        plain("systemGenerated", "system_generated"),
        fixed("taxTransactionType", "(Ikke valgt)"),
        fixed("taxTransactionTypeId", 0),
        fixed("matched", value=False),
        fixed("quantityAmount1", 0),
        *no_refs("quantityType1"),
        fixed("quantityAmount2", 0),
        *no_refs("quantityType2"),
        plain("isVatReadonly", "account.vat_locked"),
        fixed("isAmountVatClosed", value=False),
        fixed("postingRuleId", 0),
        *no_refs("freeAccountingDimension1", "freeAccountingDimension2"),
        *no_refs("freeAccountingDimension3", "asset"),
    ],
)

ACCOUNT = model(
    "AccountDTO",
    "/ledger/account",
    [
        plain("number", "number"),
        Field("numberPretty", lambda a: str(a.number)),
        plain("name", "name"),
        fixed("description", ""),
        plain("type", "type"),
        refs("legalVatTypes", lambda a: a.legal_vat_types, "vat type"),
        plain("ledgerType", "ledger_type"),
        fixed("balanceGroup", "Ikke i en saldogruppe."),
        ref("vatType", "vat_type", "vat type"),
        plain("vatLocked", "vat_locked"),
        *no_refs("currency", of="currency"),
        plain("isCloseable", "is_closeable"),
        fixed("isApplicableForSupplierInvoice", value=False),
        plain("requireReconciliation", "require_reconciliation"),
        plain("isInactive", "is_inactive"),
        plain("isBankAccount", "is_bank_account"),
        plain("isInvoiceAccount", "is_invoice_account"),
        fixed("bankAccountNumber", ""),
        *no_refs("bankAccountCountry", of="country"),
        fixed("bankName", ""),
        fixed("bankAccountIBAN", ""),
        fixed("bankAccountSWIFT", ""),
        Field("saftCode", lambda a: str(a.number)[:2]),
        Field("groupingCode", lambda a: str(a.number)),
        Field("displayName", lambda a: f"{a.number} {a.name}"),
        plain("requiresDepartment", "requires_department"),
        plain("requiresProject", "requires_project"),
        *no_refs("invoicingDepartment"),
        plain("isPostingsExist", "has_postings"),
        *no_refs("quantityType1", "quantityType2", "department"),
    ],
)

VAT_TYPE = model(
    "VatTypeDTO",
    "/ledger/vatType",
    [
        plain("name", "name"),
        plain("number", "number"),
        plain("displayName", "display_name"),
        plain("percentage", "percentage"),
        fixed("deductionPercentage", 100.0),
        Field("parentType", lambda v: VAT_BY_ID[v.parent_id], model="vat type"),
    ],
)

VOUCHER_TYPE = model(
    "VoucherTypeDTO",
    "/ledger/voucherType",
    [plain("name", "name"), plain("displayName", "name")],
)

PAYMENT_TYPE = model(
    "PaymentTypeDTO",
    "/invoice/paymentType",
    [
        plain("description", "description"),
        plain("displayName", "description"),
        ref("debitAccount", "debit_account", "account"),
        *no_refs("creditAccount", of="account"),
        Field("vatType", lambda _: VAT_BY_ID[0], model="vat type"),
        plain("sequence", "sequence"),
        *no_refs("customer", of="customer"),
        *no_refs("supplier", of="supplier"),
        plain("currencyId", "currency.id"),
        plain("currencyCode", "currency.code"),
    ],
)

CLOSE_GROUP = model(
    "CloseGroupDTO",
    "/ledger/closeGroup",
    [day("date", "date"), refs("postings", lambda g: g.postings, "posting")],
)

PERIOD = model(
    "AccountingPeriodDTO",
    "/ledger/accountingPeriod",
    [
        Field("name", lambda p: f"{p.start:%Y-%m}"),
        plain("number", "start.month"),
        day("start", "start"),
        day("end", "end"),
        plain("isClosed", "is_closed"),
        fixed("checkLedgerLogEmployeeName", ""),
        fixed("checkLedgerLogEmployeePictureId", 0),
        fixed("checkLedgerLogTime", None),
        fixed("checkWageLogEmployeeName", ""),
        fixed("checkWageLogEmployeePictureId", 0),
        fixed("checkWageLogTime", None),
    ],
)

DOCUMENT = model(
    "DocumentDTO",
    "/document",
    [plain("fileName", "file_name"), plain("size", "size"), plain("mimeType", "mime_type")],
)

VOUCHER_STATUS = model(
    "VoucherStatusDTO",
    "/voucherStatus",
    [
        ref("voucher", "voucher", "voucher"),
        plain("type", "type"),
        plain("status", "status"),
        plain("timestamp", "timestamp"),
        plain("message", "message"),
        plain("externalObjectUrl", "external_object_url"),
        plain("comment", "comment"),
        plain("referenceNumber", "reference_number"),
    ],
)
SUPPLIER = model(
    "SupplierDTO",
    "/supplier",
    unkept(
        "name organizationNumber supplierNumber customerNumber isSupplier isCustomer isInactive "
        "email bankAccounts invoiceEmail overdueNoticeEmail phoneNumber phoneNumberMobile "
        "description isPrivateIndividual accountManager postalAddress physicalAddress "
        "deliveryAddress currency ledgerAccount language displayName website"
    ),
)
EMPLOYEE = model(
    "EmployeeDTO",
    "/employee",
    unkept(
        "firstName lastName displayName employeeNumber dateOfBirth email phoneNumberMobile "
        "phoneNumberHome phoneNumberWork userType isContact isProxy comments address department "
        "companyId"
    ),
)
