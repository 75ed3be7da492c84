"""The one door to the database: engine, tables by owner, inbox, outbox, migrations."""
