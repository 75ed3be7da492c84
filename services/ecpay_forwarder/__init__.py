""" claims, payments, credits."""
