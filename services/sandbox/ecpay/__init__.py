"""A stand-in for ECPay that keeps the collection contract, with a debtor side to drive it."""
