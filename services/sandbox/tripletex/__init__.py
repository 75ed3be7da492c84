"""A stand-in for the Tripletex API v2: the part the broker uses, with its oddities."""
