"""Tenancy: who is asking, in which tenant, and the sessions, tables and guards that keep tenants apart."""
