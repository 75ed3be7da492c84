"""One noun a file; each has a Click command named ``command`` and is imported when it is used."""
