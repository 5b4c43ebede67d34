"""Co-building of organizations of two tenants: what they offer and need, what they agree, do together and achieve."""
