"""Alembic environment and the history of core and tenants."""
