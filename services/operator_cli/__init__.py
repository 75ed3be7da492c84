"""The `restanse` command line: everything an operator or platform engineer does from a shell."""
