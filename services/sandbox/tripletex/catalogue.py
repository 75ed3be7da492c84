"""All models by the name handlers and references use, and the one renderer over them."""

from __future__ import annotations

from services.sandbox.tripletex import company_models, ledger_models, sale_models
from services.sandbox.tripletex.rendering import Renderer

MODELS = {
    "invoice": sale_models.INVOICE,
    "customer": sale_models.CUSTOMER,
    "address": sale_models.ADDRESS,
    "country": sale_models.COUNTRY,
    "currency": sale_models.CURRENCY,
    "reminder": sale_models.REMINDER,
    "remark": sale_models.REMARK,
    "order": sale_models.ORDER,
    "order line": sale_models.ORDER_LINE,
    "anything": sale_models.ANYTHING,
    "voucher": ledger_models.VOUCHER,
    "posting": ledger_models.POSTING,
    "account": ledger_models.ACCOUNT,
    "vat type": ledger_models.VAT_TYPE,
    "voucher type": ledger_models.VOUCHER_TYPE,
    "payment type": ledger_models.PAYMENT_TYPE,
    "close group": ledger_models.CLOSE_GROUP,
    "period": ledger_models.PERIOD,
    "document": ledger_models.DOCUMENT,
    "voucher status": ledger_models.VOUCHER_STATUS,
    "supplier": ledger_models.SUPPLIER,
    "employee": ledger_models.EMPLOYEE,
    "company": company_models.COMPANY,
    "client": company_models.CLIENT,
    "login": company_models.LOGIN,
    "vat settings": company_models.VAT_SETTINGS,
    "posting rules": company_models.POSTING_RULES,
    "subscription": company_models.SUBSCRIPTION,
    "session": company_models.SESSION,
    "consumer token": company_models.CONSUMER_TOKEN,
    "employee token": company_models.EMPLOYEE_TOKEN,
}

RENDERER = Renderer(MODELS)
