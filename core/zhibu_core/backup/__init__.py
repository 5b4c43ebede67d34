"""Copies of the embedded database: taken from one snapshot, and restored only where they prove whole."""
