"""The default fields and their order, as recorded from real answers."""

from __future__ import annotations

import pytest

from services.sandbox.tripletex.catalogue import MODELS

RECORDED = {
    "invoice": (
        "id version url invoiceNumber invoiceDate customer creditedInvoice isCredited "
        "invoiceDueDate kid invoiceComment comment orders orderLines travelReports "
        "projectInvoiceDetails voucher deliveryDate amount amountCurrency amountExcludingVat "
        "amountExcludingVatCurrency amountRoundoff amountRoundoffCurrency amountOutstanding "
        "amountCurrencyOutstanding amountOutstandingTotal amountCurrencyOutstandingTotal "
        "sumRemits currency isCreditNote isCharged isApproved postings reminders invoiceRemarks "
        "invoiceRemark isPeriodizationPossible documentId"
    ),
    "voucher": (
        "id version url date number tempNumber year description voucherType reverseVoucher "
        "postings document attachment externalVoucherNumber ediDocument supplierVoucherType "
        "wasAutoMatched vendorInvoiceNumber numberAsString"
    ),
    "posting": (
        "id version url voucher date description account amortizationAccount "
        "amortizationStartDate amortizationEndDate customer supplier employee project product "
        "department vatType amount amountCurrency amountGross amountGrossCurrency currency "
        "closeGroup invoiceNumber termOfPayment row type externalRef systemGenerated "
        "taxTransactionType taxTransactionTypeId matched quantityAmount1 quantityType1 "
        "quantityAmount2 quantityType2 isVatReadonly isAmountVatClosed postingRuleId "
        "freeAccountingDimension1 freeAccountingDimension2 freeAccountingDimension3 asset"
    ),
    "payment type": (
        "id version url description displayName debitAccount creditAccount vatType sequence "
        "customer supplier currencyId currencyCode"
    ),
    "vat type": "id version url name number displayName percentage deductionPercentage parentType",
    "voucher type": "id version url name displayName",
    "login": (
        "employeeId actualEmployeeId employee companyId company language loggedInWithConnect "
        "employeeIsProxy"
    ),
}


@pytest.mark.parametrize("name", RECORDED)
def test_default_fields_are_the_recorded_ones(name: str) -> None:
    shown = [field.name for field in MODELS[name].fields.values() if not field.is_hidden]

    assert shown == RECORDED[name].split()


def test_every_reference_has_a_model() -> None:
    named = {field.model for model in MODELS.values() for field in model.fields.values()}

    assert named - {""} <= set(MODELS)
