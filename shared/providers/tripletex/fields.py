"""The ``fields`` of every reading call: exactly what the wire models name.

An unknown field is refused with 400/11000, so a test holds each of these against the published
schema. Nesting is at most three levels, the deepest seen to work.
"""

from __future__ import annotations

_ADDRESS = "(id,addressLine1,addressLine2,postalCode,city,country(id,isoAlpha2Code))"

CUSTOMER = (
    "id,name,customerNumber,organizationNumber,isPrivateIndividual,isFactoring,isInactive,"
    "email,invoiceEmail,overdueNoticeEmail,phoneNumber,phoneNumberMobile,language,"
    f"isAutomaticNoticeOfDebtCollectionEnabled,postalAddress{_ADDRESS},physicalAddress{_ADDRESS}"
)

_INVOICE_POSTING = (
    "id,date,amount,amountCurrency,type,invoiceNumber,termOfPayment,closeGroup(id),"
    "voucher(id,date,number,externalVoucherNumber,reverseVoucher(id))"
)

_REMINDER = "id,reminderDate,type,termOfPayment,charge,chargeCurrency,interests"

INVOICE_HEAD = (
    "id,invoiceNumber,invoiceDate,invoiceDueDate,amount,amountCurrency,amountOutstanding,"
    "amountCurrencyOutstanding,isCreditNote,creditedInvoice,isCredited,isCharged,"
    "customer(id),voucher(id)"
)

INVOICE = (
    "id,invoiceNumber,invoiceDate,invoiceDueDate,deliveryDate,kid,amount,amountCurrency,"
    "amountOutstanding,amountCurrencyOutstanding,currency(id,code),isCreditNote,"
    "creditedInvoice,isCredited,isCharged,documentId,voucher(id),"
    f"customer({CUSTOMER}),reminders({_REMINDER}),postings({_INVOICE_POSTING})"
)

OPEN_POST = "id,date,amount,amountCurrency,invoiceNumber,termOfPayment,customer(id),voucher(id)"

POSTING = (
    "id,date,amount,amountCurrency,type,row,invoiceNumber,account(id,number),customer(id),"
    "closeGroup(id),voucher(id,date,number,externalVoucherNumber,reverseVoucher(id))"
)

ACCOUNT = (
    "id,number,name,ledgerType,vatType(id),vatLocked,legalVatTypes(id),isCloseable,isInactive,"
    "isBankAccount,requireReconciliation,requiresDepartment,requiresProject"
)

PAYMENT_TYPE = (
    "id,description,currencyCode,debitAccount(id,number,isBankAccount),creditAccount(id,number)"
)

VOUCHER = (
    "id,version,date,number,tempNumber,year,externalVoucherNumber,voucherType(id,name),"
    "reverseVoucher(id),attachment(id),postings(id,date,row,amount,amountCurrency,amountGross,"
    "amountGrossCurrency,systemGenerated,invoiceNumber,account(id,number),vatType(id),customer(id))"
)

PERIOD = "id,start,end,isClosed"

COMPANY_LOGIN = "id,name,organizationNumber,customerCompanyId"
