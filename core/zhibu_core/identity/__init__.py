"""Identity: accounts, sessions, roles and what each may do where."""
