"""Sixty simulated days of several creditors, from the first invoice to agreed books."""
