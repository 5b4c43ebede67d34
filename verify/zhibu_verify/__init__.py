"""Checks what Zhibu signed, with the standard library and cryptography alone."""
