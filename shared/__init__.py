"""What all services agree on; knows no service."""
