"""Fixtures that every rung of the tests may use; each stands in a file of its own."""

from __future__ import annotations

pytest_plugins: list[str] = [
    "tests.harness.rabbitmq_node",
    "tests.harness.brokers",
    "tests.harness.postgres_node",
    "tests.harness.stores",
    "tests.harness.plant",
    "tests.harness.ecpay_office",
    "tests.harness.forwarding",
    "tests.harness.tripletex_sandbox",
    "tests.harness.books",
    "tests.harness.ecpay_sandbox",
    "tests.harness.polling",
    "tests.harness.settling",
    "tests.harness.office",
    "tests.harness.building",
]
