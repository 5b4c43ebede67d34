"""The proof that tenants are kept apart: probes made as the runtime role, and the report that an auditor reads."""
