"""What can cross between tenants, an example of each kind, and every road by which somebody might read it."""
