"""The mutation check: what keeps tenants apart is broken in one place at a time, and a guard must notice each."""
