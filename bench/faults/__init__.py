"""Kills web, worker, commands and PostgreSQL in the middle of things, and looks whether anything is lost, doubled or half written."""
