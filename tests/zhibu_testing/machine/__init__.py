"""The state machine of isolation: tenants that write under the same names, agree with each other, and read."""
