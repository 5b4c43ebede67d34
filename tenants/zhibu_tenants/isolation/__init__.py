"""The proof of isolation that a tenant's auditor runs: all guards at once, with a report in plain words."""
