"""Writes to ECPay: hands claims over, reports payments and credits."""
