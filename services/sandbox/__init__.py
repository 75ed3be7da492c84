"""Stand-ins for Tripletex and ECPay, over HTTP, sharing one simulated day."""
