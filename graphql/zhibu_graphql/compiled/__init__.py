"""Compiled reads: document → selection tree → plan → one SQL statement with parameters → bytes (docs/explanation/compiled.md)."""
