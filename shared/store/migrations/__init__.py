"""The schema's history, shipped with the package; run by ``shared.store.migrate``."""
