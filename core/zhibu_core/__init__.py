"""The tenant-aware core: tenancy, identity, organizations, ledger, plugins, imports."""
