"""The ECPay Collection API v1 as its contract words it."""
