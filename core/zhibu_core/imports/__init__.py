"""Imports: spreadsheets in, verdicts by row and column, then one transaction."""
