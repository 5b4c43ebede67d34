"""Stored operations: documents that a tenant's clients name by the hash of their text instead of sending it."""
