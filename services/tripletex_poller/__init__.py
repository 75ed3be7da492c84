""" Invoice, Payment, CreditNote."""
