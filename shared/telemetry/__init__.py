"""Logs, metrics and traces: names and shapes in one place."""
