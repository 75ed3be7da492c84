"""Models of customers, invoices and reminders."""

from __future__ import annotations

from typing import Any

from services.sandbox.tripletex.amounts import Ore
from services.sandbox.tripletex.entities import Invoice, Posting
from services.sandbox.tripletex.models import (
    day,
    empty_lists,
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
from services.sandbox.tripletex.rendering import Field, Model, Read


def shown_postings(invoice: Invoice) -> list[Posting]:
    """Return the postings an invoice lists; a credit note lists its original's too."""
    if invoice.original is None:
        return invoice.postings
    return invoice.original.postings[:1] + invoice.postings


def _in_currency(read: Read) -> Read:
    def amount(invoice: Any) -> Ore:
        return int(invoice.in_currency(read(invoice)))

    return amount


_OUTSTANDING = ore_of("outstanding")
_TOTAL = ore_of("outstanding_total")
_EXCLUDING = ore_of("amount_excluding_vat")

INVOICE = model(
    "InvoiceDTO",
    "/invoice",
    [
        plain("invoiceNumber", "number"),
        day("invoiceDate", "invoice_date"),
        ref("customer", "customer", "customer"),
        Field("creditedInvoice", lambda i: i.original.id if i.original else 0),
        plain("isCredited", "is_credited"),
        day("invoiceDueDate", "due_date"),
        plain("kid", "kid"),
        fixed("invoiceComment", ""),
        plain("comment", "comment"),
        refs("orders", lambda i: [i.order], "order"),
        refs("orderLines", lambda i: [i.order_line], "order line"),
        *empty_lists("travelReports", "projectInvoiceDetails"),
        ref("voucher", "voucher", "voucher"),
        day("deliveryDate", "invoice_date"),
        money("amount", ore_of("amount")),
        money("amountCurrency", ore_of("amount_currency")),
        money("amountExcludingVat", _EXCLUDING),
        money("amountExcludingVatCurrency", _in_currency(_EXCLUDING)),
        fixed("amountRoundoff", 0.0),
        fixed("amountRoundoffCurrency", 0.0),
        money("amountOutstanding", _OUTSTANDING),
        money("amountCurrencyOutstanding", _in_currency(_OUTSTANDING)),
        money("amountOutstandingTotal", _TOTAL),
        money("amountCurrencyOutstandingTotal", _in_currency(_TOTAL)),
        fixed("sumRemits", 0),
        ref("currency", "currency", "currency"),
        Field("isCreditNote", lambda i: i.original is not None),
        plain("isCharged", "is_charged"),
        plain("isApproved", "is_approved"),
        refs("postings", shown_postings, "posting"),
        refs("reminders", lambda i: i.reminders, "reminder"),
        fixed("invoiceRemarks", ""),
        ref("invoiceRemark", "remark", "remark"),
        fixed("paymentTypeId", 0, hidden=True),
        fixed("paidAmount", 0, hidden=True),
        fixed("isPeriodizationPossible", value=True),
        plain("documentId", "document_id"),
        fixed("ehfSendStatus", "DO_NOT_SEND", hidden=True),
    ],
)

CUSTOMER = model(
    "CustomerDTO",
    "/customer",
    [
        plain("name", "name"),
        plain("organizationNumber", "organization_number"),
        fixed("globalLocationNumber", 0),
        fixed("supplierNumber", 0),
        plain("customerNumber", "number"),
        fixed("isSupplier", value=False),
        fixed("isCustomer", value=True),
        plain("isInactive", "is_inactive"),
        *no_refs("accountManager", of="employee"),
        *no_refs("department"),
        plain("email", "email"),
        plain("invoiceEmail", "invoice_email"),
        plain("overdueNoticeEmail", "overdue_notice_email"),
        fixed("bankAccounts", [], hidden=True),
        plain("phoneNumber", "phone"),
        plain("phoneNumberMobile", "mobile"),
        fixed("description", ""),
        plain("language", "language"),
        plain("displayName", "display_name"),
        plain("isPrivateIndividual", "is_private_individual"),
        fixed("singleCustomerInvoice", value=False),
        plain("invoiceSendMethod", "send_method"),
        fixed("emailAttachmentType", "ATTACHMENT"),
        ref("postalAddress", "postal_address", "address"),
        ref("physicalAddress", "physical_address", "address"),
        *no_refs("deliveryAddress", "category1", "category2", "category3"),
        fixed("invoicesDueIn", 14),
        fixed("invoicesDueInType", "DAYS"),
        ref("currency", "currency", "currency"),
        *empty_lists("bankAccountPresentation"),
        ref("ledgerAccount", "ledger_account", "account"),
        plain("isFactoring", "is_factoring"),
        fixed("invoiceSendSMSNotification", value=False),
        fixed("invoiceSMSNotificationNumber", ""),
        fixed("isAutomaticSoftReminderEnabled", value=False),
        fixed("isAutomaticReminderEnabled", value=False),
        fixed("isAutomaticNoticeOfDebtCollectionEnabled", value=False),
        fixed("discountPercentage", 0),
        fixed("website", ""),
    ],
)

ADDRESS = model(
    "AddressDTO",
    "/address",
    [
        plain("addressLine1", "line1"),
        plain("addressLine2", "line2"),
        plain("postalCode", "postal_code"),
        plain("city", "city"),
        ref("country", "country", "country"),
        Field("displayName", lambda a: f"{a.line1}, {a.postal_code} {a.city}"),
        Field("addressAsString", lambda a: f"{a.line1}, {a.postal_code} {a.city}"),
        Field("displayNameInklMatrikkel", lambda a: f"{a.line1}, {a.postal_code} {a.city}"),
        fixed("knr", 0),
        fixed("gnr", 0),
        fixed("bnr", 0),
        fixed("fnr", 0),
        fixed("snr", 0),
        fixed("unitNumber", ""),
    ],
)

COUNTRY = model(
    "CountryDTO",
    "/country",
    [
        plain("name", "name"),
        plain("displayName", "name"),
        plain("isoAlpha2Code", "alpha2"),
        plain("isoAlpha3Code", "alpha3"),
        plain("isoNumericCode", "numeric"),
    ],
)

CURRENCY = model(
    "CurrencyDTO",
    "/currency",
    [
        plain("code", "code"),
        plain("description", "description"),
        plain("factor", "factor"),
        plain("displayName", "code"),
        fixed("isDisabled", value=False),
    ],
)

REMINDER = model(
    "ReminderDTO",
    "/reminder",
    [
        day("reminderDate", "reminder_date"),
        money("charge", ore_of("charge")),
        money("chargeCurrency", ore_of("charge")),
        money("totalCharge", ore_of("charge")),
        money("totalChargeCurrency", ore_of("charge")),
        money("totalAmountCurrency", ore_of("invoice.outstanding_total")),
        money("interests", ore_of("interests")),
        fixed("interestRate", 0),
        day("termOfPayment", "term_of_payment"),
        ref("currency", "invoice.currency", "currency"),
        plain("type", "type"),
        fixed("comment", ""),
        plain("kid", "invoice.kid"),
        fixed("bankAccountNumber", "15030000005"),
        fixed("bankAccountIBAN", ""),
        fixed("bankAccountSWIFT", ""),
        fixed("bank", ""),
    ],
)

REMARK = model(
    "InvoiceRemarkDTO",
    "/invoiceRemark",
    [plain("description", "description"), day("postponeRemindersTo", "postpone_to")],
)
ORDER = model(
    "OrderDTO",
    "/order",
    unkept(
        "customer contact attn displayName receiverEmail overdueNoticeEmail number reference "
        "ourContact ourContactEmployee department orderDate project invoiceComment "
        "internalComment currency invoicesDueIn status invoicesDueInType "
        "isShowOpenPostsOnInvoices isClosed deliveryDate deliveryAddress deliveryComment "
        "isPrioritizeAmountsIncludingVat orderLineSorting orderGroups orderLines isSubscription "
        "preliminaryInvoice attachment sendMethodDescription canCreateBackorder "
        "markUpOrderLines discountPercentage customerName travelReports"
    ),
)
ORDER_LINE = model(
    "OrderLineDTO",
    "/order/orderline",
    unkept(
        "product inventory inventoryLocation description displayName count unitCostCurrency "
        "unitPriceExcludingVatCurrency currency markup discount vatType "
        "amountExcludingVatCurrency amountIncludingVatCurrency vendor order "
        "unitPriceIncludingVatCurrency isSubscription orderGroup sortIndex isPicked pickedDate "
        "orderedQuantity isCharged"
    ),
)
ANYTHING = Model("AnythingDTO", "", [], is_open=True)
