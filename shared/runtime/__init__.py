"""The life of a process: start, health, signals, drain, end."""
