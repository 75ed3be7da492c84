"""Tripletex API v2 as it speaks; source: its OpenAPI document and the fact sheet in docs."""
