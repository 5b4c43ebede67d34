"""The two demo tenants and the command that serves them."""
