"""Reads Tripletex and publishes invoices, payments and credit notes."""
