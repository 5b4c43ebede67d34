"""The plugin contract (hooks, manifest, events) and the host that finds, checks and calls plugins."""
