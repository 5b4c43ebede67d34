"""Who may do what: granting, a tenant's own roles, administrators kept apart, reviews of access, platform staff let in."""
