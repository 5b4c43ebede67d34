"""Reads files of every accepted form into sheets of raw cells."""
