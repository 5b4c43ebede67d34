"""Keys and what they seal: key-encryption key → data key of a tenant → subkey of table.column → ciphertext of a row."""
