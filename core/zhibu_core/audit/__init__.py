"""The audit: who did and saw what, sealed every minute into a signed chain whose heads lie outside the database."""

from zhibu_core.audit.entries import AuditEntry, note

__all__ = ["AuditEntry", "note"]
