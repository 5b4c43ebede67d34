"""The way of a request: host name → tenant → session or token → scope → handler with a bound session."""
