"""The bench's verified identity: a header that its own servers on loopback believe; no server of the product has it."""

HEADER = "x-bench-tenant"
"""The tenant's id; the asker is that tenant's organizer."""
