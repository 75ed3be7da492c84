"""The one door to httpx: clients, limits, faults, redaction."""
