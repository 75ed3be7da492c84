"""What an operator can do; the command line and the console call it."""
