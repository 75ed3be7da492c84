"""What an operator can do, as functions that return frozen results; CLI and console print them."""
